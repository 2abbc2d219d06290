"""A briefing as slides: native tables, text that can be edited, figures with alternative text, speaker's notes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kgsim.briefing.document import Document, Fact, Picture
from kgsim.briefing.slides import FACT, MARGIN, NOTE, TEXT, Box, Grid, Lines, Slide, picture_size, slides_of
from kgsim.errors import OutputError
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.report.content import shown
from kgsim.report.figures import as_png

TEMPLATE = "brief.pptx"
WIDTH, HEIGHT = 13.333, 7.5
DPI = 160
INK, FAINT, ACCENT, ALARM, MARKED, SHADE = "1C1C1C", "555555", "0B4A78", "7A1212", "FDE3D3", "F3F5F7"
TONES = {"good": "05603F", "bad": "8A1C00", "unsure": "6A4A00"}
LATIN, HANGUL = "Arial", "Malgun Gothic"
"""Fonts of the shipped slides; a house style brings its own."""

#: Letters that the properties of a PowerPoint file may have.
LONGEST = 255

TITLE_SIZES = (26, 22, 20, 18)
TITLE_HEIGHT = 0.9


def render(document: Document, template: Path | None = None) -> bytes:
    """Return the briefing as a PowerPoint file; the same document gives the same bytes.

    Parameters
    ----------
    document
        The briefing.
    template
        Where the user's templates are, if there are any; ``brief.pptx`` gives the master, its fonts and its size.

    Raises
    ------
    OutputError
        If the template cannot be used.
    """
    return _Deck(document, template).made()


def typeset(text: str) -> str:
    """Write minus signs as such: programs that show slides break lines after a hyphen.

    >>> typeset("from 2025-06-13, ranks 1-4: -32.5 (-3 to +2)")
    'from 2025-06-13, ranks 1-4: −32.5 (−3 to +2)'
    """
    return re.sub(r"(?<![\w.)])-(?=\d)", "−", text)


class _Deck:
    """Builds one presentation."""

    def __init__(self, document: Document, template: Path | None) -> None:
        from pptx.util import Inches

        self.document = document
        self.deck = _opened(template)
        self.width, self.height = (length / Inches(1) for length in (self.deck.slide_width, self.deck.slide_height))
        self.layout = _layout(self.deck)
        self.ruler = Ruler()

    def made(self) -> bytes:
        self._title_slide()
        for slide in slides_of(self.document, self.width, self.height):
            self._slide(slide)
        about = self.deck.core_properties
        about.title, about.subject = (text[:LONGEST] for text in (self.document.title, self.document.headline))
        about.author = about.last_modified_by = "kgsim"
        about.language = self.document.lang
        about.keywords, about.comments = self.document.classification, self.document.footer
        about.created = about.modified = datetime(2000, 1, 1, tzinfo=UTC)
        self._tell_language()
        buffer = io.BytesIO()
        self.deck.save(buffer)
        return _dateless(buffer.getvalue())

    def _tell_language(self) -> None:
        """Mark every run's language, by which programs choose fonts, line breaks and spelling."""
        lang = {"en": "en-US", "ko": "ko-KR"}[self.document.lang]
        for page in self.deck.slides:
            for run in page._element.xpath(".//a:r"):
                run.get_or_add_rPr().set("lang", lang)

    def _title_slide(self) -> None:
        document = self.document
        page = self._page(document.title, top=1.0, height=1.2, size=36)
        width = self.width - 2 * MARGIN
        self._text(page, Box(MARGIN, 2.25, width, 0.9), Lines((document.question,), 18, faint=True))
        size = next((size for size in (26, 22, 19) if self._lines(document.headline, size, width - 0.5) <= 5), 16)
        box = self._text(page, Box(MARGIN, 3.4, width, 2.2), Lines((document.headline,), size))
        _fill(box, SHADE)
        box.text_frame.paragraphs[0].runs[0].font.bold = True
        if document.date:
            self._text(page, Box(MARGIN, 5.9, width, 0.4), Lines((document.date,), TEXT, faint=True))
        self._furniture(page)
        page.notes_slide.notes_text_frame.text = typeset("\n".join((document.headline, document.question)))

    def _slide(self, slide: Slide) -> None:
        width = self.width - 2 * MARGIN
        high = {size: self._lines(slide.title, size, width) * line_height(size) for size in TITLE_SIZES}
        size = next((size for size in TITLE_SIZES if high[size] <= TITLE_HEIGHT - 0.1), TITLE_SIZES[-1])
        page = self._page(slide.title, top=0.57, height=TITLE_HEIGHT, size=size)
        if slide.topic:
            self._text(page, Box(MARGIN, 0.3, width, 0.26), Lines((slide.topic,), NOTE, faint=True))
        for box, content in slide.contents:
            match content:
                case Lines():
                    self._text(page, box, content)
                case Grid():
                    self._table(page, box, content, slide.title)
                case Picture():
                    self._picture(page, box, content)
                case Fact():
                    self._fact(page, box, content)
        self._furniture(page)
        page.notes_slide.notes_text_frame.text = typeset("\n".join(slide.notes or (slide.title,)))

    def _page(self, title: str, *, top: float, height: float, size: float) -> Any:
        from pptx.util import Pt

        page = self.deck.slides.add_slide(self.layout)
        holder = page.shapes.title
        _place(holder, Box(MARGIN, top, self.width - 2 * MARGIN, height))
        frame = holder.text_frame
        frame.word_wrap = True
        frame.text = typeset(title)
        _anchor(frame, "middle")
        for paragraph in frame.paragraphs:
            _align(paragraph, "left")
            for run in paragraph.runs:
                run.font.size, run.font.bold = Pt(size), True
        for other in list(page.placeholders):
            if other.placeholder_format.idx != holder.placeholder_format.idx:
                other._element.getparent().remove(other._element)
        return page

    def _text(self, page: Any, box: Box, lines: Lines) -> Any:
        from pptx.enum.text import MSO_AUTO_SIZE
        from pptx.util import Pt

        shape = page.shapes.add_textbox(*_emus(box))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.auto_size = MSO_AUTO_SIZE.NONE
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = _emu(0.05)
        for place, text in enumerate(lines.texts):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = typeset(text)
            run.font.size = Pt(lines.size)
            _colour(run, FAINT if lines.faint else INK)
            paragraph.space_after = Pt(lines.size * 0.4)
            if lines.bulleted:
                _bullet(paragraph, lines.size)
        return shape

    def _fact(self, page: Any, box: Box, fact: Fact) -> None:
        from pptx.util import Pt

        left = 0.42 * box.width
        # As large as the number's own length allows.
        size = next((size for size in (FACT, 36, 30, 26) if self._lines(fact.value, size, left - 0.4) == 1), 22)
        shape = self._text(page, Box(box.left, box.top, left, box.height), Lines((fact.value, fact.label), size))
        _fill(shape, SHADE)
        _anchor(shape.text_frame, "middle")
        value, label = (paragraph.runs[0] for paragraph in shape.text_frame.paragraphs)
        value.font.bold = True
        _colour(value, ACCENT)
        label.font.size = Pt(TEXT)
        _colour(label, FAINT)
        side = Box(box.left + left + 0.3, box.top, box.width - left - 0.3, box.height)
        self._text(page, side, Lines(fact.lines, TEXT, bulleted=True))

    def _table(self, page: Any, box: Box, grid: Grid, title: str) -> None:
        from pptx.util import Pt

        rows, columns = len(grid.table.rows) + 1, len(grid.table.columns)
        frame = page.shapes.add_table(rows, columns, *_emus(box))
        _describe(frame, title)
        table = frame.table
        table.horz_banding = False
        for place, width in enumerate(grid.widths):
            table.columns[place].width = _emu(width)
        for place, height in enumerate(grid.heights):
            table.rows[place].height = _emu(height)
        for place, column in enumerate(grid.table.columns):
            _cell(table.cell(0, place), column.title, column.align, Pt(grid.size), "FFFFFF", bold=True, fill=ACCENT)
        for row, cells in enumerate(grid.table.rows, 1):
            for place, cell in enumerate(cells):
                _cell(
                    table.cell(row, place),
                    shown(cell),
                    grid.table.columns[place].align,
                    Pt(grid.size),
                    TONES.get(cell.tone, INK),
                    bold=cell.marked or bool(cell.tone),
                    fill=MARKED if cell.marked else "FFFFFF" if row % 2 else SHADE,
                )

    def _picture(self, page: Any, box: Box, picture: Picture) -> None:
        figure = picture.draw(picture_size(box))
        width, height = figure.get_size_inches()
        shrink = min(1.0, box.width / width, box.height / height)
        content = io.BytesIO(as_png(figure, DPI))
        shape = page.shapes.add_picture(content, *_emus(Box(box.left, box.top, width * shrink, height * shrink)))
        shape.name = picture.name
        _describe(shape, picture.alt)

    def _furniture(self, page: Any) -> None:
        """Banner above and below, what it was made from, and the page's number."""
        from pptx.util import Pt

        banner = self.document.classification
        for top in (0.03, self.height - 0.3):
            if banner:
                shape = self._text(page, Box(MARGIN, top, self.width - 2 * MARGIN, 0.27), Lines((banner,), NOTE))
                paragraph = shape.text_frame.paragraphs[0]
                _align(paragraph, "center")
                paragraph.runs[0].font.bold = True
                _colour(paragraph.runs[0], ALARM)
        low = self.height - 0.55
        shape = self._text(page, Box(MARGIN, low, self.width - 3, 0.27), Lines((self.document.footer,), 10, faint=True))
        shape = self._text(page, Box(self.width - MARGIN - 1, low, 1, 0.27), Lines(("",), 10, faint=True))
        paragraph = shape.text_frame.paragraphs[0]
        _align(paragraph, "right")
        paragraph._p.remove(paragraph.runs[0]._r)
        _page_number(paragraph, len(self.deck.slides), Pt(10))

    def _lines(self, text: str, size: float, width: float) -> int:
        return len(self.ruler.wrap(drawable(text), size, width - 0.2, weight="bold", most=99))


