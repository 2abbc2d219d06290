"""The bargaining space of two players: what every deal is worth to them, and which of them the others would accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kgsim.analysis.settlements import DealTable, Settlement
from kgsim.arrays import Bools, Floats
from kgsim.errors import GameError
from kgsim.results import Result
from kgsim.scenario.deals import cells_of, deals_of, without_deal
from kgsim.scenario.model import OutcomeRule, Scenario
from kgsim.scenario.names import suggestion
from kgsim.structures.solution import fallback_structures


@dataclass(frozen=True, eq=False)
class Region:
    """Deals that lead to one outcome on terms from intervals: the mixtures of some corners.

    Attributes
    ----------
    outcome
        The outcome.
    corners, accepted
        Both players' worth of the deals, and of those that the others accept; shape (corners, 2).
    """

    outcome: str
    corners: Floats
    accepted: Floats


@dataclass(frozen=True, eq=False)
class BargainingSpace:
    """Deals by their worth to two players.

    Attributes
    ----------
    players
        The two.
    outcomes, worth, accepted
        Of every deal on listed terms: its outcome, what it is worth to the two, and whether every other player has at
        least as much as without agreement; shapes (deals,), (deals, 2) and (deals,).
    regions
        Deals on terms from intervals.
    fallback
        What the two have without agreement, one row for each way to disagree; shape (ways, 2).
    without
        The outcome or structure that is played without agreement.
    equilibria
        Structure to what its equilibria are worth to the two, shape (equilibria, 2).
    settlements
        Bargaining rule to the deal that it picks for the two alone, from the first row of `fallback`; rules that
        compare points of different players are among them if rates are stated.
    """

    players: tuple[str, str]
    outcomes: tuple[str, ...]
    worth: Floats
    accepted: Bools
    regions: tuple[Region, ...]
    fallback: Floats
    without: str
    equilibria: Mapping[str, Floats]
    settlements: Mapping[str, Settlement]


def bargaining_space(
    result: Result,
    players: tuple[str, str] | None = None,
    *,
    fallback: str | None = None,
    rates: Mapping[str, float] | None = None,
) -> BargainingSpace:
    """Lay out the deals of a result's structures by their worth to two players.

    Parameters
    ----------
    result
        As `kgsim.solve` gives it; without private types.
    players
        Two players; the members of the first bloc of two if not given, or the first two players.
    fallback
        What is played without agreement: a structure that was solved, or an outcome. If not given, the structure that a
        bloc of the result falls back on, or what happens if no other rule of the scenario matches.
    rates
        Player to what one point of its counts for; with them the egalitarian and utilitarian rules are told too.

    Raises
    ------
    GameError
        If there is no such player, structure or outcome, or players have private types.
    """
    scenario = result.scenario
    chosen = pair_of(result) if players is None else players
    seats = seats_of(scenario, chosen)
    others = [seat for seat in range(len(scenario.players)) if seat not in seats]
    table = deal_table(result)
    without = without_agreement(result, table) if fallback is None else fallback
    rest = payoffs_without(result, without, table)
    # Whoever is not at the table takes what leaves it no worse off than without agreement.
    least = rest[:, others].min(axis=0)
    dots, regions = [], []
    for rule, members in table.cells:
        name, corners = scenario.outcomes[rule].name, table.payoffs[members]
        if len(members) == 1:
            dots.append((name, corners[0]))
        else:
            regions.append(Region(name, corners[:, seats], _kept(corners, others, least)[:, seats]))
    single = np.array([worth for _, worth in dots]).reshape(len(dots), len(scenario.players))
    return BargainingSpace(
        chosen,
        tuple(name for name, _ in dots),
        single[:, seats],
        np.asarray((single[:, others] >= least).all(axis=1)),
        tuple(regions),
        np.unique(rest[:, seats], axis=0),
        without,
        {
            name: np.array([[each.payoffs[player] for player in chosen] for each in solution.equilibria]).reshape(-1, 2)
            for name, solution in result.structures.items()
        },
        table.between(seats).settlements(seats, rest[0, seats], None if rates is None else [rates[p] for p in chosen]),
    )


def seats_of(scenario: Scenario, players: Sequence[str]) -> list[int]:
    """Numbers of some players.

    Raises
    ------
    GameError
        If there is no such player, or players have private types.
    """
    if scenario.types:
        raise GameError(
            f"scenario {scenario.name} has private types: what a deal is worth depends on them. Write one scenario for "
            "each type"
        )
    for player in players:
        if player not in scenario.players:
            raise GameError(f"there is no player {player!r}. {suggestion(player, scenario.players, 'player')}")
    return [list(scenario.players).index(player) for player in players]


def deal_table(result: Result, structures: Sequence[str] | None = None) -> DealTable:
    """Every deal of a result's structures, or of some of them, on terms from intervals too.

    Raises
    ------
    GameError
        If no deal has finite payoffs.
    """
    scenario = result.scenario
    deals = deals_of(scenario)
    payoffs = deals.tied(scenario, result.values)[..., 0].T
    played = np.unique(np.concatenate([deals.labels[name].ravel() for name in structures or result.structures]))
    played = played[(played >= 0) & np.isfinite(payoffs[played]).all(axis=1)]
    if not len(played):
        raise GameError(f"scenario {scenario.name}: no deal has finite payoffs at these values")
    return DealTable(scenario, deals, payoffs, tuple(cells_of(scenario, deals, played)))


def pair_of(result: Result) -> tuple[str, str]:
    """The two of a bloc with a fallback; else those between whom most deals of equilibria are; else the first two."""
    scenario = result.scenario
    if len(scenario.players) < 2:
        raise GameError(f"scenario {scenario.name} has one player: nobody to bargain with")
    owner = {name: decision.player for name, decision in scenario.decisions.items()}
    blocs = [bloc for name in result.structures for bloc in scenario.structures[name].blocs.values()]
    for bloc in sorted(blocs, key=lambda bloc: bloc.disagreement is None):
        members = dict.fromkeys(owner[decision] for decision in bloc.members)
        if len(members) == 2 and bloc.disagreement is not None:
            first, second = members
            return first, second
    offered = {rule.name: _between(rule, owner) for rule in scenario.outcomes}
    reached = (name for found in result.structures.values() for each in found.equilibria for name in each.outcomes)
    pairs = Counter(offered[name] for name in reached if len(offered[name]) == 2)
    for first, second in (pair for pair, _ in pairs.most_common(1)):
        return first, second
    first, second, *_ = scenario.players
    return first, second


def _between(rule: OutcomeRule, owner: Mapping[str, str]) -> tuple[str, ...]:
    """Whom a deal is between: who moves for it, or, where one alone does, who offers too; nobody without an offer."""
    offering = [owner[name] for formula in rule.terms.values() for name, _ in sorted(formula.attributes)]
    moving = tuple(dict.fromkeys(owner[name] for name in rule.when))
    return () if not offering else moving if len(moving) > 1 else tuple(dict.fromkeys([*offering, *moving]))


def without_agreement(result: Result, table: DealTable) -> str:
    """What is played without agreement, if nobody says: a bloc's fallback, or what comes about if nothing else does."""
    scenario = result.scenario
    for name in result.structures:
        for other in fallback_structures(scenario.structures[name]):
            if other in result.structures and result.structures[other].equilibria:
                return other
    return scenario.outcomes[without_deal(scenario, [rule for rule, _ in table.cells])].name


