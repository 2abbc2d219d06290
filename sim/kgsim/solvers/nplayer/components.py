"""Continua of equilibria: groups of touching cells that the search could neither exclude nor resolve."""

from __future__ import annotations

from kgsim.solvers.nplayer.system import gains
from kgsim.solvers.nplayer.tally import CELLS, COMPONENTS, EQUILIBRIA, NO_INDEX
from kgsim.solvers.nplayer.work import Floats, Ints, Work
from kgsim.tolerances import TIED_GAINS


def components(
    w: Work,
    payoffs: Floats,
    shape: Ints,
    found: Floats,
    index: Ints,
    component: Ints,
    start: int,
    stop: int,
    boxes: Floats,
    label: Ints,
    number: Ints,
    summary: Ints,
) -> int:
    """Group the equilibria that lie in touching cells, one representative for cells that hold no other.

    Writes the group's number to ``component`` and returns the new end of ``found``, or -1 where it is full.
    """
    cells = summary[CELLS]
    length = len(found[0])
    slack = 1e-9
    for a in range(cells):
        label[a] = a
        number[a] = -1
    for a in range(cells):
        for b in range(a):
            touching = True
            for c in range(length):
                if boxes[a][c][0] > boxes[b][c][1] + slack or boxes[b][c][0] > boxes[a][c][1] + slack:
                    touching = False
                    break
            if touching:
                join(label, a, b)
    for a in range(cells):
        root = a
        while label[root] != root:
            root = label[root]
        label[a] = root
    listed = stop
    for e in range(start, listed):
        if index[e] != NO_INDEX:
            continue
        for a in range(cells):
            inside = True
            for c in range(length):
                if found[e][c] < boxes[a][c][0] - slack or found[e][c] > boxes[a][c][1] + slack:
                    inside = False
                    break
            if inside:
                if number[label[a]] < 0:
                    number[label[a]] = summary[COMPONENTS]
                    summary[COMPONENTS] += 1
                component[e] = number[label[a]]
                break
    for a in range(cells):
        if number[label[a]] >= 0:
            continue
        candidate = w.mixture
        for c in range(length):
            candidate[c] = boxes[a][c][2]
        if gains(payoffs, shape, candidate, w.gain, w.counter) > TIED_GAINS:
            continue
        if stop == len(found):
            return -1
        number[label[a]] = summary[COMPONENTS]
        summary[COMPONENTS] += 1
        for c in range(length):
            found[stop][c] = candidate[c]
        index[stop] = NO_INDEX
        component[stop] = number[label[a]]
        stop += 1
        summary[EQUILIBRIA] += 1
    return stop


def join(label: Ints, a: int, b: int) -> None:
    """Unite two components in a union-find forest."""
    while label[a] != a:
        a = label[a]
    while label[b] != b:
        b = label[b]
    if a < b:
        label[b] = a
    else:
        label[a] = b
