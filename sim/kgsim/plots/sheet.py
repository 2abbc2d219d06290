"""What every figure is drawn on: laid out in a slide's inches and points, and shrunk as a whole to its size.

A page of 6.7 inches with letters of 8 points is a sheet of 10 inches with letters of 12: figures are laid out on sheets
of whatever width, always with the same letters, lines and gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from inspect import Parameter, cleandoc, signature
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypedDict, get_type_hints

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from kgsim.language import Words, words
from kgsim.plots.shrink import shrunk
from kgsim.plots.size import Size, size_of
from kgsim.plots.style import FAINT, INK, OutcomeMark, style
from kgsim.plots.text import Ruler, drawable, line_height

MARGIN = 0.35
SIZE, SMALL = 13.0, 12.0
TITLE_SIZES = (20.0, 17.0, 15.0)

#: Height of the line that is written below a figure with a heading when it is saved, in inches.
CREDIT = 0.3

#: Left, top, width and height, in inches from the top left.
Box: TypeAlias = tuple[float, float, float, float]
Sign: TypeAlias = tuple[Artist | tuple[Artist, ...], str]

P = ParamSpec("P")


@dataclass(frozen=True)
class Head:
    """A figure's heading and the line below it, wrapped, and how much room they take."""

    lines: tuple[tuple[str, float, str], ...]
    height: float


@dataclass(frozen=True)
class Legend:
    """Signs and labels in rows, and how much room they take."""

    rows: tuple[tuple[tuple[Sign, float], ...], ...]
    height: float


class Sheet:
    """The room for one figure: its width and least height in a slide's inches, whether it has a heading, its words."""

    def __init__(self, size: Size, titled: bool, said: Words) -> None:
        self.width, self.least = size.width / size.scale, size.height / size.scale - (CREDIT if titled else 0.0)
        self.titled, self.words, self.ruler = titled, said, Ruler()

    @property
    def room(self) -> float:
        """Width between the margins."""
        return self.width - 2 * MARGIN

    def head(self, title: str, *below: str) -> Head:
        """Lay out a heading: what is found, and below it what was asked; next to no room if it is to have none."""
        if not self.titled:
            return Head((), 0.2)
        ruler, text = self.ruler, drawable(title)
        size = next((size for size in TITLE_SIZES if ruler.width(text, size, "bold") <= self.room), TITLE_SIZES[-1])
        lines = [(line, size, "bold") for line in ruler.wrap(text, size, self.room, weight="bold", most=10)]
        asked = drawable(": ".join(filter(None, below)).replace("?: ", "? "))
        lines += [(line, SIZE, "normal") for line in ruler.wrap(asked, SIZE, self.room, most=4)]
        return Head(tuple(lines), 0.25 + sum(line_height(size) for _, size, _ in lines) + 0.2)

    def figure(self, height: float, head: Head) -> Figure:
        """Return a figure of the sheet's width with its heading written."""
        figure = Figure(figsize=(self.width, height))
        top = 0.25
        for line, size, weight in head.lines:
            colour = INK if weight == "bold" else FAINT
            self.text(figure, MARGIN, top + line_height(size) / 2, line, size=size, weight=weight, color=colour)
            top += line_height(size)
        return figure

    def axes(self, figure: Figure, box: Box) -> Axes:
        """Add axes at a box."""
        left, top, wide, high = box
        width, height = figure.get_size_inches()
        return figure.add_axes((left / width, 1 - (top + high) / height, wide / width, high / height))

    def text(self, figure: Figure, x: float, y: float, text: str, *, va: str = "center", **look: Any) -> None:
        """Write text at a place in inches from the top left."""
        width, height = figure.get_size_inches()
        figure.text(x / width, 1 - y / height, text, va=va, **{"size": SMALL, "color": INK, **look})

    def lines(self, figure: Figure, x: float, top: float, lines: Sequence[str], size: float, **look: Any) -> float:
        """Write lines downwards from `top`; return where they end."""
        for line in lines:
            self.text(figure, x, top + line_height(size) / 2, line, size=size, **look)
            top += line_height(size)
        return top

    def legend(self, signs: Iterable[Sign]) -> Legend:
        """Lay out a legend in rows as wide as the sheet."""
        rows: list[list[tuple[Sign, float]]] = [[]]
        used = 0.0
        for sign, label in signs:
            lines = self.ruler.wrap(drawable(label), SMALL, self.room - 0.5, most=6)
            text, width = "\n".join(lines), max(self.ruler.width(line, SMALL) for line in lines) + 0.75
            if rows[-1] and used + width - 0.25 > self.room:
                rows.append([])
                used = 0.0
            rows[-1].append(((sign, text), width))
            used += width
        return Legend(tuple(tuple(row) for row in rows), sum(map(_deep, rows)) + 0.1 if rows[0] else 0.0)

    def sign(self, figure: Figure, legend: Legend, top: float) -> None:
        """Draw a legend downwards from `top`."""
        for row in legend.rows:
            x, y = MARGIN, top + _deep(row) / 2
            for (sign, text), width in row:
                for part in sign if isinstance(sign, tuple) else (sign,):
                    _sign(figure, part, x, y)
                self.text(figure, x + 0.43, y, text)
                x += width
            top += _deep(row)


