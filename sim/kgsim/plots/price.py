"""The price of deterrence along a parameter: what must be paid, and what would be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from kgsim.language import Words
from kgsim.messages.studies import price_message
from kgsim.plots.sheet import MARGIN, SMALL, Sheet, Sign, SpokenOptions, on_sheet
from kgsim.plots.style import FAINT, INK, player_marks
from kgsim.plots.sweeps import band
from kgsim.plots.text import drawable, line_height
from kgsim.wording import number

if TYPE_CHECKING:
    from kgsim.analysis.deterrence import Deterrence


@on_sheet
def price_figure(sheet: Sheet, found: Deterrence, **options: Unpack[SpokenOptions]) -> Figure:
    """Draw what the payee asks and what the payer would give, along a parameter.

    Parameters
    ----------
    found
        As `kgsim.price_of_deterrence` gives it.

    Returns
    -------
    Figure
        Both in points of the payee: lines where all equilibria agree, bands where they do not, broken where values
        jump. The paler area runs over the whole range of the exchange rate, the hatched floor shows where the payer
        would give what is asked whichever equilibria are played, and the dotted line is the base value.
    """
    scenario, price, said = found.scenario, found.price, sheet.words
    payee, payer = (drawable(scenario.players[player], player) for player in (price.payee, price.payer))
    marks = player_marks(scenario)
    shown = {
        "payee": payee,
        "payer": payer,
        "origin": scenario.labels.structure(price.origin),
        "to": scenario.labels.structure(price.to),
    }
    head = sheet.head(price_message(found, said), said("figure.price", **shown), scenario.title)
    legend = sheet.legend(_signs(found, marks[price.payee].colour, marks[price.payer].colour, shown, said))
    parameter = scenario.parameters[price.along]
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    left, wide = 1.05, sheet.width - 1.05 - MARGIN
    below = sheet.ruler.wrap(drawable(f"{price.along}: {parameter.label}{unit}", price.along), SMALL, wide, most=2)
    foot = 0.45 + len(below) * line_height(SMALL) + 0.1 + legend.height
    deep = max(sheet.least - head.height - foot, 1.8)
    figure = sheet.figure(head.height + deep + foot, head)
    axes = sheet.axes(figure, (left, head.height, wide, deep))
    x = found.values
    edge = np.stack([np.fmin(*found.given_at)[0], np.fmax(*found.given_at)[1]])
    axes.fill_between(x, edge[0], edge[1], color=marks[price.payer].colour, alpha=0.12, linewidth=0)
    band(axes, x, found.given[0], found.given[1], marks[price.payer].colour)
    band(axes, x, found.asked[0], found.asked[1], marks[price.payee].colour)
    # The whole range of rates would flatten what matters: it may leave the figure.
    inside = np.concatenate([found.asked.ravel(), found.given.ravel(), [0.0]])
    low, high = float(np.nanmin(inside)), float(np.nanmax(inside))
    axes.set_ylim(low - 0.18 * (high - low), high + 0.3 * (high - low))
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.axvline(found.base, color=INK, linewidth=1.4, linestyle=":")
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
        linewidth=0.6,
    )
    axes.tick_params(labelsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(3, int(wide / 0.9))))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=max(3, int(deep / 0.5))))
    sheet.lines(figure, left + wide / 2, head.height + deep + 0.4, below, SMALL, ha="center")
    (label,) = sheet.ruler.wrap(said("figure.points", player=payee), SMALL, deep, most=1)
    sheet.text(figure, 0.3, head.height + deep / 2, label, rotation=90, ha="center")
    sheet.sign(figure, legend, head.height + deep + foot - legend.height)
    return figure


def _signs(found: Deterrence, asks: str, gives: str, shown: dict[str, str], said: Words) -> list[Sign]:
    low, high = (number(rate) for rate in found.rates)
    signs: list[Sign] = [
        (Line2D([], [], color=asks, linewidth=2.5), said("figure.asked", **shown)),
        (Line2D([], [], color=gives, linewidth=2.5), said("figure.given", **shown, rate=number(found.rate))),
    ]
    if low != high:
        signs.append((Patch(color=gives, alpha=0.2, linewidth=0), said("figure.rates", low=low, high=high)))
    signs.append((Patch(facecolor="white", edgecolor=INK, hatch="////", linewidth=0.6), said("figure.affordable")))
    signs.append((Line2D([], [], color=INK, linewidth=1.4, linestyle=":"), said("figure.base")))
    return signs
