"""Stages of two movers solved for all their equilibria, mixed ones among them, point by point in scalar code.

Plain Python that numba compiles as it stands. Each point's game is first cut down: to actions that are not strictly
dominated, and to one of those that end alike against everything.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.solvers.batch.double_description import UNSURE
from kgsim.solvers.batch.extreme_equilibria import MOST_ACTIONS, Room, find, list_equilibria, new_room, unite
from kgsim.tolerances import COARSE_TIES, NEAR_TIE, SAME_LOTTERY

#: What the array code calls.
ENTRY_POINTS = ("solve_points",)


class Work(NamedTuple):
    """Room to solve one point's game in."""

    room: Room
    first: Floats  # (a1, a2) the first mover's utilities
    second: Floats  # (a2, a1) the second mover's
    deal: Integers  # (a1, a2) the deal that each cell ends in, later its place in `deals`
    rows: Integers  # (a1,) the actions left
    columns: Integers  # (a2,)
    ours: Floats  # (a1 * a2,) what is left, on 0..1, the mover with more actions first
    theirs: Floats  # (a1 * a2,)
    ends: Integers  # (a1 * a2,)
    place: Integers  # (all deals,) of each deal in `deals`
    deals: Integers  # (all deals,) the deals of the game that differ
    lotteries: Floats  # (most, deals of a game) the distinct lotteries over these
    which: Integers  # (most,) the lottery of each equilibrium
    parent: Integers  # (most,) continua of lotteries
    regret: Floats  # (most,) the largest gain from a deviation


def new_work(rows: int, columns: int, deals: int, most: int) -> Work:
    """Allocate room for games of `rows` and `columns` actions, and so many equilibria and vertices of each."""
    cells = rows * columns
    return Work(
        room=new_room(most, most),
        first=np.empty((rows, columns)),
        second=np.empty((columns, rows)),
        deal=np.empty((rows, columns), dtype=np.int64),
        rows=np.empty(rows, dtype=np.int64),
        columns=np.empty(columns, dtype=np.int64),
        ours=np.empty(cells),
        theirs=np.empty(cells),
        ends=np.empty(cells, dtype=np.int64),
        place=np.empty(deals, dtype=np.int64),
        deals=np.empty(deals, dtype=np.int64),
        lotteries=np.empty((most, min(deals, cells))),
        which=np.empty(most, dtype=np.int64),
        parent=np.empty(most, dtype=np.int64),
        regret=np.empty(most),
    )


def solve_points(
    work: Work,
    child: Integers,
    ended: Integers,
    scores: Floats,
    ties: Floats,
    payoffs: Floats,
    outcome: Integers,
    begin: int,
    counts: Integers,
    worth: Floats,
    chance: Floats,
    group: Integers,
    regret: Floats,
) -> tuple[int, int]:
    """Solve points from `begin` on until all are done or the room for equilibria is used up.

    Parameters
    ----------
    work
        From `new_work`.
    child
        The subgame that each cell leads to, shape (a1 * a2,).
    ended
        The deal that each subgame ends in, shape (points, subgames).
    scores, ties
        The movers' utilities of all deals, shape (points, 2, deals), and what is a tie, shape (points, 2).
    payoffs, outcome
        Everybody's payoffs, shape (points, players, deals), and the outcome of each deal.
    counts
        Receives the number of equilibria at each point, or `UNSURE`.
    worth, chance, group, regret
        Receive of each equilibrium everybody's payoff, the probability of each outcome, the number of its continuum
        or -1, and the largest gain from a deviation.

    Returns
    -------
    tuple of int
        The first point not done, and how many equilibria were written.
    """
    stop = 0
    for point in range(begin, len(ended)):
        _lay_out(work, child, ended[point], scores[point])
        count, deals = _solve(work, ties[point], payoffs[point], outcome)
        if stop + max(count, 0) > len(group):
            return point, stop
        counts[point] = count
        _number(work.parent[: max(count, 0)], group[stop:])
        for lottery in range(count):
            worth[stop], chance[stop] = 0.0, 0.0
            for place in range(deals):
                share, deal = work.lotteries[lottery, place], work.deals[place]
                if share > 0.0:
                    chance[stop, outcome[deal]] += share
                    for player in range(worth.shape[1]):
                        worth[stop, player] += share * payoffs[point, player, deal]
            regret[stop] = work.regret[lottery]
            stop += 1
    return len(ended), stop


