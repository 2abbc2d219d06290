"""Templates: the shipped ones, any of which a directory of the user's may replace, and faults told by file and line."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgsim.briefing.document import Block
from kgsim.errors import OutputError

if TYPE_CHECKING:
    from jinja2 import Environment

NAMES = ("brief.html.jinja", "brief.md.jinja", "brief.typ", "brief.pptx")
"""Files that a template directory may hold, one for each format; those it lacks are kgsim's own."""


def check(directory: Path | None) -> None:
    """Check that a directory of templates holds at least one that kgsim looks for.

    Raises
    ------
    OutputError
        If it does not exist or holds none.
    """
    if directory is None:
        return
    if not directory.is_dir():
        raise OutputError(f"there is no directory {directory}; --template takes a directory of templates.")
    if not any((directory / name).is_file() for name in NAMES):
        raise OutputError(f"{directory} holds no template; kgsim looks for {', '.join(NAMES)} in it.")


def text_of(name: str, directory: Path | None) -> tuple[str, Path | None]:
    """Return a template's text and, if it is the user's, its path."""
    if directory is not None and (directory / name).is_file():
        path = directory / name
        try:
            return path.read_text("utf-8"), path
        except (OSError, UnicodeDecodeError) as error:
            raise OutputError(f"the template {path} cannot be read: {error}") from error
    return files("kgsim.briefing").joinpath("templates", name).read_text("utf-8"), None


def render(name: str, directory: Path | None, filters: dict[str, Callable[..., Any]], **values: Any) -> str:
    """Fill a Jinja template.

    Parameters
    ----------
    name
        One of `NAMES`.
    directory
        Where the user's templates are, if there are any.
    filters
        Functions that templates may call as filters, besides ``kind``.
    **values
        What templates may name.

    Raises
    ------
    OutputError
        If the template has a fault, with its file and line.
    """
    import jinja2

    with as_file(files("kgsim.briefing").joinpath("templates")) as shipped:
        environment = _environment([str(path) for path in (directory, shipped) if path is not None])
        environment.filters |= {"kind": _kind, **filters}
        try:
            return environment.get_template(name).render(**values)
        except jinja2.TemplateSyntaxError as error:
            place = f"{error.filename or name}:{error.lineno}"
            raise OutputError(f"{place}: the template has a fault: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise OutputError(f"the template {name} refers to a template that is not there: {error.name}") from error
        except Exception as error:
            # Whatever a template does wrong while it is filled is its author's to mend, so tell where.
            place = _place(error, (directory, shipped)) or name
            raise OutputError(f"{place}: the template has a fault: {error}") from error


def _environment(directories: list[str]) -> Environment:
    from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FileSystemLoader(directories),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html.jinja"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _kind(block: Block) -> str:
    """Tell a block's kind: fact, picture, table, bullets, paragraph or heading."""
    return type(block).__name__.lower()


def _place(error: BaseException, directories: tuple[Path | None, ...]) -> str:
    """Where in a template an error arose: Jinja puts templates' lines into tracebacks."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if any(directory is not None and Path(frame.filename).parent == directory for directory in directories):
            return f"{frame.filename}:{frame.lineno}"
    return ""
