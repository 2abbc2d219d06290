"""How results are put: intervals, gains, shares and endings as words of a language."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kgsim.language import Words
from kgsim.ranking import all_same
from kgsim.results import Interval, StructureSolution
from kgsim.wording import capital, number, percent, signed

#: Outcomes of a lottery that are named, of more only the count is told; lotteries that are told one by one.
MOST_NAMED, MOST_LOTTERIES = 3, 3


def bounds(said: Words, interval: Interval) -> str:
    """Return an interval, or one number where both ends read the same."""
    return said.interval(*(number(bound) for bound in interval))


def change(said: Words, interval: Interval) -> str:
    """Return a gain with its sign."""
    return said.interval(*(signed(bound) for bound in interval))


def shares(said: Words, found: Iterable[float]) -> str:
    """Return the span of several shares."""
    known = list(found)
    return said.interval(percent(min(known)), percent(max(known)))


def share(flags: object) -> str:
    """Return the share of points at which something is so."""
    return percent(float(np.mean(np.asarray(flags, dtype=bool))))


def same(values: Iterable[Interval]) -> bool:
    """Whether all intervals are one and the same number."""
    return all_same(bound for pair in values for bound in pair)


def known(said: Words, message: str, *, complete: bool) -> str:
    """Return a message with a capital letter, and with a caveat where further equilibria are not ruled out."""
    return capital(said("known.all" if complete else "known.part", message=message))


def endings(said: Words, solution: StructureSolution, *, quoted: bool = False) -> str:
    """Return what a structure's equilibria end in, by short labels, or by full ones in quotation marks."""
    if not solution.equilibria:
        return said("outcomes.unsolved")

    def told(outcome: str) -> str:
        label = solution.labels.outcome(outcome, full=quoted)
        return f"“{label}”" if quoted else label

    sure = dict.fromkeys(told(each.name) for each in solution.equilibria if len(each.outcomes) == 1)
    mixed = dict.fromkeys(
        tuple(told(outcome) for outcome in each.outcomes) for each in solution.equilibria if len(each.outcomes) > 1
    )
    if len(mixed) > MOST_LOTTERIES:
        return said.listed([*sure, said("outcomes.lotteries", count=len(mixed))], "or")
    lotteries = (
        said("outcomes.lottery", outcomes=said.listed(each))
        if len(each) <= MOST_NAMED
        else said("outcomes.mixture", count=len(each))
        for each in mixed
    )
    return said.listed(dict.fromkeys([*sure, *lotteries]), "or")
