"""Writing a briefing: all files or none, and none over a different one unless told to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from kgsim.briefing import fonts, templating
from kgsim.briefing.document import PAPER, Document
from kgsim.errors import OutputError
from kgsim.report.figures import rendered
from kgsim.report.files import in_place
from kgsim.report.ownership import Maker
from kgsim.versions import install

NEEDS: Mapping[str, tuple[str, ...]] = {
    ".pptx": ("pptx",),
    ".pdf": ("typst",),
    ".html": (),
    ".md": (),
}
"""Formats by suffix, and the packages that each needs."""

PAPERS = {"a4": "a4", "letter": "us-letter"}


def check(out: Path, template: Path | None = None) -> None:
    """Check, before anything is computed, that a briefing can be written.

    Raises
    ------
    OutputError
        If the format is unknown, a package is missing, or there are no templates where they should be.
    """
    suffix = out.suffix.lower()
    if suffix not in NEEDS:
        known = ", ".join(f"{out.stem or 'brief'}{each}" for each in NEEDS)
        raise OutputError(f"{out} does not say which format is meant; name it one of {known}.")
    missing = [package for package in NEEDS[suffix] if find_spec(package) is None]
    if missing:
        raise OutputError(
            f"briefings as {suffix.removeprefix('.').upper()} need packages that are not installed "
            f"({', '.join(missing)}); install them with: {install('brief')}"
        )
    if out.is_dir():
        raise OutputError(f"{out} is a directory; name a file with --out.")
    templating.check(template)


def write(
    document: Document,
    out: Path,
    maker: Maker,
    *,
    figures: Path | None = None,
    template: Path | None = None,
    paper: str = "a4",
    force: bool = False,
) -> tuple[Path, ...]:
    """Write a briefing in the format that its file's name says.

    Parameters
    ----------
    document
        The briefing.
    out
        File ending in .pptx, .pdf, .html or .md.
    maker
        Whose files these are; its earlier ones are replaced.
    figures
        Directory for the figures as PNG and SVG; Markdown, which refers to them, gets one beside it if none is given.
    template
        Directory of templates to use instead of the shipped ones.
    paper
        ``a4`` or ``letter``, for PDF.
    force
        Whether files that others wrote or changed may be replaced.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    OutputError
        If something cannot be written, a file of others stands in the way, a template has a fault, or a font is
        missing. Nothing is changed then.
    """
    check(out, template)
    fonts.check(document.texts())
    suffix = out.suffix.lower()
    if suffix == ".md" and figures is None and document.pictures:
        figures = out.with_name(f"{out.stem}_figures")
    contents = {out: _rendered(document, out, figures, template, paper)}
    if figures is not None:
        for picture in document.pictures:
            for name, content in rendered(picture.name, picture.draw(PAPER), document.credit):
                contents[figures / name] = content
    in_place(contents, maker, force=force)
    return tuple(contents)


def _rendered(document: Document, out: Path, figures: Path | None, template: Path | None, paper: str) -> bytes:
    def markdown() -> bytes:
        from kgsim.briefing import as_markdown

        place = Path(os.path.relpath(figures, out.parent)).as_posix() if figures is not None else "."
        return as_markdown.render(document, place, template)

    def html() -> bytes:
        from kgsim.briefing import as_html

        return as_html.render(document, template)

    def pdf() -> bytes:
        from kgsim.briefing import as_pdf

        return as_pdf.render(document, template, PAPERS[paper])

    def pptx() -> bytes:
        from kgsim.briefing import as_pptx

        return as_pptx.render(document, template)

    by_suffix: dict[str, Callable[[], bytes]] = {".md": markdown, ".html": html, ".pdf": pdf, ".pptx": pptx}
    return by_suffix[out.suffix.lower()]()
