"""Results as pandas data frames; pandas is imported when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgsim.results import Result

if TYPE_CHECKING:
    import pandas as pd


def of_result(result: Result) -> pd.DataFrame:
    """Return one row per structure, equilibrium and player.

    Returns
    -------
    DataFrame
        Columns: ``structure``, ``equilibrium`` (from 1), ``outcome`` (or the lottery, as text), ``pure``, ``player``,
        ``payoff`` (utility points of that player, not comparable between players), ``residual``, ``complete``.
    """
    import pandas as pd

    rows = [
        (name, place, each.name, each.pure, player, payoff, each.residual, solution.complete)
        for name, solution in result.structures.items()
        for place, each in enumerate(solution.equilibria, 1)
        for player, payoff in each.payoffs.items()
    ]
    columns = ["structure", "equilibrium", "outcome", "pure", "player", "payoff", "residual", "complete"]
    return pd.DataFrame(rows, columns=columns)
