"""Structures in which terms are offered from intervals, as games with the finitely many offers that can matter.

An interval stands in a game as a *box*: an action for each corner, between which payoffs are affine. Box by box, from
the last stage to the first, the corners are exchanged for the offers of `kgsim.solvers.offers.cells`. As an offer that
is the limit of others is worth what it is itself to whoever makes it, while later movers decide on the others, payoffs
are kept once for each stage: what its movers decide on.

This is the one place that does so, for one parameter point and for many.
"""
