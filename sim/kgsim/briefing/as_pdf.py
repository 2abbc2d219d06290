"""A briefing as a PDF, set by Typst: text that can be selected, tags for screen readers, figures as vectors."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from kgsim.briefing import fonts
from kgsim.briefing.document import PAPER, Block, Document, Fact, Picture, Point
from kgsim.briefing.templating import text_of
from kgsim.errors import OutputError
from kgsim.report.content import Bullets, Heading, Paragraph, Table, shown
from kgsim.report.figures import as_svg

TEMPLATE = "brief.typ"

#: Texts longer than this make their column share the room that is left.
LONG = 14


def render(document: Document, template: Path | None = None, paper: str = "a4") -> bytes:
    """Return the briefing as PDF.

    Parameters
    ----------
    document
        The briefing.
    template
        Where the user's templates are, if there are any; ``brief.typ`` reads the document from ``brief.json``.
    paper
        ``a4`` or ``us-letter``.

    Raises
    ------
    OutputError
        If the template has a fault.
    """
    import typst

    text, theirs = text_of(TEMPLATE, template)
    with tempfile.TemporaryDirectory(prefix="kgsim-") as place:
        room = Path(place)
        (room / TEMPLATE).write_text(text, "utf-8")
        (room / "brief.json").write_text(json.dumps(_data(document, paper), ensure_ascii=False), "utf-8")
        for picture in document.pictures:
            (room / f"{picture.name}.svg").write_bytes(as_svg(picture.draw(PAPER)))
        try:
            made = typst.compile(
                str(room / TEMPLATE),
                root=str(room),
                font_paths=[str(path) for path in fonts.directories()],
                ignore_system_fonts=True,
                format="pdf",
                timestamp=0,
            )
        except typst.TypstError as error:
            told = (error.diagnostic or error.message).replace(str(room / TEMPLATE), TEMPLATE).strip()
            raise OutputError(f"the template {theirs or TEMPLATE} has a fault:\n{told}") from error
    assert isinstance(made, bytes)
    return made


def _data(document: Document, paper: str) -> dict[str, Any]:
    return {
        "paper": paper,
        "fonts": fonts.names(),
        "lang": document.lang,
        "title": document.title,
        "question": document.question,
        "headline": document.headline,
        "date": document.date,
        "classification": document.classification,
        "absent": list(document.absent),
        "footer": document.footer,
        "labels": vars(document.labels),
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "message": section.message,
                "blocks": [_block(block) for block in (*section.blocks, *section.details)],
            }
            for section in document.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Fact(value, label, lines):
            return {"kind": "fact", "value": value, "label": label, "lines": list(lines)}
        case Point(title, text):
            return {"kind": "point", "title": title, "text": text}
        case Picture():
            return {"kind": "picture", "file": f"{block.name}.svg", "alt": block.alt, "caption": block.caption}
        case Bullets(items):
            return {"kind": "bullets", "items": list(items)}
        case Table():
            return _table(block)
        case Paragraph(text) | Heading(text):
            return {"kind": "paragraph", "text": text}


def _table(table: Table) -> dict[str, Any]:
    longest = [
        max([len(column.title), *(len(shown(row[place])) for row in table.rows)])
        for place, column in enumerate(table.columns)
    ]
    return {
        "kind": "table",
        "columns": [
            # Long texts share what short ones leave, by the root of their lengths: twice as long is not twice as wide.
            {"title": column.title, "align": column.align, "share": length**0.5 if length > LONG else 0}
            for column, length in zip(table.columns, longest, strict=True)
        ],
        "rows": [
            [{"text": shown(cell), "marked": cell.marked, "tone": cell.tone} for cell in row] for row in table.rows
        ],
        "note": table.note,
    }
