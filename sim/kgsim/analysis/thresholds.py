"""Where an answer changes: all boundaries along a parameter, and the smallest change that turns the answer.

Boundaries are bracketed on a fine grid by the vectorised engine and each bracket is halved until it is narrower than
1e-9 of the range, all brackets at once. Between two neighbouring points of the grid a pair of boundaries may hide. With
private types points are solved one by one, and fewer of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.questions import Claimed, Question, Reached, Sustained, Verdicts
from kgsim.analysis.threshold_result import Change, Segment, Threshold
from kgsim.analysis.threshold_text import told, width
from kgsim.arrays import Floats
from kgsim.engine.engine import CHUNK
from kgsim.errors import GameError
from kgsim.results import UNDECIDED, Interval
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.studies.design import grid as checked
from kgsim.tolerances import BOUNDARY_WIDTH

#: Points at which a parameter's range is looked at.
POINTS = 1001

#: Of those that are left open, one in so many is solved by itself where its neighbours answer alike.
STRIDE = 8


class Effort(NamedTuple):
    """How hard the smallest changes are sought.

    Attributes
    ----------
    points
        Along each parameter.
    directions, rounds
        Of the search for the smallest joint change.
    settle
        How many points of a thousand or so may go to the solver of single points.
    """

    points: int
    directions: int
    rounds: int
    settle: int


#: The effort, and that where private types have every point solved by itself.
#: Points that are looked at in one go where brackets are halved.
AHEAD = 31

EFFORT, WITH_TYPES = Effort(201, 64, 12, 0), Effort(21, 6, 4, CHUNK)


def threshold(
    scenario: Scenario,
    param: str,
    given: Mapping[str, float] | None = None,
    /,
    *,
    structure: str | None = None,
    outcome: str | None = None,
    claim: str | None = None,
    repeated: str | None = None,
    profile: str | None = None,
    bounds: tuple[float, float] | None = None,
    inverse: bool = True,
    **values: float,
) -> Threshold:
    """Find every value of a parameter at which an answer changes, and what else would change it.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    param
        The parameter to move.
    structure, outcome
        Ask whether the outcome is an equilibrium outcome of the structure.
    claim
        Ask instead whether a claim holds.
    repeated, profile
        Ask instead whether a profile of strategies is an equilibrium of a repeated game.
    bounds
        Where to look; the parameter's declared range if not given.
    inverse
        Whether to search for the smallest changes too.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Other parameters to set.

    Returns
    -------
    Threshold

    Raises
    ------
    GameError
        If a name is unknown, or not exactly one question is asked.

    Examples
    --------
    >>> import kgsim
    >>> scenario = kgsim.load("scenarios/bypass.yaml")  # doctest: +SKIP
    >>> kgsim.threshold(scenario, "A", structure="bypass", outcome="bypass deal").boundaries  # doctest: +SKIP
    (22.5,)
    """
    values = together(scenario, given, values)
    if param not in scenario.parameters:
        raise GameError(f"there is no parameter {param!r}. {suggestion(param, scenario.parameters, 'parameter')}")
    low, high = bounds or scenario.parameters[param].range
    if not low < high:
        raise GameError(f"parameter {param}: there is nothing between {low:g} and {high:g} to look through")
    checked(scenario, {**values, param: [low, high]}, beyond_range=True)
    question = _question(scenario, structure, outcome, claim, repeated, profile)
    base = {**scenario.base, **{name: float(value) for name, value in values.items()}}
    segments, unsure = _segments(question, base, param, low, high)
    now = int(question.at(_column(base, 1), settle=CHUNK)[0])
    alone = _alone(question, base, now) if inverse else {}
    jointly = _together(question, base, now, alone) if inverse else None
    sides = _sides(question, base, param, segments) if isinstance(question, Claimed) else {}
    found = Threshold(param, base[param], segments, now, alone, jointly, unsure, sides, ())
    return replace(found, sentences=told(question, found, base))


def _question(
    scenario: Scenario,
    structure: str | None,
    outcome: str | None,
    claim: str | None,
    repeated: str | None,
    profile: str | None,
) -> Question:
    match (structure, outcome, claim, repeated, profile):
        case (None, None, str(), None, None):
            return Claimed(scenario, claim)
        case (str(), str(), None, None, None):
            return Reached(scenario, structure, outcome)
        case (None, None, None, str(), str()):
            return Sustained(scenario, repeated, profile)
    raise GameError(
        "ask one question: a structure together with an outcome, a claim, or a repeated game together with a profile"
    )


def _column(base: dict[str, float], count: int) -> dict[str, Floats]:
    return {name: np.full(count, value) for name, value in base.items()}


def _segments(
    question: Question, base: dict[str, float], param: str, low: float, high: float
) -> tuple[tuple[Segment, ...], int]:
    def verdict(values: Floats, settle: int = CHUNK) -> Verdicts:
        return question.at({**_column(base, len(values)), param: values}, settle=settle)

    inside = [base[param]] if low < base[param] < high else []
    values = np.union1d(np.linspace(low, high, POINTS), inside)
    found = _filled(verdict, values, verdict(values, 0))
    # A single point that cannot be decided between two of one answer is no stretch of its own.
    alone = 1 + np.flatnonzero((found[1:-1] == UNDECIDED) & (found[:-2] == found[2:]))
    answers = found.copy()
    answers[alone] = found[alone - 1]
    changes = np.flatnonzero(np.diff(answers))
    before = answers[changes]
    turns = halved(
        lambda middle: verdict(middle) == before, values[changes], values[changes + 1], BOUNDARY_WIDTH * (high - low)
    )
    cuts = [low, *(_at_zero(float(cut), high - low) for cut in turns), high]
    codes = [int(answers[0]), *(int(code) for code in answers[changes + 1])]
    segments = (Segment(*ends, code) for ends, code in zip(pairwise(cuts), codes, strict=True))
    return tuple(segments), int((found == UNDECIDED).sum())


def halved(same: Callable[[Floats], NDArray[np.bool_]], near: Floats, far: Floats, width: float) -> Floats:
    """Return where an answer that holds at `near` and not at `far` ends, all brackets at once; shape (brackets,)."""
    while len(near) and float(np.abs(far - near).max()) > width:
        middle = (near + far) / 2
        alike = same(middle)
        near, far = np.where(alike, middle, near), np.where(alike, far, middle)
    return (near + far) / 2


def _filled(verdict: Callable[[Floats], Verdicts], values: Floats, found: Verdicts) -> Verdicts:
    """Answers along a range, those left open too: one in `STRIDE` by itself, and all between two that differ."""
    open_ = np.flatnonzero(found == UNDECIDED)
    if not len(open_):
        return found
    begins = np.diff(open_, prepend=-2) > 1
    ends = np.append(begins[1:], True)
    chosen = open_[begins | ends | (np.arange(len(open_)) % STRIDE == 0)]
    found = found.copy()
    found[chosen] = verdict(values[chosen])
    left = np.setdiff1d(open_, chosen)
    after = np.searchsorted(chosen, left)
    before, after = found[chosen[after - 1]], found[chosen[np.minimum(after, len(chosen) - 1)]]
    found[left] = before
    apart = left[before != after]
    if len(apart):
        found[apart] = verdict(values[apart])
    return found


def _at_zero(value: float, span: float) -> float:
    """A boundary, 0 if it is 0 but for what it is exact to."""
    return 0.0 if abs(value) < 10.0 * BOUNDARY_WIDTH * span else value


def _sides(
    question: Claimed, base: dict[str, float], param: str, segments: tuple[Segment, ...]
) -> dict[float, dict[str, Interval]]:
    """What the claim compares at the base value, then along the range."""
    values = np.array([base[param], *(segment.low for segment in segments), segments[-1].high])
    known = question.sides({**_column(base, len(values)), param: values})
    return {
        float(value): {text: (float(low[place]), float(high[place])) for text, (low, high) in known.items()}
        for place, value in enumerate(values)
    }


def _effort(question: Question) -> Effort:
    return WITH_TYPES if question.scenario.types else EFFORT


def _alone(question: Question, base: dict[str, float], now: int) -> dict[str, Change | None]:
    """Move every parameter by itself, all of them in one go."""
    rays = []
    for name, parameter in question.scenario.parameters.items():
        for end in parameter.range:
            if end != base[name]:
                rays.append((name, end))
    target = {name: np.full(len(rays), value) for name, value in base.items()}
    for row, (name, end) in enumerate(rays):
        target[name][row] = end
    shares, verdicts = _first_change(question, base, target, now, _effort(question).points)
    found: dict[str, Change | None] = dict.fromkeys(question.scenario.parameters)
    for (name, end), share, code in zip(rays, shares, verdicts, strict=True):
        if not np.isfinite(share):
            continue
        value = _at_zero(base[name] + float(share) * (end - base[name]), width(question.scenario, name))
        size = abs(value - base[name]) / width(question.scenario, name)
        known = found[name]
        if known is None or size < known.size:
            found[name] = Change({name: value}, size, int(code))
    return found


def _first_change(
    question: Question,
    base: dict[str, float],
    target: dict[str, Floats],
    now: int,
    points: int,
    lengths: Floats | None = None,
) -> tuple[Floats, NDArray[np.int8]]:
    """How far along each ray from the base to its target the answer first changes (inf if never), and to what.

    With the rays' `lengths` only the nearest change is wanted, and rays on which it cannot be are given up.
    """
    rays = len(next(iter(target.values())))

    def at(shares: Floats, which: NDArray[np.intp]) -> NDArray[np.int8]:
        points = {name: base[name] + shares * (ends[which] - base[name]) for name, ends in target.items()}
        return question.at(points, settle=_effort(question).settle)

    steps = np.linspace(0.0, 1.0, points)[1:]
    found = at(np.tile(steps, rays), np.repeat(np.arange(rays), len(steps))).reshape(rays, len(steps))
    # An answer that cannot be given is no other answer.
    changed = (found != now) & (found != UNDECIDED)
    some = np.flatnonzero(changed.any(axis=1))
    first = changed[some].argmax(axis=1)
    high = steps[first]
    low = np.where(first > 0, steps[first - 1], 0.0)
    verdict = found[some, first]
    while len(some) and float((high - low).max()) > BOUNDARY_WIDTH:
        if lengths is not None:
            near = low * lengths[some] <= (high * lengths[some]).min()
            some, low, high, verdict = some[near], low[near], high[near], verdict[near]
        deep = 1 if question.scenario.types else max(1, int(np.log2(AHEAD / len(some) + 1)))
        middles = _middles(low, high, deep)
        codes = at(middles.ravel(), np.tile(some, len(middles))).reshape(middles.shape)
        node, each = np.zeros(len(some), dtype=np.intp), np.arange(len(some))
        for _ in range(deep):
            if float((high - low).max()) <= BOUNDARY_WIDTH:
                break
            middle, code = middles[node, each], codes[node, each]
            turned = (code != now) & (code != UNDECIDED)
            verdict = np.where(turned, code, verdict)
            low, high = np.where(turned, low, middle), np.where(turned, middle, high)
            node = 2 * node + np.where(turned, 1, 2)
    shares = np.full(rays, np.inf)
    verdicts = np.full(rays, now, dtype=np.int8)
    shares[some], verdicts[some] = high, verdict
    return shares, verdicts


def _middles(low: Floats, high: Floats, deep: int) -> Floats:
    """Where brackets may be halved so many times in a row; shape (2**deep - 1, brackets), halves of row k in 2k + 1, 2.

    Many points in one go take hardly longer than one.
    """
    level, found = [(low, high)], []
    for _ in range(deep):
        middles = [(left + right) / 2 for left, right in level]
        found += middles
        level = [
            half
            for (left, right), middle in zip(level, middles, strict=True)
            for half in ((left, middle), (middle, right))
        ]
    return np.array(found)


def _together(question: Question, base: dict[str, float], now: int, alone: dict[str, Change | None]) -> Change | None:
    """Search for the shortest joint change, starting from the parameters that can do it alone.

    If the border were flat, its nearest point would lie in the direction of 1/t, t being the distances at which
    single parameters cross it. From there the direction is varied at random, less and less.
    """
    able = {name: change for name, change in alone.items() if change is not None}
    if not able:
        return None
    scenario = question.scenario
    signs = {name: np.sign(change.values[name] - base[name]) for name, change in able.items()}
    start = np.array([signs[name] / max(change.size, 1e-12) for name, change in able.items()])
    best = min(able.values(), key=lambda change: change.size)
    direction, step = start / np.linalg.norm(start), 0.5
    draw = np.random.default_rng(0)
    effort = _effort(question)
    for _ in range(effort.rounds):
        directions = direction + step * draw.standard_normal((effort.directions, len(able))) / np.sqrt(len(able))
        directions[0] = direction
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        target = {name: np.full(effort.directions, value) for name, value in base.items()}
        for column, name in enumerate(able):
            low, high = scenario.parameters[name].range
            moved = base[name] + 1.01 * best.size * directions[:, column] * width(scenario, name)
            target[name] = np.clip(moved, min(low, base[name]), max(high, base[name]))
        spans = np.array([(target[name] - base[name]) / width(scenario, name) for name in able])
        lengths = np.linalg.norm(spans, axis=0)
        shares, verdicts = _first_change(question, base, target, now, 9, lengths)
        sizes = np.where(np.isfinite(shares), shares, np.inf) * lengths
        row = int(np.argmin(np.where(np.isfinite(sizes), sizes, np.inf)))
        if sizes[row] < best.size:
            values = {name: float(base[name] + shares[row] * (target[name][row] - base[name])) for name in able}
            best, direction = Change(values, float(sizes[row]), int(verdicts[row])), directions[row]
        step *= 0.7
    return best
