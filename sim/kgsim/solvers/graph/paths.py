"""From the status quo: which states play can come to, by whose moves, and in how few of them.

Status quo analysis (Li, Kilgour and Hipel 2005): a stable state that nobody can bring about from where things stand is
of little use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from kgsim.games.conflict import Conflict, Moves

#: Who moves and where to, in turn.
Path = tuple[tuple[int, int], ...]


def paths_from(conflict: Conflict, start: Iterable[int], *, improving: bool = False) -> dict[int, Path]:
    """The shortest legal sequence of moves to each state that can be reached; nobody moves twice in a row.

    Parameters
    ----------
    conflict
        The conflict.
    start
        The states where things may stand.
    improving
        Whether every move must be an improvement to who makes it.

    Returns
    -------
    dict
        State to path, those of `start` with the empty one.
    """
    moves: list[Moves] = list(conflict.moves)
    if improving:
        moves = [conflict.improvements((player,), own, doubtful=False) for player, own in enumerate(moves)]
    found: dict[int, Path] = dict.fromkeys(start, ())
    seen = {(state, -1) for state in found}
    queue: deque[tuple[int, int, Path]] = deque((state, -1, ()) for state in found)
    while queue:
        state, last, path = queue.popleft()
        for player, own in enumerate(moves):
            if player == last:
                continue
            for target in map(int, own.of_state(state)):
                if (target, player) not in seen:
                    seen.add((target, player))
                    longer = (*path, (player, target))
                    found.setdefault(target, longer)
                    queue.append((target, player, longer))
    return found
