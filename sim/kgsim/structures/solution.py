"""A structure of play, solved and told in the scenario's own names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import islice

import numpy as np

from kgsim.errors import StructureError
from kgsim.games.staged import one_shot_gain
from kgsim.results import AnsweredAlike, Course, Equilibrium, StructureSolution
from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.on_the_table import offers_asked
from kgsim.scenario.payoffs import PayoffTable, terms_of
from kgsim.solvers.staged.continuations import Point
from kgsim.solvers.staged.strategies import courses, pure_courses, strategy
from kgsim.solvers.staged.subgame_perfect import SubgamePerfect, solve_subgame_perfect
from kgsim.solvers.strategic.nash import nash
from kgsim.structures.build import Fallback, Solved, Staging, by_corners, corners_of, with_offers
from kgsim.structures.common_agency import solved_at_once
from kgsim.structures.offers.boxes import has_intervals
from kgsim.structures.offers.exchange import offers_meet, reduced
from kgsim.structures.offers.replies import answered_alike
from kgsim.wording import number

#: How many courses of play are kept beside the one an equilibrium is told by.
MOST_ALTERNATIVES = 200

#: How many are counted before the count itself is cut short.
MOST_COUNTED = 100_000

NEARBY = (
    "these are all equilibria in which whoever is indifferent to an offer from an interval, made while others choose "
    "too, answers it as it does to offers close by; others rest on threats that the least change of a parameter undoes"
)

METHOD = "subgame-perfect equilibria by backward induction on sets; stages of several movers by Nash equilibrium"


def solve_structure(
    scenario: Scenario,
    structure: Structure,
    table: PayoffTable,
    values: Mapping[str, float],
    solved: Mapping[str, StructureSolution],
    *,
    told: bool = True,
) -> StructureSolution:
    """Solve one structure of play at one parameter point.

    Parameters
    ----------
    scenario, structure
        The scenario and one of its structures.
    table
        The structure's payoffs and outcomes at `values`.
    values
        Parameter to value.
    solved
        Solutions of the structures that this one's blocs fall back on. If such a structure has several equilibria
        the solution holds those for each, and every equilibrium says which fallback it rests on.
    told
        Whether equilibria are to be shown. A study that only judges them does without their residuals (nan then) and
        without other courses of play, which take longer than solving.

    Returns
    -------
    StructureSolution
        With `unsolved` set where a bloc's rule cannot be applied, or what it falls back on has no solution.
    """
    if structure.seen_by:
        from kgsim.structures.hidden import solve_hidden

        return solve_hidden(scenario, structure, values, table)
    for other in fallback_structures(structure):
        if solved[other].unsolved:
            return not_solved(scenario, structure, f"it falls back on structure {other}, which has no solution here")
    equilibria: list[Equilibrium] = []
    continua: list[tuple[int, ...]] = []
    convex: list[bool] = []
    gaps: set[str] = set()
    failures: list[str] = []
    offers = offers_asked(scenario)
    fallbacks, fallback_gaps = _fallbacks(structure, solved)
    for fallback in fallbacks:
        try:
            found = _solved(scenario, structure, by_corners(scenario, structure, table, values, fallback, offers), told)
        except StructureError as error:
            failures.append(_with_fallback(scenario, structure, str(error), fallback))
            continue
        gaps |= found.gaps
        failures += [found.failure] if found.failure else []
        offset = len(equilibria)
        equilibria += [_equilibrium(scenario, structure, values, *way, fallback, told) for way in found.ways]
        continua += [tuple(offset + number for number in piece) for piece, _ in found.pieces]
        convex += [each for _, each in found.pieces]
    gaps |= fallback_gaps | (set(failures) if equilibria else set())
    return StructureSolution(
        name=structure.name,
        label=structure.label,
        labels=scenario.labels,
        players=tuple(scenario.players),
        stages=_stages(structure),
        equilibria=tuple(equilibria),
        continua=tuple(continua),
        convex=tuple(convex),
        complete=bool(equilibria) and not gaps,
        reasons=tuple(sorted(gaps)) if gaps else (_why_complete(structure, bool(equilibria)),),
        method=METHOD,
        unsolved="" if equilibria else "; ".join(dict.fromkeys(failures)),
        drawn=tuple(event for event in scenario.chance if event not in structure.fixed),
    )


def _solved(scenario: Scenario, structure: Structure, staging: Staging, told: bool) -> Solved:
    """The equilibria of a game whose intervals stand for their corners."""
    if has_intervals(scenario, structure):
        corners = corners_of(scenario, staging, structure.nearby)
        play = reduced(corners, since=1)
        together = len(structure.offering(0, scenario.decisions)) > 1
        if together and (structure.pure or offers_meet(play)):
            return solved_at_once(structure, staging, play, told=told)
        play = reduced(play)
        staging = replace(with_offers(staging, play), plays=(corners, play))
    found = solve_subgame_perfect(staging.game, nash)
    points = sorted(found.equilibria.points, key=lambda point: (len(point.lottery), point.lottery))
    place = {point.lottery: number for number, point in enumerate(points)}
    pieces = (
        (tuple(sorted(place[point.lottery] for point in piece.points)), piece.convex)
        for piece in found.equilibria.pieces
    )
    return Solved(tuple((staging, found, point) for point in points), tuple(pieces), found.equilibria.gaps)


def in_order(scenario: Scenario, wanted: Iterable[str]) -> tuple[str, ...]:
    """The structures wanted and those they fall back on, each after what it needs; the loader rules out circles."""
    needs: dict[str, tuple[str, ...]] = {}
    pending = list(wanted)
    for name in pending:
        if name not in needs:
            needs[name] = fallback_structures(scenario.structures[name])
            pending += needs[name]
    return tuple(TopologicalSorter(needs).static_order())


def not_solved(scenario: Scenario, structure: Structure, why: str) -> StructureSolution:
    """A structure without a solution, and the reason."""
    return StructureSolution(
        name=structure.name,
        label=structure.label,
        labels=scenario.labels,
        players=tuple(scenario.players),
        stages=_stages(structure),
        equilibria=(),
        continua=(),
        convex=(),
        complete=False,
        reasons=(why,),
        method=METHOD,
        unsolved=why,
    )


def _stages(structure: Structure) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple("+".join(mover) for mover in stage) for stage in structure.play)


def fallback_structures(structure: Structure) -> tuple[str, ...]:
    """Names of the structures whose values a structure's blocs fall back on."""
    names = (bloc.disagreement for bloc in structure.blocs.values())
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def _fallbacks(structure: Structure, solved: Mapping[str, StructureSolution]) -> tuple[list[Fallback | None], set[str]]:
    """Every disagreement point that the structure's blocs may have to fall back on."""
    names = fallback_structures(structure)
    if not names:
        return [None], set()
    if len(names) > 1:
        raise StructureError(
            f"structure {structure.name}: its blocs fall back on different structures ({', '.join(names)}); name one"
        )
    other = solved[names[0]]
    gaps = set()
    if not other.complete:
        gaps.add(f"the fallback, structure {other.name}, may have further equilibria")
    if other.continua:
        gaps.add(
            f"the fallback, structure {other.name}, has a continuum of equilibria: only its ends are fallen back on"
        )
    distinct = {tuple(equilibrium.payoffs.values()): equilibrium.payoffs for equilibrium in other.equilibria}
    return list(distinct.values()), gaps


