"""Figures: each a pure function from a result to a `matplotlib.figure.Figure`, returned and never saved.

>>> import kgsim.plots  # doctest: +SKIP
>>> kgsim.plots.payoffs_figure(result).savefig("payoffs.svg")  # doctest: +SKIP

=====================  =====================================================================================
function               draws
=====================  =====================================================================================
`payoffs_figure`       payoffs of every player under every structure of play
`outcomes_figure`      outcomes as each player ranks them, worst cases framed
`game_figure`          the game of one structure, with the path of every equilibrium through it
`sweep_figure`         payoffs and outcomes along one parameter
`regime_figure`        which outcomes are equilibria over two or three parameters
`price_figure`         what deterrence costs and what would be given for it, along a parameter
`dumbbell_figure`      what one structure instead of another is worth to each player
`tornado_figure`       how far each parameter alone moves each player's value
`indices_figure`       Sobol' indices of every player's value
`discovery_figure`     the boxes of parameters in which an answer occurs
`shares_figure`        in which share of draws an outcome is an equilibrium outcome
`claims_figure`        in which share of draws a claim holds
`comparison_figure`    several scenarios or analysts side by side
`fan_figure`           how the situation spreads over simulated rounds
`runs_figure`          in which share of simulated runs an outcome comes about, by round
`backtest_figure`      the scorecard of back-tests
=====================  =====================================================================================

All share one style sheet, ``kgsim.mplstyle``; a player and an outcome keep colour and mark in all of them. Figures
come at the size of a slide; `regime_figure`, `price_figure`, `dumbbell_figure` and `tornado_figure` also at that of a
page or a column (``size="page"``), as `SIZES` gives them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kgsim.plots.backtests import backtest_figure
    from kgsim.plots.comparison import comparison_figure
    from kgsim.plots.dumbbells import dumbbell_figure
    from kgsim.plots.outcomes import outcomes_figure
    from kgsim.plots.payoffs import payoffs_figure
    from kgsim.plots.price import price_figure
    from kgsim.plots.regimes import regime_figure
    from kgsim.plots.robustness import claims_figure, shares_figure
    from kgsim.plots.sensitivity import discovery_figure, indices_figure
    from kgsim.plots.simulation import fan_figure, runs_figure
    from kgsim.plots.size import SIZES, Size
    from kgsim.plots.sweeps import sweep_figure
    from kgsim.plots.tornado import tornado_figure
    from kgsim.plots.tree import game_figure

_HOME = {
    "SIZES": "size",
    "Size": "size",
    "backtest_figure": "backtests",
    "claims_figure": "robustness",
    "comparison_figure": "comparison",
    "discovery_figure": "sensitivity",
    "dumbbell_figure": "dumbbells",
    "fan_figure": "simulation",
    "game_figure": "tree",
    "indices_figure": "sensitivity",
    "outcomes_figure": "outcomes",
    "payoffs_figure": "payoffs",
    "price_figure": "price",
    "regime_figure": "regimes",
    "runs_figure": "simulation",
    "shares_figure": "robustness",
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
