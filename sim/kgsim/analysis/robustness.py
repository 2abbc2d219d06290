"""Robustness: in which share of draws does an answer stand, under more than one prior and under redrawn payoffs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluation, Evaluator, trial_of
from kgsim.analysis.ordinal import Rankings, rankings, rests_on
from kgsim.analysis.priors import PRIORS, Correlations, Prior, default_priors, prior, to_draw
from kgsim.analysis.robustness_result import ClaimShares, PriorResult, Robustness, StructureShares
from kgsim.analysis.sampling import FEWEST_DRAWS, SampleDesign, Sampling, cubes
from kgsim.analysis.shares import share
from kgsim.arrays import Bools, Integers
from kgsim.engine.engine import CHUNK
from kgsim.errors import GameError
from kgsim.execution.run import Progress, run
from kgsim.execution.store import Store
from kgsim.results import HOLDS, UNDECIDED, VACUOUS, VERDICTS
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario, counted_claims
from kgsim.structures.offers.boxes import has_intervals
from kgsim.structures.solution import in_order
from kgsim.studies.limits import check_count

Counts: TypeAlias = Mapping[str, NDArray[np.int64]]

ORDINAL = "ordinal"


@dataclass(frozen=True, eq=False)
class Job:
    """All draws as numbered chunks, each a pure function of its number: some blocks of each way of drawing in turn."""

    trial: Evaluator
    redrawn: Evaluator
    fixed: Mapping[str, float]
    priors: tuple[Prior, ...]
    design: SampleDesign
    rankings: Rankings | None
    shuffles: SampleDesign
    together: tuple[str, ...]

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything the counts depend on."""
        correlated = self.priors[0].mixing
        return {
            "study": "robustness",
            "scenario": self.trial.scenario.digest,
            "structures": ", ".join(self.trial.structures),
            "priors": ", ".join(each.name for each in self.priors),
            "parameters": ", ".join(each.name for each in self.priors[0].parameters),
            "held": ", ".join(f"{name}={value!r}" for name, value in self.fixed.items()),
            "correlation": "none" if correlated is None else sha256(correlated.tobytes()).hexdigest(),
            "sampling": self.design.sampling,
            "draws": str(self.design.draws),
            "seed": str(self.design.seed),
            "ordinal": str(self.rankings is not None),
            "together": ", ".join(self.together),
        }

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.priors) * self.each + (self.shuffles.blocks if self.rankings else 0)

    @property
    def each(self) -> int:
        """Chunks of one prior."""
        return self.design.groups

    def __call__(self, chunk: int) -> dict[str, NDArray[Any]]:
        """Count what is found in one chunk: arrays of numbers of draws, the last axis for its blocks."""
        way, part = divmod(chunk, self.each)
        if way < len(self.priors):
            return self._drawn(self.priors[way], part)
        return self._shuffled(chunk - len(self.priors) * self.each)

    def _drawn(self, prior: Prior, group: int) -> dict[str, NDArray[Any]]:
        points, sizes = prior.draw(self.design.group(group)), self.design.sizes(group)
        looks = self.trial.at({**points, **_held(self.fixed, sum(sizes))})
        rows = [self.trial.claims.index(name) for name in self.together]
        both = {"together": _in_blocks((looks.verdict[rows] == HOLDS).all(axis=0), sizes)} if rows else {}
        return {**_counted(looks, sizes), **both}

    def _shuffled(self, block: int) -> dict[str, NDArray[Any]]:
        assert self.rankings is not None
        generator, left = self.shuffles.generator(block), self.shuffles.count(block)
        found: dict[str, NDArray[Any]] = {}
        while left:
            count = min(left, CHUNK)
            payoffs = self.rankings.redraw(generator, count)
            part = _counted(self.redrawn.at(_held(self.fixed, count), payoffs), [count])
            found = {name: found[name] + array for name, array in part.items()} if found else part
            left -= count
        return found


