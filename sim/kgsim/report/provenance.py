"""Which software made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("numpy", "scipy", "nashpy")
"""Packages whose arithmetic the numbers rest on."""


def kgsim_version() -> str:
    """Return kgsim's version, or ``uninstalled`` where it runs from a source tree that no tool has installed."""
    try:
        return version("kgsim")
    except PackageNotFoundError:
        return "uninstalled"


def versions() -> dict[str, str]:
    """Return kgsim, Python and the numerical packages, each with its version."""
    return {
        "kgsim": kgsim_version(),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }
