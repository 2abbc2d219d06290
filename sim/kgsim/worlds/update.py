"""Update: which worlds survive what happened, what survivors say, and what would tell them apart.

History matching: a world is given up when it cannot have produced what was seen, and nothing is said of how probable
those are that are left (Craig, Goldstein, Seheult and Smith 1997, in Case Studies in Bayesian Statistics III).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.priors import Correlations
from kgsim.analysis.sampling import Sampling
from kgsim.analysis.shares import share
from kgsim.execution.run import Progress, run
from kgsim.execution.store import Store
from kgsim.results import VERDICTS
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.worlds.conflict import smallest_conflict
from kgsim.worlds.draws import Drawing, Worlds, worlds_of
from kgsim.worlds.events import NO_EVENTS, Events
from kgsim.worlds.job import Job
from kgsim.worlds.result import Conflict, Signal, Standing, Survival, Update, answers_of, verdict_shares
from kgsim.worlds.spread import Belief, beliefs

Counts = Mapping[str, NDArray[Any]]

#: What is kept block by block and not added up.
_APART = ("patterns", "survivors", "ends_before", "ends_after")


def update(
    scenario: Scenario,
    events: Events | None = None,
    given: Mapping[str, float] | None = None,
    /,
    *,
    until: str | None = None,
    draws: int = 20_000,
    seed: int = 0,
    structures: str | Sequence[str] | None = None,
    prior: str | None = None,
    correlations: Correlations | None = None,
    sampling: Sampling = "sobol",
    workers: int = 1,
    scheduler: str | None = None,
    store: Callable[[Job], Store] | None = None,
    progress: Progress | None = None,
    **values: float,
) -> Update:
    """Hold worlds against what happened.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    events
        As `kgsim.load_events` gives them; nothing has happened if not given.
    until
        The last day whose events count, YYYY-MM-DD; all if not given.
    draws
        Worlds of each structure; rounded up to whole blocks.
    seed, prior, correlations, sampling
        How parameters are drawn: as `kgsim.robustness` draws them, the file's own distributions (or uniform) if no
        prior is named. The same seed gives the same result, whatever the number of workers.
    structures
        Names; all if not given. Claims that speak of others are left out.
    workers, scheduler, progress
        See `kgsim.execution.run.run`.
    store
        Makes the store that keeps finished chunks, from the job.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to hold at a value instead of drawing them.

    Returns
    -------
    Update

    Raises
    ------
    GameError
        If a structure, parameter, prior or sampling is unknown, a number is not usable, or nothing can be drawn.
    ScenarioError
        If the events name what the scenario does not have, or one of them can be expressed by no structure.
    """
    values = together(scenario, given, values)
    told = (events or NO_EVENTS).until(until)
    worlds = worlds_of(scenario, told, values, Drawing(draws, seed, structures, prior, correlations, sampling))
    job = Job(worlds, told)
    kept = store(job) if store else None
    total: dict[str, NDArray[Any]] = {}
    apart: dict[str, list[NDArray[Any]]] = {name: [] for name in _APART}
    blocks: dict[str, list[NDArray[Any]]] = {name: [] for name in ("draws", "left", "open", "unsolved", "unproven")}
    for _, arrays in run(job, workers=workers, scheduler=scheduler, store=kept, progress=progress):
        for name, array in arrays.items():
            if name in apart:
                apart[name] = _folded(name, [*apart[name], array])
            elif name in blocks:
                blocks[name].append(array)
            else:
                total[name] = total[name] + array if name in total else array.astype(np.int64)
    counts = {name: np.stack(arrays, axis=-1) for name, arrays in blocks.items()}
    return _result(worlds, told, counts, total, apart)


def _folded(name: str, parts: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Blocks of what is not added up as one, so that memory does not grow with their number."""
    if len(parts) == 1:
        return parts
    if name == "patterns":
        return [np.unique(np.concatenate(parts), axis=0)]
    if name == "survivors":
        return [np.concatenate(parts, axis=1)]
    low, high = np.moveaxis(np.array(parts), -2, 0)
    return [np.stack([low.min(axis=0), high.max(axis=0)], axis=-2)]


