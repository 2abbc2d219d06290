"""Several scenarios, or several analysts' values of one, side by side: where they agree, and what parts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.plain import plain
from kgsim.errors import GameError
from kgsim.evaluate import solve
from kgsim.results import Interval, Result, Verdict
from kgsim.scenario.arguments import check_scenario
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.showing import Told
from kgsim.wording import close, counted, listed, quoted

#: How the values that the file itself states are called beside analysts' values.
FILE = "file"


@dataclass(frozen=True)
class StructureRow:
    """A structure in every case.

    Attributes
    ----------
    outcomes
        Case to the outcomes that its equilibria reach (none if it has no solution); None if the case has no such
        structure.
    values
        Case to player to the value interval over all equilibria.
    complete
        Case to whether no equilibrium can be missing.
    agree
        Whether all cases that have the structure reach the same outcomes; None if only one has it.
    turned_by
        Case to the parameters that, taken from it alone into the first case, give the first case this one's outcomes;
        only for cases of the first case's scenario that differ from it.
    """

    name: str
    outcomes: Mapping[str, tuple[str, ...] | None]
    values: Mapping[str, Mapping[str, Interval]]
    complete: Mapping[str, bool]
    agree: bool | None
    turned_by: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ClaimRow:
    """A claim's verdict in every case (None where the case has no such claim), and whether all that have it agree.

    `agree` is None if only one case has the claim.
    """

    name: str
    says: str
    verdicts: Mapping[str, Verdict | None]
    agree: bool | None


@dataclass(frozen=True)
class ParameterRow:
    """A parameter that is not the same in all cases; None where the case has no such parameter."""

    name: str
    label: str
    values: Mapping[str, float | None]
    ranges: Mapping[str, Interval | None]


@dataclass(frozen=True)
class Comparison(Told):
    """Cases side by side.

    Attributes
    ----------
    results
        Case to its result, in the order given.
    structures, claims
        Those of any case, in order of first appearance.
    parameters
        Those that differ.
    """

    results: Mapping[str, Result]
    structures: tuple[StructureRow, ...]
    claims: tuple[ClaimRow, ...]
    parameters: tuple[ParameterRow, ...]

    @property
    def cases(self) -> tuple[str, ...]:
        """The cases' names."""
        return tuple(self.results)

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.cases)})"

    def label(self, section: str, name: str) -> str:
        """The words that stand for a name of a section, as the first case that has some gives them."""
        told = (result.scenario.labels.of(section, name) for result in self.results.values())
        return next((each for each in told if each != name), name)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Where the cases agree, and where they differ."""
        told = []
        for rows, what in ((self.structures, "structure"), (self.claims, "claim")):
            if not rows:
                continue
            same = [quoted(self.label(f"{what}s", row.name)) for row in rows if row.agree]
            apart = [quoted(self.label(f"{what}s", row.name)) for row in rows if row.agree is False]
            if not same and not apart:
                told.append(f"No {what} is common to two cases.")
                continue
            on = f"All cases agree on {counted(len(same), what)} of the {len(same) + len(apart)} they share"
            told.append(f"{on} ({listed(same)})." if same and apart else f"{on}.")
            if apart:
                told.append(f"They differ on {what if len(apart) == 1 else what + 's'} {listed(apart)}.")
        for row in self.structures:
            for case, parameters in row.turned_by.items():
                if parameters:
                    which = listed((self.label("parameters", each) for each in parameters), "or")
                    told.append(
                        f"{quoted(self.label('structures', row.name))}: {which} alone, at its value in case {case!r}, "
                        f"would give case {self.cases[0]!r} the same outcomes."
                    )
        if not self.parameters:
            told.append("No parameter differs.")
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "cases": {
                case: {
                    "scenario": result.scenario.name,
                    "digest": result.scenario.digest,
                    "title": result.scenario.title,
                }
                for case, result in self.results.items()
            },
            "structures": {
                row.name: {
                    "agree": row.agree,
                    "outcomes": plain(row.outcomes),
                    "values": plain(row.values),
                    "complete": dict(row.complete),
                    "turned_by": plain(row.turned_by),
                }
                for row in self.structures
            },
            "claims": {
                row.name: {"says": row.says, "agree": row.agree, "verdicts": dict(row.verdicts)} for row in self.claims
            },
            "parameters": {row.name: {"label": row.label, "values": plain(row.values)} for row in self.parameters},
        }


def compare(
    *scenarios: Scenario,
    values: Mapping[str, Mapping[str, float]] | None = None,
    structures: str | Sequence[str] | None = None,
) -> Comparison:
    """Solve several cases and set them side by side.

    Parameters
    ----------
    *scenarios
        As `kgsim.load` gives them.
    values
        For a single scenario: name of a case to the parameters that it changes. The values that the file states are
        the first case, called ``"file"``.
    structures
        Names; all if not given. Each must be one of some scenario.

    Returns
    -------
    Comparison

    Raises
    ------
    GameError
        If there are fewer than two cases, a structure or parameter is unknown, or values go with several scenarios.
    """
    for scenario in scenarios:
        check_scenario(scenario)
    given = _cases(scenarios, values or {})
    structures = [structures] if isinstance(structures, str) else structures
    if structures is not None:
        known = list(dict.fromkeys(name for scenario, _ in given.values() for name in scenario.structures))
        for name in structures:
            if name not in known:
                raise GameError(f"no scenario has a structure {name!r}. {suggestion(name, known, 'structure')}")
    results = {
        case: solve(
            scenario,
            changed,
            structures=None if structures is None else [each for each in structures if each in scenario.structures],
        )
        for case, (scenario, changed) in given.items()
    }
    turned = _turned(results)
    names = dict.fromkeys(name for result in results.values() for name in result.structures)
    claims = {name: claim.says for result in reversed(results.values()) for name, claim in result.claims.items()}
    order = dict.fromkeys(name for result in results.values() for name in result.claims)
    return Comparison(
        results=results,
        structures=tuple(_structure(name, results, turned) for name in names),
        claims=tuple(_claim(name, claims[name], results) for name in order),
        parameters=tuple(_parameters(results)),
    )


def _cases(
    scenarios: Sequence[Scenario], values: Mapping[str, Mapping[str, float]]
) -> dict[str, tuple[Scenario, Mapping[str, float]]]:
    if values and len(scenarios) != 1:
        raise GameError("values of analysts go with a single scenario: name one file")
    if len(scenarios) + len(values) < 2:
        raise GameError(
            "nothing to compare: name two scenarios or more, or a scenario and somebody's values (--values)"
        )
    if values:
        if FILE in values:
            raise GameError(f"a case cannot be called {FILE!r}: that is what the file's own values are called")
        return {FILE: (scenarios[0], {}), **{name: (scenarios[0], each) for name, each in values.items()}}
    found: dict[str, tuple[Scenario, Mapping[str, float]]] = {}
    for scenario in scenarios:
        name, count = scenario.name, 1
        while name in found:
            count += 1
            name = f"{scenario.name} ({count})"
        found[name] = (scenario, {})
    return found


def _structure(
    name: str, results: Mapping[str, Result], turned: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> StructureRow:
    solved = {case: result.structures.get(name) for case, result in results.items()}
    outcomes = {
        case: None if solution is None else _in_order(results[case].scenario, solution.outcomes)
        for case, solution in solved.items()
    }
    return StructureRow(
        name=name,
        outcomes=outcomes,
        values={case: solution.values for case, solution in solved.items() if solution is not None},
        complete={case: solution.complete for case, solution in solved.items() if solution is not None},
        agree=_agree([None if found is None else frozenset(found) for found in outcomes.values()]),
        turned_by={case: found[name] for case, found in turned.items() if name in found},
    )


def _in_order(scenario: Scenario, outcomes: Sequence[str]) -> tuple[str, ...]:
    return tuple(rule.name for rule in scenario.outcomes if rule.name in outcomes)


def _claim(name: str, says: str, results: Mapping[str, Result]) -> ClaimRow:
    verdicts = {
        case: result.claims[name].verdict if name in result.claims else None for case, result in results.items()
    }
    return ClaimRow(name, says, verdicts, _agree(list(verdicts.values())))


def _agree(answers: Sequence[object | None]) -> bool | None:
    given = [answer for answer in answers if answer is not None]
    return all(answer == given[0] for answer in given) if len(given) > 1 else None


def _parameters(results: Mapping[str, Result]) -> list[ParameterRow]:
    rows = []
    for name in dict.fromkeys(name for result in results.values() for name in result.values):
        values = {case: result.values.get(name) for case, result in results.items()}
        if not _same(list(values.values())):
            known = {case: result.scenario.parameters.get(name) for case, result in results.items()}
            label = next(parameter.label for parameter in known.values() if parameter is not None)
            ranges = {case: None if each is None else each.range for case, each in known.items()}
            rows.append(ParameterRow(name, label, values, ranges))
    return rows


def _same(values: Sequence[float | None]) -> bool:
    numbers = [value for value in values if value is not None]
    return len(numbers) == len(values) and all(close(value, numbers[0]) for value in numbers)


def _turned(results: Mapping[str, Result]) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each case of the first one's scenario: the single parameters that turn a structure into its own."""
    first, *others = results.items()
    base = first[1]
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    trial = Evaluator(base.scenario, tuple(base.structures), ())
    rules = [rule.name for rule in base.scenario.outcomes]
    for case, result in others:
        if result.scenario.digest != base.scenario.digest:
            continue
        apart = [name for name, value in result.values.items() if not close(value, base.values[name])]
        points = {name: np.full(len(apart), value) for name, value in base.values.items()}
        for place, name in enumerate(apart):
            points[name][place] = result.values[name]
        differing = [
            name
            for name, solution in result.structures.items()
            if set(solution.outcomes) != set(base.structures[name].outcomes)
        ]
        if not differing or not apart:
            continue
        looks = trial.at(points)
        found[case] = {
            name: tuple(
                parameter
                for place, parameter in enumerate(apart)
                if {rules[rule] for rule in np.flatnonzero(looks.reached[trial.structures.index(name), :, place])}
                == set(result.structures[name].outcomes)
            )
            for name in differing
        }
    return found
