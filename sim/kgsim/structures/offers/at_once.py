"""Several movers who offer from intervals at once, what later movers make of one offer turning on another.

What all of them offer is a place in a cube of all their terms (common agency: Bernheim and Whinston 1986). What later
movers answer divides it into cells, inside which every payoff is affine. Given what the others offer, the most that a
mover can get from a cell is a concave function of their terms, made of affine pieces, and an offer is a best reply
where it is worth as much as that of each cell. So the equilibria in pure strategies are the places of a cell at which
every mover's worth is at least some affine functions: polytopes, whose corners are listed, with all that lies between.

Whoever is indifferent answers as it does to offers close by: the equilibria are the limits, from inside the cells, of
offers that nobody gains more than next to nothing by changing (Radner 1980).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.errors import StructureError
from kgsim.solvers.offers.cells import corner_weights
from kgsim.solvers.offers.polytopes import Affine, Highest, Polytope, cube, highest
from kgsim.structures.offers.boxes import Box
from kgsim.structures.offers.play import OFFERS_MEET, Bundled, Play
from kgsim.tolerances import ROUNDING

#: What each mover of the first stage offers: one of its boxes, or an action as a box without terms.
Choice = tuple[Box, ...]


@dataclass(frozen=True, eq=False)
class Cell:
    """Offers that are all answered alike.

    Attributes
    ----------
    choice
        The boxes they are from.
    part
        Which of the boxes' product they are.
    answers
        Bundles that later movers may end play with, all over the cell.
    """

    choice: Choice
    part: Polytope
    answers: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Agreed:
    """Equilibria in pure strategies: all of a polytope's places, which are answered as offers next to them are.

    Attributes
    ----------
    cell
        The cell they are in, or at the border of.
    answer
        The bundle that play ends with.
    near
        A place inside the cell, in the part of it that the equilibria are the limits of.
    places
        The polytope.
    """

    cell: Cell
    answer: int
    near: Floats
    places: Polytope


@dataclass(frozen=True, eq=False)
class _Joint:
    """What can follow a choice of boxes, and what it is worth to whom."""

    bundled: Bundled
    worth: tuple[tuple[Affine, ...], ...]
    later: tuple[tuple[Affine, ...], ...]


class AtOnce:
    """The first stage of a play at one point, whose movers offer at once; the later ones' offers are listed.

    Raises
    ------
    StructureError
        If a mover is a bloc whose rule is no weighted sum, or what a later one offers turns on the first offers.
    """

    def __init__(self, play: Play) -> None:
        if any(worth is None for worth in play.worths) or (play.meets is not None and play.meets.any()):
            raise StructureError(OFFERS_MEET)
        self.play, self.axes = play, play.stages[0]
        self.choices = [self._boxes(axis) for axis in self.axes]

    def _boxes(self, axis: int) -> tuple[Box, ...]:
        boxed = {int(corner) for box in self.play.boxes[axis] for corner in box.corners}
        plain = [action for action in range(self.play.labels.shape[axis]) if action not in boxed]
        return (*(Box(np.array([action]), ()) for action in plain), *self.play.boxes[axis])

    @cached_property
    def cells(self) -> dict[Choice, list[Cell]]:
        """The cells of each choice of boxes."""
        return {choice: list(self._cells(choice)) for choice in product(*self.choices)}

    @cached_property
    def _joints(self) -> dict[Choice, _Joint]:
        return {choice: self._joint(choice) for choice in product(*self.choices)}

    def _joint(self, choice: Choice) -> _Joint:
        bundled = Bundled.of(self.play, 0, dict(zip(self.axes, choice, strict=True)))
        first = self.play.payoffs[0][:, bundled.bundles]
        own = [self.play.goals[axis][0].score(first) for axis in self.axes]
        return _Joint(bundled, tuple(map(_affine, own)), tuple(map(_affine, bundled.worths(self.play))))

    def _cells(self, choice: Choice) -> Iterator[Cell]:
        joint = self._joints[choice]
        pending = [cube(joint.bundled.terms)]
        while pending:
            part = pending.pop()
            found = self._answers(joint, part, joint.bundled.numbers)
            for worths in joint.worth:
                if not isinstance(found, Affine) and len(found) > 1:
                    least = _largest(part, [worths[bundle] for bundle in found], least=True)
                    found = least if isinstance(least, Affine) else found
            if isinstance(found, Affine):
                pending += [half for half in part.divided(found) if half is not None]
            else:
                yield Cell(choice, part, found)

    def _answers(self, joint: _Joint, part: Polytope, block: Integers, stage: int = 0) -> tuple[int, ...] | Affine:
        """The bundles that may end play all over a part, or what divides it."""
        if stage == len(joint.later):
            return (int(block),)
        worths = joint.later[stage]
        choices = []
        for option in {part.tobytes(): part for part in np.ascontiguousarray(block)}.values():
            found = self._answers(joint, part, option, stage + 1)
            if isinstance(found, Affine):
                return found
            choices.append(found)
        surely = []
        for bundles in choices:
            least = _largest(part, [worths[bundle] for bundle in bundles], least=True) if len(bundles) > 1 else 0
            if isinstance(least, Affine):
                return least
            surely.append(bundles[least])
        best = _largest(part, [worths[bundle] for bundle in surely])
        if isinstance(best, Affine):
            return best
        answers = []
        for number, bundles in enumerate(choices):
            for bundle in bundles:
                gap = worths[bundle].less(worths[surely[best]])
                height = gap.at(part.corners)
                if number != best and (height < 0.0).any():
                    if (height > 0.0).any():
                        return gap
                    continue
                answers.append(bundle)
        return tuple(dict.fromkeys(answers))

    def equilibria(self) -> list[Agreed]:
        """All equilibria in pure strategies in which ties are answered as offers close by are."""
        found = [
            Agreed(cell, answer, near.middle, places)
            for cells in self.cells.values()
            for cell in cells
            for answer in cell.answers
            for near, places in self._stable(cell, answer)
        ]
        return _largest_sets(found)

    def _stable(self, cell: Cell, answer: int) -> list[tuple[Polytope, Polytope]]:
        """Where in a cell nobody gains by another offer: parts of it, and the places in and around each."""
        pieces = [(cell.part, cell.part)]
        for mover in range(len(self.axes)):
            worth = self._joints[cell.choice].worth[mover][answer]
            for choice in self._own_choices(cell.choice, mover):
                for best in self._best(choice, mover):
                    limit = _embedded(best, cell.choice, mover)
                    pieces = [each for piece in pieces for each in _allowed(*piece, worth, limit)]
                    if not pieces:
                        return []
        return pieces

    def _own_choices(self, choice: Choice, mover: int) -> list[Choice]:
        """What a mover may choose instead, and what it does first."""
        others = [(*choice[:mover], box, *choice[mover + 1 :]) for box in self.choices[mover] if box != choice[mover]]
        return [choice, *others]

    def _best(self, choice: Choice, mover: int) -> list[Highest]:
        if (choice, mover) not in self._bests:
            given = _places_of_others(choice, mover)
            self._bests[choice, mover] = [
                highest(cell.part, given, self._worst(cell, mover)) for cell in self.cells[choice]
            ]
        return self._bests[choice, mover]

    @cached_property
    def _bests(self) -> dict[tuple[Choice, int], list[Highest]]:
        return {}

    def _worst(self, cell: Cell, mover: int) -> Affine:
        """What a mover is sure of in a cell."""
        worths = self._joints[cell.choice].worth[mover]
        return min(
            (worths[answer] for answer in cell.answers), key=lambda worth: float(worth.at(cell.part.corners).sum())
        )

    def own(self, choice: Choice, mover: int) -> list[int]:
        """The coordinates of what a mover offers."""
        return _places_of(choice, mover)

    def deals(self, agreed: Agreed) -> Integers:
        """The deals at the corners that an equilibrium's answer leads to."""
        deals: Integers = self._joints[agreed.cell.choice].bundled.bundles[agreed.answer]
        return deals

    def end(self, agreed: Agreed, place: Floats) -> tuple[int, Floats]:
        """The outcome that an equilibrium with these offers ends in, and what it is worth to each player."""
        deals = self.deals(agreed)
        return int(self.play.outcomes[deals[0]]), between(self.play.payoffs[0][:, deals, 0], place)

    def deviation(self, agreed: Agreed, mover: int, box: Box, place: Floats) -> tuple[Floats, Floats] | None:
        """The best offer of a mover from a box when the others keep to a place, and one that it is answered as."""
        choice = (*agreed.cell.choice[:mover], box, *agreed.cell.choice[mover + 1 :])
        others, own = _places_of_others(choice, mover), _places_of(choice, mover)
        here, near = (where[_places_of_others(agreed.cell.choice, mover)] for where in (place, agreed.near))
        best, found = -np.inf, None
        for cell in self.cells[choice]:
            slices = [_slice(cell.part, others, where) for where in (here, near)]
            if slices[0] is not None and slices[1] is not None:
                heights = self._worst(cell, mover).at(slices[0].corners)
                if heights.max() > best:
                    best = float(heights.max())
                    found = slices[0].corners[heights.argmax()][own], slices[1].middle[own]
        return found