class Options(TypedDict, total=False):
    """The keywords of every function that draws a figure."""

    size: str | Size
    titled: bool


class SpokenOptions(Options, total=False):
    """The same where the words come in several languages."""

    lang: str


#: The default of each keyword, and what it means.
_OPTIONS: dict[str, tuple[Any, str]] = {
    "size": ("slide", "`kgsim.plots.size`: slide, page, column or a size of your own."),
    "titled": (True, "Whether the figure carries its own heading."),
    "lang": ("en", "Language of the words."),
}


def on_sheet(draw: Callable[Concatenate[Sheet, P], Figure]) -> Callable[P, Figure]:
    """Decorate what draws on a sheet, in a slide's inches and points: it draws at a size, and documents the keywords.

    The function is handed a sheet of the size asked for; its last parameter, ``**options: Unpack[Options]`` or
    ``Unpack[SpokenOptions]``, only says which keywords there are.
    """
    given = signature(draw)
    _of_sheet, *own, of_options = given.parameters.values()
    options = get_type_hints(SpokenOptions if SpokenOptions.__name__ in str(of_options.annotation) else Options)
    keywords = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=_OPTIONS[name][0], annotation=options[name]) for name in options
    ]
    public = given.replace(parameters=[*own, *keywords])

    @wraps(draw)
    def figure(*args: P.args, **kwargs: P.kwargs) -> Figure:
        public.bind(*args, **kwargs)  # Raises TypeError where `draw`, which takes any keyword, would not.
        asked: dict[str, Any] = {each.name: kwargs.pop(each.name, each.default) for each in keywords}
        size = size_of(asked["size"])
        with style():
            sheet = Sheet(size, asked["titled"], _words(asked.get("lang", "en")))
            return shrunk(draw(sheet, *args, **kwargs), size.scale)

    figure.__dict__["__signature__"] = public
    about, *rest = cleandoc(draw.__doc__ or "").partition("\n\nReturns\n")
    figure.__doc__ = "\n".join([about, *(f"{name}\n    {_OPTIONS[name][1]}" for name in options)]) + "".join(rest)
    return figure


@cache
def _words(lang: str) -> Words:
    """The strings of a language as the fonts can draw them."""
    said = words(lang)
    return Words(lang, {key: drawable(text) for key, text in said.strings.items()})


def _deep(row: Sequence[tuple[Sign, float]]) -> float:
    """The height of a row of a legend, in inches."""
    return 0.3 + line_height(SMALL) * max(text.count("\n") for (_, text), _ in row)


def outcome_sign(mark: OutcomeMark) -> Line2D:
    """An outcome's mark as a sign of a legend."""
    return Line2D([], [], marker=mark.marker, color=mark.colour, markeredgecolor=INK, markersize=9, linestyle="none",
                  markeredgewidth=1)  # fmt: skip


def _sign(figure: Figure, sign: Artist, x: float, y: float) -> None:
    """Draw what explains a label: a line with its marker, a marker alone, or a patch."""
    width, height = figure.get_size_inches()
    y = 1 - y / height
    if isinstance(sign, Line2D):
        alone = sign.get_linestyle() in ("None", "none", " ", "") or sign.get_linewidth() == 0
        ends = [x + 0.16] if alone else [x, x + 0.16, x + 0.32]
        sign.set_data([end / width for end in ends], [y] * len(ends))
        sign.set_markevery([0] if alone else [1])
        sign.set_transform(figure.transFigure)
        figure.add_artist(sign)
    elif isinstance(sign, Patch):
        box = Rectangle((x / width, y - 0.075 / height), 0.32 / width, 0.15 / height, transform=figure.transFigure)
        box.update_from(sign)
        box.set_transform(figure.transFigure)
        figure.add_artist(box)
