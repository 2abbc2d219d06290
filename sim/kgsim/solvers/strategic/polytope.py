"""One player's best-response polytope and its faces, exactly.

With payoffs made positive, the polytope ``{x >= 0, M x <= 1}`` holds the player's mixed strategies, each divided by
what the best reply to it earns. Labels number both players' actions, player 1's first: a point has the label of an own
action that it leaves out and of a reply that is best against it. A face is the set of points that have given labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kgsim.solvers.effort import Effort
from kgsim.solvers.strategic.best_response import Vertex, vertices
from kgsim.solvers.strategic.null_vector import null_vector


class Polytope:
    """The polytope of one player.

    Parameters
    ----------
    table
        The opponent's payoffs, non-negative integers: one row per reply, one column per own action.
    own, replies
        Labels of the own actions and of the replies.
    effort
        What work on the polytope draws on.
    """

    def __init__(self, table: list[list[int]], own: Sequence[int], replies: Sequence[int], effort: Effort) -> None:
        self.table, self.effort = table, effort
        self.own, self.replies = np.array(own), np.array(replies)
        unit = max(1, max(map(max, table)))
        self.positive = [[entry + unit for entry in row] for row in table]
        #: The constraints ``matrix @ x <= 1`` in floating point, entries between 1 and 2, each rounded once.
        self.matrix = np.array([[entry / unit for entry in row] for row in self.positive])
        self._known: dict[bytes, list[Vertex]] = {}

    def vertices(self, labels: NDArray[np.bool_]) -> list[Vertex]:
        """All vertices of the face on which the given labels hold, other than the origin.

        Raises
        ------
        OutOfEffort
            If the effort does not suffice.
        """
        key = labels.tobytes()
        if key not in self._known:
            used = np.flatnonzero(~labels[self.own]).tolist()
            best = np.flatnonzero(labels[self.replies]).tolist()
            self._known[key] = self._solve(used, best) if used else []
        return self._known[key]

    def _solve(self, used: list[int], best: list[int]) -> list[Vertex]:
        rows = [[*(self.table[j][i] for i in used), -1] for j in best]
        self.effort.spend(len(best) * len(used) ** 2 / 3 + len(used) * len(self.table) / 10)
        point = null_vector(rows, len(used) + 1) if len(best) >= len(used) else None
        if point is not None:
            return self._vertex(used, point)
        part = [[row[i] for i in used] for row in self.table]
        found = vertices(part, effort=self.effort, tight=sum(1 << j for j in best))
        return [self._whole(used, list(vertex.weights), vertex.best) for vertex in found]

    def _vertex(self, used: list[int], point: list[int]) -> list[Vertex]:
        """The point with its labels if its weights are not negative and no reply earns more than the best ones."""
        if sum(point[:-1]) < 0:
            point = [-entry for entry in point]
        if not any(point[:-1]) or min(point) < 0:
            return []
        *weights, value = point
        earned = [sum(weight * row[i] for i, weight in zip(used, weights, strict=True)) for row in self.table]
        if max(earned) > value:
            return []
        return [self._whole(used, weights, sum(1 << j for j, payoff in enumerate(earned) if payoff == value))]

    def _whole(self, used: list[int], weights: list[int], best: int) -> Vertex:
        """The vertex with a weight for every own action."""
        whole = [0] * len(self.own)
        support = 0
        for i, weight in zip(used, weights, strict=True):
            if weight:
                whole[i] = weight
                support |= 1 << i
        return Vertex(tuple(whole), support, best)

    def never_positive(self, label: int, used: Sequence[int], best: Sequence[int], held: NDArray[np.bool_]) -> bool:
        """Prove that what a label measures, a weight or a reply's loss, is zero on the whole face of `held`.

        The proof is a row of the dictionary that has the weights of the actions labelled `used` and the losses of all
        replies but `best` in its basis: an equation that sets the label's quantity plus non-negative multiples of
        others to zero.
        """
        column, row = {int(k): i for i, k in enumerate(self.own)}, {int(k): j for j, k in enumerate(self.replies)}
        combined = [*best, label] if label in row else list(best)
        apart = [i for i in used if i != label]
        self.effort.spend(50 + len(apart) ** 3 / 3)
        factors = null_vector([[self.positive[row[j]][column[i]] for j in combined] for i in apart], len(combined))
        if not factors or sum(factors) != 0:
            return False
        coefficient = dict(zip(combined, factors, strict=True))
        for i in column.keys() - set(apart):
            coefficient[i] = sum(
                factor * self.positive[row[j]][column[i]] for j, factor in zip(combined, factors, strict=True)
            )
        sign = coefficient.pop(label)
        return sign != 0 and all(sign * other >= 0 for k, other in coefficient.items() if not held[k])
