"""How large a figure is, and how large its letters: for a slide, a page or a column of text."""

from __future__ import annotations

from dataclasses import dataclass

from kgsim.errors import GameError


@dataclass(frozen=True)
class Size:
    """A figure's width and least height in inches, and its smallest letters in points.

    Attributes
    ----------
    width, height
        In inches. A figure with many rows becomes higher.
    small
        Size of the smallest letters; all others, lines and gaps are in proportion.
    """

    name: str
    width: float
    height: float
    small: float

    @property
    def scale(self) -> float:
        """Letters, lines, marks and gaps in proportion to those of a slide."""
        return self.small / SLIDE_SMALL


SLIDE_SMALL = 12

SIZES = {
    "slide": Size("slide", 13.33, 7.5, SLIDE_SMALL),
    "page": Size("page", 6.7, 4.3, 8),
    "column": Size("column", 3.35, 3.2, 7),
}
"""The sizes with a name: a slide of 13.33 inches, a page's width between margins, half of that."""


def size_of(size: str | Size) -> Size:
    """Return a size given by name or as it stands.

    Raises
    ------
    GameError
        If there is no size of that name.
    """
    if isinstance(size, Size):
        return size
    if size not in SIZES:
        raise GameError(f"there is no figure size {size!r}; there are {', '.join(SIZES)}")
    return SIZES[size]
