"""Which version of kgsim this is, and of the packages it rests on; and how to get those that are not there."""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

#: The name under which kgsim is distributed; the command and the package to import are called kgsim.
DISTRIBUTION = "kgsim-negotiation"


def version_of(package: str) -> str:
    """Return a package's version, or ``uninstalled`` where no tool has installed it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "uninstalled"


def kgsim_version() -> str:
    """Return kgsim's version, or ``uninstalled`` where it runs from a source tree that no tool has installed."""
    return version_of(DISTRIBUTION)


def versions_of(*packages: str) -> dict[str, str]:
    """Return kgsim, Python and some packages, each with its version."""
    return {"kgsim": kgsim_version(), "python": platform.python_version()} | {
        package: version_of(package) for package in packages
    }


def install(extra: str) -> str:
    """Return the command that installs what an extra needs: by its name in a copy of the repository."""
    needed: list[str] = []
    with suppress(PackageNotFoundError):
        named = (each.partition(";") for each in requires(DISTRIBUTION) or ())
        needed = [package.strip() for package, _, marker in named if re.search(rf"extra == ['\"]{extra}['\"]", marker)]
    if not needed or _in_repository():
        return f"pip install '.[{extra}]'"
    return " ".join(["pip install", *(f"'{package}'" for package in needed)])


def _in_repository() -> bool:
    try:
        return f'name = "{DISTRIBUTION}"' in Path("pyproject.toml").read_text("utf-8")
    except (OSError, ValueError):
        return False


__version__ = kgsim_version()
