"""A finished figure made smaller as a whole: letters, lines, marks and gaps, as a photograph would be."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.text import Annotation, Text

#: What ticks have in points, and the style's name for it.
_TICKS = {
    "labelsize": "{axis}tick.labelsize",
    "length": "{axis}tick.major.size",
    "width": "{axis}tick.major.width",
    "pad": "{axis}tick.major.pad",
    "grid_linewidth": "grid.linewidth",
}


def shrunk(figure: Figure, scale: float) -> Figure:
    """Multiply everything that a figure has in inches or points; its style has to be in force.

    Titles of axes and legends of matplotlib's own keep some of their gaps, so figures here have neither.
    """
    if scale == 1.0:
        return figure
    width, height = figure.get_size_inches()
    figure.set_size_inches(scale * width, scale * height)
    axes_of = [(name, axis) for axes in figure.axes for name, axis in (("x", axes.xaxis), ("y", axes.yaxis))]
    for name, axis in axes_of:
        _ticks(axis, name, scale)
    artists = {id(artist): artist for artist in figure.findobj()}
    # Axes make ticks as they need them, by what `_ticks` has told them.
    ticks = {id(part) for _, axis in axes_of for tick in axis.majorTicks for part in tick.findobj()}
    for key, artist in artists.items():
        if key not in ticks:
            _artist(artist, scale)
    return figure


def _ticks(axis: Axis, name: str, scale: float) -> None:
    given = axis.get_tick_params()
    settings: Any = mpl.rcParams
    points: dict[str, Any] = {each: given.get(each, settings[key.format(axis=name)]) for each, key in _TICKS.items()}
    scaled: dict[str, Any] = {each: scale * float(value) for each, value in points.items()}
    axis.set_tick_params(**scaled)
    axis.labelpad *= scale


def _artist(artist: Artist, scale: float) -> None:
    match artist:
        case Text():
            artist.set_fontsize(scale * float(artist.get_fontsize()))
            if isinstance(artist, Annotation):
                if artist.anncoords == "offset points":
                    x, y = artist.xyann
                    artist.xyann = (scale * x, scale * y)
                if artist.arrow_patch is not None:
                    _artist(artist.arrow_patch, scale)
        case Line2D():
            artist.set_linewidth(scale * artist.get_linewidth())
            artist.set_markersize(scale * artist.get_markersize())
            artist.set_markeredgewidth(scale * artist.get_markeredgewidth())
        case Patch():
            artist.set_linewidth(scale * artist.get_linewidth())
            if isinstance(artist, FancyArrowPatch):
                artist.shrinkA, artist.shrinkB = scale * artist.shrinkA, scale * artist.shrinkB
        case Collection():
            artist.set_linewidth((scale * np.asarray(artist.get_linewidth())).tolist())
        case _:
            pass
