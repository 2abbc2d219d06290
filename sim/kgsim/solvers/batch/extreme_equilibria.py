"""All extreme equilibria of one game of two players in floating point, ties included; numba compiles it as it stands.

For each vertex y of the polytope of the player with more actions, the equilibria (x, y) are those whose x has weight on
best responses to y alone and makes all of y's support best responses: a face of the other polytope, whose vertices are
listed in turn. So the larger polytope is never listed whole (Avis, Rosenberg, Savani and von Stengel 2010).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.solvers.batch.double_description import UNSURE, Rays, list_vertices, new_rays
from kgsim.solvers.masks import list_actions

#: Most actions of a player: bits of a signed word.
MOST_ACTIONS = 62


class Room(NamedTuple):
    """Room for the equilibria of a game and for finding them."""

    few: Rays  # vertices of the polytope in the weights of the player with fewer actions
    many: Rays  # vertices of a face of the other one
    rows: Integers  # (62,) scratch space
    columns: Integers  # (62,)
    strategies: Floats  # (pairs, 62) the distinct strategies of the player with more actions
    used: Integers  # (pairs,) their labels
    tight: Integers  # (pairs,)
    first: Integers  # (pairs,) and the first equilibrium that each is part of
    pairs: Integers  # (pairs, 3) one of these strategies, a vertex of `few`, and whether others end alike with it
    parent: Integers  # (pairs,) continua, as `find` reads them


def new_room(rays: int, pairs: int) -> Room:
    """Allocate room for so many vertices at a time, and so many equilibria."""
    rows, columns = np.empty((2, MOST_ACTIONS), dtype=np.int64)
    used, tight, first, parent = np.empty((4, pairs), dtype=np.int64)
    few, many = new_rays(rays, MOST_ACTIONS), new_rays(rays, MOST_ACTIONS)
    together = np.empty((pairs, 3), dtype=np.int64)
    return Room(few, many, rows, columns, np.empty((pairs, MOST_ACTIONS)), used, tight, first, together, parent)


def list_equilibria(ours: Floats, theirs: Floats, our_tie: float, their_tie: float, ends: Integers, room: Room) -> int:
    """List the extreme equilibria of a game.

    Where all the best responses to a strategy y end alike against it, one equilibrium (x, y) stands for all of them:
    ties of actions that come to the same thing would else make them too many to list.

    Parameters
    ----------
    ours
        Payoffs of the player with more actions, on 0..1 or so; shape (its actions, the other's).
    theirs
        Payoffs of the other player; shape (its actions, the first one's).
    our_tie, their_tie
        Differences up to these are ties.
    ends
        A label of what each cell ends in, shaped as `ours`; if all differ, every extreme equilibrium is listed.
    room
        Receives the equilibria in `pairs`, and in `parent` those that share a continuum.

    Returns
    -------
    int
        How many there are, or `UNSURE`.
    """
    few = ours.shape[1]
    order, columns = _best_first(ours, room.rows[: len(ours)]), room.columns
    for column in range(few):
        columns[column] = column
    ys = list_vertices(ours, order, 0, columns[:few], our_tie, room.few)
    if ys < 0:
        return UNSURE
    count = strategies = 0
    for y in range(1, ys):
        used, tight = room.few.used[y], room.few.tight[y]
        alike = tight & (tight - 1) != 0 and _alike(ends, used, tight, room)
        xs = _list_replies(theirs, used, tight, alike, their_tie, room)
        if xs < 0 or count + xs > len(room.pairs):
            return UNSURE
        known = strategies
        for x in range(min(xs, 1) if alike else xs):
            number = _known(room, x, known)
            if number < 0:
                number = strategies
                _keep(room, x, number)
                room.first[number] = count
                strategies += 1
            room.pairs[count, 0], room.pairs[count, 1], room.pairs[count, 2] = number, y, alike
            room.parent[count] = count
            # Equilibria that share a strategy are ends of one continuum.
            unite(room.parent, count, count - min(x, 1))
            unite(room.parent, count, room.first[number])
            count += 1
    return count if _unite_alike(theirs, their_tie, room, count) else UNSURE


def _list_replies(theirs: Floats, used: int, tight: int, one: bool, tie: float, room: Room) -> int:
    """Vertices x, with weight on the actions `tight` alone, that make the actions `used` best responses.

    If `one`, it is enough to tell whether there are any.
    """
    few = len(theirs)
    support = list_actions(used, room.rows)
    list_actions(~used & ((1 << few) - 1), room.rows[support:])
    replies = list_actions(tight, room.columns)
    if one:
        replies = _fewest(theirs, room.rows[:few], support, room.columns[:replies], tie)
    return list_vertices(theirs, room.rows[:few], support, room.columns[:replies], tie, room.many)


def _fewest(theirs: Floats, rows: Integers, equal: int, columns: Integers, tie: float) -> int:
    """Move to the front actions that make the first `equal` rows best responses if any mixture of all does.

    An action is of no use if another leaves the rows to be played equally good, and no other row any better.
    """
    kept = 0
    for column in columns:
        useful = True
        for known in range(kept):
            useful = useful and not _as_good(theirs, rows, equal, columns[known], column, tie)
        if useful:
            columns[kept] = column
            kept += 1
    return kept


def _as_good(theirs: Floats, rows: Integers, equal: int, one: int, other: int, tie: float) -> bool:
    """Whether an action is of as much use as another one."""
    good = True
    for place in range(1, len(rows)):
        gain = theirs[rows[place], one] - theirs[rows[0], one] - (theirs[rows[place], other] - theirs[rows[0], other])
        good = good and gain <= tie and (place >= equal or gain >= -tie)
    return good


def _alike(ends: Integers, used: int, tight: int, room: Room) -> bool:
    """Whether all of the actions `tight` end alike against each of the actions `used`."""
    support, replies = list_actions(used, room.rows), list_actions(tight, room.columns)
    alike = True
    for place in range(support):
        column = room.rows[place]
        for reply in range(1, replies):
            alike = alike and ends[room.columns[reply], column] == ends[room.columns[0], column]
    return alike


def _unite_alike(theirs: Floats, tie: float, room: Room, count: int) -> bool:
    """Find the continua that equilibria standing for others are part of; False if that cannot be told."""
    for one in range(count):
        if not room.pairs[one, 2]:
            continue
        used, tight = room.few.used[room.pairs[one, 1]], room.few.tight[room.pairs[one, 1]]
        for other in range(count):
            if find(room.parent, one) == find(room.parent, other):
                continue
            x, y = room.pairs[other, 0], room.pairs[other, 1]
            shared = (room.used[x] & ~tight) | (used & ~room.tight[x]) == 0
            if room.pairs[other, 2] and not shared and tight & room.few.tight[y]:
                found = _list_replies(theirs, used | room.few.used[y], tight & room.few.tight[y], True, tie, room)
                if found < 0:
                    return False
                shared = found > 0
            if shared:
                unite(room.parent, one, other)
    return True


def unite(parent: Integers, one: int, other: int) -> None:
    """Make one component of two."""
    one, other = find(parent, one), find(parent, other)
    parent[max(one, other)] = min(one, other)


def find(parent: Integers, one: int) -> int:
    """The first member of a component."""
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


def _best_first(own: Floats, order: Integers) -> Integers:
    """The actions in an order in which those that are best somewhere come first."""
    rows, columns = own.shape
    place = 0
    for column in range(columns):
        best = 0
        for row in range(rows):
            if own[row, column] > own[best, column]:
                best = row
        if not _among(best, order[:place]):
            order[place] = best
            place += 1
    bests = place
    for row in range(rows):
        if not _among(row, order[:bests]):
            order[place] = row
            place += 1
    return order


def _among(row: int, rows: Integers) -> bool:
    found = False
    for other in rows:
        found = found or other == row
    return found


def _known(room: Room, x: int, known: int) -> int:
    """The number of a strategy with the labels of vertex `x`, -1 if it is new."""
    for number in range(known):
        if room.used[number] == room.many.used[x] and room.tight[number] == room.many.tight[x]:
            return number
    return -1


def _keep(room: Room, x: int, number: int) -> None:
    """Write a vertex among the strategies."""
    left = room.many.used[x]
    room.used[number], room.tight[number] = left, room.many.tight[x]
    room.strategies[number] = 0.0
    place = 0
    while left:
        action = room.columns[place]
        if left >> action & 1:
            room.strategies[number, action] = room.many.weights[x, place]
            left ^= 1 << action
        place += 1
