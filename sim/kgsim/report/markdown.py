"""Blocks as Markdown (CommonMark with pipe tables)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kgsim.report.content import Block, Bullets, Heading, Paragraph, Table
from kgsim.wording import true_minus

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def render(blocks: Sequence[Block]) -> str:
    """Return the blocks as Markdown that ends with a line break."""
    return "\n\n".join(_rendered(block) for block in blocks) + "\n"


def _rendered(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {escaped(text)}"
        case Paragraph(text):
            return escaped(text)
        case Bullets(items):
            return "\n".join(f"- {escaped(item)}" for item in items)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rule = ["---:" if column.align == "right" else "---" for column in table.columns]
    lines = [_row([escaped(column.title) for column in table.columns]), _row(rule)]
    for row in table.rows:
        texts = [escaped(cell.text) for cell in row]
        lines.append(_row([f"**{text}** \\*" if cell.marked else text for text, cell in zip(texts, row, strict=True)]))
    return "\n".join(lines) + (f"\n\n{escaped(table.note)}" if table.note else "")


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def escaped(text: str) -> str:
    """Return text with every mark that Markdown would read as its own escaped."""
    return _SPECIAL.sub(r"\\\1", true_minus(text.replace("\n", " ")))
