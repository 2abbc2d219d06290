"""Equilibria of several movers' offers at once, told as equilibria of small games.

Offers that other offers meet cannot be listed beforehand, as `kgsim.structures.offers.exchange` lists others. Each
equilibrium that `kgsim.structures.offers.at_once` finds is told as one of a game with the offers that are made and, for
each mover, the best it could do instead with each of its moves: so its residual is the largest gain over all offers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.games.staged import StagedGame
from kgsim.scenario.model import Action, Structure
from kgsim.solvers.staged.continuations import Continuations, Play, Point
from kgsim.solvers.staged.subgame_perfect import SubgamePerfect, subgames
from kgsim.solvers.strategic.nash import nash
from kgsim.structures.build import Solved, Staging, shifted
from kgsim.structures.offers.at_once import Agreed, AtOnce, between
from kgsim.structures.offers.boxes import Box
from kgsim.structures.offers.play import Play as Laid
from kgsim.tolerances import SAME_GAIN

MIXED = "movers who offer from intervals at once may draw lots among offers: only pure strategies are sought"
THREATS = (
    "whoever is indifferent to an offer from an interval, made while others choose too, may answer it otherwise than "
    "offers close by: equilibria that rest on such threats are not sought"
)
NONE = (
    "there is no equilibrium in pure strategies in which whoever is indifferent to an offer answers it as it does to "
    "offers close by"
)


def solved_at_once(structure: Structure, staging: Staging, play: Laid, *, told: bool) -> Solved:
    """All equilibria in pure strategies of a structure whose first movers offer at once.

    Parameters
    ----------
    structure
        With what is asked for, `nearby` and `pure`; the set is complete of nothing else.
    staging, play
        The game whose intervals stand for their corners.
    told
        Whether residuals and strategies will be asked for.
    """
    game = AtOnce(play)
    later = (play.axes[axis].actions(own) if axis in play.axes else own for axis, own in enumerate(staging.actions))
    staging = replace(staging, actions=tuple(later))
    ways: list[tuple[Staging, SubgamePerfect, Point]] = []
    pieces: list[tuple[int, ...]] = []
    ends: list[tuple[int, Floats]] = []
    for agreed in game.equilibria():
        numbers = set()
        for place in agreed.places.corners:
            end = game.end(agreed, place)
            number = next((number for number, other in enumerate(ends) if _same(end, other)), len(ends))
            if number == len(ends):
                ends.append(end)
                ways.append(_told(game, agreed, place, staging, told=told))
            numbers.add(number)
        if len(numbers) > 1 and (piece := tuple(sorted(numbers))) not in pieces:
            pieces.append(piece)
    gaps = frozenset({*([] if structure.pure else [MIXED]), *([] if structure.nearby else [THREATS])})
    return Solved(tuple(ways), tuple((piece, True) for piece in pieces), gaps, "" if ways else NONE)


def _same(end: tuple[int, Floats], other: tuple[int, Floats]) -> bool:
    """Whether outcomes and payoffs are the same."""
    (outcome, payoffs), (another, others) = end, other
    return outcome == another and bool((np.abs(payoffs - others) <= SAME_GAIN * np.maximum(np.abs(payoffs), 1.0)).all())


@dataclass(frozen=True, eq=False)
class _Offer:
    """Something that a mover can do: with a box, the terms that it is worth by, and those it is answered by."""

    box: Box
    value: Floats
    chooser: Floats

    def named(self, of: Sequence[tuple[Action, ...]]) -> tuple[Action, ...]:
        """The joint action, given those of the mover with intervals as their corners."""
        return self.box.named(of[int(self.box.corners[0])], self.value)


def _told(
    game: AtOnce, agreed: Agreed, place: Floats, staging: Staging, *, told: bool
) -> tuple[Staging, SubgamePerfect, Point]:
    """One equilibrium, and the small game that it is told as one of; what is offered is each mover's first action."""
    offers = [list(_offers(game, agreed, place, mover, told=told)) for mover in range(len(game.axes))]
    small = _small(game.play, staging.game, offers)
    classes, follow = subgames(small, nash)
    made = (0,) * len(offers)
    rows = _corners(game.play, [own[0].box for own in offers])
    alike = (np.moveaxis(rows, 0, -1) == game.deals(agreed)).all(axis=-1)
    end = (*made, *np.argwhere(alike)[0].tolist())
    then = next(point for point in follow(made).points if _ends_in(small, point, classes, end))
    mixes = tuple(((0, 1.0),) for _ in offers)
    point = Point(then.lottery, then.payoffs, then.sizes, [Play(mixes, {made: then})])
    named = [tuple(offer.named(own) for offer in each) for each, own in zip(offers, staging.actions, strict=False)]
    told_as = replace(staging, game=small, actions=(*named, *staging.actions[len(named) :]))
    return told_as, SubgamePerfect(small, Continuations((point,)), classes, follow), point


