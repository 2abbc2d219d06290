"""Backward induction in scalar code: what `kgsim.engine.stages` and `kgsim.engine.blocs` do with whole arrays.

Plain Python that numba compiles as it stands; without a compiler nothing here is used. A few points at a time go
through a whole stage, so that what is known of them stays in the processor's cache. The operations are those of the
array code, so the results are the same. Payoffs must be finite. Arrays are copied number by number: to compile the
assignment of a slice takes seconds.

Arrays are laid out as there: rows of deals, cells or slots, and the points along the last axis, in which memory is
contiguous. The rows of one group are those from its number in an array named ``..._first`` to the next number.
"""

from __future__ import annotations

from math import inf

import numpy as np

from kgsim.arrays import Bools, Floats, Integers

#: What the array code calls.
ENTRY_POINTS = ("several", "follow", "best", "at_once", "reached", "veto")

#: Points that go through a stage together.
TILE = 32


def bounds(first_slot: Integers, deals: Integers, sets: Bools, score: Floats, low: Floats, high: Floats) -> None:
    """The worst and best utility over each subgame's set; shape (games, TILE)."""
    for game in range(len(first_slot) - 1):
        worst, best = low[game], high[game]
        worst[:], best[:] = inf, -inf
        for slot in range(first_slot[game], first_slot[game + 1]):
            worth, there = score[deals[slot]], sets[slot]
            for point in range(len(there)):
                down = worth[point] if there[point] else inf
                up = worth[point] if there[point] else -inf
                worst[point] = down if down < worst[point] else worst[point]
                best[point] = up if up > best[point] else best[point]


def several(first_slot: Integers, sets: Bools, found: Bools) -> None:
    """Mark the points at which some subgame's set holds none or several deals."""
    count = np.empty(len(found), dtype=np.intp)
    for game in range(len(first_slot) - 1):
        count[:] = 0
        for slot in range(first_slot[game], first_slot[game + 1]):
            count += sets[slot]
        found |= count != 1


def follow(entry_first: Integers, entry_below: Integers, below: Bools, found: Bools) -> None:
    """Add to `found` the slots with an entry whose slot of the layer below may end it."""
    for slot in range(len(entry_first) - 1):
        for entry in range(entry_first[slot], entry_first[slot + 1]):
            found[slot] |= below[entry_below[entry]]


def best(
    slot_first: Integers,
    slot_deal: Integers,
    follows: Bools,
    score: Floats,
    inner: Bools,
    levels: Floats,
) -> None:
    """The best deals of every subgame (`kgsim.engine.stages.best`): fill `inner` and `levels`.

    All deals can follow if `follows` has no column.
    """
    points = score.shape[1]
    level = np.empty(TILE)
    everything = np.ones(TILE, dtype=np.bool_)
    for begin in range(0, points, TILE):
        size = min(TILE, points - begin)
        for game in range(len(slot_first) - 1):
            level[:] = -inf
            for slot in range(slot_first[game], slot_first[game + 1]):
                worth = score[slot_deal[slot], begin : begin + size]
                there = everything if follows.shape[1] == 0 else follows[slot, begin : begin + size]
                for point in range(size):
                    value = worth[point] if there[point] else -inf
                    level[point] = value if value > level[point] else level[point]
            for point in range(size):
                levels[game, begin + point] = level[point]
            for slot in range(slot_first[game], slot_first[game + 1]):
                worth = score[slot_deal[slot], begin : begin + size]
                there = everything if follows.shape[1] == 0 else follows[slot, begin : begin + size]
                chosen = inner[slot, begin : begin + size]
                for point in range(size):
                    chosen[point] = there[point] & (worth[point] >= level[point]) & (worth[point] > -inf)


def at_once(
    below_first: Integers,
    below_deal: Integers,
    below: Bools,
    cell_child: Integers,
    cell_first: Integers,
    slot_first: Integers,
    slot_deal: Integers,
    entry_first: Integers,
    entry_below: Integers,
    entry_cell: Integers,
    sizes: Integers,
    scores: Floats,
    exact: bool,
    lows: Floats,
    highs: Floats,
    inner: Bools,
    split: Bools,
) -> None:
    """A stage of several movers (`kgsim.engine.stages.several_movers`), but for what they may randomise over.

    `sizes` are the movers' numbers of actions. Fills `inner`, `split`, and the bounds `lows` and `highs` of every
    mover's utility of every cell, shape (movers, cells, points). If one deal alone can end each subgame below, the
    bounds are `exact`, and `highs` is not filled.
    """
    movers, points = len(scores), scores.shape[2]
    children, cells = len(below_first) - 1, len(cell_child)
    low = np.empty((movers, children, TILE))
    high = low if exact else np.empty((movers, children, TILE))
    levels, played = np.empty((movers, cells, TILE)), np.empty((cells, TILE), dtype=np.bool_)
    parted, live = np.empty(TILE, dtype=np.bool_), np.empty(cells, dtype=np.bool_)
    for begin in range(0, points, TILE):
        end = min(begin + TILE, points)
        size = end - begin
        stride = 1
        played[:] = True
        for mover in range(movers - 1, -1, -1):
            if exact:
                _worth(below_first, below_deal, below[:, begin:end], scores[mover, :, begin:end], low[mover])
            else:
                bounds(
                    below_first, below_deal, below[:, begin:end], scores[mover, :, begin:end], low[mover], high[mover]
                )
            _levels(cell_child, cell_first, low[mover], sizes[mover], stride, levels[mover])
            stride *= sizes[mover]
            for cell in range(cells):
                worst, best = low[mover, cell_child[cell]], high[mover, cell_child[cell]]
                level, stands = levels[mover, cell], played[cell]
                for point in range(size):
                    lows[mover, cell, begin + point] = worst[point]
                    stands[point] &= best[point] >= level[point]
                if not exact:
                    for point in range(size):
                        highs[mover, cell, begin + point] = best[point]
        for cell in range(cells):
            live[cell] = played[cell, :size].any()
            if exact or not live[cell]:
                continue
            parted[:] = False
            for mover in range(movers):
                child, level = cell_child[cell], levels[mover, cell]
                for point in range(size):
                    below_level = low[mover, child, point] < level[point]
                    parted[point] |= below_level & (high[mover, child, point] > level[point])
            split[begin:end] |= parted[:size] & played[cell, :size]
        for slot in range(len(slot_deal)):
            deal = slot_deal[slot]
            for entry in range(entry_first[slot], entry_first[slot + 1]):
                cell, there = entry_cell[entry], below[entry_below[entry], begin:end]
                if not live[cell]:
                    continue
                for point in range(size):
                    if played[cell, point] and there[point]:
                        here, stands = begin + point, True
                        for mover in range(movers):
                            stands = stands and scores[mover, deal, here] >= levels[mover, cell, point]
                        if stands:
                            inner[slot, here] = True


