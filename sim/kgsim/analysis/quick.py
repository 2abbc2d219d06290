"""A quick pass over the draws beside every answer, so that no claim is counted without the share of draws behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgsim.analysis.plain import Plain, plain
from kgsim.analysis.priors import default_priors
from kgsim.analysis.robustness import robustness
from kgsim.analysis.robustness_result import PriorResult
from kgsim.engine.one_by_one import by_itself
from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.structures.offers.boxes import has_intervals, offers_at_once

#: Draws; those where terms are offered from intervals; and where each is solved by itself: private types, chance, moves
#: unseen, offers made at once, critical discount factors.
DRAWS, OFFERED, FEW = 512, 256, 64

SEED = 0


@dataclass(frozen=True)
class QuickPass(Plain):
    """Shares of a few draws, those of `kgsim.robustness` with the same prior, number of draws and seed.

    Attributes
    ----------
    draws, seed
        How many, and of which seed.
    shares
        What they give; None if none could be made.
    together
        The claims that are counted and hold where nothing is drawn (see `kgsim.analysis.robustness_result`).
    why_not
        Why no draws were made, as a clause; empty if they were.
    """

    draws: int
    seed: int
    shares: PriorResult | None
    together: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def command(self) -> str:
        """The options of `kgsim robustness` that give the same numbers."""
        assert self.shares is not None
        return f"--draws {self.draws} --seed {self.seed} --prior {self.shares.name} --no-ordinal"


def quick_pass(
    scenario: Scenario,
    values: Mapping[str, float] | None = None,
    structures: Sequence[str] | None = None,
    *,
    outcomes: bool = False,
) -> QuickPass | None:
    """Draw parameters from their ranges and look at the claims, within about a second.

    Parameters
    ----------
    values
        Parameters that are held and not drawn.
    structures
        Names; all if not given. Claims that speak of others are left out.
    outcomes
        Whether to draw even where there is no claim, for the shares of outcomes.

    Returns
    -------
    QuickPass or None
        None if the scenario makes no claim and outcomes are not asked for.
    """
    if not (scenario.claims or outcomes):
        return None
    slow = bool(scenario.types) or any(
        call.function == "critical_discount" for claim in scenario.claims.values() for call in claim.calls
    )
    slow |= any(by_itself(scenario, each) or offers_at_once(scenario, each) for each in scenario.structures.values())
    offered = any(has_intervals(scenario, structure) for structure in scenario.structures.values())
    draws = FEW if slow else OFFERED if offered else DRAWS
    try:
        found = robustness(
            scenario,
            values,
            draws=draws,
            seed=SEED,
            structures=structures,
            priors=default_priors(scenario)[:1],
            ordinal=False,
        )
    except GameError as error:
        return QuickPass(0, SEED, None, why_not=str(error))
    (shares,) = found.priors.values()
    return QuickPass(shares.draws, SEED, shares, found.together)


def plain_pass(drawn: QuickPass | None) -> object:
    """A pass as plain data: the draws, the shares of the claims, and of the draws in which those counted all hold."""
    if drawn is None or drawn.shares is None:
        return None if drawn is None else {"why_not": drawn.why_not}
    return {
        "draws": drawn.draws,
        "seed": drawn.seed,
        "prior": drawn.shares.name,
        "claims": plain(drawn.shares.claims),
        "together": {"claims": list(drawn.together), "share": plain(drawn.shares.together)},
    }
