"""Sobol' indices: which parameters the spread of a value over the ranges comes from, by SALib.

The first-order index of a parameter is the share of a value's variance that knowing the parameter alone would remove on
average; the total index is the share that is left if all others are known (Sobol' 1993; Saltelli et al. 2010, Computer
Physics Communications 181). Indices are defined for numbers, and a value is an interval over all equilibria: its lower
end, its upper end or its middle is taken, and the result says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.plain import Plain, plain
from kgsim.analysis.priors import Prior
from kgsim.analysis.samples import Samples
from kgsim.errors import GameError
from kgsim.execution.run import Progress
from kgsim.wording import percent, quoted, rounded

Take: TypeAlias = Literal["low", "middle", "high"]

#: What is taken of an interval, with what it means.
TAKES = {
    "low": "the worst over all equilibria",
    "middle": "the middle between the worst and the best over all equilibria",
    "high": "the best over all equilibria",
}

#: Bootstrap samples behind the confidence intervals, and their level.
RESAMPLES, LEVEL = 200, 0.95


class UndefinedError(GameError):
    """A value has no Sobol' indices, since some draws give it no number."""


@dataclass(frozen=True)
class Index(Plain):
    """A parameter's indices, each with half the width of its 95 % confidence interval (bootstrap)."""

    parameter: str
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True)
class Indices(Plain):
    """Sobol' indices of every player's value in one structure.

    Attributes
    ----------
    structure, prior
        Of which structure, and how parameters were drawn (independently).
    take
        What was taken of the interval: a key of `TAKES`.
    draws
        Points looked at.
    players
        Player to one index a parameter, largest total first; empty if the value is the same in all draws.
    spread
        Player to the variance of the value.
    several
        Share of draws in which some player's interval is not a single value.
    unproven
        Share of draws in which further equilibria are not ruled out.
    """

    structure: str
    prior: str
    take: str
    draws: int
    players: Mapping[str, tuple[Index, ...]]
    spread: Mapping[str, float]
    several: float
    unproven: float

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "structure": self.structure,
            "prior": self.prior,
            "take": self.take,
            "about": TAKES[self.take],
            "draws": self.draws,
            "players": {
                player: {index.parameter: index.to_dict() for index in found} for player, found in self.players.items()
            },
            "spread": plain(self.spread),
            "several": rounded(self.several),
            "unproven": rounded(self.unproven),
        }


def indices(
    trial: Evaluator,
    prior: Prior,
    held: Mapping[str, float],
    take: str,
    draws: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> Indices:
    """Compute Sobol' indices of every player's value in a trial's one structure.

    Parameters
    ----------
    trial, prior, held
        What is looked at, and where.
    take
        A key of `TAKES`.
    draws
        Points to look at, about: a power of two times the number of parameters and two.

    Raises
    ------
    GameError
        If `take` is unknown.
    UndefinedError
        If a value is missing at some draws.
    """
    from SALib.analyze.sobol import analyze
    from SALib.sample.sobol import sample

    if take not in TAKES:
        raise GameError(f"{take!r} is nothing that can be taken of an interval: choose {', '.join(TAKES)}")
    (structure,) = trial.structures
    names = [parameter.name for parameter in prior.parameters]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    size = 2 ** max(4, round(np.log2(max(draws / (len(names) + 2), 1.0))))
    cube = np.asarray(sample(problem, size, calc_second_order=False, seed=seed))
    looks = Samples(trial, prior, held, cube).looked_at(workers, progress)
    low, high = looks.low[0], looks.high[0]
    missing = float(np.isnan(low).any(axis=0).mean())
    if missing:
        raise UndefinedError(
            f"{quoted(trial.scenario.labels.structure(structure))} has no value in {percent(missing)} of draws (no "
            "solution there, or mixed equilibria alone), so its Sobol' indices are not defined: name another "
            "structure, or hold parameters with --set"
        )
    values = {"low": low, "high": high, "middle": (low + high) / 2.0}[take]
    scale = np.maximum(np.abs(values).max(axis=1), 1e-300)
    players: dict[str, tuple[Index, ...]] = {}
    for seat, player in enumerate(trial.scenario.players):
        if np.ptp(values[seat]) <= 1e-12 * scale[seat]:
            players[player] = ()
            continue
        # SALib takes a seed of 0 for none.
        found = analyze(
            problem, values[seat], calc_second_order=False, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed + 1
        )
        columns = zip(
            names, *(np.asarray(found[key]).tolist() for key in ("S1", "S1_conf", "ST", "ST_conf")), strict=True
        )
        players[player] = tuple(sorted((Index(*column) for column in columns), key=lambda index: -index.total))
    several = (high - low > 1e-9 * (1.0 + np.abs(high))).any(axis=0)
    return Indices(
        structure=structure,
        prior=prior.name,
        take=take,
        draws=len(cube),
        players=players,
        spread=dict(zip(trial.scenario.players, values.var(axis=1).tolist(), strict=True)),
        several=float(several.mean()),
        unproven=float(1.0 - looks.proven[0].mean()),
    )