def _worth(first_slot: Integers, deals: Integers, sets: Bools, score: Floats, found: Floats) -> None:
    """The utility of each subgame's one deal; shape (games, TILE)."""
    for game in range(len(first_slot) - 1):
        known = found[game]
        known[:] = inf
        for slot in range(first_slot[game], first_slot[game + 1]):
            worth, there = score[deals[slot]], sets[slot]
            for point in range(len(there)):
                known[point] = worth[point] if there[point] else known[point]


def _levels(cell_child: Integers, cell_first: Integers, low: Floats, size: int, stride: int, levels: Floats) -> None:
    """For each cell the worst that one mover can be held to by deviating there; shape (cells, TILE).

    The mover has `size` actions; the next one is `stride` cells on.
    """
    for game in range(len(cell_first) - 1):
        first = cell_first[game]
        for cell in range(first, cell_first[game + 1]):
            action = (cell - first) // stride % size
            own, top = low[cell_child[cell]], levels[cell - action * stride]
            for point in range(TILE):
                top[point] = own[point] if action == 0 or own[point] > top[point] else top[point]
        for cell in range(first, cell_first[game + 1]):
            action = (cell - first) // stride % size
            if action:
                for point in range(TILE):
                    levels[cell, point] = levels[cell - action * stride, point]


def reached(
    entry_first: Integers, entry_cell: Integers, entry_below: Integers, cells: Bools, below: Bools, found: Bools
) -> None:
    """Add to `found` the slots with an entry whose cell may be played and whose slot of the layer below may end it."""
    for slot in range(len(entry_first) - 1):
        for entry in range(entry_first[slot], entry_first[slot + 1]):
            found[slot] |= cells[entry_cell[entry]] & below[entry_below[entry]]


def veto(
    slot_first: Integers,
    slot_deal: Integers,
    signed: Bools,
    payoffs: Floats,
    places: Integers,
    inner: Bools,
    failed: Bools,
) -> None:
    """A bloc under mutual veto, where one deal alone follows each position: fill `inner` and `failed`.

    See `kgsim.engine.blocs.standing`; `signed` says which deals can follow and every member would sign, shape
    (slots, points), and `places` where in `payoffs` each point is.
    """
    members, points = payoffs.shape[0], len(places)
    most = 0
    for game in range(len(slot_first) - 1):
        most = max(most, slot_first[game + 1] - slot_first[game])
    listed = np.empty(most, dtype=np.intp)
    rivals, worth = np.empty((len(listed), members)), np.empty(members)
    for begin in range(0, points, TILE):
        end = min(begin + TILE, points)
        for game in range(len(slot_first) - 1):
            slots = slot_deal[slot_first[game] : slot_first[game + 1]]
            there = signed[slot_first[game] : slot_first[game + 1], begin:end]
            for point in range(end - begin):
                here, standing = begin + point, 0
                for slot in range(len(slots)):
                    if there[slot, point]:
                        for member in range(members):
                            rivals[standing, member] = payoffs[member, slots[slot], places[here]]
                        listed[standing] = slot
                        standing += 1
                failed[here] |= standing == 0
                strong = 0
                for place in range(standing):
                    slot = listed[place]
                    worth[:] = rivals[place]
                    # What improved upon the last position improves upon many.
                    beaten = improves(rivals[strong], worth)
                    rival = 0
                    while rival < standing and not beaten:
                        beaten = improves(rivals[rival], worth)
                        strong = rival if beaten else strong
                        rival += 1
                    inner[slot_first[game] + slot, here] = not beaten


def improves(rival: Floats, worth: Floats) -> bool:
    """Whether a rival is worse for no member and better for one."""
    better = False
    for member in range(len(worth)):
        if not rival[member] >= worth[member]:
            return False
        better = better or rival[member] > worth[member]
    return better
