"""How results are put: structures, endings, intervals and gains as words of a language."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kgsim.briefing.findings import Findings
from kgsim.language import Words
from kgsim.ranking import gain
from kgsim.results import Interval, StructureSolution
from kgsim.wording import close, number, percent, signed

#: Outcomes of a lottery that are named, of more only the count is told; lotteries that are told one by one.
MOST_NAMED, MOST_LOTTERIES = 3, 3


def title(structure: str) -> str:
    """Return a structure's name as a reader sees it."""
    return structure.replace("_", " ")


def named(found: Findings, structure: str) -> str:
    """Return a structure's label, or its name as a reader sees it."""
    label = found.scenario.structures[structure].label
    return label if label and label != structure else title(structure)


def ended(found: Findings, outcome: str) -> str:
    """Return an outcome's label, or its name."""
    return next((rule.label for rule in found.scenario.outcomes if rule.name == outcome), "") or outcome


def unit(found: Findings, parameter: str) -> str:
    """Return a parameter's unit after a space, or nothing."""
    known = found.scenario.parameters[parameter].unit
    return f" {known}" if known else ""


def bounds(said: Words, interval: Interval) -> str:
    """Return an interval, or one number where both ends read the same."""
    return said.interval(*(number(bound) for bound in interval))


def change(said: Words, interval: Interval) -> str:
    """Return a gain with its sign."""
    return said.interval(*(signed(bound) for bound in interval))


def endings(said: Words, solution: StructureSolution, found: Findings | None = None) -> str:
    """Return what a structure's equilibria end in, by the labels that `found` knows or else by names."""
    if not solution.equilibria:
        return said("outcomes.unsolved")

    def told(outcome: str) -> str:
        return outcome if found is None else f"“{ended(found, outcome)}”"

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


def gains(found: Findings) -> dict[str, Interval]:
    """Return what the second structure compared is worth to each player over the first."""
    assert found.compare is not None
    before, after = (found.result.structures[name].values for name in found.compare)
    return {player: gain(before[player], after[player]) for player in found.scenario.players}


def verdict(said: Words, found: Findings, code: int) -> str:
    """Return an answer to the briefing's question as a clause; `code` as in `kgsim.analysis.questions`."""
    assert found.ask is not None
    word = ("no", "yes", "depends", "undecided", "vacuous")[code]
    if found.ask.claim is not None:
        return said(f"answer.{word}_claim", claim=found.ask.claim)
    return said(f"answer.{word}_outcome", outcome=found.ask.outcome, structure=title(found.ask.structure or ""))


def share(flags: object) -> str:
    """Return the share of points at which something is so."""
    return percent(float(np.mean(np.asarray(flags, dtype=bool))))


def same(values: Iterable[Interval]) -> bool:
    """Whether all intervals are one and the same number."""
    first, *rest = (bound for pair in values for bound in pair)
    return all(close(first, bound) for bound in rest)
