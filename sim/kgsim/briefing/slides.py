"""Laying a briefing out on slides, before any file: what stands where, in inches, with nothing running over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kgsim.briefing.document import Document, Fact, Picture, Point, Section
from kgsim.plots.size import SLIDE_SMALL, Size
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.report.content import Bullets, Cell, Paragraph, Table, shown

MARGIN = 0.55
TOP = 1.5
FOOT = 0.62
GAP, CLOSE = 0.25, 0.08
"""Inches below a block, and below a point, which the next one follows like a paragraph."""

TEXT, TABLE, NOTE = 16, 13, 12
SMALLEST_TABLE = 12
PICTURE_SHARE = 0.68
PADDING = 0.09
"""Inches between a cell's border and its text, left and right."""

FACT = 44


@dataclass(frozen=True)
class Box:
    """Left, top, width and height in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Grid:
    """A table that fits its box: some rows of a table, with the widths and heights they need."""

    table: Table
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    size: float


@dataclass(frozen=True)
class Lines:
    """Paragraphs of text that fit their box."""

    texts: tuple[str, ...]
    size: float
    bulleted: bool = False
    faint: bool = False


Content = Grid | Lines | Fact | Picture


@dataclass(frozen=True)
class Slide:
    """One slide: its title, what it shows where, and what the speaker may add."""

    title: str
    topic: str
    contents: tuple[tuple[Box, Content], ...]
    notes: tuple[str, ...]


def slides_of(document: Document, width: float, height: float) -> list[Slide]:
    """Return all slides after the title slide, each with room for what it shows.

    Parameters
    ----------
    document
        The briefing.
    width, height
        Of a slide, in inches.
    """
    body = Box(MARGIN, TOP, width - 2 * MARGIN, height - TOP - FOOT)
    made: list[Slide] = []
    for section in document.sections:
        if section.slide:
            made += _slides(section, body, document.labels.continued)
    if document.absent:
        made = _with_absent(made, document, body)
    return made


def _with_absent(made: list[Slide], document: Document, body: Box) -> list[Slide]:
    """Say what is left out below the last slide's content, or on a slide of its own."""
    texts, title = document.absent, document.labels.left_out
    lines = Lines(texts, TEXT, bulleted=True)
    if made:
        last = made[-1]
        top = max(box.top + box.height for box, _ in last.contents) + GAP
        below = top + _height((title,), TEXT, body.width, Ruler())
        deep = _height(texts, TEXT, body.width - 0.3, Ruler())
        if below + deep <= body.top + body.height:
            more = (
                (Box(body.left, top, body.width, below - top), Lines((title,), TEXT, faint=True)),
                (Box(body.left, below, body.width, deep), lines),
            )
            return [*made[:-1], replace(last, contents=(*last.contents, *more))]
    return [*made, Slide(title, "", ((body, lines),), ())]


def picture_size(box: Box) -> Size:
    """Return the size at which a figure fills its box, its letters as large as on a slide of its own."""
    return Size("slide part", box.width, box.height, SLIDE_SMALL)


def _slides(section: Section, body: Box, continued: str) -> list[Slide]:
    ruler = Ruler()
    pages: list[list[tuple[Box, Content]]] = [[]]
    picture = next((block for block in section.blocks if isinstance(block, Picture)), None)
    if picture is not None:
        told = tuple(item for block in section.blocks if isinstance(block, Bullets) for item in block.items)
        page, count = _beside(picture, told, body, ruler)
        more = [[(replace(body, height=high), lines)] for lines, high in _runs(told[count:], body, ruler)]
        pages = [page, *more]
    else:
        used = 0.0
        for block in section.blocks:
            for content, height in _pieces(block, body, used, ruler):
                if pages[-1] and used + height > body.height:
                    pages.append([])
                    used = 0.0
                pages[-1].append((Box(body.left, body.top + used, body.width, height), content))
                used += height + (CLOSE if isinstance(block, Point) else GAP)
    notes = (*section.notes,)
    return [
        Slide(section.message if not place else f"{section.message} ({continued})", section.title, tuple(page), notes)
        for place, page in enumerate(pages)
    ]


def _beside(picture: Picture, told: Sequence[str], body: Box, ruler: Ruler) -> tuple[list[tuple[Box, Content]], int]:
    """A figure at the left, at the right as much of what it says as fits; and how many texts that is."""
    width = PICTURE_SHARE * body.width
    side = Box(body.left + width + GAP, body.top, body.width - width - GAP, body.height)
    caption = (picture.caption,)
    below = _height(caption, NOTE, side.width, ruler) + 0.1
    room = side.width - 0.25, side.height - below - GAP
    count = len(told)
    while count > 1 and _height(told[:count], NOTE, room[0], ruler) > room[1]:
        count -= 1
    page: list[tuple[Box, Content]] = [(Box(body.left, body.top, width, body.height), picture)]
    if told:
        lines = Lines(tuple(told[:count]), _fitting(told[:count], *room, ruler), bulleted=True)
        page.append((Box(side.left, side.top, side.width, side.height - below), lines))
    foot = Box(side.left, side.top + side.height - below, side.width, below)
    return [*page, (foot, Lines(caption, NOTE, faint=True))], count


