"""Finds the files that come with kgsim by their bare names, so that ``kgsim run bypass`` works anywhere."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def located(name: str | Path, kind: str = "scenarios") -> Path:
    """The file that is meant: one of the user's own, or else the shipped one of that name.

    Parameters
    ----------
    name
        A path, or the name of a shipped file without its suffix, such as ``bypass``.
    kind
        The folder of the shipped files: scenarios or events.
    """
    path = Path(name)
    if path.suffix or path.name != str(name) or path.exists():
        return path
    shipped = shipped_folder(kind) / f"{name}.yaml"
    return shipped if shipped.is_file() else path


def shipped_names(kind: str = "scenarios") -> tuple[str, ...]:
    """The names of the shipped files of a kind."""
    return tuple(sorted(path.stem for path in shipped_folder(kind).glob("*.yaml")))


def shipped_folder(kind: str) -> Path:
    """In an installed package beside the code; in a copy of the repository at its top."""
    installed = _PACKAGE / "shipped" / kind
    return installed if installed.is_dir() else _PACKAGE.parents[1] / kind