def between(corners: Floats, place: Floats) -> Floats:
    """Payoffs at a place in a cube, given those at its corners, shape (players, corners, ...)."""
    weights = corner_weights(place[:, None])[:, 0]
    mean, size = (np.tensordot(each, weights, axes=([1], [0])) for each in (corners, np.abs(corners)))
    return np.asarray(np.where(np.abs(mean) <= ROUNDING * size, 0.0, mean))


def _affine(worths: Floats) -> tuple[Affine, ...]:
    """Payoffs of bundles at the corners of a box, shape (bundles, corners, 1), as functions of the place in it."""
    corners = worths[..., 0]
    n = corners.shape[1].bit_length() - 1
    constant = corners[:, 0]
    slope = np.column_stack([np.zeros((len(corners), 0)), *(corners[:, 1 << (n - 1 - i)] - constant for i in range(n))])
    size = np.abs(corners).max(axis=1)
    return tuple(Affine(*each) for each in zip(slope, constant.tolist(), size.tolist(), strict=True))


def _largest(part: Polytope, functions: Sequence[Affine], *, least: bool = False) -> int | Affine:
    """Which of some functions is the largest, or least, all over a part; or the difference of two that divides it."""
    means = [float(each.at(part.corners).mean()) for each in functions]
    best = int(np.argmin(means) if least else np.argmax(means))
    for other in functions:
        gap = functions[best].less(other)
        heights = gap.at(part.corners)
        if (heights > 0.0).any() and (heights < 0.0).any():
            return gap
    return best