def _fitting(texts: Sequence[str], width: float, height: float, ruler: Ruler) -> float:
    """The largest size of letters, down to the notes', at which texts fit a height."""
    for size in range(TEXT, NOTE, -1):
        if _height(texts, size, width, ruler) <= height:
            return size
    return NOTE


def _pieces(block: object, body: Box, used: float, ruler: Ruler) -> Iterator[tuple[Content, float]]:
    match block:
        case Fact():
            yield block, 3.9
        case Table():
            yield from _tables(block, body, used, ruler)
        case Bullets(items):
            yield from _runs(items, body, ruler)
        case Point(title, text):
            told = (f"{title}. {text}",)
            yield Lines(told, TABLE), _height(told, TABLE, body.width, ruler)
        case Paragraph(text):
            yield Lines((text,), TEXT), _height((text,), TEXT, body.width, ruler)


def _runs(items: Sequence[str], body: Box, ruler: Ruler) -> Iterator[tuple[Content, float]]:
    """Bullets in portions that each fit a slide."""
    run: list[str] = []
    for item in items:
        if run and _height([*run, item], TEXT, body.width - 0.3, ruler) > body.height:
            yield Lines(tuple(run), TEXT, bulleted=True), body.height
            run = []
        run.append(item)
    if run:
        yield Lines(tuple(run), TEXT, bulleted=True), _height(run, TEXT, body.width - 0.3, ruler)


def _tables(table: Table, body: Box, used: float, ruler: Ruler) -> Iterator[tuple[Content, float]]:
    """A table in portions that each fit a slide, its note below the last."""
    note = _height((table.note,), NOTE, body.width, ruler) if table.note else 0.0
    size = TABLE
    widths, heights, head = _measured(table, size, body.width, ruler)
    room = body.height - (note + 0.1 if note else 0.0)
    if head + sum(heights) > room:
        size = SMALLEST_TABLE
        widths, heights, head = _measured(table, size, body.width, ruler)
    start = 0
    while start < len(table.rows):
        end, filled = start, head
        while end < len(table.rows) and (filled + heights[end] <= room or end == start):
            filled += heights[end]
            end += 1
        part = Table(table.columns, table.rows[start:end])
        yield Grid(part, widths, (head, *heights[start:end]), size), filled
        start = end
    if note:
        yield Lines((table.note,), NOTE, faint=True), note


def _measured(
    table: Table, size: float, width: float, ruler: Ruler
) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """The widths of columns, the heights of rows, and the height of the head."""
    titles = [Cell(column.title) for column in table.columns]
    rows = [titles, *table.rows]
    widths = _widths(rows, size, width, ruler)
    heights = [
        max(
            len(ruler.wrap(drawable(shown(cell)), size, room - 2 * PADDING, weight="bold", most=99))
            for cell, room in zip(row, widths, strict=True)
        )
        * line_height(size)
        + 0.1
        for row in rows
    ]
    return widths, tuple(heights[1:]), heights[0]


def _widths(rows: Sequence[Sequence[Cell]], size: float, width: float, ruler: Ruler) -> tuple[float, ...]:
    """Give every column its widest text, and where that is too much let the wide ones share what is left."""
    wide = [
        max(ruler.width(drawable(shown(row[place])), size, "bold") for row in rows) + 2 * PADDING + 0.05
        for place in range(len(rows[0]))
    ]
    if sum(wide) <= width:
        spare = (width - sum(wide)) / len(wide)
        return tuple(each + spare for each in wide)
    fixed: set[int] = set()
    while True:
        left = width - sum(wide[place] for place in fixed)
        loose = [place for place in range(len(wide)) if place not in fixed]
        # By the root of their lengths: a text twice as long is not twice as wide, but takes more lines.
        weight = sum(wide[place] ** 0.5 for place in loose)
        share = {place: left * wide[place] ** 0.5 / weight for place in loose}
        narrow = [place for place in loose if wide[place] <= share[place]]
        if not narrow:
            return tuple(share.get(place, wide[place]) for place in range(len(wide)))
        fixed.update(narrow)


def _height(texts: Sequence[str], size: float, width: float, ruler: Ruler) -> float:
    """The height of paragraphs with half a line between them."""
    lines = sum(len(ruler.wrap(drawable(text), size, width - 0.1, most=999)) for text in texts)
    return (lines + 0.5 * len(texts)) * line_height(size) + 0.1
