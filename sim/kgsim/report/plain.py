"""Blocks as plain text: for pipes, files and terminals without colour. Nothing is ever cut off."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, shown
from kgsim.wording import true_minus

WIDTH = 100


def render(blocks: Sequence[Block]) -> str:
    """Return the blocks as text that ends with a line break."""
    parts: list[str] = []
    for block in blocks:
        match block:
            case Heading(text, level):
                parts.append(f"{text}\n{('=' if level == 1 else '-') * _width(text)}" if level < 3 else text)
            case Paragraph(text):
                parts.append(_wrapped(text))
            case Bullets(items):
                parts.append("\n".join(_wrapped(item, "- ") for item in items))
            case Table():
                parts.append(_table(block))
    return true_minus("\n\n".join(parts)) + "\n"


def _wrapped(text: str, lead: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(table: Table) -> str:
    grid = [[Cell(column.title) for column in table.columns], *map(list, table.rows)]
    widths = [max(_width(shown(row[i])) for row in grid) for i in range(len(table.columns))]
    lines = [_line(row, table.columns, widths) for row in grid]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + (f"\n{_wrapped(table.note)}" if table.note else "")


def _line(row: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int]) -> str:
    texts = []
    for cell, column, width in zip(row, columns, widths, strict=True):
        gap = " " * (width - _width(shown(cell)))
        texts.append(gap + shown(cell) if column.align == "right" else shown(cell) + gap)
    return "  ".join(texts).rstrip()


def _width(text: str) -> int:
    """Terminal columns that a text takes: wide East Asian characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