def _opened(template: Path | None) -> Any:
    import pptx
    from pptx.util import Inches

    if template is not None and (template / TEMPLATE).is_file():
        path = template / TEMPLATE
        try:
            deck = pptx.Presentation(str(path))
            _layout(deck)
        except OutputError as error:
            raise OutputError(f"the template {path} cannot be used: {error}") from error
        except Exception as error:
            raise OutputError(f"the template {path} is not a PowerPoint file that can be read: {error}") from error
        if len(deck.slides):
            raise OutputError(f"the template {path} has slides of its own; delete them and keep its master.")
        return deck
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _fonts(deck)
    return deck


def _layout(deck: Any) -> Any:
    """The layout with a title and as little else as possible."""
    able = [
        layout for layout in deck.slide_layouts if any(each.placeholder_format.idx == 0 for each in layout.placeholders)
    ]
    if not able:
        raise OutputError("no layout of its master has a title.")
    return min(able, key=lambda layout: (len(list(layout.placeholders)), layout.name))


def _fonts(deck: Any) -> None:
    """Set the theme's fonts, so that every text that names none has them."""
    from lxml import etree

    master = deck.slide_masters[0]
    theme = next(rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme"))
    root = etree.fromstring(theme.blob)
    space = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    for kind in ("majorFont", "minorFont"):
        for tag, name in (("latin", LATIN), ("ea", HANGUL)):
            for node in root.findall(f".//a:{kind}/a:{tag}", space):
                node.set("typeface", name)
    theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _dateless(content: bytes) -> bytes:
    """Take the times of writing out of a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return buffer.getvalue()


def _emu(inches: float) -> int:
    from pptx.util import Inches

    return int(Inches(inches))


def _emus(box: Box) -> tuple[int, int, int, int]:
    return _emu(box.left), _emu(box.top), _emu(box.width), _emu(box.height)


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = _emus(box)


def _colour(run: Any, colour: str) -> None:
    run.font.color.rgb = _rgb(colour)


def _rgb(colour: str) -> Any:
    from pptx.dml import color

    untyped: Any = color.RGBColor
    return untyped.from_string(colour)


def _fill(shape: Any, colour: str) -> None:
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = _emu(0.2)
    frame.margin_top = frame.margin_bottom = _emu(0.12)


def _anchor(frame: Any, where: str) -> None:
    from pptx.enum.text import MSO_ANCHOR

    frame.vertical_anchor = {"middle": MSO_ANCHOR.MIDDLE, "top": MSO_ANCHOR.TOP}[where]


def _align(paragraph: Any, where: str) -> None:
    from pptx.enum.text import PP_ALIGN

    paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}[where]


def _describe(shape: Any, text: str) -> None:
    """Give a shape its alternative text."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def _bullet(paragraph: Any, size: float) -> None:
    """Give a paragraph a real bullet with a hanging indent."""
    from pptx.oxml.ns import qn

    properties = paragraph._p.get_or_add_pPr()
    indent = str(_emu(size / 72))
    properties.set("marL", indent)
    properties.set("indent", f"-{indent}")
    mark = properties.makeelement(qn("a:buChar"), {"char": "•"})
    properties.append(mark)


def _page_number(paragraph: Any, number: int, size: Any) -> None:
    """Write the page's number as a field, which follows if slides are moved."""
    from pptx.oxml import parse_xml

    space = "http://schemas.openxmlformats.org/drawingml/2006/main"
    paragraph._p.append(
        parse_xml(
            f'<a:fld xmlns:a="{space}" id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
            f'<a:rPr lang="en-US" sz="{int(size.pt * 100)}"/><a:t>{number}</a:t></a:fld>'
        )
    )


def _cell(cell: Any, text: str, align: str, size: Any, colour: str, *, bold: bool, fill: str) -> None:
    cell.margin_left = cell.margin_right = _emu(0.08)
    cell.margin_top = cell.margin_bottom = _emu(0.03)
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(fill)
    frame = cell.text_frame
    frame.word_wrap = True
    paragraph = frame.paragraphs[0]
    _align(paragraph, align)
    run = paragraph.add_run()
    run.text = typeset(text)
    run.font.size, run.font.bold = size, bold
    _colour(run, colour)
