"""Some worlds held against events: what is counted of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluation
from kgsim.arrays import Bools, Floats
from kgsim.results import FAILS, HOLDS, VERDICTS
from kgsim.worlds.conditions import ANSWERS, EXCLUDES, OPEN, Codes, Looks
from kgsim.worlds.draws import Worlds
from kgsim.worlds.events import Events, Hypothesis
from kgsim.worlds.spread import cells_of, counted, ends

#: Survivors of each structure that are kept one by one, about.
KEPT = 240


@dataclass(frozen=True, eq=False)
class Job:
    """All worlds as numbered chunks, each a pure function of its number."""

    worlds: Worlds
    events: Events

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything the counts depend on."""
        told = ", ".join(self.events.events)
        return {"study": "update", "events": self.events.digest, "told": told, **self.worlds.identity}

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return self.worlds.design.groups

    def __call__(self, chunk: int) -> dict[str, NDArray[Any]]:
        """Count what is found in one group of blocks: draws by structure, hypothesis, event, answer and so on."""
        worlds = self.worlds
        drawn = worlds.drawn(chunk)
        found_in = worlds.at(drawn)
        looks = found_in.whole
        codes = answers(worlds, found_in)
        left = surviving(codes)
        values = np.array(list(drawn.values()))
        cells = cells_of(worlds.prior.parameters, values)
        last = left[-1]
        found = {
            "draws": np.array(values.shape[1]),
            "left": left.sum(axis=-1),
            "open": (left[1:] & np.logical_or.accumulate(codes == OPEN, axis=0)).sum(axis=-1),
            "unsolved": looks.unsolved.sum(axis=-1),
            "unproven": (~looks.proven & ~looks.unsolved).sum(axis=-1),
            "before": counted(cells, np.ones(values.shape[1], dtype=bool)),
            "after": np.array([counted(cells, kept) for kept in last]),
            "ends_before": ends(values, np.ones(values.shape[1], dtype=bool)),
            "ends_after": np.array([ends(values, kept) for kept in last]),
            "outcomes_before": looks.reached.sum(axis=-1),
            "outcomes_after": (looks.reached & last[:, None]).sum(axis=-1),
            "claims_before": _verdicts(looks, np.ones_like(last)),
            "claims_after": _verdicts(looks, last),
            "watch": np.array([_answered(each.codes(found_in), last) for each in worlds.seen]),
            "patterns": patterns(codes),
            "survivors": _first(values, last, -(-KEPT // self.chunks)),
        }
        masks = [_allowed(worlds, each, drawn, looks) for each in self.events.hypotheses.values()]
        masks = [*_alone(len(worlds.structures), values.shape[1]), *masks]
        told = [_answered(each, mask).sum(axis=0) for mask in masks for each in codes]
        found["hypotheses"] = np.array(told, dtype=np.int64).reshape(len(masks), len(codes), len(ANSWERS))
        found["hypotheses_left"] = np.array([[mask.sum(), (mask & last).sum()] for mask in masks])
        return found


def answers(worlds: Worlds, looks: Looks) -> Codes:
    """Numbers of `ANSWERS` for every event in every world; shape (events, structures, draws)."""
    shape = (len(worlds.events), *looks.whole.unsolved.shape)
    return np.array([each.codes(looks) for each in worlds.events], dtype=np.uint8).reshape(shape)


def surviving(codes: Codes) -> Bools:
    """Whether a world excludes none of the first so many events, from none to all; (events + 1, structures, draws)."""
    left = np.ones((len(codes) + 1, *codes.shape[1:]), dtype=bool)
    for place, each in enumerate(codes):
        left[place + 1] = left[place] & (each != EXCLUDES)
    return left


def patterns(codes: Codes) -> NDArray[np.uint16]:
    """The kinds of worlds there are by the events they exclude: number of the structure, then 1 for each excluded."""
    kinds = [np.empty((0, len(codes) + 1), dtype=np.uint16)]
    for structure in range(codes.shape[1] if len(codes) else 0):
        excluded = np.unique(np.packbits(codes[:, structure] == EXCLUDES, axis=0), axis=1)
        bits = np.unpackbits(excluded, axis=0, count=len(codes)).T
        kinds.append(np.column_stack([np.full(len(bits), structure, dtype=np.uint16), bits]))
    return np.concatenate(kinds)


def _answered(codes: Codes, kept: Bools) -> NDArray[np.int64]:
    """How many of the worlds kept give each answer; shape (structures, answers)."""
    return np.array([((codes == code) & kept).sum(axis=-1) for code in range(len(ANSWERS))]).T


def _verdicts(looks: Evaluation, kept: Bools) -> NDArray[np.int64]:
    """How many of the worlds kept have each verdict; shape (claims, verdicts, structures)."""
    shape = (len(looks.verdict), len(VERDICTS), len(kept))
    found = [[(kept & (row == code)).sum(axis=-1) for code in range(len(VERDICTS))] for row in looks.verdict]
    return np.array(found, dtype=np.int64).reshape(shape)


def _alone(structures: int, draws: int) -> list[Bools]:
    """The worlds of each structure; shape (structures, draws) each."""
    return [np.repeat(np.arange(structures)[:, None] == row, draws, axis=1) for row in range(structures)]


def _allowed(worlds: Worlds, hypothesis: Hypothesis, drawn: Mapping[str, Floats], looks: Evaluation) -> Bools:
    """The worlds that a hypothesis allows; shape (structures, draws)."""
    inside = np.ones(looks.unsolved.shape[-1], dtype=bool)
    for name, (low, high) in hypothesis.box.items():
        value = drawn[name] if name in drawn else worlds.held.get(name, worlds.scenario.base[name])
        inside &= (low <= value) & (value <= high)
    if hypothesis.claim:
        verdict = looks.verdict[worlds.claims.index(hypothesis.claim)]
        inside &= verdict == (HOLDS if hypothesis.holds else FAILS)
    there = [hypothesis.structures is None or name in hypothesis.structures for name in worlds.structures]
    return np.array(there)[:, None] & inside


def _first(values: Floats, kept: Bools, most: int) -> Floats:
    """The first survivors of each structure, NaN beyond; shape (structures, most, parameters)."""
    found = np.full((len(kept), most, len(values)), np.nan)
    for row, here in enumerate(kept):
        places = np.flatnonzero(here)[:most]
        found[row, : len(places)] = values[:, places].T
    return found
