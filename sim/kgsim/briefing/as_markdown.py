"""A briefing as Markdown, its figures as files beside it."""

from __future__ import annotations

from pathlib import Path

from kgsim.briefing.document import Block, Document, Fact, Picture, Point
from kgsim.briefing.templating import render as filled
from kgsim.report import markdown
from kgsim.report.content import Block as Told
from kgsim.report.content import Bullets, Heading, Paragraph


def render(document: Document, figures: str, template: Path | None = None) -> bytes:
    """Return the briefing as Markdown.

    Parameters
    ----------
    document
        The briefing.
    figures
        Path from the Markdown file to the directory of its figures, with slashes.
    template
        Where the user's templates are, if there are any.

    Raises
    ------
    OutputError
        If the template has a fault.
    """

    def told(block: Block) -> str:
        if isinstance(block, Picture):
            return (
                f"![{markdown.escaped(block.alt)}](<{figures}/{block.name}.png>)\n\n{markdown.escaped(block.caption)}"
            )
        if isinstance(block, Point):
            return f"**{markdown.escaped(block.title)}.** {markdown.escaped(block.text)}"
        if isinstance(block, Fact):
            parts: list[Told] = [Heading(block.value, 3), Paragraph(block.label), Bullets(block.lines)]
            return markdown.render(parts).rstrip("\n")
        return markdown.render([block]).rstrip("\n")

    text = filled("brief.md.jinja", template, {"told": told, "escaped": markdown.escaped}, document=document)
    return text.encode()
