"""Conditions on how play ends, held against the equilibria of many worlds.

An equilibrium *has* an observation if its play comes to it with positive probability. A world *admits* the observation
if some equilibrium has it, *excludes* it if none has, and *expects* it if no equilibrium has anything else, which is
to exclude the contrary. Where equilibria may be missing a world that is not known to admit an observation is *open*.
A structure none of whose plays could come to anything else *says nothing* on it, and neither does a world in which the
premise of the claim observed is met nowhere.

Conditions on moves split outcomes: an outcome after the move and the same outcome without it have the same payoffs and
are told apart by name, so that equilibria say which of the two they come to. What is open on the parts of an outcome
need not be open on the whole, so that all other conditions, and claims, are held against whole outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluation
from kgsim.arrays import Bools
from kgsim.claims.at_points import Parts
from kgsim.claims.functions import structures_of
from kgsim.errors import Problem, ScenarioError
from kgsim.results import DEPENDS, FAILS, HOLDS, UNDECIDED, VACUOUS
from kgsim.scenario.model import IDLE, OutcomeRule, Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import outcomes_of
from kgsim.scenario.source import Key
from kgsim.wording import listed
from kgsim.worlds.events import Condition, Events, Hypothesis, Observation

Codes = NDArray[np.uint8]
Box = tuple[tuple[str, frozenset[str]], ...]

#: What a world makes of an observation, in the order of their numbers.
ANSWERS = ("excludes", "admits", "expects", "open", "silent")
EXCLUDES, ADMITS, EXPECTS, OPEN, SILENT = range(5)

#: What a world makes of a claim with each verdict, in the order of `kgsim.results.VERDICTS`.
_OF_VERDICT = {FAILS: EXCLUDES, HOLDS: EXPECTS, DEPENDS: ADMITS, UNDECIDED: OPEN, VACUOUS: SILENT}


@dataclass(frozen=True, eq=False)
class Split(Parts):
    """A scenario whose outcomes are told apart by moves.

    Attributes
    ----------
    scenario, origin
        See `Parts`; the scenario itself if nothing is told apart.
    inside
        Whether each part lies within a box of moves; box to shape (parts,).
    """

    inside: Mapping[Box, Bools]


def split(scenario: Scenario, boxes: Iterable[Box]) -> Split:
    """Tell outcomes apart by whether moves lie in boxes."""
    parts: list[tuple[OutcomeRule, int, tuple[bool, ...]]]
    parts = [(rule, number, ()) for number, rule in enumerate(scenario.outcomes)]
    boxes = tuple(dict.fromkeys(boxes))
    for box in boxes:
        cut = []
        for rule, number, known in parts:
            whole = {name: rule.when.get(name, _every(scenario, name)) for name, _ in box}
            within = {name: whole[name] & moves for name, moves in box}
            if within == whole:
                cut.append((rule, number, (*known, True)))
                continue
            if all(within.values()):
                cut.append((replace(rule, when={**rule.when, **within}), number, (*known, True)))
            cut.append((rule, number, (*known, False)))
        parts = cut
    # The first part that matches decides, so what a later part repeats of an earlier one never counts.
    rules = tuple(
        replace(rule, name=f"{rule.name} {place}") if boxes else rule for place, (rule, _, _) in enumerate(parts)
    )
    flags = np.array([known for _, _, known in parts], dtype=bool).reshape(len(parts), len(boxes))
    return Split(
        replace(scenario, outcomes=rules) if boxes else scenario,
        np.array([number for _, number, _ in parts], dtype=np.intp),
        {box: flags[:, place] for place, box in enumerate(boxes)},
    )


def box_of(scenario: Scenario, condition: Condition) -> Box:
    """The moves that a condition leaves to each decision it names; empty if it names none."""
    left: dict[str, frozenset[str]] = dict(condition.moves)
    for name, moves in condition.not_moves.items():
        left[name] = left.get(name, _every(scenario, name)) - moves
    return tuple(sorted(left.items()))


def _every(scenario: Scenario, decision: str) -> frozenset[str]:
    """All moves of a decision, and that it makes none where its conditions leave it nothing to do."""
    return frozenset([*scenario.decisions[decision].moves, IDLE.move])


@dataclass(frozen=True, eq=False)
class Looks:
    """What is found in some draws: with outcomes whole, and told apart by moves; the same where no condition asks."""

    whole: Evaluation
    parts: Evaluation


@dataclass(frozen=True, eq=False)
class Bound:
    """An observation ready to be held against worlds.

    Attributes
    ----------
    has
        Which outcomes have it, or which parts of them; shape (outcomes,) or (parts,).
    silent, barred
        Structures that say nothing on it, and that have no play which comes to it; shape (structures,).
    claim
        Row of the claim that it is about; -1 if it is about play.
    split
        Whether it speaks of moves, and so of parts.
    """

    observation: Observation
    has: Bools
    silent: Bools
    barred: Bools
    claim: int
    split: bool

    def codes(self, found_in: Looks) -> Codes:
        """Numbers of `ANSWERS` in every world; shape (structures, draws)."""
        looks = found_in.parts if self.split else found_in.whole
        if self.claim >= 0:
            found = _of_claim(looks.verdict[self.claim], self.observation.condition.holds)
            found = np.broadcast_to(found, looks.unsolved.shape).copy()
        else:
            there = looks.reached[:, self.has].any(axis=1)
            other = looks.reached[:, ~self.has].any(axis=1)
            found = np.select(
                [there & ~other & looks.proven, there, looks.proven], [EXPECTS, ADMITS, EXCLUDES], OPEN
            ).astype(np.uint8)
            found[self.barred] = EXCLUDES
        found[self.silent] = SILENT
        return found


def _of_claim(verdict: NDArray[np.int8], holds: bool) -> Codes:
    table = np.empty(len(_OF_VERDICT), dtype=np.uint8)
    for number, code in _OF_VERDICT.items():
        table[number] = code
    if not holds:
        table[[FAILS, HOLDS]] = table[[HOLDS, FAILS]]
    return table[verdict]


def bind(
    events: Events, scenario: Scenario, structures: Sequence[str], claims: Sequence[str]
) -> tuple[Split, tuple[Bound, ...], tuple[Bound, ...]]:
    """Make a file's events and what it watches for ready for a scenario's worlds.

    Returns
    -------
    Split, tuple of Bound, tuple of Bound
        The scenario with its outcomes split by the moves named; the events; what to watch for, every outcome included.

    Raises
    ------
    ScenarioError
        With the place of everything that the scenario does not have, and of events that no structure can express.
    """
    problems = [problem for each in _all(events) for problem in _unknown(events, each, scenario, claims)]
    problems += [
        problem for each in events.hypotheses.values() for problem in _no_reading(events, each, scenario, claims)
    ]
    _raise(problems)
    cut = split(scenario, (box for each in _all(events) if (box := box_of(scenario, each.condition))))
    plays = np.zeros((len(structures), len(cut.origin)), dtype=bool)
    for row, name in enumerate(structures):
        codes = np.unique(outcomes_of(cut.scenario, cut.scenario.structures[name]))
        plays[row, codes[codes >= 0]] = True
    told = [_bound(each, scenario, structures, claims, cut, plays) for each in events.events.values()]
    _raise(list(_inexpressible(events, told, structures)))
    seen = [_bound(each, scenario, structures, claims, cut, plays) for each in events.watch.values()]
    for ends in outcomes_to_see(scenario):
        bound = _bound(ends, scenario, structures, claims, cut, plays)
        if not bound.barred.all():
            seen.append(bound)
    return cut, tuple(told), tuple(seen)


def outcomes_to_see(scenario: Scenario) -> list[Observation]:
    """Every outcome as something that could be seen."""
    return [
        Observation(rule.name, rule.label, Condition(frozenset([rule.name])), "outcomes") for rule in scenario.outcomes
    ]


def _all(events: Events) -> list[Observation]:
    return [*events.events.values(), *events.watch.values()]


def _raise(problems: Sequence[Problem]) -> None:
    if problems:
        raise ScenarioError(problems)


def _bound(
    observation: Observation,
    scenario: Scenario,
    structures: Sequence[str],
    claims: Sequence[str],
    cut: Split,
    plays: Bools,
) -> Bound:
    condition = observation.condition
    names = [rule.name for rule in scenario.outcomes]
    wanted = [
        (condition.outcomes is None or name in condition.outcomes) and name not in condition.not_outcomes
        for name in names
    ]
    has = np.array(wanted, dtype=bool)
    if box := box_of(scenario, condition):
        has = has[cut.origin] & cut.inside[box]
    else:
        whole = np.zeros((len(structures), len(names)), dtype=bool)
        for part, number in enumerate(cut.origin):
            whole[:, number] |= plays[:, part]
        plays = whole
    aside = np.array([condition.structures is not None and name not in condition.structures for name in structures])
    if condition.claim:
        return Bound(observation, has, aside, np.zeros_like(aside), claims.index(condition.claim), False)
    barred = ~(plays & has).any(axis=1)
    return Bound(observation, has, aside | ~(plays & ~has).any(axis=1), barred & ~aside, -1, bool(box))


def _inexpressible(events: Events, bound: Iterable[Bound], structures: Sequence[str]) -> Iterable[Problem]:
    for each in bound:
        if each.claim < 0 and (each.barred | each.silent).all() and each.barred.any():
            name = each.observation.name
            yield events.problem(
                ("events", name),
                f"no structure can express this event: no play of {listed(structures)} comes to it",
                "Name outcomes and moves that a structure has together, or leave the event out.",
            )


def _unknown(events: Events, observation: Observation, scenario: Scenario, claims: Sequence[str]) -> Iterable[Problem]:
    key: Key = (observation.section, observation.name)
    condition = observation.condition
    outcomes = [rule.name for rule in scenario.outcomes]
    for word, names in (("outcome", condition.outcomes or ()), ("not outcome", condition.not_outcomes)):
        yield from _missing(events, (*key, word), names, outcomes, "outcome")
    for word, boxes in (("moves", condition.moves), ("not moves", condition.not_moves)):
        for decision, moves in boxes.items():
            if decision not in scenario.decisions:
                yield from _missing(events, (*key, word, decision), [decision], scenario.decisions, "decision")
            else:
                yield from _missing(events, (*key, word, decision), moves, scenario.decisions[decision].moves, "move")
    yield from _unjudged(events, key, condition.claim, condition.holds, scenario, claims)
    yield from _missing(events, (*key, "in"), condition.structures or (), scenario.structures, "structure")


def _no_reading(events: Events, hypothesis: Hypothesis, scenario: Scenario, claims: Sequence[str]) -> Iterable[Problem]:
    key: Key = ("hypotheses", hypothesis.name)
    if hypothesis.name in scenario.structures:
        yield events.problem(key, f"{hypothesis.name!r} is a structure's name", "Choose another name.")
    yield from _missing(events, (*key, "structures"), hypothesis.structures or (), scenario.structures, "structure")
    yield from _unjudged(events, key, hypothesis.claim, hypothesis.holds, scenario, claims)
    for parameter in hypothesis.box:
        yield from _missing(events, (*key, "box", parameter), [parameter], scenario.parameters, "parameter")


def _missing(events: Events, key: Key, names: Iterable[str], known: Iterable[str], kind: str) -> Iterable[Problem]:
    for name in sorted(set(names) - set(known)):
        yield events.problem(key, f"the scenario has no {kind} {name!r}", suggestion(name, known, kind))


def _unjudged(
    events: Events, key: Key, claim: str, holds: bool, scenario: Scenario, claims: Sequence[str]
) -> Iterable[Problem]:
    """What keeps a claim from being judged; nothing if it is empty."""
    key = (*key, "claim" if holds else "not claim")
    if claim in scenario.claims and claim not in claims:
        yield events.problem(
            key,
            f"claim {claim} speaks of structures that are not looked at: "
            + ", ".join(structures_of(scenario.claims[claim])),
            "Look at these structures too, or leave the entry out.",
        )
    elif claim:
        yield from _missing(events, key, [claim], scenario.claims, "claim")
