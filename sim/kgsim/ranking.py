"""Outcomes in the order in which each player likes them: ranks are all that may be compared between players."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kgsim.results import Interval, Result, StructureSolution
from kgsim.wording import NOISE, close

Rank = tuple[int, int]


def ranks(payoffs: Mapping[str, Interval]) -> dict[str, Rank]:
    """Rank outcomes by one player's payoffs, 1 being best.

    Parameters
    ----------
    payoffs
        Outcome to the least and largest payoff, since the terms of an outcome may vary.

    Returns
    -------
    dict
        Outcome to its best and worst possible rank: 1 plus the number of outcomes that are surely better, and 1 plus
        the number that may be better.

    >>> ranks({"deal": (1.0, 5.0), "talks": (2.0, 2.0), "war": (-9.0, -9.0)})
    {'deal': (1, 2), 'talks': (1, 2), 'war': (3, 3)}
    """
    return {
        outcome: (
            1 + sum(lower > high + NOISE for lower, _ in payoffs.values()),
            1 + sum(upper > low + NOISE for name, (_, upper) in payoffs.items() if name != outcome),
        )
        for outcome, (low, high) in payoffs.items()
    }


def told(rank: Rank) -> str:
    """Return a rank, or the span of ranks, as text."""
    best, least = rank
    return str(best) if best == least else f"{best}-{least}"


def worst(payoffs: Mapping[str, Interval]) -> frozenset[str]:
    """Return the outcomes in which one player may fare worst; none if nothing sets them apart."""
    least = min(low for low, _ in payoffs.values())
    if all(close(bound, least) for pair in payoffs.values() for bound in pair):
        return frozenset()
    return frozenset(outcome for outcome, (low, _) in payoffs.items() if close(low, least))


def payoffs_of(result: Result, player: str) -> dict[str, Interval]:
    """Return one player's payoff interval of every outcome that some profile reaches, in the scenario's order."""
    return {
        rule.name: result.outcome_payoffs[rule.name][player]
        for rule in result.scenario.outcomes
        if rule.name in result.outcome_payoffs
    }


def reached_in(result: Result, outcome: str) -> tuple[str, ...]:
    """Return the structures of which some equilibrium reaches the outcome."""
    return tuple(name for name, solution in result.structures.items() if outcome in solution.outcomes)


def reached_payoffs(result: Result, outcome: str, player: str) -> Interval | None:
    """Return the player's payoff of the outcome as equilibria reach it, on their terms; None if none does."""
    payoffs = [
        course.payoffs[player]
        for solution in result.structures.values()
        for equilibrium in solution.equilibria
        for course in equilibrium.courses
        if course.outcome == outcome
    ]
    return (min(payoffs), max(payoffs)) if payoffs else None


def solved(result: Result) -> dict[str, StructureSolution]:
    """Return the structures that have equilibria to speak of."""
    return {name: solution for name, solution in result.structures.items() if solution.equilibria}


def worst_structures(result: Result, player: str) -> frozenset[str]:
    """Return the structures in which the player may fare worst; none if all structures give the same for sure."""
    values = {name: solution.values[player] for name, solution in solved(result).items()}
    if not values or all_same(value for bounds in values.values() for value in bounds):
        return frozenset()
    least = min(lower for lower, _ in values.values())
    return frozenset(name for name, (lower, _) in values.items() if close(lower, least))


def gain(before: Interval, after: Interval) -> Interval:
    """Return the least and largest gain from one payoff interval to another, over all pairs of equilibria.

    >>> gain((2.5, 2.5), (12.5, 14.0))
    (10.0, 11.5)
    """
    return after[0] - before[1], after[1] - before[0]


def all_same(values: Iterable[float]) -> bool:
    """Whether values are the same but for rounding; at least one is given."""
    first, *rest = values
    return all(close(first, value) for value in rest)
