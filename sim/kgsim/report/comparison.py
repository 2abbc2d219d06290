"""Cases side by side, as blocks."""

from __future__ import annotations

from kgsim.analysis.comparison import Comparison
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, Tone, cells
from kgsim.wording import interval, number

_AGREE = {True: "yes", False: "no", None: ""}
_TONES: dict[bool | None, Tone] = {True: "", False: "unsure", None: ""}


def of_comparison(result: Comparison) -> list[Block]:
    """Return the whole report on cases side by side."""
    blocks: list[Block] = [Heading("Comparison", 1), Bullets(tuple(_cases(result)))]
    blocks += [Heading("In short"), Bullets(result.sentences)]
    blocks += [Heading("Equilibrium outcomes"), _outcomes(result)]
    blocks += [Heading("Values"), _values(result)]
    if result.claims:
        blocks += [Heading("Claims"), _claims(result)]
    blocks += [Heading("Parameters that differ"), _parameters(result)]
    return blocks


def _cases(result: Comparison) -> list[str]:
    return [f"{case}: {each.scenario.title}" for case, each in result.results.items()]


def _columns(result: Comparison, *first: str, align: str = "left") -> tuple[Column, ...]:
    side = "right" if align == "right" else "left"
    return (*(Column(title) for title in first), *(Column(case, side) for case in result.cases))  # type: ignore[arg-type]


def _outcomes(result: Comparison) -> Table:
    rows = []
    for row in result.structures:
        told = [_name(result, "structures", row.name), Cell(_AGREE[row.agree], tone=_TONES[row.agree])]
        for case in result.cases:
            found = row.outcomes[case]
            text = "" if found is None else ", ".join(result.label("outcomes", each) for each in found) or "no solution"
            told.append(Cell(text, marked=found is not None and not row.complete[case]))
        rows.append(tuple(told))
    note = "Every outcome that some equilibrium reaches; an empty cell: the case has no such structure."
    if any(not complete for row in result.structures for complete in row.complete.values()):
        note += " *: the set of equilibria may be incomplete."
    return Table(_columns(result, "structure", "all agree"), tuple(rows), note)


def _values(result: Comparison) -> Table:
    rows = []
    for row in result.structures:
        players = dict.fromkeys(player for found in row.values.values() for player in found)
        for player in players:
            bounds = [row.values.get(case, {}).get(player) for case in result.cases]
            told = ("" if each is None else interval(each) for each in bounds)
            who = result.label("players", player)
            rows.append((_name(result, "structures", row.name), *cells(who, *told)))
    return Table(
        _columns(result, "structure", "player", align="right"),
        tuple(rows),
        "A player's value over all equilibria, in its own points. Cases share a player's scale only if their scenarios "
        "say the same of it.",
    )


def _claims(result: Comparison) -> Table:
    rows = [
        (
            _name(result, "claims", row.name),
            *cells(_AGREE[row.agree], *(row.verdicts[case] or "" for case in result.cases)),
        )
        for row in result.claims
    ]
    return Table(_columns(result, "claim", "all agree"), tuple(rows))


def _parameters(result: Comparison) -> Table | Paragraph:
    if not result.parameters:
        return Paragraph("None.")
    rows = [
        cells(row.label, *("" if (at := row.values[case]) is None else number(at) for case in result.cases))
        for row in result.parameters
    ]
    return Table(_columns(result, "parameter", align="right"), tuple(rows))


def _name(result: Comparison, section: str, name: str) -> Cell:
    return Cell(result.label(section, name))
