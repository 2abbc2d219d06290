"""Examples at the end of a command's help."""

from __future__ import annotations


def examples(*lines: str, title: str = "Examples") -> str:
    """Return an epilog that click shows line by line: the mark in front stops it from filling lines up."""
    return "\b\n" + "\n".join([f"{title}:", *(f"  {line}" for line in lines)])
