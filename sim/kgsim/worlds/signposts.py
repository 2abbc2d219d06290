"""Where the choice of least mean regret switches: thresholds of parameters, structures, and what could be seen.

A threshold is the best single cut of the surviving worlds: the one at which choosing on either side by itself takes
most off the mean regret. So one looks for what would tell that another policy is due (signposts and triggers:
Haasnoot, Kwakkel, Walker and ter Maat 2013, Global Environmental Change 23).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kgsim.arrays import Bools, Floats, Integers
from kgsim.scenario.model import Parameter
from kgsim.worlds.advice import Signpost

#: Cuts of a parameter's range that are tried.
CUTS = 64

#: Fewest worlds on either side of a switch.
FEWEST = 20

#: Gains up to this share of the overall mean regret are no switch worth telling.
LEAST_GAIN = 0.1


def thresholds(
    regret: Floats, names: Sequence[str], parameters: Sequence[Parameter], values: Floats
) -> Iterator[Signpost]:
    """The best cut of each parameter, where there is one.

    Parameters
    ----------
    regret
        Shape (choices, worlds).
    values
        The worlds' parameters; shape (parameters, worlds).
    """
    for parameter, row in zip(parameters, values, strict=True):
        edges = np.linspace(*parameter.range, CUTS + 1)
        cell = np.clip(np.searchsorted(edges, row, side="right") - 1, 0, CUTS - 1)
        count = np.cumsum(np.bincount(cell, minlength=CUTS))[:-1]
        sums = np.cumsum([np.bincount(cell, each, CUTS) for each in regret], axis=1)
        below, above = sums[:, :-1], sums[:, -1:] - sums[:, :-1]
        enough = (count >= FEWEST) & (regret.shape[1] - count >= FEWEST)
        split = np.where(enough, below.min(axis=0) + above.min(axis=0), np.inf)
        cut = int(split.argmin())
        gain = (sums[:, -1].min() - split[cut]) / regret.shape[1]
        first, last = int(below[:, cut].argmin()), int(above[:, cut].argmin())
        if first != last and _worth(gain, regret):
            chosen = names[first], names[last]
            yield Signpost("parameter", parameter.name, float(edges[cut + 1]), chosen, float(gain),
                           float(count[cut] / regret.shape[1]))  # fmt: skip


def structures(regret: Floats, names: Sequence[str], of: Integers, labels: Sequence[str]) -> Iterator[Signpost]:
    """Structures in which another choice is best than over all worlds; `of` is each world's structure."""
    overall = int(regret.mean(axis=1).argmin())
    for number, label in enumerate(labels):
        here = of == number
        if here.sum() < FEWEST:
            continue
        means = regret[:, here].mean(axis=1)
        gain = (means[overall] - means.min()) * here.mean()
        if _worth(gain, regret):
            yield Signpost("structure", label, None, (names[int(means.argmin())],), float(gain), float(here.mean()))


def observations(
    regret: Floats, names: Sequence[str], seen: Sequence[str], excludes: Bools, expects: Bools
) -> Iterator[Signpost]:
    """Observations after which another choice is best than after their contrary.

    Parameters
    ----------
    excludes, expects
        Whether a world falls if it is seen, and if something else is; shape (observations, worlds).
    """
    overall = int(regret.mean(axis=1).argmin())
    for name, fall, rest in zip(seen, excludes, expects, strict=True):
        left = [~fall, ~rest]
        if min(each.sum() for each in left) < FEWEST:
            continue
        means = [regret[:, each].mean(axis=1) for each in left]
        best = [int(each.argmin()) for each in means]
        gain = max(each[overall] - each.min() for each in means)
        if best[0] != best[1] and _worth(gain, regret):
            yield Signpost("observation", name, None, (names[best[0]], names[best[1]]), float(gain),
                           float(left[0].mean()))  # fmt: skip


def _worth(gain: float, regret: Floats) -> bool:
    return bool(gain > LEAST_GAIN * regret.mean(axis=1).min() and gain > 0.0)
