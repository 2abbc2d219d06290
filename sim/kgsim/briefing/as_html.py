"""A briefing as one HTML file: it opens offline, asks nothing of any network, and holds its figures."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from kgsim.briefing.document import PAPER, Document, Picture
from kgsim.briefing.templating import render as filled
from kgsim.report.content import shown
from kgsim.report.figures import as_png

#: Pixels per inch of a page-sized figure: sharp at twice a screen's resolution.
DPI = 200


def render(document: Document, template: Path | None = None) -> bytes:
    """Return the briefing as HTML.

    Raises
    ------
    OutputError
        If the template has a fault.
    """
    text = filled("brief.html.jinja", template, {"image": _image, "shown": shown}, document=document)
    return text.encode()


def _image(picture: Picture) -> str:
    """Return a figure as the address of its own content."""
    content = b64encode(as_png(picture.draw(PAPER), DPI)).decode()
    return f"data:image/png;base64,{content}"
