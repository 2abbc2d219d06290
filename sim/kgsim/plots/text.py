"""Text that fits: measured in the font it will be drawn in, wrapped, and free of characters that no font has."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

POINTS_PER_INCH = 72
DPI = 100
LINE_HEIGHT = 1.3
"""Height of a line of text, in font sizes."""

_WIDTHS: dict[tuple[str, float, str], float] = {}
"""Widths measured so far: measuring is what laying out costs."""

_EAST_ASIAN = (
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",
    "Noto Sans KR",
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "Source Han Sans KR",
)


class Ruler:
    """Measures text, in inches, as a figure will draw it."""

    def __init__(self) -> None:
        renderer: Any = RendererAgg  # matplotlib leaves it without types
        self._renderer = renderer(1, 1, DPI)

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        """Return the width of one line, in inches; no less than it will be, since kerning only draws words together."""
        words = text.split(" ")
        space = self._width(" ", size, weight) * (len(words) - 1)
        return space + sum(self._width(word, size, weight) for word in words)

    def _width(self, text: str, size: float, weight: str) -> float:
        key = (text, size, weight)
        if key not in _WIDTHS:
            font = FontProperties(family=families(), size=size, weight=weight)
            width, _, _ = self._renderer.get_text_width_height_descent(text, font, ismath=False)
            _WIDTHS[key] = float(width) / DPI
        return _WIDTHS[key]

    def wrap(self, text: str, size: float, width: float, *, weight: str = "normal", most: int = 3) -> list[str]:
        """Return `text` as at most `most` lines no wider than `width` inches; what is cut off shows as an ellipsis."""
        lines: list[str] = []
        for word in text.split(" "):
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(joined, size, weight) <= width:
                lines[-1] = joined
            else:
                lines += self._pieces(word, size, width, weight)
        if len(lines) > most:
            lines = [*lines[: most - 1], self._cut(" ".join(lines[most - 1 :]), size, width, weight)]
        return lines or [""]

    def _pieces(self, word: str, size: float, width: float, weight: str) -> list[str]:
        """Break a word if it alone is too wide."""
        if self._width(word, size, weight) <= width:
            return [word]
        pieces = [""]
        for character in word:
            if pieces[-1] and self.width(pieces[-1] + character, size, weight) > width:
                pieces.append("")
            pieces[-1] += character
        return pieces

    def _cut(self, text: str, size: float, width: float, weight: str) -> str:
        while len(text) > 1 and self.width(f"{text}…", size, weight) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"


def line_height(size: float) -> float:
    """Return the height of a line of text, in inches."""
    return size * LINE_HEIGHT / POINTS_PER_INCH


@cache
def families() -> list[str]:
    """Return the fonts to draw with: DejaVu Sans, and for Hangul and Chinese characters what is installed."""
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in _EAST_ASIAN if name in installed)]


def drawable(text: str, instead: str = "") -> str:
    """Return `text` as the fonts can draw it.

    Symbols that no font has, such as emoji, are left out. If letters are missing, `instead` is returned where it can be
    drawn, or else `text` with a box for each letter: drawing a character that no font has would make matplotlib warn,
    and the box is what it would draw.
    """
    if text.isascii() or not (missing := _missing(text)):
        return text
    letters = {character for character in missing if not _is_symbol(character)}
    shown = "".join("□" if each in letters else each for each in text if each not in missing - letters)
    if letters != missing:
        shown = " ".join("".join(each for each in shown if not _joins(each)).split())
    if shown and not letters:
        return shown
    UNDRAWN.update(letters)
    if instead and instead != text and drawable(instead) == instead:
        return instead
    return shown or "□"


def _missing(text: str) -> set[str]:
    """The characters that no font has, after a look at fonts installed since matplotlib last looked."""
    if set(map(ord, text)) - _characters():
        look_for_fonts()
    return {character for character in text if ord(character) not in _characters()}


def _is_symbol(character: str) -> bool:
    """Whether a text can do without a character: emoji and other signs, and what goes with them."""
    return unicodedata.category(character) in {"So", "Sk"} or _joins(character)


def _joins(character: str) -> bool:
    """Whether a character shows nothing and varies or joins those beside it."""
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


UNDRAWN: set[str] = set()
"""Letters that figures of this process were to show and no font has."""

_FILES = ("notosanscjk", "notosanskr", "nanumgothic", "malgun", "applesdgothicneo", "sourcehansanskr")


@cache
def look_for_fonts() -> None:
    """Make East Asian fonts known that were installed after matplotlib last looked; it keeps a list of its own."""
    before = families()
    if len(before) > 1:
        return
    for path in sorted(font_manager.findSystemFonts()):
        stem = Path(path).stem.lower().replace("-", "").replace("_", "").replace(" ", "")
        if stem.startswith(_FILES):
            font_manager.fontManager.addfont(path)
    for known in (families, _characters):
        known.cache_clear()
    _WIDTHS.clear()
    if mpl.rcParams["font.family"] == before:  # a figure is being drawn
        mpl.rcParams["font.family"] = families()


@cache
def _characters() -> frozenset[int]:
    """Return the code points of all characters that the fonts have."""
    found: set[int] = set()
    for family in families():
        path = font_manager.findfont(FontProperties(family=[family]))
        found |= set(font_manager.get_font(path).get_charmap())
    return frozenset(found)
