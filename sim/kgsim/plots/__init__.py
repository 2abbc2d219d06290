"""Figures: each a pure function from a result to a `matplotlib.figure.Figure`, returned and never saved.

>>> import kgsim.plots  # doctest: +SKIP
>>> kgsim.plots.payoffs_figure(result, size="page").savefig("payoffs.svg")  # doctest: +SKIP

===================  ==============================================================  ===========================
function             draws                                                           from
===================  ==============================================================  ===========================
`payoffs_figure`     payoffs of every player under every structure of play           `kgsim.solve`
`outcomes_figure`    outcomes as each player ranks them, worst cases framed          `kgsim.solve`
`game_figure`        the game of one structure, every equilibrium's path through it  `kgsim.solve`
`dumbbell_figure`    what one structure instead of another is worth to each player   `kgsim.solve`
`sweep_figure`       payoffs and outcomes along one parameter                        `kgsim.sweep`
`regime_figure`      which outcomes are equilibria over two or three parameters      `kgsim.sweep`
`price_figure`       what deterrence costs and what would be given for it            `kgsim.price_of_deterrence`
`tornado_figure`     how far each parameter alone moves each player's value          `kgsim.sensitivity`
`indices_figure`     Sobol' indices of every player's value                          `kgsim.sensitivity`
`discovery_figure`   boxes of parameters in which an answer occurs                   `kgsim.sensitivity`
`shares_figure`      in which share of draws outcomes are equilibria                 `kgsim.robustness`
`claims_figure`      in which share of draws claims hold                             `kgsim.robustness`
`comparison_figure`  several scenarios or analysts side by side                      `kgsim.compare`
`backtest_figure`    the scorecard of back-tests                                     `kgsim.backtest`
`runs_figure`        in which share of simulated runs outcomes come about            `kgsim.simulate`
`fan_figure`         how state variables spread over the rounds                      `kgsim.simulate`
===================  ==============================================================  ===========================

All share one style sheet, ``kgsim.mplstyle``; a player and an outcome keep colour and mark in all of them. All come at
the size of a slide, a page or a column (``size="page"``, `SIZES`) or one of your own (`Size`), with letters no smaller
than 12, 8 and 7 points, and without their heading if a text around them has one (``titled=False``).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kgsim.plots.backtests import backtest_figure
    from kgsim.plots.boxes import discovery_figure
    from kgsim.plots.claims import claims_figure
    from kgsim.plots.comparison import comparison_figure
    from kgsim.plots.dumbbells import dumbbell_figure
    from kgsim.plots.indices import indices_figure
    from kgsim.plots.outcomes import outcomes_figure
    from kgsim.plots.payoffs import payoffs_figure
    from kgsim.plots.price import price_figure
    from kgsim.plots.regimes import regime_figure
    from kgsim.plots.shares import shares_figure
    from kgsim.plots.simulation import fan_figure, runs_figure
    from kgsim.plots.size import SIZES, Size
    from kgsim.plots.sweeps import sweep_figure
    from kgsim.plots.tornado import tornado_figure
    from kgsim.plots.tree import game_figure

_HOME = {
    "SIZES": "size",
    "Size": "size",
    "backtest_figure": "backtests",
    "claims_figure": "claims",
    "comparison_figure": "comparison",
    "discovery_figure": "boxes",
    "dumbbell_figure": "dumbbells",
    "fan_figure": "simulation",
    "game_figure": "tree",
    "indices_figure": "indices",
    "outcomes_figure": "outcomes",
    "payoffs_figure": "payoffs",
    "price_figure": "price",
    "regime_figure": "regimes",
    "runs_figure": "simulation",
    "shares_figure": "shares",
    "sweep_figure": "sweeps",
    "tornado_figure": "tornado",
}

__all__ = [
    "SIZES",
    "Size",
    "backtest_figure",
    "claims_figure",
    "comparison_figure",
    "discovery_figure",
    "dumbbell_figure",
    "fan_figure",
    "game_figure",
    "indices_figure",
    "outcomes_figure",
    "payoffs_figure",
    "price_figure",
    "regime_figure",
    "runs_figure",
    "shares_figure",
    "sweep_figure",
    "tornado_figure",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'kgsim.plots' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"kgsim.plots.{_HOME[name]}"), name)
