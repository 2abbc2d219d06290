"""How large a figure is, and how large its letters: for a slide, a page or a column of text."""

from __future__ import annotations

from dataclasses import dataclass

from kgsim.errors import GameError


@dataclass(frozen=True)
class Size:
    """A figure's width and least height in inches, and its letters in points.

    Attributes
    ----------
    width, height
        In inches. A figure with many rows may become higher.
    text, small, title
        Sizes of letters; nothing is smaller than `small`.
    """

    name: str
    width: float
    height: float
    text: float
    small: float
    title: float

    @property
    def scale(self) -> float:
        """Lines, marks and gaps in proportion to those of a slide."""
        return self.small / SLIDE_SMALL


SLIDE_SMALL = 12

SIZES = {
    "slide": Size("slide", 13.33, 7.5, 13, SLIDE_SMALL, 20),
    "page": Size("page", 6.7, 4.3, 9, 8, 12),
    "column": Size("column", 3.35, 3.2, 7.5, 7, 9),
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
