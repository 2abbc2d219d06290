"""A briefing before any format is chosen: sections of blocks, each with its message and its speaker's notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure

from kgsim.plots.size import Size
from kgsim.report.content import Block as Told
from kgsim.report.content import Bullets, Paragraph, Table
from kgsim.report.credit import Credit

PAPER = Size("paper", 6.7, 3.0, 8)
"""Figures between paragraphs: as wide as a page's text, and low enough for two on a page."""


@dataclass(frozen=True)
class Fact:
    """The briefing's number.

    Attributes
    ----------
    value, label
        The number with its unit, and what it is.
    lines
        What it means, its range, and how far away it is, as sentences.
    """

    value: str
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """A few sentences on what a title names, set in one paragraph with it."""

    title: str
    text: str


@dataclass(frozen=True)
class Picture:
    """A figure, drawn anew at the size that a format asks for.

    Attributes
    ----------
    name
        Stem of its file.
    alt
        What it shows, for those who do not see it.
    caption
        How to read it.
    draw
        From a size to the figure, without a heading of its own.
    """

    name: str
    alt: str
    caption: str
    draw: Callable[[Size], Figure]


Block = Told | Fact | Point | Picture


@dataclass(frozen=True)
class Section:
    """One topic.

    Attributes
    ----------
    id
        For links and file names.
    title, message
        The topic, and what the results say about it in a sentence (a slide's title).
    blocks
        What every format shows.
    details
        What only formats for paper and screen show.
    notes
        What a speaker may add, as sentences.
    slide
        Whether the section is shown on slides at all.
    """

    id: str
    title: str
    message: str
    blocks: tuple[Block, ...]
    details: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    slide: bool = True


@dataclass(frozen=True)
class Labels:
    """The few words that formats themselves need."""

    contents: str
    headline: str
    left_out: str
    page: str
    figure: str
    continued: str


@dataclass(frozen=True)
class Document:
    """A whole briefing.

    Attributes
    ----------
    lang
        ``en`` or ``ko``.
    title, question, headline
        What it is about, what it is to answer, and the answer.
    date
        As the user or the scenario gives it, and never today's.
    classification
        Banner of every page; empty for none.
    sections
        In order.
    absent
        Why parts are left out, as sentences.
    credit
        What it rests on: changed values, scenario, digest and version.
    """

    lang: str
    title: str
    question: str
    headline: str
    date: str
    classification: str
    sections: tuple[Section, ...]
    absent: tuple[str, ...]
    credit: Credit
    labels: Labels

    @property
    def footer(self) -> str:
        """What it rests on, in a line."""
        return str(self.credit)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All figures, in order."""
        return tuple(
            block for section in self.sections for block in (*section.blocks, *section.details)
            if isinstance(block, Picture)
        )  # fmt: skip

    def texts(self) -> Iterator[str]:
        """Every text that a reader will see."""
        yield from (self.title, self.question, self.headline, self.date, self.classification, self.footer)
        yield from self.absent
        for section in self.sections:
            yield from (section.title, section.message, *section.notes)
            for block in (*section.blocks, *section.details):
                yield from _texts(block)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield text
        case Bullets(items):
            yield from items
        case Table(columns, rows, note):
            yield from (column.title for column in columns)
            yield from (cell.text for row in rows for cell in row)
            yield note
        case Fact(value, label, lines):
            yield from (value, label, *lines)
        case Point(title, text):
            yield from (title, text)
        case Picture():
            yield from (block.alt, block.caption)
