"""The price of deterrence along a parameter: what must be paid, and what would be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from kgsim.language import Words, words
from kgsim.plots.size import Size, size_of
from kgsim.plots.style import FAINT, INK, player_marks, style
from kgsim.plots.sweeps import band
from kgsim.plots.text import Ruler, drawable
from kgsim.wording import number

if TYPE_CHECKING:
    from kgsim.analysis.deterrence import Deterrence


def price_figure(found: Deterrence, *, size: str | Size = "slide", titled: bool = True, lang: str = "en") -> Figure:
    """Draw what the payee asks and what the payer would give, along a parameter.

    Parameters
    ----------
    found
        As `kgsim.price_of_deterrence` gives it.
    size
        `kgsim.plots.size`: slide, page, column or a size of your own.
    titled
        Whether the figure carries its own heading.
    lang
        Language of the legend.

    Returns
    -------
    Figure
        Both in points of the payee: lines where all equilibria agree, bands where they do not, broken where values
        jump. The paler area runs over the whole range of the exchange rate, the hatched floor shows where the payer
        would give what is asked whichever equilibria are played, and the dotted line is the base value.
    """
    sheet = size_of(size)
    with style(sheet):
        return _figure(found, sheet, titled, words(lang))


def _figure(found: Deterrence, size: Size, titled: bool, said: Words) -> Figure:
    k, ruler = size.scale, Ruler()
    scenario, price = found.scenario, found.price
    payee, payer = (drawable(scenario.players[player], player) for player in (price.payee, price.payer))
    marks = player_marks(scenario)
    shown = {"payee": payee, "payer": payer, "origin": price.origin.replace("_", " "), "to": price.to.replace("_", " ")}
    signs = _signs(found, marks[price.payee].colour, marks[price.payer].colour, shown, said, k)
    texts = [label for _, label in signs]
    entry = max(ruler.width(text, size.small) for text in texts) + 0.75 * k
    columns = max(1, int((size.width - 0.3 * k) / entry))
    rows = -(-len(signs) // columns)
    foot = (0.95 + 0.3 * rows) * k
    head = (1.25 if titled else 0.25) * k
    height = max(size.height, head + foot + 1.6 * k)
    figure = Figure(figsize=(size.width, height))
    if titled:
        (line,) = ruler.wrap(said("figure.price", **shown), size.title, size.width - 0.7 * k, weight="bold", most=1)
        start = 0.35 * k / size.width
        figure.text(start, 1 - 0.5 * k / height, drawable(line), size=size.title, weight="bold", color=INK)
        title = drawable(scenario.title, scenario.name)
        (below,) = ruler.wrap(title, size.text, size.width - 0.7 * k, most=1)
        figure.text(start, 1 - 0.85 * k / height, below, size=size.text, color=FAINT)
    left, right = 1.0 * k, 0.3 * k
    box = (left / size.width, foot / height, (size.width - left - right) / size.width, (height - head - foot) / height)
    axes = figure.add_axes(box)
    x = found.values
    edge = np.stack([np.fmin(*found.given_at)[0], np.fmax(*found.given_at)[1]])
    axes.fill_between(x, edge[0], edge[1], color=marks[price.payer].colour, alpha=0.12, linewidth=0)
    band(axes, x, found.given[0], found.given[1], marks[price.payer].colour)
    band(axes, x, found.asked[0], found.asked[1], marks[price.payee].colour)
    # The whole range of rates would flatten what matters: it may leave the figure.
    inside = np.concatenate([found.asked.ravel(), found.given.ravel(), [0.0]])
    low, high = float(np.nanmin(inside)), float(np.nanmax(inside))
    axes.set_ylim(low - 0.18 * (high - low), high + 0.3 * (high - low))
    axes.axhline(0, color=FAINT, linewidth=1 * k)
    axes.axvline(found.base, color=INK, linewidth=1.4 * k, linestyle=":")
    axes.set_xlim(x[0], x[-1])
    axes.fill_between(
        x,
        0,
        0.035,
        where=found.affordable.tolist(),
        transform=axes.get_xaxis_transform(),
        facecolor="none",
        edgecolor=INK,
        hatch="////",
        linewidth=0.6 * k,
    )
    axes.tick_params(labelsize=size.small)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(3, int((size.width - left - right) / (0.9 * k)))))
    parameter = scenario.parameters[price.along]
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    (label,) = ruler.wrap(
        drawable(f"{price.along}: {parameter.label}{unit}", price.along), size.text, size.width - left - right, most=1
    )
    axes.set_xlabel(label, size=size.text)
    (label,) = ruler.wrap(said("figure.points", player=payee), size.text, height - head - foot, most=1)
    axes.set_ylabel(drawable(label), size=size.text)
    figure.legend(
        *zip(*signs, strict=True), loc="lower center", ncols=columns, bbox_to_anchor=(0.5, 0.0), fontsize=size.small
    )
    return figure


def _signs(
    found: Deterrence, asks: str, gives: str, shown: dict[str, str], said: Words, k: float
) -> list[tuple[Any, str]]:
    low, high = (number(rate) for rate in found.rates)
    signs: list[tuple[Any, str]] = [
        (Line2D([], [], color=asks, linewidth=2.5 * k), said("figure.asked", **shown)),
        (Line2D([], [], color=gives, linewidth=2.5 * k), said("figure.given", **shown, rate=number(found.rate))),
    ]
    if low != high:
        signs.append((Patch(color=gives, alpha=0.2, linewidth=0), said("figure.rates", low=low, high=high)))
    signs.append((Patch(facecolor="white", edgecolor=INK, hatch="////", linewidth=0.6 * k), said("figure.affordable")))
    signs.append((Line2D([], [], color=INK, linewidth=1.4 * k, linestyle=":"), said("figure.base")))
    return [(sign, drawable(label)) for sign, label in signs]
