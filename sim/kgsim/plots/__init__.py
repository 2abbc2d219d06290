"""Figures: each a pure function from a result to a `matplotlib.figure.Figure`, returned and never saved.

>>> from kgsim.plots.payoffs import payoffs_figure  # doctest: +SKIP
>>> payoffs_figure(result).savefig("payoffs.svg")  # doctest: +SKIP
"""