def _result(
    worlds: Worlds, events: Events, blocks: Counts, total: Counts, apart: Mapping[str, list[NDArray[Any]]]
) -> Update:
    scenario, names = worlds.scenario, worlds.structures
    design, left = worlds.design, blocks["left"].sum(axis=-1)[-1]
    told = partial(share, sizes=blocks["draws"], replicates=design.sampling != "random")
    survival = {
        name: Survival(
            name,
            scenario.structures[name].label,
            {event: told(blocks["left"][place + 1, row]) for place, event in enumerate(events.events)},
            {event: told(blocks["open"][place, row]) for place, event in enumerate(events.events)},
            told(blocks["unsolved"][row]),
            told(blocks["unproven"][row]),
        )
        for row, name in enumerate(names)
    }
    drawn = {name: value for name, value in {**scenario.base, **worlds.held}.items() if name not in worlds.parameters}
    return Update(
        scenario=scenario,
        events=events,
        structures=names,
        parameters=worlds.parameters,
        values=drawn,
        prior=worlds.prior.name,
        sampling=design.sampling,
        draws=design.draws,
        seed=design.seed,
        survival=survival,
        hypotheses=_standings(worlds, events, total),
        beliefs=_beliefs(worlds, total, apart),
        outcomes=_outcomes(worlds, total, design.draws, left),
        claims=_claims(worlds, total),
        claims_within={
            name: {
                claim: shares["holds"]
                for place, claim in enumerate(worlds.claims)
                if (shares := verdict_shares(total["claims_after"][place, :, row]))
            }
            for row, name in enumerate(names)
        },
        watch=_signals(worlds, total),
        conflicts=_conflicts(worlds, events, apart["patterns"][0], left),
        survivors={name: each[~np.isnan(each[:, 0])] for name, each in zip(names, apart["survivors"][0], strict=True)},
    )


def _standings(worlds: Worlds, events: Events, total: Counts) -> dict[str, Standing]:
    says = {name: worlds.scenario.structures[name].label for name in worlds.structures}
    says |= {name: each.says for name, each in events.hypotheses.items()}
    found = {}
    for row, (name, text) in enumerate(says.items()):
        allowed, left = map(int, total["hypotheses_left"][row])
        answers = {event: answers_of(total["hypotheses"][row, place]) for place, event in enumerate(events.events)}
        found[name] = Standing(name, text, allowed, left / allowed if allowed else 0.0, answers)
    return found


def _beliefs(worlds: Worlds, total: Counts, apart: Mapping[str, list[NDArray[Any]]]) -> dict[str, tuple[Belief, ...]]:
    parameters = worlds.prior.parameters
    (before,), (after,) = apart["ends_before"], apart["ends_after"]
    every = np.stack([after[:, 0].min(axis=0), after[:, 1].max(axis=0)])
    found = {"": beliefs(parameters, total["before"], total["after"].sum(axis=0), before, every)}
    for row, name in enumerate(worlds.structures):
        found[name] = beliefs(parameters, total["before"], total["after"][row], before, after[row])
    return found


def _outcomes(
    worlds: Worlds, total: Counts, draws: int, left: NDArray[Any]
) -> dict[str, dict[str, tuple[float, float | None]]]:
    return {
        name: {
            rule.name: (
                float(total["outcomes_before"][row, place] / draws),
                float(total["outcomes_after"][row, place] / left[row]) if left[row] else None,
            )
            for place, rule in enumerate(worlds.scenario.outcomes)
        }
        for row, name in enumerate(worlds.structures)
    }


def _claims(worlds: Worlds, total: Counts) -> dict[str, dict[str, tuple[float, float | None]]]:
    found: dict[str, dict[str, tuple[float, float | None]]] = {}
    for row, claim in enumerate(worlds.claims):
        before = verdict_shares(total["claims_before"][row].sum(axis=-1)) or {}
        after = verdict_shares(total["claims_after"][row].sum(axis=-1)) or {}
        found[claim] = {verdict: (before[verdict], after.get(verdict)) for verdict in VERDICTS}
    return found


def _signals(worlds: Worlds, total: Counts) -> tuple[Signal, ...]:
    found = []
    for each, counts in zip(worlds.seen, total["watch"], strict=True):
        some = {name: answers_of(row) for name, row in zip(worlds.structures, counts, strict=True) if row.sum()}
        seen = each.observation
        found.append(Signal(seen.name, seen.says, seen.date, answers_of(counts.sum(axis=0)), some))
    return tuple(sorted(found, key=lambda each: (-each.telling, -each.split)))


def _conflicts(
    worlds: Worlds, events: Events, patterns: NDArray[np.uint16], left: NDArray[Any]
) -> tuple[Conflict, ...]:
    """The fewest events that rule out each structure without a survivor, and all of them if none has any."""
    told = list(events.events)
    found = []
    for row, name in enumerate(worlds.structures):
        clash = smallest_conflict(patterns[patterns[:, 0] == row, 1:].astype(bool)) if not left[row] else None
        if clash is not None:
            found.append(Conflict(name, tuple(told[place] for place in clash)))
    clash = smallest_conflict(patterns[:, 1:].astype(bool)) if not left.any() else None
    if clash is not None:
        found.insert(0, Conflict("", tuple(told[place] for place in clash)))
    return tuple(found)