def _with_fallback(scenario: Scenario, structure: Structure, message: str, fallback: Fallback | None) -> str:
    if fallback is None:
        return message
    members = {scenario.decisions[name].player for bloc in structure.blocs.values() for name in bloc.members}
    told = ", ".join(f"{player} {number(value)}" for player, value in fallback.items() if player in members)
    return f"{message} (disagreement point {told})"


def _why_complete(structure: Structure, solved: bool) -> str:
    if not solved:
        return "no equilibrium was found"
    if structure.pure:
        return f"{NEARBY}; and in which nobody draws lots"
    if structure.nearby:
        return NEARBY
    if all(len(stage) == 1 for stage in structure.play):
        return "every stage has one mover, and backward induction on sets keeps every tie and every mixture at a tie"
    return (
        "pure equilibria are found exactly, and every stage of several movers was solved completely for mixed "
        "equilibria too"
    )


def _equilibrium(
    scenario: Scenario,
    structure: Structure,
    values: Mapping[str, float],
    staging: Staging,
    found: SubgamePerfect,
    point: Point,
    fallback: Fallback | None,
    told: bool,
) -> Equilibrium:
    players = tuple(scenario.players)
    reached = courses(point)
    path = [
        _course(scenario, structure, values, staging, probability, history)
        for probability, history in sorted(reached, key=lambda course: (-course[0], course[1]))
    ]
    outcomes: dict[str, float] = {}
    for course in path:
        outcomes[course.outcome] = outcomes.get(course.outcome, 0.0) + course.probability
    ways = islice(pure_courses(point), MOST_COUNTED if told else 0)
    known = {history for _, history in reached}
    counted = list(dict.fromkeys(history for history in ways if history not in known))
    answered: tuple[AnsweredAlike, ...] = ()
    if told and staging.plays and len(reached) == 1:
        answered = answered_alike(scenario, staging.movers, *staging.plays, reached[0][1])
    return Equilibrium(
        outcomes=dict(sorted(outcomes.items(), key=lambda item: -item[1])),
        payoffs=dict(zip(players, map(float, point.payoffs), strict=False)),
        offers=_offers(scenario, point),
        courses=tuple(path),
        alternatives=tuple(_names(staging, history) for history in counted[:MOST_ALTERNATIVES]),
        alternatives_count=len(counted),
        residual=one_shot_gain(staging.game, strategy(found, point)) if told else math.nan,
        disagreement=None if fallback is None else dict(fallback),
        answered=answered,
        strategy=lambda: _named_strategy(staging, strategy(found, point)),
    )


def _offers(scenario: Scenario, point: Point) -> dict[str, float]:
    """What is offered, which is told beside the payoffs."""
    names, first = offers_asked(scenario), len(scenario.players)
    return dict(zip(names, map(float, point.payoffs[first : first + len(names)]), strict=True))


def _course(
    scenario: Scenario,
    structure: Structure,
    values: Mapping[str, float],
    staging: Staging,
    probability: float,
    history: tuple[int, ...],
) -> Course:
    rule = scenario.outcomes[int(staging.game.outcomes[history])]
    payoffs = np.moveaxis(staging.game.payoffs, 0, -1)[history]
    terms = terms_of(scenario, rule, staging.moves(history), values)
    return Course(
        probability=probability,
        moves=_names(staging, history),
        outcome=rule.name,
        terms={name: value for name, value in terms.items() if value != 0.0},
        payoffs=dict(zip(scenario.players, map(float, payoffs), strict=False)),
    )


def _names(staging: Staging, history: tuple[int, ...]) -> dict[str, str]:
    return {decision: action.name for decision, action in staging.moves(history).items()}


def _named_strategy(staging: Staging, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {"+".join(mover): array for mover, array in zip(staging.movers, arrays, strict=True)}
