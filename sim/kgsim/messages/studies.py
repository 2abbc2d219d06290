"""What studies over parameters say: where which outcomes are reached, and what deterrence costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kgsim.language import Words
from kgsim.messages.phrases import bounds, known, share
from kgsim.scenario.labels import Labels
from kgsim.wording import NOISE, capital, close, number, percent, quoted

if TYPE_CHECKING:
    from xarray import Dataset

    from kgsim.analysis.deterrence import Deterrence
    from kgsim.analysis.stretches import Stretch

#: Stretches of a sweep that are told one by one.
MOST_STRETCHES = 3


def sweep_message(one: Dataset, stretches: Sequence[Stretch], labels: Labels, said: Words) -> str:
    """Say in what one structure of a study ends along a parameter, and where that changes."""
    return known(said, _along(one, stretches, labels, said), complete=bool(one.complete.values.all()))


def _along(one: Dataset, stretches: Sequence[Stretch], labels: Labels, said: Words) -> str:
    (parameter,) = (str(dimension) for dimension in one.complete.dims)
    slots = {
        "structure": labels.structure(str(one.structure.item())),
        "name": labels.parameter(parameter),
        "low": number(stretches[0].low),
        "high": number(stretches[-1].high),
    }
    told = [
        said.listed([f"“{labels.outcome(name)}”" for name in each.outcomes], "or") or said("sweep.nothing")
        for each in stretches
    ]
    if len(stretches) == 1:
        return said("sweep.always", ending=told[0], **slots)
    if len(stretches) > MOST_STRETCHES:
        return said("sweep.often", count=len(stretches) - 1, **slots)
    parts = [
        said("sweep.up_to" if each is stretches[0] else "sweep.from", ending=ending, at=_turn(each, stretches))
        for each, ending in zip(stretches, told, strict=True)
    ]
    return said("sweep.message", parts=", ".join(parts), **slots)


def _turn(stretch: Stretch, stretches: Sequence[Stretch]) -> str:
    """Where a stretch begins, or, the first one, ends."""
    return number(stretch.high if stretch is stretches[0] else stretch.low)


def map_message(study: Dataset, over: Sequence[str], labels: Labels, said: Words, outcome: str | None = None) -> str:
    """Say at which share of the points over two parameters an outcome is reached under each structure.

    Without one asked for, it is the outcome whose share differs most between structures, or, under a single one, that
    is reached in some places and not in others.
    """
    x, y = (labels.parameter(name) for name in over)
    names = [str(name) for name in study.structure.values]
    told = study.reached.transpose("structure", "outcome", ...).values
    found = told.reshape(*told.shape[:2], -1).mean(axis=-1)
    if outcome is None:
        spread = np.ptp(found, axis=0) if len(names) > 1 else np.minimum(found[0], 1.0 - found[0])
        outcome = str(study.outcome.values[int(np.argmax(spread if spread.any() else found.sum(axis=0)))])
    parts = [
        said(
            "map.share",
            share=share(study.reached.sel(structure=name, outcome=outcome).values),
            structure=f"“{labels.structure(name)}”",
        )
        for name in names
    ]
    told_all = said("map.message", x=x, y=y, outcome=labels.outcome(outcome), shares=said.listed(parts))
    return known(said, told_all, complete=bool(study.complete.values.all()))


def price_message(curve: Deterrence, said: Words) -> str:
    """Say what the payee asks at the base value, and whether the payer would give it."""
    asked, given = curve.at_base()
    terms, labels, players = curve.price, curve.scenario.labels, curve.scenario.players
    if asked[1] <= NOISE:
        key = "price.message_none_asked"
    elif given[0] >= asked[1] - NOISE:
        key = "price.message_paid"
    elif given[1] < asked[0] - NOISE:
        key = "price.message_unpaid"
    else:
        key = "price.message_open"
    told = said(
        key,
        payee=players[terms.payee],
        payer=players[terms.payer],
        origin=labels.structure(terms.origin),
        to=labels.structure(terms.to),
        asked=bounds(said, asked),
        given=bounds(said, given),
        gain=said.interval(*sorted((number(-bound) for bound in asked), key=float)),
    )
    return capital(told)


def runs_message(found: Dataset, ways: Sequence[str], labels: Labels) -> str:
    """Say to which outcome most runs have come by the last round, of the way to play that is surest to come to one."""
    last = found.by_round.isel(round=-1).sel(structure=list(ways)).transpose("structure", "outcome").values
    way, place = divmod(int(np.argmax(last)), last.shape[1])
    outcome, shown = labels.outcome(str(found.outcome.values[place])), percent(float(last[way, place]))
    told = f"By round {int(found['round'].values[-1])}, {shown} of runs under {quoted(labels.structure(ways[way]))}"
    return f"{told} have come to {quoted(outcome)}" + (": no share is larger" if len(ways) > 1 else "")


def spread_message(found: Dataset, bounds: Mapping[str, Sequence[float]], labels: Labels) -> str:
    """Say which state moves furthest, in widths of its bounds, between the first and the last round still played."""
    moved = {}
    for name, (low, high) in bounds.items():
        for way in map(str, found.structure.values):
            values = found[name].sel(structure=way).values
            middle = np.nanmedian(values[:, np.isfinite(values).any(axis=0)], axis=0)
            if len(middle):
                moved[name, way] = float(middle[0]), float(middle[-1]), high - low
    if not moved:
        return "No round is played"
    (name, way), (first, last, _) = max(moved.items(), key=lambda each: abs(each[1][1] - each[1][0]) / each[1][2])
    label, under = capital(labels.parameter(name)), quoted(labels.structure(way))
    if close(first, last):
        return "The median of no state moves as long as play goes on"
    return f"{label} moves furthest: its median from {number(first)} to {number(last)} under {under}"
