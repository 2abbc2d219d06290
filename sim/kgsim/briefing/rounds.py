"""Answers over rounds: what is sustained in a game that is played again and again, and where a drift leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kgsim.arrays import Floats
from kgsim.briefing.document import Section
from kgsim.briefing.findings import Findings
from kgsim.language import Words
from kgsim.report.content import Cell, Column, Table, cells
from kgsim.scenario.nodes import Name
from kgsim.wording import capital, number, percent

if TYPE_CHECKING:
    from xarray import Dataset

#: Sections that tell of one round, whatever comes after it.
ONE_ROUND = ("answer", "change", "outcomes", "map", "price", "today", "worth", "sensitivity")

#: Rounds whose state of affairs is shown.
MARKS = (1, 2, 5, 10, 20, 50, 100)


def headline(found: Findings, said: Words) -> str:
    """Return the answer to a question on many rounds, or that there is none; empty where there is one round alone."""
    told = [_sustained(found, said, game) for game in _asked(found)]
    if found.path is not None:
        told += [_by_the_end(found, said, str(way)) for way in found.path.structure.values]
    return " ".join([*told, *_unplayed(found, said)])


def _asked(found: Findings) -> list[str]:
    """The repeated games that the question is about; all of them unless it is a claim that names some."""
    claim = None if found.ask is None or found.ask.claim is None else found.scenario.claims[found.ask.claim]
    calls = () if claim is None else claim.calls
    named_by = {each.name for call in calls for each in call.arguments if isinstance(each, Name)}
    return [game for game in found.repeated if game in named_by] or list(found.repeated)


def _unplayed(found: Findings, said: Words) -> list[str]:
    """What is not answered, since the rounds could not be simulated."""
    names = said.listed(f"“{found.labels.structure(way)}”" for way in found.unplayed)
    return [said("rounds.unplayed", structures=names)] if names else []


def _sustained(found: Findings, said: Words, game: str) -> str:
    checks = found.repeated[game]
    first = next(iter(checks.values()))
    parts = [
        said("rounds.from", profile=found.labels.of("profiles", check.profile), critical=number(check.critical))
        for check in checks.values()
        if check.critical < 1.0
    ]
    stands = [found.labels.of("profiles", check.profile) for check in checks.values() if check.sustained]
    return said(
        "rounds.sustained" if stands else "rounds.not_sustained",
        game=found.scenario.repeated[game].label,
        discount=number(first.discount),
        names=said.listed(stands),
        parts="; ".join(parts) or said("rounds.never"),
    )


def _by_the_end(found: Findings, said: Words, way: str) -> str:
    assert found.path is not None
    shares = found.path.by_round.sel(structure=way).transpose("outcome", "round").values
    reached = {str(name): row for name, row in zip(found.path.outcome.values, shares, strict=True) if row[-1] > 0.0}
    parts = [
        said("rounds.in_runs", outcome=found.labels.outcome(outcome), share=percent(row[-1]), half=_half(row))
        for outcome, row in sorted(reached.items(), key=lambda each: -each[1][-1])
    ]
    rounds = int(found.path.sizes["round"])
    return said("rounds.by_the_end", structure=found.labels.structure(way), rounds=rounds, parts=", ".join(parts))


def _half(reached: Floats) -> int:
    """The round by which half of the runs that reach an outcome at all have reached it."""
    return int(np.argmax(reached >= reached[-1] / 2)) + 1


def repeated(found: Findings, said: Words) -> Section | None:
    """Return which profiles of strategies are equilibria, and from which discount factor on; None if none is asked."""
    if not found.repeated:
        return None
    players = found.scenario.players
    columns = (
        Column(said("rounds.profile")),
        Column(said("rounds.stands")),
        Column(said("rounds.critical"), "right"),
        *(Column(label, "right") for label in players.values()),
    )
    rows = tuple(
        (
            Cell(found.labels.of("profiles", check.profile)),
            Cell(said("rounds.yes" if check.sustained else "rounds.no"), tone="good" if check.sustained else "bad"),
            Cell(number(check.critical) if check.critical < 1.0 else said("answer.nothing")),
            *cells(*(number(check.values[player]) for player in players)),
        )
        for checks in found.repeated.values()
        for check in checks.values()
    )
    message = " ".join(_sustained(found, said, game) for game in found.repeated)
    note = said("rounds.note_repeated")
    table = Table(columns, rows, note)
    return Section("repeated", said("rounds.title_repeated"), message, (table,), notes=(note,))


def path(found: Findings, said: Words) -> Section | None:
    """Return in which share of runs each outcome has been reached by which round; None if nothing drifts."""
    study = found.path
    if study is None:
        return None
    rounds, labels = int(study.sizes["round"]), found.labels
    marks = sorted({mark for mark in (*MARKS, rounds) if mark <= rounds})
    rows = tuple(
        cells(
            labels.structure(str(way)),
            labels.outcome(str(outcome)),
            *(percent(float(share.sel(round=mark))) for mark in marks),
        )
        for way in study.structure.values
        for outcome in study.outcome.values
        for share in [study.by_round.sel(structure=way, outcome=outcome)]
        if float(share[-1]) > 0.0
    )
    columns = (
        Column(said("outcomes.structure")),
        Column(said("rounds.outcome")),
        *(Column(said("rounds.by", round=mark), "right") for mark in marks),
    )
    states = [str(name) for name in (found.scenario.dynamics.states if found.scenario.dynamics else ())]
    drifts = tuple(_drift(study, said, name, labels.parameter(name, full=True)) for name in states)
    message = " ".join(_by_the_end(found, said, str(way)) for way in study.structure.values)
    note = said("rounds.note_path", runs=f"{study.attrs['runs']:,}", seed=study.attrs["seed"])
    notes = (*drifts, *_unplayed(found, said), note)
    return Section("path", said("rounds.title_path"), message, (Table(columns, rows, " ".join(notes)),), notes=notes)


def _drift(study: Dataset, said: Words, name: str, label: str) -> str:
    """Where a state variable goes on average, over the runs and rounds in which play goes on."""
    values = study[name].values.reshape(-1, int(study.sizes["round"]))
    going = np.flatnonzero(~np.isnan(values).all(axis=0))
    first, last = (float(np.nanmean(values[:, place])) for place in going[[0, -1]])
    return said("rounds.drift", name=label, first=number(first), last=number(last), round=int(going[-1]) + 1)


def told_of_one_round(found: Findings, said: Words, sections: Sequence[Section]) -> list[Section]:
    """Say of every section that tells of one round that it does, where the question is about many."""
    if not found.of_many_rounds:
        return list(sections)
    key = "rounds.once" if found.repeated else "rounds.first"
    about = {"answer", "change"} if found.asks_of_rounds else set()
    return [
        replace(each, message=capital(said(key, message=each.message)))
        if each.id in ONE_ROUND and each.id not in about
        else each
        for each in sections
    ]
