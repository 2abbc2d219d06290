"""PRIM: boxes of parameters in which cases of interest lie close together.

The patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9) peels a box: again and again it
cuts off, at one end of one axis, the small share of the cases inside whose loss leaves the largest share of cases of
interest. Every step is one box of a trajectory from a large box of low density to a small one of high density. The box
that is taken is then pasted: a face moves out again where that lowers nothing. Scenario discovery (Bryant and Lempert
2010, Technological Forecasting and Social Change 77) reads off each box

coverage
    the share of all cases of interest that lie in it (recall);
density
    the share of its cases that are of interest (precision);
mass
    the share of all cases that lie in it;
quasi-p value
    of each limit, how likely so many cases of interest, or more, are among so many cases if the limit made no
    difference: a one-sided binomial test against the density of the box without it. They are no p values proper, since
    the same cases have chosen the box.

Further boxes are found in the cases that earlier ones leave (covering).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from kgsim.arrays import Bools, Floats
from kgsim.errors import GameError

#: Share of the cases inside that one peel cuts off, and of all cases that a box keeps at least.
PEEL, LEAST_MASS = 0.05, 0.03

#: A limit whose quasi-p value is larger is dropped.
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Box:
    """A box and how well it describes the cases of interest.

    Attributes
    ----------
    limits
        Restricted parameter to its least and largest value inside; an infinite bound is no restriction.
    quasi_p
        Restricted parameter to the quasi-p value of its lower and its upper limit; None where there is none.
    """

    limits: dict[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    cases: int
    quasi_p: dict[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Peeled:
    """One box found, with the peeling trajectory that it was taken from, largest box first."""

    box: Box
    trajectory: tuple[Box, ...]


def discover(
    cases: Floats,
    interest: Bools,
    names: Sequence[str],
    *,
    density: float = 0.8,
    boxes: int = 3,
    patience: float = PEEL,
    least_mass: float = LEAST_MASS,
) -> tuple[Peeled, ...]:
    """Find boxes of cases of interest.

    Parameters
    ----------
    cases
        Parameter values; shape (cases, parameters).
    interest
        Which cases are of interest; shape (cases,).
    names
        The parameters, in the order of the columns.
    density
        Of each trajectory the first, largest box that is so dense is taken, or the densest if none is; limits whose
        quasi-p value exceeds `SIGNIFICANT` are then dropped, worst first.
    boxes
        How many to look for at most. One that is less dense than asked for is kept only as the first.
    patience
        Share of the cases inside that a peel cuts off.
    least_mass
        Share of all cases that a box holds at least.

    Raises
    ------
    GameError
        If no case is of interest, or every one.
    """
    if not interest.any() or interest.all():
        which = "none" if not interest.any() else "every one"
        raise GameError(f"of {len(interest):,} cases {which} is of interest, so there is no box to find")
    found: list[Peeled] = []
    left = np.ones(len(cases), dtype=bool)
    while len(found) < boxes and (interest & left).any():
        search = _Search(cases, interest, names, left)
        path = list(search.peel(patience, least_mass))
        dense = [limits for limits in path if search.density(limits) >= density]
        # Of equally dense boxes the earlier is the larger.
        taken = dense[0] if dense else max(path, key=search.density)
        taken = search.simplified(search.pasted(taken, patience))
        box = search.box(taken)
        if not box.limits or (found and box.density < density):
            break
        found.append(Peeled(box, tuple(search.box(limits) for limits in path)))
        left &= ~search.inside(taken)
    return tuple(found)


@dataclass(eq=False)
class _Search:
    """Boxes among the cases that earlier boxes have left; limits are arrays of shape (parameters, 2)."""

    cases: Floats
    interest: Bools
    names: Sequence[str]
    left: Bools

    def inside(self, limits: Floats) -> Bools:
        within = (self.cases >= limits[:, 0]) & (self.cases <= limits[:, 1])
        return np.asarray(within.all(axis=1) & self.left)

    def density(self, limits: Floats) -> float:
        return float(self.interest[self.inside(limits)].mean())

    def peel(self, patience: float, least_mass: float) -> Iterator[Floats]:
        """The whole space first, then every peel."""
        limits = np.tile([-np.inf, np.inf], (len(self.names), 1))
        inside = self.left.copy()
        while True:
            yield limits.copy()
            x, y = self.cases[inside], self.interest[inside]
            if y.all():
                return
            best: tuple[float, int, int, int, float] | None = None
            for side in (0, 1):
                bounds = _cuts(x, patience) if side == 0 else -_cuts(-x, patience)
                kept = x >= bounds if side == 0 else x <= bounds
                counts = kept.sum(axis=0)
                usable = (counts < len(x)) & (counts >= least_mass * len(self.cases))
                for axis in np.flatnonzero(usable).tolist():
                    count = int(counts[axis])
                    candidate = (float(y[kept[:, axis]].mean()), count, -axis, side, float(bounds[axis]))
                    best = candidate if best is None else max(best, candidate)
            if best is None:
                return
            _, _, axis, side, bound = best
            limits[-axis, side] = bound
            inside = self.inside(limits)

    def pasted(self, limits: Floats, patience: float) -> Floats:
        """Move faces out, a few cases at a time, while the density does not fall and the box grows."""
        while True:
            now, size = self.density(limits), int(self.inside(limits).sum())
            step = max(int(patience * size), 1)
            best: tuple[float, int, Floats] | None = None
            for axis, side in np.argwhere(np.isfinite(limits)).tolist():
                wider = limits.copy()
                wider[axis, side] = (-np.inf, np.inf)[side]
                beyond = self.inside(wider) & ~self.inside(limits)
                values = np.sort(self.cases[beyond, axis])
                if len(values):
                    wider[axis, side] = values[-step:][0] if side == 0 else values[:step][-1]
                found = self.inside(wider)
                candidate = (float(self.interest[found].mean()), int(found.sum()), wider)
                if candidate[:2] > (now, size) and (best is None or candidate[:2] > best[:2]):
                    best = candidate
            if best is None:
                return limits
            limits = best[2]

    def simplified(self, limits: Floats) -> Floats:
        """Drop limits that make no difference beyond chance, the least telling first."""
        limits = limits.copy()
        while True:
            tested = [(self.quasi_p(limits, *where), where) for where in np.argwhere(np.isfinite(limits)).tolist()]
            worst = max(tested, key=lambda each: each[0], default=(0.0, None))
            if worst[0] <= SIGNIFICANT or worst[1] is None:
                return limits
            limits[tuple(worst[1])] = (-np.inf, np.inf)[worst[1][1]]

    def quasi_p(self, limits: Floats, axis: int, side: int) -> float:
        wider = limits.copy()
        wider[axis, side] = (-np.inf, np.inf)[side]
        inside, around = self.interest[self.inside(limits)], self.interest[self.inside(wider)]
        return float(binom.sf(int(inside.sum()) - 1, len(inside), around.mean()))

    def box(self, limits: Floats) -> Box:
        inside = self.interest[self.inside(limits)]
        restricted = np.flatnonzero(np.isfinite(limits).any(axis=1)).tolist()

        def tested(axis: int, side: int) -> float | None:
            return self.quasi_p(limits, axis, side) if np.isfinite(limits[axis, side]) else None

        return Box(
            {self.names[axis]: (float(limits[axis, 0]), float(limits[axis, 1])) for axis in restricted},
            float(inside.sum() / self.interest.sum()),
            float(inside.mean()),
            len(inside) / len(self.cases),
            len(inside),
            {self.names[axis]: (tested(axis, 0), tested(axis, 1)) for axis in restricted},
        )


def _cuts(x: Floats, patience: float) -> Floats:
    """Where to cut each column from below: at the quantile, but always above the least value."""
    cuts = np.quantile(x, patience, axis=0, method="higher")
    least = x.min(axis=0)
    above = np.where(x > least, x, np.inf).min(axis=0)
    return np.asarray(np.where(cuts > least, cuts, above))
