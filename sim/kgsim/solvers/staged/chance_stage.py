"""A move of chance: every equilibrium is one equilibrium of each subgame that may be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product
from math import prod

from kgsim.solvers.staged.continuations import Collector, Continuations, Piece, played
from kgsim.solvers.staged.stage import Caps

DRAWS = "a move of chance is followed by too many combinations of equilibria: some were dropped"


def solve(cells: Sequence[Continuations], shares: Sequence[float], caps: Caps, found: Collector) -> None:
    """Add every way to go on after each draw, with the continua of each.

    Nobody chooses, so any equilibria of the subgames go together; and as the sum of convex sets is the hull of the sums
    of their ends, so do their continua.

    Parameters
    ----------
    cells
        The equilibria that can follow each draw.
    shares
        The probability of each draw; what follows one of probability 0 does not count.
    caps
        Enumeration limits.
    found
        Where to add them.
    """
    draws = tuple((action, share) for action, share in enumerate(shares) if share > 0.0)
    choices = [cells[action].components() for action, _ in draws]
    if prod(map(len, choices)) > caps.points:
        found.gaps.add(DRAWS)
    for chosen in islice(product(*choices), caps.points):
        spans = [each.points if isinstance(each, Piece) else (each,) for each in chosen]
        if prod(map(len, spans)) > caps.points:
            found.gaps.add(DRAWS)
            spans = [span[:1] for span in spans]
        points = [
            played([draws], {(action,): point for (action, _), point in zip(draws, each, strict=True)})
            for each in product(*spans)
        ]
        for point in points:
            found.add(point)
        found.add_piece(points, convex=all(each.convex for each in chosen if isinstance(each, Piece)))
