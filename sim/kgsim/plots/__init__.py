"""Figures: each a pure function from a result to a `matplotlib.figure.Figure`, returned and never saved.

>>> import kgsim.plots  # doctest: +SKIP
>>> kgsim.plots.payoffs_figure(result, size="page").savefig("payoffs.svg")  # doctest: +SKIP

===================  ==============================================================  ===========================
function             draws                                                           from
===================  ==============================================================  ===========================
`payoffs_figure`     payoffs of every player under every structure of play           `kgsim.solve`
`outcomes_figure`    outcomes as each player ranks them, worst cases framed          `kgsim.solve`
`bargaining_figure`  deals by their worth to two players, and what others accept     `kgsim.solve`
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
`lenses_figure`      which solution concepts admit which outcomes                    `kgsim.lenses`
`noisy_figure`       how likely outcomes are as play becomes more precise            `kgsim.noisy_play`
`backtest_figure`    the scorecard of back-tests                                     `kgsim.backtest`
`survival_figure`    which worlds survive, event by event                            `kgsim.update`
`hypotheses_figure`  which events speak against which hypothesis                     `kgsim.update`
`shifts_figure`      how survivors differ in the parameters                          `kgsim.update`
`regret_figure`      how much each choice is regretted                               `kgsim.advise`
`signposts_figure`   where the least regretted choice switches                       `kgsim.advise`
`runs_figure`        in which share of simulated runs outcomes come about            `kgsim.simulate`
`fan_figure`         how state variables spread over the rounds                      `kgsim.simulate`
===================  ==============================================================  ===========================

All share one style sheet, ``kgsim.mplstyle``; a player and an outcome keep colour and mark in all of them. All come at
the size of a slide, a page or a column (``size="page"``, `SIZES`) or one of your own (`Size`), with letters no smaller
than 12, 8 and 7 points, and without their heading if a text around them has one (``titled=False``).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
