"""Every structure of play at many parameter points at once.

Points are worked through in chunks small enough for the arrays to stay in the processor's cache. For each structure and
point the engine says which deals certainly end an equilibrium, and whether that is all there is (see
`kgsim.engine.sets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from kgsim.arrays import Floats
from kgsim.engine.induction import Common, ends
from kgsim.engine.one_by_one import by_itself, one_by_one
from kgsim.engine.plan import Plan, plan
from kgsim.engine.solutions import EquilibriumSets, unlooked
from kgsim.engine.trees import Tree
from kgsim.scenario.deals import Deals, deals_of
from kgsim.scenario.model import Scenario
from kgsim.scenario.on_the_table import offers_of_deals
from kgsim.scenario.payoffs import parameter_values, with_ties
from kgsim.solvers.compiled import available
from kgsim.structures.offers.boxes import offers_at_once
from kgsim.structures.solution import in_order

#: Parameter points worked through at once.
CHUNK = 1024

#: Points from which on compiled kernels repay the time to load them, and to compile them once.
WORTH_COMPILING = 8_000


@dataclass(eq=False)
class Engine:
    """A scenario laid out for many points.

    Parameters
    ----------
    scenario
        A checked scenario.
    structures
        Structures to solve; those they fall back on are solved too.
    fast
        Whether to use compiled kernels, which give the same answers and list mixed equilibria (`kgsim.engine.mixed`) at
        more points; see `worth_compiling`.
    offers
        Menu values of moves that are told beside the payoffs, as those of further players who never move
        (`kgsim.scenario.on_the_table`).
    whole
        Whether the deals of all structures are wanted, and not only of those that are solved.
    """

    scenario: Scenario
    structures: tuple[str, ...]
    fast: bool = False
    offers: tuple[str, ...] = ()
    whole: bool = True
    deals: Deals = field(init=False)
    plans: dict[str, Plan] = field(init=False)
    layouts: dict[object, Plan] = field(init=False, default_factory=dict)
    trees: dict[str, Tree] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        solved = {name: self.scenario.structures[name] for name in in_order(self.scenario, self.structures)}
        self.deals = deals_of(self.scenario if self.whole else replace(self.scenario, structures=solved))
        self.plans = {
            name: plan(self.scenario, structure, self.deals.labels[name]) for name, structure in solved.items()
        }

    def payoffs(self, points: Mapping[str, ArrayLike]) -> Floats:
        """Payoffs of every deal, and what is offered in it; shape (players and offers, deals, points)."""
        return self._with_offers(self.deals.payoffs(self.scenario, points), points)

    def _with_offers(self, values: Floats, points: Mapping[str, ArrayLike]) -> Floats:
        if not self.offers:
            return values
        rows = offers_of_deals(self.deals.outcomes, self.deals.menus, self.offers, points)
        return np.concatenate([values, np.broadcast_to(rows, (*rows.shape[:2], values.shape[-1]))])

    def _with_ties(self, points: Mapping[str, Floats], payoffs: Floats) -> Floats:
        def sizes() -> Floats:
            return np.abs(self._with_offers(self.deals.sizes(self.scenario, points), points)).swapaxes(0, 1)

        tied = with_ties(payoffs.swapaxes(0, 1), sizes)
        return np.ascontiguousarray(tied.swapaxes(0, 1))

    def solve(
        self, points: Mapping[str, Floats], payoffs: Floats | None = None, *, tied: bool = False
    ) -> dict[str, EquilibriumSets]:
        """Solve every structure at some points, all at once; callers keep to `CHUNK` points or so.

        What types make of play, and of several movers' offers at once, is not known here: such structures are left to
        the solver of single points, see `kgsim.engine.solutions.unlooked`.

        Parameters
        ----------
        points
            Parameter to values, shape (m,); parameters left out stay at their base values.
        payoffs
            What `payoffs` gives for these points, if it is known already.
        tied
            Whether ties among these are exact already.
        """
        payoffs = self.payoffs(points) if payoffs is None else payoffs
        if self.scenario.types:
            left = unlooked(self.deals.outcomes, payoffs, len(self.scenario.outcomes))
            return dict.fromkeys(self.plans, left)
        common = Common(
            self.scenario,
            self.deals,
            self.fast,
            points,
            parameter_values(self.scenario, points),
            payoffs if tied else self._with_ties(points, payoffs),
            bool(np.isfinite(payoffs).all()),
            self.layouts,
            self.trees,
        )
        for name, plan_ in self.plans.items():
            structure = self.scenario.structures[name]
            if offers_at_once(self.scenario, structure):
                common.solved[name] = unlooked(self.deals.outcomes, common.payoffs, len(self.scenario.outcomes))
            else:
                single = by_itself(self.scenario, structure)
                common.solved[name] = (one_by_one if single else ends)(common, name, plan_)
        return common.solved


def worth_compiling(points: int) -> bool:
    """Whether a study of so many points is faster with compiled kernels, and numba is there to compile them."""
    return points >= WORTH_COMPILING and available()
