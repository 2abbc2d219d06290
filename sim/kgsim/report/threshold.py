"""Where an answer changes, as blocks: sentences along the parameter, and a table of what else turns it."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.analysis.threshold_result import Threshold
from kgsim.report.content import Block, Column, Paragraph, Table, cells
from kgsim.report.names import of_names
from kgsim.scenario.model import Scenario
from kgsim.wording import number, percent

_TABULATED = ("Raising ", "Lowering ", "No value in its range")


def of_threshold(scenario: Scenario, found: Threshold, values: Mapping[str, float]) -> list[Block]:
    """Return the answer along the parameter in sentences, and every parameter that turns it alone, nearest first."""
    blocks: list[Block] = [Paragraph(each) for each in found.sentences if not each.startswith(_TABULATED)]
    turns = sorted(((each.size, name, each.values[name]) for name, each in found.alone.items() if each is not None))
    if turns:
        rows = tuple(
            cells(scenario.labels.parameter(name), number(values[name]), number(value), percent(size))
            for size, name, value in turns
        )
        columns = (
            Column("parameter, alone"),
            Column("now", "right"),
            Column("turns at", "right"),
            Column("of its range", "right"),
        )
        idle = sum(each is None for each in found.alone.values())
        note = f"The other {idle} turn it nowhere in their ranges." if idle else ""
        blocks.insert(len(found.segments) + 1, Table(columns, rows, note))
    return [*blocks, *of_names(scenario.labels, "parameters", only=(name for _, name, _ in turns))]
