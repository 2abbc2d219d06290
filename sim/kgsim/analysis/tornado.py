"""One parameter at a time over its range, the others held: how far values move, and which answers flip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluation, Evaluator
from kgsim.analysis.plain import Plain
from kgsim.arrays import Floats
from kgsim.results import FAILS, HOLDS, UNDECIDED, VERDICTS, Interval
from kgsim.wording import number, rounded

#: Points of each range, its ends included.
POINTS = 41


@dataclass(frozen=True)
class Bar(Plain):
    """What one parameter does to one player's value interval in one structure.

    Attributes
    ----------
    at_low, at_high
        The interval over all equilibria with the parameter at the ends of its range; None without a solution.
    span
        Least and largest value anywhere on the range.
    swing
        How far the interval moves: the larger of the movements of its lower and its upper end, over the range.
    """

    parameter: str
    at_low: Interval | None
    at_high: Interval | None
    span: Interval
    swing: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; no span where there is no solution."""
        return super().to_dict() | ({"span": None} if np.isnan(self.span[0]) else {})


@dataclass(frozen=True)
class Flip(Plain):
    """An answer that one parameter alone turns.

    Attributes
    ----------
    question
        Such as ``"bypass: bypass deal"``, or a claim's name.
    before, after
        The answer at the held values, and another one that occurs on the range.
    value
        The value nearest to the held one, of those looked at, at which `after` is the answer.
    """

    parameter: str
    question: str
    before: str
    after: str
    value: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**self.__dict__, "value": rounded(self.value)}

    def __str__(self) -> str:
        return f"{self.question}: {self.before} now, {self.after} at {self.parameter} = {number(self.value)}"


@dataclass(frozen=True)
class Tornado(Plain):
    """Every parameter moved over its range, one at a time.

    Attributes
    ----------
    base
        Structure to player to value interval at the held values; None without a solution.
    bars
        Structure to player to one bar a parameter, largest swing first.
    flips
        Answers that some parameter turns by itself.
    unproven
        Structure to the share of points looked at that are not proven complete.
    """

    base: Mapping[str, Mapping[str, Interval | None]]
    bars: Mapping[str, Mapping[str, tuple[Bar, ...]]]
    flips: tuple[Flip, ...]
    unproven: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        bars = {
            name: {seat: {bar.parameter: bar.to_dict() for bar in bars} for seat, bars in each.items()}
            for name, each in self.bars.items()
        }
        return super().to_dict() | {"bars": bars}


def tornado(trial: Evaluator, moved: Sequence[str], held: Mapping[str, float]) -> Tornado:
    """Move parameters over their ranges.

    Parameters
    ----------
    trial
        What is looked at.
    moved
        The parameters.
    held
        Values of parameters that leave their base values.
    """
    scenario = trial.scenario
    base = {**scenario.base, **held}
    grids = {name: np.linspace(*scenario.parameters[name].range, POINTS) for name in moved}
    # The held point comes first, then every parameter's range.
    points = {name: np.full(1 + POINTS * len(moved), value) for name, value in base.items()}
    for place, (name, grid) in enumerate(grids.items()):
        points[name][1 + place * POINTS : 1 + (place + 1) * POINTS] = grid
    looks = trial.at(points)
    seats = list(enumerate(scenario.players))
    bars: dict[str, dict[str, tuple[Bar, ...]]] = {}
    for row, structure in enumerate(trial.structures):
        bars[structure] = {}
        for seat, player in seats:
            low, high = (array[row, seat, 1:].reshape(-1, POINTS) for array in (looks.low, looks.high))
            every = [_bar(name, low[place], high[place]) for place, name in enumerate(moved)]
            bars[structure][player] = tuple(sorted(every, key=lambda bar: -bar.swing))
    return Tornado(
        base={
            structure: {player: _interval(looks.low[row, seat, 0], looks.high[row, seat, 0]) for seat, player in seats}
            for row, structure in enumerate(trial.structures)
        },
        bars=bars,
        flips=tuple(_flips(trial, looks, base, grids)),
        unproven={name: float(1.0 - looks.proven[row].mean()) for row, name in enumerate(trial.structures)},
    )


def _bar(name: str, low: Floats, high: Floats) -> Bar:
    if np.isnan(low).all():
        return Bar(name, None, None, (np.nan, np.nan), 0.0)
    swing = max(float(np.nanmax(end) - np.nanmin(end)) for end in (low, high))
    span = float(np.nanmin(low)), float(np.nanmax(high))
    return Bar(name, _interval(low[0], high[0]), _interval(low[-1], high[-1]), span, swing)


def _flips(trial: Evaluator, looks: Evaluation, base: Mapping[str, float], grids: Mapping[str, Floats]) -> list[Flip]:
    found = []
    # An answer that cannot be given is neither turned nor turned into.
    known = looks.unsolved | looks.proven
    answers: list[tuple[str, NDArray[Any], Sequence[str]]] = [
        (
            f"{structure}: {rule.name}",
            np.select([looks.reached[row, place], known[row]], [HOLDS, FAILS], UNDECIDED),
            ("no equilibrium outcome", "an equilibrium outcome"),
        )
        for row, structure in enumerate(trial.structures)
        for place, rule in enumerate(trial.scenario.outcomes)
    ]
    answers += [(name, looks.verdict[row], VERDICTS) for row, name in enumerate(trial.claims)]
    for question, codes, words in answers:
        along = codes[1:].reshape(-1, POINTS)
        for place, (name, grid) in enumerate(grids.items()):
            for code in np.unique(along[place]).tolist():
                if UNDECIDED not in (code, codes[0]) and code != codes[0]:
                    there = grid[along[place] == code]
                    nearest = float(there[np.abs(there - base[name]).argmin()])
                    found.append(Flip(name, question, words[int(codes[0])], words[code], nearest))
    return found


def _interval(low: float, high: float) -> Interval | None:
    return None if np.isnan(low) else (float(low), float(high))
