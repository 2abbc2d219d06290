"""Blocks on a terminal, by rich: colour, and tables as wide as the window."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from kgsim.report.content import Block, Bullets, Heading, Paragraph, Table, shown
from kgsim.wording import true_minus

#: Cells of a terminal beyond which a single word may be folded.
LONGEST_WORD = 24

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
            return Text(true_minus(text), style="bold underline" if level == 1 else "bold")
        case Paragraph(text, tone):
            return Text(true_minus(text), style=_STYLE[tone])
        case Bullets(items):
            grid = RichTable.grid(padding=(0, 1))
            for item in items:
                grid.add_row("•", Text(true_minus(item)))
            return grid
        case Table():
            return _table(block)


def _table(block: Table) -> RenderableType:
    table = RichTable(
        box=box.SIMPLE_HEAD, caption=true_minus(block.note) or None, caption_justify="left", pad_edge=False
    )
    for place, column in enumerate(block.columns):
        texts = [column.title, *(true_minus(shown(row[place])) for row in block.rows)]
        # As wide as its longest word, so that nothing is folded inside one; a number is one word with its interval.
        words = [word for text in texts for word in ([text] if column.align == "right" else text.split())]
        least = min(LONGEST_WORD, max(map(cell_len, words), default=0))
        table.add_column(Text(column.title), justify=column.align, overflow="fold", min_width=least)
    for row in block.rows:
        table.add_row(
            *(Text(true_minus(shown(cell)), style="bold red" if cell.marked else _STYLE[cell.tone]) for cell in row)
        )
    return Padding(table, 0)