def _ends_in(game: StagedGame, point: Point, classes: Sequence[tuple[int, ...]], end: tuple[int, ...]) -> bool:
    """Whether a point is play that ends for certain as a history does."""
    (reached, _), *others = point.lottery
    payoffs = np.moveaxis(game.payoffs, 0, -1)[end]
    same = np.abs(point.payoffs - payoffs) <= SAME_GAIN * point.sizes
    return bool(not others and game.outcomes[classes[reached]] == game.outcomes[end] and same[: game.players].all())


def _offers(game: AtOnce, agreed: Agreed, place: Floats, mover: int, *, told: bool) -> Iterator[_Offer]:
    """What is offered, and what could be done instead."""
    made, own = agreed.cell.choice[mover], game.own(agreed.cell.choice, mover)
    yield _Offer(made, place[own], agreed.near[own])
    for box in game.choices[mover] if told else ():
        if not box.terms and box is not made:
            yield _Offer(box, np.zeros(0), np.zeros(0))
        elif box.terms and (best := game.deviation(agreed, mover, box, place)) is not None:
            yield _Offer(box, *best)


def _corners(play: Laid, boxes: list[Box]) -> Integers:
    """The deals at the corners of some boxes' product; shape (corners, later actions...)."""
    rows = play.labels[np.ix_(*(box.corners for box in boxes))]
    return np.asarray(rows.reshape(-1, *rows.shape[len(boxes) :]))


def _small(play: Laid, game: StagedGame, offers: list[list[_Offer]]) -> StagedGame:
    """The game in which nothing else can be offered; see `StagedGame.players` for what later movers decide on."""
    players = len(game.payoffs)
    shape = (*map(len, offers), *play.labels.shape[len(offers) :])
    # The first stage's movers decide on what an offer is worth, the others on one close by.
    first, *later = play.payoffs
    tables = [first, *{id(table): table for table in later}.values()]
    payoffs = np.empty((*map(len, offers), len(tables), players, *shape[len(offers) :]))
    outcomes = np.empty(shape, dtype=np.intp)
    for profile in product(*map(range, map(len, offers))):
        made = [own[number] for own, number in zip(offers, profile, strict=True)]
        rows = _corners(play, [each.box for each in made])
        value, chooser = (np.concatenate(each) for each in zip(*((o.value, o.chooser) for o in made), strict=True))
        payoffs[profile] = [between(t[:, rows, 0], chooser if number else value) for number, t in enumerate(tables)]
        outcomes[profile] = play.outcomes[rows[0]]
    row = {id(table): players * number for number, table in enumerate(tables) if number}
    stages = shifted(game, [0, *(row[id(table)] for table in later)])
    by_player = np.moveaxis(payoffs, [len(offers), len(offers) + 1], [0, 1]).reshape(-1, *shape)
    return StagedGame(by_player, outcomes, stages, players)
