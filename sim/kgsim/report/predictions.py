"""Sealed predictions and their scores, as blocks."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, cells
from kgsim.wording import counted, listed, number
from kgsim.worlds.score import PredictionScore
from kgsim.worlds.sealed import Sealed

_TONES = {"hit": "good", "miss": "bad"}


def of_sealed(sealed: Sealed) -> list[Block]:
    """Return what a prediction says."""
    blocks: list[Block] = [Heading(f"Prediction: {sealed.scenario}, by {sealed.until}", 1)]
    blocks.append(
        Paragraph(
            f"Sealed on {sealed.sealed}, after {counted(len(sealed.events), 'event')}. A statement commits to "
            "something if all surviving worlds expect what it speaks of, or all exclude it; that they admit it commits "
            "to nothing."
        )
    )
    rows = [
        cells(each.name, each.says, _structures(each.structures, "expected"), _structures(each.structures, "excluded"))
        for each in sealed.statements
    ]
    columns = (Column("observation"), Column("survivors"), Column("expected under"), Column("excluded under"))
    blocks.append(Table(columns, tuple(rows), "What survivors say by structure of play is scored too, one by one."))
    return blocks


def _structures(says: Mapping[str, str], what: str) -> str:
    names = [name for name, each in says.items() if each == what]
    return "all" if names and len(names) == len(says) else ", ".join(names)


def of_score(result: PredictionScore) -> list[Block]:
    """Return how a prediction turned out."""
    sealed = result.sealed
    blocks: list[Block] = [Heading(f"Score: {sealed.scenario}, by {sealed.until}", 1), Bullets(result.sentences)]
    if result.left_out:
        blocks.append(
            Paragraph(
                f"Not counted, as not dated after {sealed.sealed} and up to {sealed.until}: {listed(result.left_out)}."
            )
        )
    rows = [
        (*cells(each.name, each.says, each.seen or "not told"), Cell(each.verdict, tone=_TONES.get(each.verdict, "")))  # type: ignore[arg-type]
        for each in result.outturns
    ]
    blocks += [Heading("Statements")]
    blocks.append(Table((Column("observation"), Column("survivors"), Column("events"), Column("verdict")), tuple(rows)))
    tallies = {"this prediction": result.own, **result.baselines,
               **{f"{name} alone": each for name, each in result.structures.items()}}  # fmt: skip
    blocks += [Heading("Beside it")]
    blocks.append(
        Table(
            (Column("prediction"), Column("hits", "right"), Column("misses", "right"), Column("silent", "right")),
            tuple(
                cells(name, number(each.hits), number(each.misses), number(each.silent))
                for name, each in tallies.items()
            ),
            "No change: what was seen last is seen again. No deal: play ends in "
            f"{listed(sealed.quiet, 'or') if sealed.quiet else 'no outcome at all'}. A random structure: the mean over "
            "structures.",
        )
    )
    return blocks