def robustness(
    scenario: Scenario,
    given: Mapping[str, float] | None = None,
    /,
    *,
    draws: int = 30_000,
    seed: int = 0,
    structures: str | Sequence[str] | None = None,
    priors: Sequence[str] | None = None,
    correlations: Correlations | None = None,
    sampling: Sampling = "sobol",
    ordinal: bool = True,
    workers: int = 1,
    scheduler: str | None = None,
    store: Callable[[Job], Store] | None = None,
    progress: Progress | None = None,
    **values: float,
) -> Robustness:
    """Draw parameters from their ranges and say in which share of draws each answer stands.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    draws
        In all, shared evenly by the priors and the ordinal redraws; rounded up to whole blocks.
    seed
        The same seed gives the same result, whatever the number of workers.
    structures
        Names; all if not given. Claims that speak of others are left out.
    priors
        Names of `kgsim.analysis.priors.PRIORS`; the file's own distributions (or uniform, if it states none) and
        triangular ones if not given.
    correlations
        Pairs of parameters to Spearman's rank correlation.
    sampling
        ``"sobol"``, ``"latin"`` or ``"random"``.
    ordinal
        Whether to redraw payoffs too, keeping each player's ranking of deals; never with private types, nor where terms
        are offered from intervals, in which payoffs must be affine.
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
    Robustness

    Raises
    ------
    GameError
        If a structure, parameter, prior or sampling is unknown, a number is not usable, or nothing can be drawn.
    """
    values = together(scenario, given, values)
    job, names = _job(scenario, draws, seed, structures, priors, correlations, sampling, ordinal, values)
    kept = store(job) if store else None
    found = [arrays for _, arrays in run(job, workers=workers, scheduler=scheduler, store=kept, progress=progress)]
    trial, ways = job.trial, len(job.priors)
    parts = [found[way * job.each : (way + 1) * job.each] for way in range(ways)]
    replicates = sampling != "random"
    kinds = {name: rests_on(scenario, name) for name in trial.structures}
    shuffled = found[ways * job.each :]
    about = "payoffs redrawn: each player keeps its ranking of deals, ties included, its best and its worst payoff"
    return Robustness(
        scenario=scenario,
        parameters=tuple(parameter.name for parameter in job.priors[0].parameters),
        values={name: value for name, value in {**scenario.base, **values}.items() if name not in names},
        correlations=dict(correlations or {}),
        sampling=sampling,
        size=job.design.size,
        blocks=job.design.blocks,
        seed=seed,
        priors={
            each.name: _result(trial, each.name, PRIORS[each.name], part, replicates)
            for each, part in zip(job.priors, parts, strict=True)
        },
        ordinal=_result(job.redrawn, ORDINAL, about, shuffled, False) if shuffled else None,
        rests_on=kinds,
        together=job.together,
    )


