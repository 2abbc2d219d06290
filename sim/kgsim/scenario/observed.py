"""Moves that others do not observe: who sees what, and orders of play in which all is seen that come to the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kgsim.scenario.model import Decision, Structure


def sees(structure: Structure, decisions: Mapping[str, Decision], name: str, other: str) -> bool:
    """Whether whoever makes the decision `name` sees an earlier one; chance sees everything, players what they did."""
    player = decisions[name].player
    if other not in structure.seen_by or not player or decisions[other].player == player:
        return True
    return player in structure.seen_by[other]


def simplified(structure: Structure, decisions: Mapping[str, Decision]) -> Structure:
    """The structure with what is hidden told by the order of play, as far as that can be done.

    A move that the next movers do not see is as good as made at the same time, and a draw as good as drawn after them,
    unless whether they are asked depends on it. What is left of `seen_by` hides something in a way that no order of
    play tells.
    """
    play, moved = list(structure.play), True
    while moved:
        moved = False
        for place in range(len(play) - 1):
            here, after = ([name for mover in stage for name in mover] for stage in play[place : place + 2])
            asked = {other for name in after for way in structure.conditions.get(name, ()) for other in way}
            if asked & {*here} or any(sees(structure, decisions, name, other) for name in after for other in here):
                continue
            if not decisions[here[0]].player:
                play[place : place + 2] = [play[place + 1], play[place]]
                moved = True
            elif all(decisions[name].player for name in after) and not _hidden(structure, decisions, play, place, 2):
                play[place : place + 2] = [(*play[place], *play[place + 1])]
                moved = True
                break
    order = [[name for mover in stage for name in mover] for stage in play]
    seen_by = {
        other: seen
        for other, seen in structure.seen_by.items()
        if any(
            not sees(structure, decisions, name, other)
            for place, stage in enumerate(order)
            if other in stage
            for later in order[place + 1 :]
            for name in later
        )
    }
    return replace(structure, play=tuple(play), seen_by=seen_by)


def _hidden(
    structure: Structure,
    decisions: Mapping[str, Decision],
    play: list[tuple[tuple[str, ...], ...]],
    at: int,
    count: int,
) -> bool:
    """Whether some later mover does not see all that is done at so many stages."""
    done = [name for stage in play[at : at + count] for mover in stage for name in mover]
    later = [name for stage in play[at + count :] for mover in stage for name in mover]
    return any(not sees(structure, decisions, name, other) for name in later for other in done)
