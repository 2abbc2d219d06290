"""What a report is made of: headings, paragraphs, lists and tables, before any format is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["", "good", "bad", "unsure"]


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A few sentences."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Bullets:
    """A list of short statements."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column's title and the side its cells are set to."""

    title: str
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Cell:
    """A table's cell; a marked one carries a star whose meaning the table's note gives."""

    text: str
    marked: bool = False
    tone: Tone = ""


@dataclass(frozen=True)
class Table:
    """Rows under titled columns, with a note below."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


Block = Heading | Paragraph | Bullets | Table


def cells(*texts: str) -> tuple[Cell, ...]:
    """Return a row of plain cells."""
    return tuple(Cell(text) for text in texts)


def shown(cell: Cell) -> str:
    """Return the cell's text with its star."""
    return f"{cell.text} *" if cell.marked else cell.text