def _job(
    scenario: Scenario,
    draws: int,
    seed: int,
    structures: str | Sequence[str] | None,
    priors: Sequence[str] | None,
    correlations: Correlations | None,
    sampling: str,
    ordinal: bool,
    values: Mapping[str, float],
) -> tuple[Job, tuple[str, ...]]:
    check_count(draws, "draws")
    trial = trial_of(scenario, structures, draws)
    names = to_draw(scenario, values)
    chosen = tuple(dict.fromkeys(priors)) if priors is not None else default_priors(scenario)
    if not chosen:
        raise GameError(f"no prior is named: choose {', '.join(PRIORS)}")
    # A ranking of deals says nothing about lotteries over types.
    ordinal &= not scenario.types
    redrawable = [name for name in trial.structures if _redrawable(scenario, name)] if ordinal else []
    ways = len(chosen) + bool(redrawable)
    each = -(-draws // ways)
    redrawn = Evaluator(scenario, redrawable, (), draws)
    ranks = None
    if redrawable:
        base = redrawn.play.engine.payoffs({name: np.array([value]) for name, value in values.items()})
        ranks = rankings(base[..., 0])
    drawn = tuple(prior(scenario, name, names, correlations) for name in chosen)
    if each < FEWEST_DRAWS:
        shared = "the priors and the ordinal redraws share them" if redrawable else "the priors share them"
        raise GameError(f"{draws} draws are too few to tell an error, as {shared}: take {ways * FEWEST_DRAWS} or more")
    job = Job(
        trial=trial,
        redrawn=redrawn,
        fixed=dict(values),
        priors=drawn,
        design=cubes(sampling, len(names), each, seed),
        rankings=ranks,
        shuffles=cubes("random", 1, each, seed, stream=1),
        together=_holding(trial, values),
    )
    return job, names


def _holding(trial: Evaluator, values: Mapping[str, float]) -> tuple[str, ...]:
    """The claims that are counted and hold where nothing is drawn."""
    kinds = {name: claim.kind for name, claim in trial.scenario.claims.items()}
    counted = [name for name in counted_claims(kinds) if name in trial.claims]
    if not counted:
        return ()
    point = {name: np.array([value]) for name, value in {**trial.scenario.base, **values}.items()}
    verdict = trial.play.at(point, settle=None).verdict[:, 0]
    return tuple(name for name in counted if verdict[trial.claims.index(name)] == HOLDS)


def _redrawable(scenario: Scenario, name: str) -> bool:
    """Whether a structure's payoffs can be redrawn: none is stated elsewhere, and none must be affine in an offer."""
    needed = in_order(scenario, [name])
    offers = any(has_intervals(scenario, scenario.structures[each]) for each in needed)
    return rests_on(scenario, name) != "stated" and not offers


def _held(fixed: Mapping[str, float], count: int) -> dict[str, NDArray[np.float64]]:
    return {name: np.full(count, value) for name, value in fixed.items()}


def _counted(looks: Evaluation, sizes: Sequence[int]) -> dict[str, NDArray[Any]]:
    told = partial(_in_blocks, sizes=sizes)
    return {
        "draws": np.array(sizes),
        "reached": told(looks.reached),
        "only": told(looks.only),
        "unsolved": told(looks.unsolved),
        "unproven": told(~looks.proven & ~looks.unsolved),
        "verdict": np.array([told(looks.verdict == code) for code in range(len(VERDICTS))]),
    }


def _in_blocks(found: Bools, sizes: Sequence[int]) -> Integers:
    """How many draws of each block, so many in a row, are true; shape (..., draws) to (..., blocks)."""
    return np.add.reduceat(found, np.cumsum([0, *sizes[:-1]]), axis=-1, dtype=np.int64)


def _result(
    trial: Evaluator, name: str, about: str, parts: Sequence[Mapping[str, NDArray[Any]]], replicates: bool
) -> PriorResult:
    counts = {key: np.concatenate([part[key] for part in parts], axis=-1) for key in parts[0]}
    sizes = counts["draws"]
    told = partial(share, sizes=sizes, replicates=replicates)
    scenario, structures, claims = trial.scenario, {}, {}
    for row, structure in enumerate(trial.structures):
        reached, only = (
            {rule.name: told(counts[key][row, place]) for place, rule in enumerate(scenario.outcomes)}
            for key in ("reached", "only")
        )
        label = scenario.structures[structure].label
        unsolved, unproven = told(counts["unsolved"][row]), told(counts["unproven"][row])
        structures[structure] = StructureShares(structure, label, reached, only, unsolved, unproven)
    for row, claim in enumerate(trial.claims):
        shares = {verdict: told(counts["verdict"][code, row]) for code, verdict in enumerate(VERDICTS)}
        met = sizes - counts["verdict"][[UNDECIDED, VACUOUS], row].sum(axis=0)
        some = scenario.claims[claim].given is not None and met.any()
        # Draws that meet a premise are no randomised design: they count as independent, which errs on the wide side.
        where_met = share(counts["verdict"][HOLDS, row], met, replicates=False) if some else None
        claims[claim] = ClaimShares(claim, scenario.claims[claim].says, **shares, where_met=where_met)
    together = told(counts["together"]) if "together" in counts else None
    return PriorResult(name, about, int(sizes.sum()), structures, claims, together)
