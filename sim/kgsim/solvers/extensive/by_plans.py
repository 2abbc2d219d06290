"""Nash equilibria of a tree by its reduced strategic form, as far as that is small enough.

A small form is solved completely where its solver can. Of a larger one the pure equilibria are found, which is quick
and exact, and of those that lead to the same lottery only some are kept: plans that differ off the path alone are many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame
from kgsim.games.plans import Partial, StrategicForm, behaviour_of, count_plans, size_told, strategic_form
from kgsim.games.reduction import reduce_game
from kgsim.games.strategic import pure_equilibria
from kgsim.solvers.effort import Effort
from kgsim.solvers.equilibria import Profile, pure_strategy
from kgsim.solvers.strategic.nash import NashSet, nash

#: Profiles of plans in a strategic form that is written out to be solved.
MOST_PROFILES = 100_000

#: Cells of a two-player form, and combinations of supports of any other, whose mixed equilibria are sought. Both count
#: what strict dominance and equal plans leave.
MOST_CELLS = 2_000
MOST_SUPPORTS = 4_000

#: Pure equilibria kept of those that lead to the same lottery.
MOST_ALIKE = 50


@dataclass(frozen=True, eq=False)
class ByPlans:
    """Nash equilibria in behaviour strategies; the fields are those of `NashSet`, and the set may be empty."""

    behaviours: tuple[Partial, ...]
    components: tuple[tuple[int, ...], ...]
    complete: bool
    reason: str
    spanned: bool


def solve_by_plans(game: ExtensiveGame, effort: Effort) -> ByPlans:
    """Find the Nash equilibria of a game of perfect recall.

    Raises
    ------
    GameError
        If the strategic form is too large to write out.
    OutOfEffort
        If no time is left.
    """
    counts = count_plans(game)
    if prod(counts) > MOST_PROFILES:
        raise GameError(f"the strategic form has {size_told(counts)} plans, more than are written out")
    form = strategic_form(game)
    effort.spend(form.payoffs.size)
    if _mixed_are_sought(form):
        found = solve_form(form.payoffs, effort)
        profiles, components = list(found.equilibria), found.components
        complete, reason, spanned = found.complete, found.reason, found.spanned
    else:
        profiles, components, complete, spanned = [], (), False, True
        reason = f"{size_told(counts)} plans are too many to look for mixed equilibria; pure ones are found exactly"
    pure, all_of_them = _pure(form, profiles)
    profiles += pure
    if not (complete or all_of_them):
        reason += f"; of those that lead to the same {MOST_ALIKE} are listed"
    behaviours, continua = _without_repetition(form, profiles, components)
    kept = tuple(group for group in continua if len(group) > 1 or not spanned)
    return ByPlans(behaviours, kept, complete, reason, spanned)


def solve_form(payoffs: NDArray[np.float64], effort: Effort) -> NashSet:
    """`nash` with the time that is left, if that is limited."""
    return nash(payoffs, time_limit=effort.remaining())


def _mixed_are_sought(form: StrategicForm) -> bool:
    sizes: list[int] = [count for count in reduce_game(form.payoffs).scaled.shape[1:] if count > 1]
    if len(sizes) <= 2:
        return prod(sizes) <= MOST_CELLS
    return prod((1 << size) - 1 for size in sizes) <= MOST_SUPPORTS


def _pure(form: StrategicForm, known: list[Profile]) -> tuple[list[Profile], bool]:
    """Pure equilibria that are not known, such as mere points of a continuum, and whether all; see `MOST_ALIKE`."""
    cells = {tuple(int(s.argmax()) for s in profile) for profile in known if all(s.max() == 1.0 for s in profile)}
    seen = Counter(float(form.marks[cell]) for cell in cells)
    added: list[Profile] = []
    for index in pure_equilibria(form.payoffs):
        cell = tuple(map(int, index))
        mark = float(form.marks[cell])
        if cell in cells:
            continue
        seen[mark] += 1
        if seen[mark] <= MOST_ALIKE:
            added.append(tuple(pure_strategy(size, a) for size, a in zip(form.marks.shape, cell, strict=True)))
    return added, max(seen.values(), default=0) <= MOST_ALIKE


def _without_repetition(
    form: StrategicForm, profiles: list[Profile], components: tuple[tuple[int, ...], ...]
) -> tuple[tuple[Partial, ...], tuple[tuple[int, ...], ...]]:
    """Profiles as behaviour, those that are the same there told once, and the continua between them."""
    told: dict[tuple[object, ...], Partial] = {}
    keys = []
    for profile in profiles:
        behaviour = behaviour_of(form, profile)
        parts = (None if part is None else tuple(part.round(12).tolist()) for part in behaviour.values())
        keys.append(tuple(parts))
        told.setdefault(keys[-1], behaviour)
    place = {key: number for number, key in enumerate(told)}
    groups = {tuple(sorted({place[keys[i]] for i in group})) for group in components}
    return tuple(told.values()), tuple(sorted(groups))
