"""All equilibria of a bimatrix game by a tree of faces, for games whose vertices are too many to list.

In equilibrium every action is unused or a best response: every label holds at player 1's strategy or at player 2's.
The tree decides the labels one by one, goes down to a face of one player's polytope each time, and prunes where the
face is empty (Audet, Hansen, Jaumard and Savard 2001). Only one vertex in many is ever looked at, while reverse search
(Avis, Rosenberg, Savani and von Stengel 2010) must visit all of one polytope. The program that looks for empty faces
works in floating point with proofs (`kgsim.solvers.strategic.dictionary`), all else is exact, ties included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.strategic.best_response import Vertex
from kgsim.solvers.strategic.dictionary import Dictionary
from kgsim.solvers.strategic.polytope import Polytope


class _Node(NamedTuple):
    """A pair of faces; labels still open; and those that must be missing from part of a face.

    Once a label is given to one player's face, pairs that have it at the other's too are found elsewhere in the tree,
    so that a node where the whole face has it is superfluous.
    """

    x: Dictionary
    y: Dictionary
    open: NDArray[np.bool_]
    missing: NDArray[np.bool_]


def pairs_of_faces(first: Polytope, second: Polytope) -> Iterator[tuple[list[Vertex], list[Vertex]]]:
    """Vertices of two faces of which every pair is an extreme equilibrium; together they are all extreme equilibria.

    One may come several times. Either list is empty where floating point could not rule a face out that exact
    arithmetic does.

    Raises
    ------
    OutOfEffort
        If the effort of the polytopes does not suffice.
    """
    labels = len(first.own) + len(first.replies)
    everything, nothing = np.ones(labels, dtype=bool), np.zeros(labels, dtype=bool)
    stack = [_Node(Dictionary(first), Dictionary(second), everything, nothing)]
    while stack:
        node = stack.pop()
        if not _settle(node):
            continue
        score = np.where(node.open, node.x.values * node.y.values, -1.0)
        label = int(np.argmax(score))
        if score[label] == -1.0:
            yield first.vertices(node.x.held), second.vertices(node.y.held)
        else:
            stack += _branches(node, label)


def _settle(node: _Node) -> bool:
    """Close the labels that hold on a whole face; False if the node is superfluous or a face is the origin."""
    for own in (node.x, node.y):
        if own.held[own.polytope.own].all():
            return False
        for label in own.at_zero(node.open | node.missing if own is node.x else node.open):
            if node.missing[label]:
                return False
            own.held[label] = True
            node.open[label] = False
    return True


def _branches(node: _Node, label: int) -> Iterator[_Node]:
    """The node with the label at player 2's face, where it is missing from player 1's, and at player 1's."""
    x, y, rest, missing = node.x.copy(), node.y.copy(), node.open.copy(), node.missing.copy()
    rest[label], missing[label] = False, True
    if y.hold(label):
        yield _Node(node.x, y, rest.copy(), missing)
    if x.hold(label):
        yield _Node(x, node.y, rest, node.missing)
