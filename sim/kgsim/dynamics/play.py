"""Play simulated: many runs of a structure over rounds, in chunks that come out the same wherever they are computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.dynamics.actors import Actor
from kgsim.dynamics.shocks import drawn
from kgsim.dynamics.world import LASTS, STOPS, World
from kgsim.errors import StructureError
from kgsim.scenario.payoffs import parameter_values

Arrays: TypeAlias = dict[str, NDArray[Any]]

#: Runs of a chunk.
RUNS = 1000

#: Round in which nothing is played any more.
OVER = -1


@dataclass(frozen=True, eq=False)
class Simulation:
    """Runs of one structure under one actor; a job for `kgsim.execution.run`.

    Attributes
    ----------
    world, actor
        What is played, and who plays.
    runs, seed
        Number of runs, and the seed of all randomness. Runs of the same number meet the same shocks whatever the
        structure or the actor, so structures can be compared run by run.
    """

    world: World
    actor: Actor
    runs: int
    seed: int

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.runs // RUNS)

    @property
    def identity(self) -> Mapping[str, str]:
        """What the results depend on."""
        scenario = self.world.scenario
        values = dumps({name: each.value for name, each in scenario.parameters.items()}, sort_keys=True)
        return {
            "scenario": f"{scenario.name} {scenario.digest[:16]}",
            "parameters": sha256(values.encode()).hexdigest()[:16],
            "structure": self.world.structure,
            "rounds": str(self.world.horizon),
            "runs": str(self.runs),
            "seed": str(self.seed),
            **self.actor.identity,
        }

    def __call__(self, chunk: int) -> Arrays:
        """Play the runs of a chunk; arrays have the axes (rounds, runs), payoffs (players, rounds, runs)."""
        world, count = self.world, min(RUNS, self.runs - chunk * RUNS)
        rounds, names = world.horizon, list(world.dynamics.states)
        rng = np.random.default_rng(np.random.SeedSequence((self.seed, chunk)))
        uniforms = rng.random((rounds, len(world.dynamics.shocks), count))
        moves = rng.random((rounds, self.actor.draws, count))
        base = parameter_values(world.scenario, {})
        states = {name: np.full(count, value) for name, value in world.start.items()}
        found: Arrays = {f"state_{name}": np.full((rounds, count), np.nan) for name in names}
        found["outcome"] = np.full((rounds, count), OVER, dtype=np.int16)
        found["deal"] = np.full((rounds, count), OVER, dtype=np.int32)
        found["payoff"] = np.zeros((len(world.scenario.players), rounds, count))
        found["clamped"] = np.zeros((rounds, count), dtype=bool)
        memory = self.actor.begin(count)
        going = np.ones(count, dtype=bool)
        for number in range(rounds):
            payoffs = np.broadcast_to(
                world.engine.payoffs(states), (len(world.scenario.players), len(world.engine.deals.outcomes), count)
            )
            if not np.isfinite(payoffs[:, :, going]).all():
                raise StructureError(f"a payoff is not a finite number in round {number + 1}")
            deals = self.actor.play(memory, number, states, payoffs, moves[number])
            for name in names:
                found[f"state_{name}"][number] = np.where(going, states[name], np.nan)
            found["deal"][number] = np.where(going, deals, OVER)
            found["outcome"][number] = np.where(going, world.engine.deals.outcomes[deals], OVER)
            worth = payoffs[:, deals, np.arange(count)]
            found["payoff"][:, number, going] = worth[:, going]
            kinds = world.class_of[deals]
            ends = np.array([kind.end for kind in world.classes])[kinds]
            found["payoff"][:, number + 1 :, going & (ends == LASTS)] = worth[:, None, going & (ends == LASTS)]
            going &= ~np.isin(ends, (STOPS, LASTS))
            if not names:
                continue
            shocks = {
                name: drawn(shock, base, uniforms[number, place])
                for place, (name, shock) in enumerate(world.dynamics.shocks.items())
            }
            for kind in np.unique(kinds[going]):
                rows = np.flatnonzero(going & (kinds == kind))
                after, clamped = world.after(
                    int(kind),
                    {name: values[rows] for name, values in states.items()},
                    {name: values[rows] for name, values in shocks.items()},
                )
                found["clamped"][number, rows] = clamped
                for name in names:
                    states[name][rows] = after[name]
                going[rows] &= ~world.over(after)
        return found

    def totals(self, payoff: Floats) -> Floats:
        """Discounted sums over rounds, shape (players, runs), of payoffs of shape (players, rounds, runs)."""
        factors = self.world.discount[:, None] ** np.arange(self.world.horizon)
        return np.asarray((payoff * factors[:, :, None]).sum(axis=1))