def _places_of(choice: Choice, mover: int) -> list[int]:
    """The coordinates of a mover's terms."""
    first = sum(len(box.terms) for box in choice[:mover])
    return list(range(first, first + len(choice[mover].terms)))


def _places_of_others(choice: Choice, mover: int) -> list[int]:
    own = _places_of(choice, mover)
    return [i for i in range(sum(len(box.terms) for box in choice)) if i not in own]


def _embedded(best: Highest, choice: Choice, mover: int) -> Highest:
    """Functions of what others offer as functions of what everybody does."""
    others, n = _places_of_others(choice, mover), sum(len(box.terms) for box in choice)

    def spread(function: Affine) -> Affine:
        slope = np.zeros(n)
        slope[others] = function.slope
        return Affine(slope, function.constant, function.size)

    return Highest(tuple(map(spread, best.least_of)), tuple(map(spread, best.sides)))


def _allowed(near: Polytope, places: Polytope, worth: Affine, best: Highest) -> Iterator[tuple[Polytope, Polytope]]:
    """Where a worth is no less than the best of a cell; `near` is what the places are at the border of."""
    if any((worth.less(each).at(places.corners) >= 0.0).all() for each in best.least_of):
        yield near, places
        return
    for side in best.sides:
        inside, outside = near.divided(side)
        beyond = places.below(side.turned) if outside else None
        if outside and beyond:
            yield outside, beyond
        kept = places.below(side) if inside else None
        if inside is None or kept is None:
            return
        near, places = inside, kept
    for least in best.least_of:
        part: Polytope | None = near
        kept = places
        for other in best.least_of:
            if other is not least and part is not None and kept is not None:
                part, _ = part.divided(least.less(other))
                kept = kept.below(least.less(other))
        kept = kept.below(least.less(worth)) if kept is not None else None
        if part is not None and kept is not None:
            yield part, kept


def _largest_sets(found: Sequence[Agreed]) -> list[Agreed]:
    """Those whose corners are not all corners of others too that are answered alike."""

    def within(own: Agreed, other: Agreed) -> bool:
        same = other.cell.choice == own.cell.choice and other.answer == own.answer
        return same and all(other.places.holds(corner) for corner in own.places.corners)

    kept: list[Agreed] = []
    for own in found:
        if not any(within(own, other) for other in kept):
            kept = [*(other for other in kept if not within(other, own)), own]
    return kept


def _slice(part: Polytope, given: Sequence[int], place: Floats) -> Polytope | None:
    """The places of a polytope at which coordinates have given values."""
    found: Polytope | None = part
    for i, value in zip(given, place, strict=True):
        slope = np.zeros(part.corners.shape[1])
        slope[i] = 1.0
        level = Affine(slope, -float(value), 1.0)
        found = found.below(level) if found is not None else None
        found = found.below(level.turned) if found is not None else None
    return found