def _lay_out(work: Work, child: Integers, ended: Integers, scores: Floats) -> None:
    """Write down what each cell ends in, and both movers' utilities of it."""
    rows, columns = work.deal.shape
    for row in range(rows):
        for column in range(columns):
            deal = ended[child[row * columns + column]]
            work.deal[row, column] = deal
            work.place[deal] = -1
            work.first[row, column], work.second[column, row] = scores[0, deal], scores[1, deal]


def _solve(work: Work, ties: Floats, payoffs: Floats, outcome: Integers) -> tuple[int, int]:
    """How many lotteries over how many deals end equilibria of the game laid out; or `UNSURE`."""
    rows, columns = _numbered(work.rows), _numbered(work.columns)
    rows, columns = _distinct(work.deal, rows, columns)
    rows, columns = _undominated(work, rows, columns, ties)
    deals = _name_ends(work, rows, columns, payoffs, outcome)
    rows, columns = _distinct(work.deal, rows, columns)
    turned = len(rows) < len(columns)
    first, second, our_tie, their_tie = work.first, work.second, ties[0], ties[1]
    if turned:
        first, second, our_tie, their_tie = second, first, their_tie, our_tie
        rows, columns = columns, rows
    many, few = len(rows), len(columns)
    if many > MOST_ACTIONS or deals > work.lotteries.shape[1]:
        return UNSURE, deals
    our_tie = _scale(first, rows, columns, our_tie, work.ours)
    their_tie = _scale(second, columns, rows, their_tie, work.theirs)
    if max(our_tie, their_tie) > COARSE_TIES:
        return UNSURE, deals
    ours, theirs = work.ours[: many * few].reshape(many, few), work.theirs[: many * few].reshape(few, many)
    ends = work.ends[: many * few].reshape(many, few)
    for one in range(many):
        for other in range(few):
            ends[one, other] = work.deal[columns[other], rows[one]] if turned else work.deal[rows[one], columns[other]]
    found = list_equilibria(ours, theirs, our_tie, their_tie, ends, work.room)
    if found < 0:
        return UNSURE, deals
    count = 0
    for number in range(found):
        x, y = work.room.pairs[number, 0], work.room.pairs[number, 1]
        x, y = work.room.strategies[x, :many], work.room.few.weights[y, :few]
        which = _lottery(work, x, y, ends, count, deals)
        if which == count:
            work.parent[count], work.regret[count] = count, 0.0
            count += 1
        regret = max(_regret(first, rows, columns, x, y), _regret(second, columns, rows, y, x))
        work.regret[which] = max(work.regret[which], regret)
        work.which[number] = which
        unite(work.parent, which, work.which[find(work.room.parent, number)])
    return count, deals


def _numbered(actions: Integers) -> Integers:
    for action in range(len(actions)):
        actions[action] = action
    return actions


def _undominated(work: Work, rows: Integers, columns: Integers, ties: Floats) -> tuple[Integers, Integers]:
    """The actions that survive iterated strict dominance."""
    while True:
        before = len(rows) + len(columns)
        rows = rows[: _strike(work.first, rows, columns, ties[0])]
        columns = columns[: _strike(work.second, columns, rows, ties[1])]
        if len(rows) + len(columns) == before:
            return rows, columns


