"""Advice: which of a player's choices stands up over all worlds that survive what happened.

No world is called likelier than another, so choices are compared by what they give in the worst world (Wald), at the
median, and by their regret (Savage 1951, J. Am. Stat. Assoc. 46), as robust decision making does (Lempert, Popper and
Bankes 2003, Shaping the Next One Hundred Years).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluation, Evaluator
from kgsim.analysis.priors import Correlations
from kgsim.analysis.sampling import Sampling
from kgsim.arrays import Bools, Floats
from kgsim.errors import GameError
from kgsim.execution.run import Progress, run
from kgsim.execution.store import Store
from kgsim.scenario.arguments import together
from kgsim.scenario.levers import Lever
from kgsim.scenario.model import Scenario
from kgsim.studies.limits import check_room
from kgsim.tolerances import EQUAL
from kgsim.worlds import signposts
from kgsim.worlds.advice import Advice, Prospect, Signpost
from kgsim.worlds.conditions import EXCLUDES, EXPECTS
from kgsim.worlds.draws import Drawing, Worlds, worlds_of
from kgsim.worlds.events import NO_EVENTS, Events
from kgsim.worlds.job import answers, surviving
from kgsim.worlds.levers import choices_of

Take = Literal["low", "high"]


@dataclass(frozen=True, eq=False)
class Job:
    """The surviving worlds of each block, and what each choice gives the player there."""

    worlds: Worlds
    events: Events
    player: int
    take: Take
    choices: tuple[Lever, ...]
    bound: tuple[Evaluator, ...]

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything the numbers depend on."""
        told = ", ".join(self.events.events)
        return {
            "study": "advise",
            "events": self.events.digest,
            "told": told,
            "player": str(self.player),
            "take": self.take,
            "choices": ", ".join(each.name for each in self.choices),
            **self.worlds.identity,
        }

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return self.worlds.design.groups

    def __call__(self, chunk: int) -> dict[str, NDArray[Any]]:
        """Look at one group of blocks; worlds are numbered by structure, then draw."""
        drawn = self.worlds.drawn(chunk)
        looks = self.worlds.at(drawn)
        left = surviving(answers(self.worlds, looks))[-1]
        some = left.any(axis=0)
        structure, draw = np.nonzero(left[:, some])
        points = {name: values[some] for name, values in drawn.items()}
        worth, proven = zip(*(self._worth(place, points, structure, draw) for place in range(len(self.choices))),
                            strict=True)  # fmt: skip
        codes = np.array([each.codes(looks)[left] for each in self.worlds.seen], dtype=np.uint8)
        return {
            "worth": np.array(worth),
            "proven": np.all(proven, axis=0),
            "structure": structure,
            "values": np.array([values[draw] for values in points.values()]),
            "seen": codes.reshape(len(self.worlds.seen), len(draw)),
        }

    def _worth(self, place: int, points: Mapping[str, Floats], structure: Any, draw: Any) -> tuple[Floats, Bools]:
        """What a choice gives in each surviving world, and whether all equilibria are known there."""
        count = len(next(iter(points.values())))
        if not count:
            return np.empty(0), np.empty(0, dtype=bool)
        fixed = {**self.worlds.scenario.base, **self.worlds.held}
        given = {**{name: np.full(count, value) for name, value in fixed.items()}, **points}
        looks: Evaluation = self.bound[place].at({**given, **self.choices[place].at(given)})
        found: Floats = getattr(looks, self.take)[:, self.player]
        return found[structure, draw], looks.proven[structure, draw]


