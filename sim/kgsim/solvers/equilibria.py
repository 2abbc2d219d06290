"""What a solver of one game hands to the face: equilibria with the account of how they were found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: One mixed strategy per player, each an array of probabilities over that player's actions.
Profile = tuple[NDArray[np.float64], ...]


def pure_strategy(actions: int, action: int) -> NDArray[np.float64]:
    """The strategy that plays one action for certain."""
    strategy = np.zeros(actions)
    strategy[action] = 1.0
    return strategy


@dataclass(frozen=True)
class RawEquilibria:
    """Equilibria of one scaled game, before they are mapped back to the game as the caller wrote it.

    Attributes
    ----------
    equilibria
        Profiles of mixed strategies, in a fixed order that depends on the game alone.
    components
        Groups of indices into `equilibria`. Every group marks a continuum of equilibria; for two players it is
        a maximal Nash subset, and the group lists its extreme equilibria.
    spanned
        Whether every equilibrium of a continuum is a mixture of its group's members. For more than two players a group
        holds some points of its continuum, and what lies between or beside them is not described.
    connected
        Groups of indices that hang together beyond the components that share members; None where that is not decided.
    open_supports
        Supports, each player's actions, of which the search of a game of more than two has left something open, unless
        it has ended early.
    complete
        Whether every isolated equilibrium (for two players: every extreme equilibrium) is in the list.
    reason
        One sentence: why the list is complete, or what may be missing.
    supports_examined
        How many candidate pairs or tuples of supports were examined.
    roots
        Counts of the candidate solutions by kind; together they account for everything that was examined.
    indices
        Index of each equilibrium, +1 or -1; None where it is not defined (degenerate) or was not computed.
    """

    equilibria: tuple[Profile, ...]
    components: tuple[tuple[int, ...], ...]
    complete: bool
    reason: str
    supports_examined: int = 0
    roots: dict[str, int] = field(default_factory=dict)
    indices: tuple[int | None, ...] = ()
    spanned: bool = True
    connected: tuple[tuple[int, ...], ...] | None = ()
    open_supports: tuple[tuple[tuple[int, ...], ...], ...] = ()