def _strike(own: Floats, actions: Integers, others: Integers, tie: float) -> int:
    """Move to the front the actions that no other is better than against everything; returns how many."""
    kept = 0
    for number in range(len(actions)):
        beaten = False
        for rival in range(len(actions)):
            # Those struck already are beaten by one that is still there.
            if rival < kept or rival > number:
                better = True
                for other in others:
                    if not own[actions[rival], other] > own[actions[number], other] + tie:
                        better = False
                        break
                if better:
                    beaten = True
                    break
        if not beaten:
            actions[kept] = actions[number]
            kept += 1
    return kept


def _name_ends(work: Work, rows: Integers, columns: Integers, payoffs: Floats, outcome: Integers) -> int:
    """Number what the cells end in; deals with equal payoffs and outcomes are one. Returns how many there are."""
    count = 0
    for row in rows:
        for column in columns:
            deal = work.deal[row, column]
            if work.place[deal] < 0:
                place = 0
                while place < count and not _alike(work.deals[place], deal, payoffs, outcome):
                    place += 1
                work.place[deal] = place
                if place == count:
                    work.deals[count] = deal
                    count += 1
            work.deal[row, column] = work.place[deal]
    return count


def _alike(one: int, other: int, payoffs: Floats, outcome: Integers) -> bool:
    alike: bool = outcome[one] == outcome[other]
    for player in range(len(payoffs)):
        alike = alike and payoffs[player, one] == payoffs[player, other]
    return alike


def _distinct(ends: Integers, rows: Integers, columns: Integers) -> tuple[Integers, Integers]:
    """One of each group of actions that end alike against everything."""
    rows = rows[: _differ(ends, rows, columns)]
    return rows, columns[: _differ(ends.T, columns, rows)]


def _differ(ends: Integers, actions: Integers, others: Integers) -> int:
    """Move to the front one of each group of actions that end alike against everything; returns how many."""
    kept = 0
    for action in actions:
        new = True
        for known in actions[:kept]:
            same = True
            for other in others:
                if ends[known, other] != ends[action, other]:
                    same = False
                    break
            if same:
                new = False
                break
        if new:
            actions[kept] = action
            kept += 1
    return kept


def _scale(own: Floats, actions: Integers, others: Integers, tie: float, scaled: Floats) -> float:
    """Write a mover's utilities on 0..1, one action after the other; returns what is a tie on that scale."""
    low, high = np.inf, -np.inf
    for action in actions:
        for other in others:
            low, high = min(low, own[action, other]), max(high, own[action, other])
    # A mover to whom all is worth the same sees ties everywhere.
    span = high - low if high - low > tie else np.inf
    number = 0
    for action in actions:
        for other in others:
            scaled[number] = (own[action, other] - low) / span
            number += 1
    return tie / span if span < np.inf else NEAR_TIE


def _lottery(work: Work, x: Floats, y: Floats, ends: Integers, count: int, deals: int) -> int:
    """The number of the lottery that two strategies lead to, which is `count` if it is new."""
    shares = work.lotteries[count]
    shares[:deals] = 0.0
    for one in range(len(x)):
        for other in range(len(y)):
            shares[ends[one, other]] += x[one] * y[other]
    for known in range(count):
        same = True
        for place in range(deals):
            if abs(work.lotteries[known, place] - shares[place]) > SAME_LOTTERY:
                same = False
                break
        if same:
            return known
    return count


def _regret(own: Floats, actions: Integers, others: Integers, mine: Floats, theirs: Floats) -> float:
    """What a mover could gain by deviating."""
    best, mean = -np.inf, 0.0
    for place in range(len(actions)):
        value = 0.0
        for other in range(len(others)):
            value += own[actions[place], others[other]] * theirs[other]
        best = max(best, value)
        mean += mine[place] * value
    return best - mean


def _number(parent: Integers, group: Integers) -> None:
    """Number the continua; what shares none with others gets -1."""
    count = 0
    for one in range(len(parent)):
        group[one] = -1
        root = find(parent, one)
        if root < one:
            if group[root] < 0:
                group[root] = count
                count += 1
            group[one] = group[root]