def advise(
    scenario: Scenario,
    player: str,
    events: Events | None = None,
    given: Mapping[str, float] | None = None,
    /,
    *,
    levers: Sequence[str] = (),
    take: Take = "low",
    until: str | None = None,
    draws: int = 2_000,
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
) -> Advice:
    """Compare a player's choices over the worlds that survive what happened.

    Parameters
    ----------
    scenario, events, until
        See `kgsim.update`.
    player
        Whose choices: leaving things as they are, committing to any of its moves, and `levers`.
    levers
        Parameters that it controls, as ``NAME`` (both ends of the range) or ``NAME=VALUE``, and moves that it could
        rule out, as ``DECISION.MOVE=off``; or names of levers that the file gives it. All
        that the file gives it if none is named.
    take
        Which equilibrium counts where there are several: the worst for the player, ``"low"``, or the best, ``"high"``.
    draws, seed, structures, prior, correlations, sampling
        As for `kgsim.update`.
    workers, scheduler, store, progress
        See `kgsim.execution.run.run`.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to hold at a value instead of drawing them.

    Returns
    -------
    Advice

    Raises
    ------
    GameError
        If the player, a lever or anything that `kgsim.update` takes is unknown or not usable.
    ScenarioError
        As for `kgsim.update`.
    """
    values = together(scenario, given, values)
    choices = choices_of(scenario, player, levers)
    if take not in ("low", "high"):
        raise GameError(f"take: expected low or high, got {take!r}")
    told = (events or NO_EVENTS).until(until)
    worlds = worlds_of(scenario, told, values, Drawing(draws, seed, structures, prior, correlations, sampling))
    size = 8.0 * worlds.design.draws * len(worlds.structures) * (2 * len(choices) + len(worlds.parameters))
    check_room(size, f"{worlds.design.draws:,} worlds of each structure", "take fewer (--draws)")
    bound = tuple(Evaluator(each.bind(scenario), worlds.structures, (), draws * len(choices)) for each in choices)
    job = Job(worlds, told, list(scenario.players).index(player), take, choices, bound)
    kept = store(job) if store else None
    parts = [arrays for _, arrays in run(job, workers=workers, scheduler=scheduler, store=kept, progress=progress)]
    found = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    return _advice(job, player, found)


def _advice(job: Job, player: str, found: Mapping[str, NDArray[Any]]) -> Advice:
    worlds = job.worlds
    solved = ~np.isnan(found["worth"]).any(axis=0)
    worth, structure = found["worth"][:, solved], found["structure"][solved]
    scale = EQUAL * np.abs(worth).max(initial=1.0)
    regret = worth.max(axis=0) - worth if worth.size else worth
    regret[regret <= scale] = 0.0
    names = [each.name for each in job.choices]
    prospects = {
        each.name: _prospect(worlds, each, worth[row], worth[0], regret[row], structure, scale)
        for row, each in enumerate(job.choices)
        if worth.size
    }
    signs = list(_signs(worlds, names, regret, structure, found, solved)) if worth.size else []
    return Advice(
        scenario=worlds.scenario,
        events=job.events,
        player=player,
        take=job.take,
        structures=worlds.structures,
        prior=worlds.prior.name,
        draws=worlds.design.draws,
        seed=worlds.design.seed,
        worlds=int(solved.sum()),
        left_out=int((~solved).sum()),
        unproven=float(1.0 - found["proven"][solved].mean()) if worth.size else 0.0,
        prospects=prospects,
        signposts=tuple(sorted(signs, key=lambda each: (each.kind == "observation", -each.gain))),
    )


def _prospect(
    worlds: Worlds, choice: Lever, worth: Floats, before: Floats, regret: Floats, structure: NDArray[Any], scale: float
) -> Prospect:
    possible = np.array([choice.possible(worlds.scenario, name) for name in worlds.structures])
    return Prospect(
        name=choice.name,
        says=choice.says,
        possible=float(possible[structure].mean()),
        worst=float(worth.min()),
        median=float(np.median(worth)),
        best=float(worth.max()),
        most_regret=float(regret.max()),
        mean_regret=float(regret.mean()),
        as_good=float((worth >= before - scale).mean()),
        better=float((worth > before + scale).mean()),
        within={
            name: float(regret[structure == row].mean())
            for row, name in enumerate(worlds.structures)
            if (structure == row).any()
        },
    )


def _signs(
    worlds: Worlds,
    names: Sequence[str],
    regret: Floats,
    structure: NDArray[Any],
    found: Mapping[str, NDArray[Any]],
    solved: Bools,
) -> Iterable[Signpost]:
    yield from signposts.thresholds(regret, names, worlds.prior.parameters, found["values"][:, solved])
    yield from signposts.structures(regret, names, structure, worlds.structures)
    seen = found["seen"][:, solved]
    told = [each.observation.name for each in worlds.seen]
    yield from signposts.observations(regret, names, told, seen == EXCLUDES, seen == EXPECTS)
