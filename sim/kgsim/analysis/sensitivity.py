"""Sensitivity: which few parameters move a value or turn an answer, seen in three ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kgsim.analysis.discovery import Discovery, Interest, boxes
from kgsim.analysis.evaluator import Evaluator, trial_of
from kgsim.analysis.plain import plain
from kgsim.analysis.priors import prior as prior_of
from kgsim.analysis.priors import to_draw
from kgsim.analysis.sobol import Indices, UndefinedError
from kgsim.analysis.sobol import indices as indices_of
from kgsim.analysis.tornado import Tornado, tornado
from kgsim.claims.functions import structures_of
from kgsim.errors import GameError
from kgsim.execution.run import Progress
from kgsim.results import VERDICTS, Verdict
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import structure_of
from kgsim.showing import Told
from kgsim.studies.limits import COPIES, check_count, check_room
from kgsim.wording import listed, number, percent, quoted


@dataclass(frozen=True)
class Sensitivity(Told):
    """Which parameters matter.

    Attributes
    ----------
    structure
        Whose values the indices are of, and whose outcomes discovery looks at.
    parameters
        The parameters moved.
    values
        What the others are held at; a tornado holds all but one, at these values or at the file's.
    tornado
        One parameter at a time, for every structure.
    indices
        Sobol' indices; None if not asked for, or if `notes` says why not.
    discovery
        Boxes of parameters.
    notes
        What could not be computed, and why.
    """

    scenario: Scenario
    structure: str
    parameters: tuple[str, ...]
    values: Mapping[str, float]
    seed: int
    tornado: Tornado
    indices: Indices | None
    discovery: Discovery
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Sensitivity(scenario={self.scenario.name!r}, structure={self.structure!r}, {self.discovery.question})"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The parameters that move each player's value most, and the boxes, as sentences."""
        told, said = [], self.scenario.labels
        for player, bars in self.tornado.bars[self.structure].items():
            most = [f"{said.parameter(bar.parameter)} (by {number(bar.swing)})" for bar in bars[:3] if bar.swing > 0.0]
            moved = f"is moved most by {listed(most)}" if most else "is moved by no parameter alone"
            told.append(f"{quoted(said.structure(self.structure))}: {said.player(player)}'s value {moved}.")
        for each in self.discovery.boxes:
            told.append(f"{self.box_told(each.box)}.")
        return (*told, *self.notes)

    def box_told(self, box: Any) -> str:
        """A box as a clause."""
        where = listed(
            f"{self.scenario.labels.parameter(name)} from {number(low)} to {number(high)}"
            for name in box.limits
            for low, high in [self.discovery.within(box, name)]
        )
        return (
            f"Where {where}, {self.discovery.question} in {percent(box.density)} of draws; this covers "
            f"{percent(box.coverage)} of all draws in which it is so"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        names = ("structure", "parameters", "seed", "tornado", "indices", "discovery", "notes")
        return {name: plain(getattr(self, name)) for name in names}


def sensitivity(
    scenario: Scenario,
    given: Mapping[str, float] | None = None,
    /,
    *,
    structure: str | None = None,
    outcome: str | None = None,
    claim: str | None = None,
    verdict: Verdict = "holds",
    take: str = "middle",
    indices: bool = True,
    density: float = 0.8,
    prior: str = "uniform",
    draws: int = 20_000,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
    **values: float,
) -> Sensitivity:
    """Say which parameters matter: one at a time, by shares of variance, and as boxes.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    structure
        Whose values and outcomes are looked at; the file's first if not given. The tornado is of all structures.
    outcome
        Find boxes in which this is an equilibrium outcome of the structure; the one most in doubt if not given.
    claim, verdict
        Find boxes in which the claim has this verdict instead.
    take
        What Sobol' indices take of a value interval: ``"low"``, ``"middle"`` or ``"high"``.
    indices
        Whether to compute Sobol' indices (needs SALib).
    density
        Share of draws of interest asked of a box.
    prior
        How parameters are drawn, independently: one of `kgsim.analysis.priors.PRIORS`.
    draws
        For the indices, about, and for the boxes.
    seed, workers, progress
        As for `kgsim.robustness`.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to hold at a value and not to move.

    Returns
    -------
    Sensitivity

    Raises
    ------
    GameError
        If a name is unknown, a number is not usable, or SALib is asked for and not installed.
    """
    values = together(scenario, given, values)
    names = to_draw(scenario, values)
    check_count(draws, "draws")
    # The points, the values of all players and the outcomes reached, at all draws at once.
    numbers = COPIES * (len(names) + 2 * len(scenario.players) + len(scenario.outcomes))
    check_room(8.0 * draws * numbers, f"{draws:,} draws", "take fewer (--draws)")
    chosen = next(iter(scenario.structures)) if structure is None else structure_of(scenario, structure).name
    interest = _interest(scenario, outcome, claim, verdict)
    drawn_by = prior_of(scenario, prior, names)
    notes: list[str] = []
    found = None
    if indices:
        try:
            trial = Evaluator(scenario, [chosen], [], draws)
            found = indices_of(trial, drawn_by, values, take, draws, seed, workers, progress)
        except UndefinedError as error:
            notes.append(f"No Sobol' indices: {error}.")
    needed = structures_of(scenario.claims[claim]) if claim else (chosen,)
    asked = Evaluator(scenario, needed, [claim] if claim else [], draws)
    discovery = boxes(asked, drawn_by, values, interest, draws, seed, density, workers, progress)
    if not discovery.boxes:
        notes.append(f"{discovery.no_box}.")
    return Sensitivity(
        scenario=scenario,
        structure=chosen,
        parameters=names,
        values={name: value for name, value in {**scenario.base, **values}.items() if name not in names},
        seed=seed,
        tornado=tornado(trial_of(scenario, None), names, values),
        indices=found,
        discovery=discovery,
        notes=tuple(notes),
    )


def _interest(scenario: Scenario, outcome: str | None, claim: str | None, verdict: Verdict) -> Interest:
    if outcome is not None and claim is not None:
        raise GameError("boxes are of an outcome or of a claim: name one of the two")
    known = [rule.name for rule in scenario.outcomes]
    if outcome is not None and outcome not in known:
        raise GameError(f"there is no outcome {outcome!r}. {suggestion(outcome, known, 'outcome')}")
    if claim is not None and claim not in scenario.claims:
        raise GameError(f"there is no claim {claim!r}. {suggestion(claim, scenario.claims, 'claim')}")
    if verdict not in VERDICTS:
        raise GameError(f"{verdict!r} is no verdict: choose holds, fails, depends or undecided")
    return Interest(outcome, claim, verdict)
