"""The names that ``import kgsim.plots`` offers, each imported when it is first asked for."""

from .advice import regret_figure as regret_figure
from .advice import signposts_figure as signposts_figure
from .backtests import backtest_figure as backtest_figure
from .bargaining import bargaining_figure as bargaining_figure
from .boxes import discovery_figure as discovery_figure
from .claims import claims_figure as claims_figure
from .comparison import comparison_figure as comparison_figure
from .dumbbells import dumbbell_figure as dumbbell_figure
from .indices import indices_figure as indices_figure
from .lenses import lenses_figure as lenses_figure
from .noisy import noisy_figure as noisy_figure
from .outcomes import outcomes_figure as outcomes_figure
from .payoffs import payoffs_figure as payoffs_figure
from .price import price_figure as price_figure
from .regimes import regime_figure as regime_figure
from .shares import shares_figure as shares_figure
from .simulation import fan_figure as fan_figure
from .simulation import runs_figure as runs_figure
from .size import SIZES as SIZES
from .size import Size as Size
from .sweeps import sweep_figure as sweep_figure
from .tornado import tornado_figure as tornado_figure
from .tree import game_figure as game_figure
from .worlds import hypotheses_figure as hypotheses_figure
from .worlds import shifts_figure as shifts_figure
from .worlds import survival_figure as survival_figure