def payoffs_without(result: Result, without: str, table: DealTable) -> Floats:
    """Everybody's payoffs without agreement; shape (ways, players)."""
    names = [rule.name for rule in result.scenario.outcomes]
    if without in result.structures and result.structures[without].equilibria:
        return np.array([[*each.payoffs.values()] for each in result.structures[without].equilibria])
    if without in names:
        rows = table.payoffs[table.deals.outcomes == names.index(without)]
        if len(rows):
            return np.asarray(rows[np.isfinite(rows).all(axis=1)])
    known = [*result.structures, *names]
    raise GameError(
        f"there is no solved structure or outcome {without!r} to fall back on. {suggestion(without, known, 'fallback')}"
    )


def _kept(corners: Floats, others: list[int], least: Floats) -> Floats:
    """Points that span the mixtures of some corners that leave nobody else below the least it takes."""
    kept = corners
    for seat, bound in zip(others, least, strict=True):
        gap = kept[:, seat] - bound
        crossings = [
            kept[one] + (gap[one] / (gap[one] - gap[other])) * (kept[other] - kept[one])
            for one, other in combinations(range(len(kept)), 2)
            if gap[one] * gap[other] < 0.0
        ]
        kept = np.concatenate([kept[gap >= 0.0], np.array(crossings).reshape(-1, corners.shape[1])])
    return kept
