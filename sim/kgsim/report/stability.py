"""What is stable in a conflict, as blocks and as a JSON document: which outcomes, for whom, and what keeps them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kgsim.analysis.stability import Stability
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table
from kgsim.report.document import Json
from kgsim.report.provenance import versions
from kgsim.solvers.graph.stability import CONCEPTS, Concept
from kgsim.wording import counted, listed

NAMES: dict[Concept, str] = {"nash": "Nash", "seq": "SEQ", "smr": "SMR", "gmr": "GMR"}
#: From the strictest to the most lenient, as they are told.
ORDER: tuple[Concept, ...] = ("nash", "seq", "smr", "gmr")

MEANING: dict[Concept, str] = {
    "nash": "nobody has anything better to move to",
    "seq": "who would leave has to expect answers that are better for the others and leave it no better off",
    "smr": "who would leave can be answered so that it is no better off, and cannot escape from that",
    "gmr": "who would leave can be answered so that it is no better off",
}

MOST_STATES = 3
"""States of an outcome that are told."""


def of_stability(found: Stability) -> list[Block]:
    """Return the whole report."""
    blocks: list[Block] = [Heading(found.title, 1), Heading("In short"), Bullets(tuple(_headlines(found)))]
    blocks += [Heading("Stable for everybody"), _equilibria(found)]
    blocks += [Heading("Who would stay"), _by_player(found)]
    if found.start:
        blocks += [Heading("From where things stand"), Bullets(tuple(_reached(found)))]
    states = tuple(_states(found))
    if states:
        blocks += [Heading("What is done there"), Bullets(states)]
    blocks += [Heading("Method"), Paragraph(_method(found))]
    return blocks


def of_raising(found: Stability, outcome: str, concept: Concept) -> list[Block]:
    """Return what it would take to make an outcome stable."""
    needed = found.raising(outcome, concept)
    if needed is None:
        text = f"No change of rankings makes {outcome} stable by {NAMES[concept]}."
    elif not needed:
        text = f"{outcome} is stable by {NAMES[concept]} as rankings stand."
    else:
        called = dict(zip(found.told.conflict.players, found.told.labels, strict=True))
        parts = [f"{called[player]} ranks it no lower than {listed(passed)}" for player, passed in needed.items()]
        least = "no smaller change of rankings does it"
        if concept == "seq":
            least = "no smaller change of one's own ranking does it while the others rank states as they do"
        text = f"{outcome} becomes stable by {NAMES[concept]} if {listed(parts)}; {least}."
    return [Heading(f"What would make {outcome} stable"), Paragraph(text)]


def document(found: Stability) -> Json:
    """Return it as plain data."""
    conflict = found.told.conflict
    return {
        "schema_version": 1,
        "versions": versions(),
        "name": found.name,
        "title": found.title,
        "structure": found.structure,
        "players": list(conflict.players),
        "states": [
            {"outcome": found.told.groups[group], "done": found.told.label(state)}
            for state, group in enumerate(found.told.group)
        ],
        "attitude": found.attitude,
        "equilibria": {concept: _places(found.equilibria[concept]) for concept in CONCEPTS},
        "coalitional": {concept: _places(flags) for concept, flags in found.coalitional.items()},
        "stable": {
            player: {concept: _places(own[concept]) for concept in CONCEPTS}
            for player, own in zip(conflict.players, found.stable, strict=True)
        },
        "start": list(found.start),
        "paths": {str(state): _course(found, path) for state, path in sorted(found.paths.items())},
    }


def _places(flags: np.ndarray) -> list[int]:
    return [int(state) for state in np.flatnonzero(flags)]


def _course(found: Stability, path: tuple[tuple[int, int], ...]) -> list[Json]:
    return [{"player": found.told.conflict.players[player], "state": state} for player, state in path]


def _headlines(found: Stability) -> Iterator[str]:
    nash, seq, gmr = (found.outcomes(concept) for concept in ("nash", "seq", "gmr"))
    yield (
        f"Nobody has anything better to move to in {listed(nash)}."
        if nash
        else ("In every state somebody has something better to move to.")
    )
    held = [each for each in seq if each not in nash]
    if held:
        yield f"{listed(held)} {'is' if len(held) == 1 else 'are'} held by answers that the others would want to give."
    threats = [each for each in gmr if each not in seq]
    if threats:
        yield f"{listed(threats)} {'is' if len(threats) == 1 else 'are'} held by threats alone."
    unstable = [each for each in found.states_of if each not in gmr]
    if unstable:
        yield f"Nothing holds {listed(unstable, 'or')}."
    if found.coalitional:
        lost = [each for each in gmr if each not in found.outcomes("gmr", coalitions=True)]
        yield f"Coalitions would leave {listed(lost)}." if lost else "No coalition would leave any of these."


def _equilibria(found: Stability) -> Table:
    columns = [Column("outcome" if found.structure else "state"), *(Column(NAMES[concept]) for concept in ORDER)]
    if found.coalitional:
        columns += [Column(f"{NAMES[concept]}, coalitions") for concept in ORDER]
    sets = [found.equilibria] + ([found.coalitional] if found.coalitional else [])
    rows = []
    for outcome, states in found.states_of.items():
        counts = [int(flags[concept][list(states)].sum()) for flags in sets for concept in ORDER]
        told = [_share(count, len(states)) for count in counts]
        rows.append((Cell(outcome), *(Cell(text, tone="good" if text != "-" else "") for text in told)))
    note = "Each cell: in how many of its states. " if found.structure else ""
    note += " ".join(f"{NAMES[concept]}: {MEANING[concept]}." for concept in ORDER)
    return Table(tuple(columns), tuple(rows), note)


def _share(count: int, states: int) -> str:
    if not count:
        return "-"
    return "yes" if states == 1 else f"{count} of {states}"


def _by_player(found: Stability) -> Table:
    players = found.told.labels
    rows = []
    for outcome, states in found.states_of.items():
        cells = [Cell(outcome)]
        for own in found.stable:
            by = [NAMES[concept] for concept in ORDER if own[concept][list(states)].any()]
            cells.append(Cell(by[0] if by else "leaves", tone="" if by else "bad"))
        rows.append(tuple(cells))
    note = "The strictest stability by which a player stays in some state of the outcome, not always the same state."
    return Table(
        (Column("outcome" if found.structure else "state"), *(Column(player) for player in players)),
        tuple(rows),
        note if found.structure else "The strictest stability by which a player stays.",
    )


def _reached(found: Stability) -> Iterator[str]:
    for outcome in found.outcomes("gmr"):
        states = [state for state in found.states_of[outcome] if found.equilibria["gmr"][state]]
        ways = {state: found.improving_paths[state] for state in states if state in found.improving_paths}
        kind = "by moves that each improve on the last for who makes them"
        if not ways:
            ways = {state: found.paths[state] for state in states if state in found.paths}
            kind = "only by moves that somebody would not make for their own sake"
        if not ways:
            yield f"{outcome} cannot be reached."
            continue
        state = min(ways, key=lambda each: (len(ways[each]), each))
        if not ways[state]:
            yield f"{outcome} is where things stand."
            continue
        steps = "; then ".join(_step(found, player, place) for player, place in ways[state])
        yield f"{outcome} can be reached {kind}: {steps}."


def _step(found: Stability, player: int, state: int) -> str:
    """What a player changes to; of a conflict in graph form without options, the state."""
    done, label = found.told.done[state], found.told.labels[player]
    if len(done) < len(found.told.labels):
        return f"{label} to {found.told.groups[state]}"
    own = done[player].removeprefix(found.told.conflict.players[player]).strip()
    return f"{label}: {own or 'does nothing'}"


def _states(found: Stability) -> Iterator[str]:
    """What is done in states that everybody stays at, by the strictest stability that holds an outcome at all."""
    for outcome in found.outcomes("gmr"):
        concept = next(each for each in ORDER if outcome in found.outcomes(each))
        states = [state for state in found.states_of[outcome] if found.equilibria[concept][state]]
        told = "; or ".join(found.told.label(state) for state in states[:MOST_STATES])
        more = f"; and {len(states) - MOST_STATES} more" if len(states) > MOST_STATES else ""
        yield f"{outcome} ({NAMES[concept]}): {told}{more}."


def _method(found: Stability) -> str:
    what = (
        f"States are the profiles of actions that structure {found.structure} leaves, moves are changes of one "
        "player's actions; who moves when counts for nothing, and nothing but each player's ranking does"
        if found.structure
        else "Moves and rankings as the file states them"
    )
    unknown = (
        f" Preferences that are not known: attitude {found.attitude} of Li, Hipel, Kilgour and Fang (2004)."
        if found.told.conflict.unknown is not None
        else ""
    )
    states = counted(len(found.told.done), "state")
    return (
        f"Graph model for conflict resolution (Fang, Hipel and Kilgour 1993), {states}. {what}. "
        f"The answer of several others is any legal sequence of their moves.{unknown}"
    )
