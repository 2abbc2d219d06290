"""Which software made a result."""

from __future__ import annotations

from kgsim.versions import kgsim_version, versions_of

__all__ = ["PACKAGES", "kgsim_version", "versions"]

PACKAGES = ("numpy", "scipy", "nashpy")
"""Packages whose arithmetic the numbers rest on."""


def versions() -> dict[str, str]:
    """Return kgsim, Python and the numerical packages, each with its version."""
    return versions_of(*PACKAGES)
