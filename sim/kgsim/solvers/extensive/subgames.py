"""Subgame-perfect equilibria of a tree as a set, from its last subgames backwards (Selten 1965).

A subgame opens with a move of chance, with a *stage* (each mover moves once and sees nothing before all have), or with
a *tangle* of information sets, up to where further subgames open or play ends. What can follow is known as a set of
continuations by then. Chance mixes these, and stages are solved as in multi-stage games (`kgsim.solvers.staged`): trees
of perfect information so exactly, with all mixtures at ties. A tangle is solved by its plans, once for every selection
of continuations. Equal subgames are solved once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from math import prod

import numpy as np

from kgsim.errors import GameError
from kgsim.games.extensive import ExtensiveGame, Node, in_order, reach, uniform
from kgsim.games.objectives import Linear, own_payoff
from kgsim.games.plans import Partial
from kgsim.games.strategic import with_ties
from kgsim.solvers.effort import Effort
from kgsim.solvers.extensive.by_plans import solve_by_plans, solve_form
from kgsim.solvers.staged import chance_stage, one_mover, several_movers
from kgsim.solvers.staged.continuations import Collector, Continuations, Play, Point, played, terminal
from kgsim.solvers.staged.stage import Caps, Stage
from kgsim.solvers.staged.strategies import reply

CONTINUA = "hidden moves are followed by continua of equilibria: only the ends of each continuum are followed"


@dataclass(frozen=True, eq=False)
class Opening:
    """How a subgame begins.

    Attributes
    ----------
    kind
        ``chance``, ``stage`` or ``tangle``.
    sets
        Its information sets; of a stage one for each mover.
    leaves
        Nodes at which play ends or another subgame opens; those of a stage in the order of its action profiles.
    """

    kind: str
    sets: tuple[int, ...]
    leaves: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TangledPlay(Play):
    """A way to play a tangle: `mixes` and `then` tell the leaves that are reached.

    Attributes
    ----------
    behaviour
        What is done at the tangle's information sets, in their order.
    chosen
        The continuation behind every leaf, reached or not.
    """

    behaviour: tuple[np.ndarray | None, ...]
    chosen: tuple[Point, ...]


@dataclass(frozen=True, eq=False)
class Subgames:
    """The equilibria of every subgame.

    Attributes
    ----------
    openings
        Root of a subgame to how it begins.
    follow
        Node at which a subgame opens or play ends to the equilibria from there on.
    """

    game: ExtensiveGame
    openings: Mapping[int, Opening]
    follow: Mapping[int, Continuations]

    def behaviour(self, equilibrium: Point) -> Partial:
        """One strategy profile that leads to an equilibrium's lottery, told at every information set it fixes.

        After a deviation by one mover the others go on to what is worst for it.
        """
        found: Partial = {}
        pending = [(0, equilibrium)]
        while pending:
            place, point = pending.pop()
            if place not in self.openings:
                continue
            opening, play = self.openings[place], point.plays[0]
            if isinstance(play, TangledPlay):
                found |= dict(zip(opening.sets, play.behaviour, strict=True))
                pending += zip(opening.leaves, play.chosen, strict=True)
                continue
            for index, mix in zip(opening.sets, play.mixes, strict=False):
                found[index] = _spread(mix, len(self.game.information[index].actions))
            objectives = _objectives(self.game, opening)
            shape = _shape(self.game, place, opening)
            for profile, leaf in zip(np.ndindex(*shape), opening.leaves, strict=True):
                after = self.follow[leaf]
                chance = play.then.get(profile, after.points[0])
                pending.append((leaf, reply(play, profile, objectives, after) if objectives else chance))
        return found


def solve_subgames(game: ExtensiveGame, effort: Effort, caps: Caps | None = None) -> Subgames:
    """Find the equilibria of all subgames of a game of perfect recall.

    Raises
    ------
    GameError
        If the plans of a tangle are too many to write out, or to look for the mixed equilibria it needs.
    OutOfEffort
        If a limit is met; work counts pairs of equilibria that follow.
    """
    caps = caps or Caps()
    ends = {place: node for place, node in enumerate(game.nodes) if not node.children}
    payoffs = with_ties(np.array([node.payoffs for node in ends.values()]).T).T
    begin = openings(game)
    kinds: dict[object, Continuations] = {}
    follow: dict[int, Continuations] = {}
    for (place, node), worth in zip(ends.items(), payoffs, strict=True):
        known = kinds.setdefault((node.label, tuple(worth)), terminal(len(kinds), worth))
        follow[place] = known
    for root in reversed(game.subgames):
        opening = begin[root]
        cells = tuple(follow[leaf] for leaf in opening.leaves)
        movers = tuple(game.information[index].player for index in opening.sets)
        alike = (opening.kind, game.nodes[root].probabilities, movers, tuple(map(id, cells)))
        key: object = root if opening.kind == "tangle" else alike
        if key not in kinds:
            distinct = dict.fromkeys(cells)
            effort.spend(sum(len(cell.points) for cell in distinct) ** 2)
            found = Collector()
            for cell in distinct:
                found.gaps |= cell.gaps
            if opening.kind == "chance":
                chance_stage.solve(cells, game.nodes[root].probabilities, caps, found)
            elif opening.kind == "tangle":
                _tangle(game, root, opening, cells, caps, effort, found)
            else:
                stage = Stage(_objectives(game, opening), _shape(game, root, opening), cells)
                if len(movers) == 1:
                    one_mover.solve(stage, caps, found)
                else:
                    several_movers.solve(stage, partial(solve_form, effort=effort), caps, found)
            kinds[key] = found.result().first(caps.points)
        follow[root] = kinds[key]
    return Subgames(game, begin, follow)


def openings(game: ExtensiveGame) -> dict[int, Opening]:
    """Root of every subgame to how it begins."""
    closed = {*game.subgames, *(place for place, node in enumerate(game.nodes) if not node.children)}
    return {root: _opening(game, root, closed) for root in game.subgames}


def _opening(game: ExtensiveGame, root: int, closed: set[int]) -> Opening:
    if game.nodes[root].information is None and closed.issuperset(game.nodes[root].children):
        return Opening("chance", (), game.nodes[root].children)
    sets: list[int] = []
    level = [root]
    while True:
        here = {game.nodes[place].information for place in level}
        index = here.pop()
        if here or index is None or game.members[index] != tuple(level):
            break
        sets.append(index)
        level = [child for place in level for child in game.nodes[place].children]
        if closed.issuperset(level):
            return Opening("stage", tuple(sets), tuple(level))
    places = _inside(game, root, closed)
    met = {game.nodes[place].information for place in places if place not in closed or place == root}
    leaves = tuple(place for place in places if place in closed and place != root)
    return Opening("tangle", tuple(sorted(index for index in met if index is not None)), leaves)


def _inside(game: ExtensiveGame, root: int, closed: set[int]) -> list[int]:
    """The nodes of a subgame up to where others open, in the order of play."""
    places: list[int] = []
    pending = [root]
    while pending:
        place = pending.pop()
        places.append(place)
        if place == root or place not in closed:
            pending.extend(reversed(game.nodes[place].children))
    return places


def _objectives(game: ExtensiveGame, opening: Opening) -> tuple[Linear, ...]:
    return tuple(own_payoff(game.information[index].player, len(game.players)) for index in opening.sets)


def _shape(game: ExtensiveGame, root: int, opening: Opening) -> tuple[int, ...]:
    """How many actions each mover of a stage has, or chance."""
    return tuple(len(game.information[index].actions) for index in opening.sets) or (len(game.nodes[root].children),)


def _spread(mix: Sequence[tuple[int, float]], size: int) -> np.ndarray:
    found = np.zeros(size)
    for action, share in mix:
        found[action] = share
    return found


def _tangle(
    game: ExtensiveGame,
    root: int,
    opening: Opening,
    cells: Sequence[Continuations],
    caps: Caps,
    effort: Effort,
    found: Collector,
) -> None:
    if any(cell.pieces for cell in cells):
        found.gaps.add(CONTINUA)
    if (count := prod(len(cell.points) for cell in cells)) > caps.selections:
        found.gaps.add(
            f"hidden moves are followed by {count:.3g} combinations of equilibria: {caps.selections} of them are tried"
        )
    for chosen in islice(product(*(cell.points for cell in cells)), caps.selections):
        cut = _cut(game, root, opening, chosen)
        solved = solve_by_plans(cut, effort)
        if not solved.complete:
            found.gaps.add(solved.reason)
        leaves = [place for place, node in enumerate(cut.nodes) if not node.children]
        points = []
        for behaviour in solved.behaviours:
            full = uniform(cut) | {index: part for index, part in behaviour.items() if part is not None}
            chances = reach(cut, full)[leaves]
            mix = tuple((leaf, float(share)) for leaf, share in enumerate(chances) if share > 0.0)
            whole = played([mix], {(leaf,): chosen[leaf] for leaf, _ in mix})
            play = TangledPlay((mix,), whole.plays[0].then, tuple(behaviour.values()), chosen)
            points.append(Point(whole.lottery, whole.payoffs, whole.sizes, [play]))
            found.add(points[-1])
        for group in solved.components if solved.spanned else ():
            found.add_piece((points[place] for place in group), convex=False)
    if found.empty:
        raise GameError(f"{'; '.join(sorted(found.gaps))}, and there are none")


def _cut(game: ExtensiveGame, root: int, opening: Opening, chosen: Sequence[Point]) -> ExtensiveGame:
    """The tangle at `root` with payoffs for what is behind its leaves."""
    worth = dict(zip(opening.leaves, chosen, strict=True))
    places = _inside(game, root, set(worth))
    new = {place: number for number, place in enumerate(places)}
    number = {index: at for at, index in enumerate(opening.sets)}
    nodes = []
    for place in places:
        node = game.nodes[place]
        if place in worth:
            # Leaves that lead to different lotteries are told apart, whatever they are worth.
            nodes.append(Node(payoffs=tuple(map(float, worth[place].payoffs)), label=str(worth[place].lottery)))
        else:
            own = None if node.information is None else number[node.information]
            below = tuple(new[child] for child in node.children)
            nodes.append(Node(below, own, node.actions, node.probabilities))
    return in_order(game.title, game.players, nodes, [game.information[index] for index in opening.sets])
