"""Repeated play as blocks: each profile's worth, whether anyone gains by deviating, and for which discount factors."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.automata.check import ProfileCheck, told
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, cells
from kgsim.scenario.model import Scenario
from kgsim.wording import listed, number, percent


def of_profile(check: ProfileCheck) -> list[Block]:
    """Return the report on one profile of strategies."""
    rows = tuple(cells(player, number(value)) for player, value in check.values.items())
    return [
        Heading(f"{check.game}: {check.profile}"),
        Paragraph(check.sentence),
        Table((Column("player"), Column("worth a round", "right")), rows),
    ]


def of_repeated(scenario: Scenario, game: str, checks: Mapping[str, ProfileCheck]) -> list[Block]:
    """Return the report on one repeated game."""
    chosen = scenario.repeated[game]
    first = next(iter(checks.values()))
    noise = f" A move comes out as another in {percent(first.noise)} of cases." if first.noise else ""
    title = game if chosen.label == game else f"{game}: {chosen.label}"
    blocks: list[Block] = [
        Heading(title),
        Paragraph(
            f"Structure {chosen.stage} is played round after round; the next round weighs {number(first.discount)} "
            f"beside this one.{noise}"
        ),
    ]
    columns = (
        Column("profile"), Column("equilibrium"), Column("gain from deviating once", "right"),
        Column("critical discount", "right"), *(Column(f"{player} a round", "right") for player in scenario.players),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(check.profile),
            Cell("yes" if check.sustained else "no", tone="good" if check.sustained else "bad"),
            Cell(number(0.0 if check.best is None else max(check.best.gain, 0.0))),
            Cell(number(check.critical) if check.critical < 1.0 else "none"),
            *(Cell(number(value)) for value in check.values.values()),
        )
        for check in checks.values()
    )
    note = (
        "Gains are present values in the deviator's points, after every history; the critical discount is the least "
        "from which on the profile is an equilibrium."
    )
    return [*blocks, Table(columns, rows, note), Bullets(tuple(_line(check) for check in checks.values()))]


def _line(check: ProfileCheck) -> str:
    who = listed(f"{decision} {strategy}" for decision, strategy in check.strategies.items())
    why = ""
    if check.best is not None and not check.sustained:
        best = check.best
        why = f" With {best.state}, {best.decision} gains {number(best.gain)} by playing {best.move} once."
    return f"{check.profile} ({who}).{why} {told(check.discounts)}"
