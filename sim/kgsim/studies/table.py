"""What structures of play come to at some points, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.claims.at_points import Answers, AtPoints
from kgsim.engine.engine import CHUNK
from kgsim.engine.solutions import DOUBTS, FAILURES, distinct
from kgsim.studies.design import Grid, Listed

#: What a point's `reason` stands for.
REASONS = ("", *FAILURES[1:], *DOUBTS[1:])


@dataclass(frozen=True, eq=False)
class Table:
    """Structures at points, as the vectorised engine finds them.

    Attributes
    ----------
    reached
        Whether some equilibrium reaches an outcome; shape (structures, outcomes, points).
    low, high
        Least and largest payoff over all equilibria, NaN where there is none; shape (structures, players, points).
    equilibria
        Distinct pure ends, by outcome and payoffs; mixtures of them are not counted. Shape (structures, points).
    complete
        Whether `reached`, `low` and `high` are certain to account for every equilibrium; shape (structures, points).
    exact
        Whether the point was settled by the solver of single points; shape (structures, points).
    residual
        Bound on the largest gain from a deviation; shape (structures, points).
    reason
        Index into `REASONS`: why the set may be incomplete or there is no solution; shape (structures, points).
    """

    reached: NDArray[np.bool_]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    equilibria: NDArray[np.int32]
    complete: NDArray[np.bool_]
    exact: NDArray[np.bool_]
    residual: NDArray[np.float64]
    reason: NDArray[np.int16]


def tabulate(play: AtPoints, points: Grid | Listed, settle: int | None = 0) -> Table:
    """Solve structures that are laid out at points that fit into memory."""
    parts = []
    for first in range(0, points.size, CHUNK):
        answers = play.at(points.points(first, min(first + CHUNK, points.size)), settle=settle)
        parts.append(entered(play, answers))
    return Table(**{name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]})


def entered(play: AtPoints, answers: Answers) -> dict[str, NDArray[Any]]:
    """What was found at some points: every array of `Table`."""
    rows = [_entered(play, answers, name) for name in play.structures]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _entered(play: AtPoints, answers: Answers, name: str) -> dict[str, NDArray[Any]]:
    found = answers.sets[name]
    players = len(play.scenario.players)
    low, high = (each[:players] for each in found.values)
    doubt = np.where(found.doubt > 0, found.doubt + len(FAILURES) - 1, 0)
    pure = distinct(
        found.inner[found.rows], found.outcomes[found.rows], found.payoffs[:players, found.deals[found.rows]]
    )
    return {
        "reached": found.reached(len(play.scenario.outcomes)),
        "low": low,
        "high": high,
        "equilibria": pure,
        "complete": found.some & (found.doubt == 0),
        "exact": answers.exact[name],
        "residual": np.where(found.some, found.residual, np.nan),
        "reason": np.where(found.failure > 0, found.failure, doubt).astype(np.int16),
    }


def offered(play: AtPoints, answers: Answers) -> dict[str, NDArray[Any]]:
    """The least and the most that is offered over all equilibria, as far as the claims ask for it.

    Shape (structures, offers, points) each.
    """
    first = len(play.scenario.players)
    low, high = zip(*(answers.sets[name].values for name in play.structures), strict=True)
    return {f"offer_{bound}": np.array(each)[:, first:] for bound, each in (("low", low), ("high", high))}
