"""Which parameters matter, as blocks."""

from __future__ import annotations

from kgsim.analysis.sensitivity import Sensitivity
from kgsim.analysis.sobol import TAKES, Indices
from kgsim.analysis.tornado import POINTS
from kgsim.report.content import Block, Bullets, Column, Heading, Paragraph, Table, cells
from kgsim.report.names import of_names
from kgsim.wording import counted, interval, number, percent, sentence

#: Parameters told in a table; the others are left to the JSON document.
MOST = 12


def of_sensitivity(result: Sensitivity) -> list[Block]:
    """Return the whole report on which parameters matter."""
    blocks: list[Block] = [Heading(f"Sensitivity: {result.scenario.title}", 1)]
    blocks += [Heading("In short"), Bullets(result.sentences)]
    way = result.scenario.labels.structure
    blocks += [Heading(f"One parameter at a time: {way(result.structure)}"), _tornado(result)]
    blocks += [Heading("What a single parameter turns"), *_flips(result)]
    if result.indices is not None:
        blocks += [Heading(f"Sobol' indices: {way(result.indices.structure)}"), *_indices(result, result.indices)]
    blocks += [Heading("Boxes of parameters"), *_boxes(result)]
    return [*blocks, *of_names(result.scenario.labels, "structures", "claims", "parameters")]


def _tornado(result: Sensitivity) -> Table:
    rows, said = [], result.scenario.labels
    for player, bars in result.tornado.bars[result.structure].items():
        for bar in [bar for bar in bars if bar.swing > 0.0][:MOST]:
            ends = [interval(at) if at else "none" for at in (bar.at_low, bar.at_high)]
            row = (said.player(player), said.parameter(bar.parameter), *ends, interval(bar.span), number(bar.swing))
            rows.append(cells(*row))
    return Table(
        (
            Column("player"),
            Column("parameter"),
            Column("at its low end", "right"),
            Column("at its high end", "right"),
            Column("anywhere", "right"),
            Column("swing", "right"),
        ),
        tuple(rows),
        "A player's value over all equilibria. The swing is the larger of the movements of its lower and its upper end "
        "over the parameter's range; parameters that move nothing are left out.",
    )


def _flips(result: Sensitivity) -> list[Block]:
    kept = [
        flip
        for flip in result.tornado.flips
        if flip.question.startswith(f"{result.structure}: ") or flip.question in result.scenario.claims
    ]
    if not kept:
        return [Paragraph("No parameter alone turns an outcome of this structure or a claim.")]
    groups: dict[tuple[str, str, str], list[str]] = {}
    for flip in sorted(kept, key=lambda flip: (flip.question, flip.after)):
        at = f"{result.scenario.labels.parameter(flip.parameter)} ({number(flip.value)})"
        groups.setdefault((_asked(result, flip.question), flip.before, flip.after), []).append(at)
    return [
        Table(
            tuple(Column(title) for title in ("answer", "now", "then", "by one of (from about)")),
            tuple(cells(*group, ", ".join(found)) for group, found in groups.items()),
            f"In brackets the nearest of {POINTS} points of the parameter's range at which the answer is another; "
            "`kgsim threshold` finds where exactly it turns.",
        )
    ]


def _asked(result: Sensitivity, question: str) -> str:
    """What a flip turns: a claim, or an outcome of this structure."""
    said = result.scenario.labels
    if question in result.scenario.claims:
        return said.claim(question)
    return said.outcome(question.removeprefix(f"{result.structure}: "))


def _indices(result: Sensitivity, indices: Indices) -> list[Block]:
    said = result.scenario.labels
    rows = [
        cells(
            said.player(player),
            said.parameter(index.parameter),
            f"{index.first:.2f} ± {index.first_error:.2f}",
            f"{index.total:.2f} ± {index.total_error:.2f}",
        )
        for player, found in indices.players.items()
        for index in found[:MOST]
    ]
    note = (
        f"Of a value interval, {TAKES[indices.take]} is taken; it is no single value in {percent(indices.several)} of "
        f"{counted(indices.draws, 'draw')}, and not proven complete in {percent(indices.unproven)}. Prior: "
        f"{indices.prior}, parameters independent. ± is half of the 95 % interval (bootstrap)."
    )
    columns = (Column("player"), Column("parameter"), Column("first order", "right"), Column("total", "right"))
    return [Table(columns, tuple(rows), note)]


def _boxes(result: Sensitivity) -> list[Block]:
    found = result.discovery
    about = (
        f"Cases of interest: {found.question}; {percent(found.share)} of {counted(found.draws, 'draw')} "
        f"({found.prior}), {percent(found.unproven)} not proven."
    )
    blocks: list[Block] = [Paragraph(f"{about} {found.chosen}".strip())]
    rows = []
    for place, each in enumerate(found.boxes, 1):
        box = each.box
        measures = [percent(share) for share in (box.coverage, box.density, box.mass)]
        for name in box.limits:
            low, high = found.within(box, name)
            p = ["" if p is None else f"{p:.2g}" for p in box.quasi_p[name]]
            label = result.scenario.labels.parameter(name)
            rows.append(cells(str(place), *measures, label, number(low), number(high), *p))
            measures = ["", "", ""]
    if rows:
        titles = ("box", "coverage", "density", "mass", "parameter", "from", "to", "quasi-p from", "quasi-p to")
        note = (
            "PRIM. Coverage: share of all draws of interest that the box holds; density: share of its draws that are "
            "of interest; mass: share of all draws. A quasi-p value says how likely a limit would do as well by chance."
        )
        columns = tuple(Column(title, "left" if title == "parameter" else "right") for title in titles)
        blocks.append(Table(columns, tuple(rows), note))
    else:
        blocks.append(Paragraph(sentence(found.no_box)))
    return blocks
