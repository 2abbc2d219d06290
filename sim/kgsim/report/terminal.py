"""Blocks on a terminal, by rich: colour, and tables as wide as the window."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from kgsim.report.content import Block, Bullets, Heading, Paragraph, Table, shown

_STYLE = {"": "", "good": "green", "bad": "red", "unsure": "yellow"}


def render(blocks: Sequence[Block], console: Console) -> None:
    """Print the blocks on `console`."""
    for block in blocks:
        console.print(_renderable(block))
        if not (isinstance(block, Heading) and block.level > 2):
            console.print()


def _renderable(block: Block) -> RenderableType:
    match block:
        case Heading(text, level):
            return Text(text, style="bold underline" if level == 1 else "bold")
        case Paragraph(text, tone):
            return Text(text, style=_STYLE[tone])
        case Bullets(items):
            grid = RichTable.grid(padding=(0, 1))
            for item in items:
                grid.add_row("•", Text(item))
            return grid
        case Table():
            return _table(block)


def _table(block: Table) -> RenderableType:
    table = RichTable(box=box.SIMPLE_HEAD, caption=block.note or None, caption_justify="left", pad_edge=False)
    for column in block.columns:
        table.add_column(Text(column.title), justify=column.align, overflow="fold")
    for row in block.rows:
        table.add_row(*(Text(shown(cell), style="bold red" if cell.marked else _STYLE[cell.tone]) for cell in row))
    return Padding(table, 0)
