"""What each way to play is worth against today, which is what a policy is compared with first."""

from __future__ import annotations

from kgsim.briefing.document import Section
from kgsim.briefing.findings import Findings
from kgsim.language import Words
from kgsim.messages.phrases import bounds, change
from kgsim.ranking import gain
from kgsim.report.content import Column, Table, cells
from kgsim.results import Interval


def against_today(found: Findings, structure: str) -> dict[str, Interval]:
    """Player to the least and largest gain of a structure over what today is worth."""
    now, then = found.result.outcome_payoffs[found.today], found.result.structures[structure].values
    return {player: gain(now[player], then[player]) for player in found.scenario.players}


def sentence(found: Findings, said: Words, structure: str) -> str:
    """Return what a structure is worth to each player against today; empty where nobody says what today is."""
    if not found.today:
        return ""
    players = found.scenario.players
    parts = ", ".join(
        said("answer.gain", player=players[player], gain=change(said, worth))
        for player, worth in against_today(found, structure).items()
    )
    return said(
        "today.message",
        structure=found.labels.structure(structure),
        today=found.labels.outcome(found.today),
        parts=parts,
    )


def today(found: Findings, said: Words) -> Section | None:
    """Return every way to play against today; None where nobody says what today is."""
    solved = [name for name, each in found.result.structures.items() if each.equilibria]
    if not found.today or not solved:
        return None
    players = found.scenario.players
    now = found.result.outcome_payoffs[found.today]
    first = cells(
        said("today.now", today=found.labels.outcome(found.today)),
        *(bounds(said, now[player]) for player in players),
    )
    rows = (
        first,
        *(
            cells(
                found.labels.structure(name),
                *(change(said, worth) for worth in against_today(found, name).values()),
            )
            for name in solved
        ),
    )
    columns = (Column(said("outcomes.structure")), *(Column(label, "right") for label in players.values()))
    shown = found.compare[1] if found.compare else solved[0]
    note = said("today.note")
    return Section(
        "today", said("today.title"), sentence(found, said, shown), (Table(columns, rows, note),), notes=(note,)
    )
