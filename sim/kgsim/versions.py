"""Which version of kgsim this is, and of the packages it rests on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def version_of(package: str) -> str:
    """Return a package's version, or ``uninstalled`` where no tool has installed it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "uninstalled"


def kgsim_version() -> str:
    """Return kgsim's version, or ``uninstalled`` where it runs from a source tree that no tool has installed."""
    return version_of("kgsim")


def versions_of(*packages: str) -> dict[str, str]:
    """Return kgsim, Python and some packages, each with its version."""
    return {"kgsim": kgsim_version(), "python": platform.python_version()} | {
        package: version_of(package) for package in packages
    }


__version__ = kgsim_version()
