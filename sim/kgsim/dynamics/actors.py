"""Who plays: actors that choose a deal in every round of every run, each from its own memory and random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from kgsim.arrays import Floats, Integers
from kgsim.automata.joint import Joint, joint, numbers, seen
from kgsim.dynamics.logit import tree_of
from kgsim.dynamics.policy import Policy
from kgsim.dynamics.world import States, World
from kgsim.scenario.payoffs import actions_of
from kgsim.structures.quantal import Tree

#: Runs whose best responses are reckoned together, so that the tables stay in the processor's cache.
TOGETHER = 64


class Actor(Protocol):
    """Chooses deals; picklable."""

    @property
    def draws(self) -> int:
        """Uniform random numbers that it needs for each run and round."""
        ...

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything its choices depend on besides the world, by name."""
        ...

    def begin(self, runs: int) -> Any:
        """The memory of so many runs before the first round."""
        ...

    def play(self, memory: Any, number: int, states: States, payoffs: Floats, uniforms: Floats) -> Integers:
        """Choose the deals of a round and update the memory.

        Parameters
        ----------
        memory
            As `begin` made it.
        number
            The round, from 0.
        states
            Where the runs stand; shape (runs,) each.
        payoffs
            Of every deal in this round alone; shape (players, deals, runs).
        uniforms
            Shape (draws, runs).
        """
        ...


@dataclass(frozen=True, eq=False)
class Follower:
    """Follows a policy."""

    policy: Policy
    draws: int = 1

    @property
    def identity(self) -> Mapping[str, str]:
        """See `Actor`."""
        return {"policy": f"{self.policy.kind}: {self.policy.told}", "grid": str(self.policy.grid.shape)}

    def begin(self, runs: int) -> None:
        """See `Actor`: a Markov policy remembers nothing."""

    def play(self, memory: None, number: int, states: States, payoffs: Floats, uniforms: Floats) -> Integers:
        """See `Actor`."""
        return self.policy.play(number, states, uniforms[0])


@dataclass(frozen=True, eq=False)
class Automata:
    """Follows a profile of strategies of a repeated game; moves come out as others with the game's noise."""

    world: World
    game: str
    profile: str

    @cached_property
    def _joint(self) -> Joint:
        return joint(self.world.scenario, self.world.scenario.repeated[self.game], self.profile)

    @property
    def draws(self) -> int:
        """See `Actor`."""
        return len(self._joint.moves)

    @property
    def identity(self) -> Mapping[str, str]:
        """See `Actor`."""
        return {"policy": f"automaton: {self.game} {self.profile}"}

    def begin(self, runs: int) -> Integers:
        """See `Actor`: everyone starts in its first state."""
        return np.zeros(runs, dtype=np.intp)

    def play(self, memory: Integers, number: int, states: States, payoffs: Floats, uniforms: Floats) -> Integers:
        """See `Actor`."""
        moves, following, labels = self._tables
        profile = np.zeros(len(memory), dtype=np.intp)
        for chances, uniform in zip(moves, uniforms, strict=True):
            rows = np.cumsum(chances, axis=1)[memory]
            move = np.minimum((uniform[:, None] >= rows).sum(axis=1), rows.shape[1] - 1)
            profile = profile * chances.shape[1] + move
        memory[:] = following[memory, profile]
        return labels[profile]

    @cached_property
    def _tables(self) -> tuple[list[Floats], Integers, Integers]:
        """Chances of the moves seen in each joint state, the state after each profile, and each profile's deal."""
        at = numbers(self.world.scenario, self._joint, {})
        chances = [play[0] @ seen(at.noise[:1], play.shape[-1])[0] for play in at.play]
        labels = tree_of(self.world).labels.ravel()
        return chances, self._joint.following, labels


@dataclass(frozen=True, eq=False)
class Learners:
    """Players who learn from what happened: fictitious play (Brown 1951) or reinforcement (Erev and Roth 1998).

    Everybody keeps a weight for every action at every history of a round. In *fictitious play* the weights are how
    often others have played an action there, and a mover takes the best response to these frequencies, for this round
    alone. In *reinforcement* the weights are a mover's own: an action gains the payoff it has brought, scaled to 0..1
    over the stage game, and is chosen in proportion to its weight.

    Attributes
    ----------
    world
        The structure.
    rule
        `fictitious` or `reinforcement`.
    memory
        What a round weighs beside the one after it; 1 forgets nothing.
    """

    world: World
    rule: str
    memory: float = 1.0

    @cached_property
    def _tree(self) -> Tree:
        return tree_of(self.world)

    @property
    def draws(self) -> int:
        """See `Actor`."""
        return self._tree.labels.ndim

    @property
    def identity(self) -> Mapping[str, str]:
        """See `Actor`."""
        return {"policy": f"adaptive: {self.rule}, memory {self.memory:g}"}

    def begin(self, runs: int) -> list[Floats]:
        """See `Actor`: one for every action, and what the scenario's history adds."""
        return [np.repeat(weights[None], runs, axis=0) for weights in self._before]

    @cached_property
    def _before(self) -> list[Floats]:
        """Weights before the first round; for each mover shape (histories of the round, actions)."""
        shape = self._tree.labels.shape
        found = [
            np.ones((int(np.prod(shape[: movers[0]], dtype=int)), shape[mover]))
            for movers in self._tree.stages
            for mover in movers
        ]
        for profile in self.world.dynamics.history:
            for weights in found:
                weights *= self.memory
            matches = [self._matching(mover, profile) for mover in self._movers]
            for movers in self._tree.stages:
                there = np.ones(1)
                for before in range(movers[0]):
                    there = np.multiply.outer(there, matches[before] > 0).ravel()
                for mover in movers:
                    if matches[mover].all():
                        continue  # the history does not say what it did
                    found[mover] += there[:, None] * matches[mover] / matches[mover].sum()
        return found

    @cached_property
    def _movers(self) -> list[tuple[str, ...]]:
        return [mover for stage in self.world.scenario.structures[self.world.structure].play for mover in stage]

    def _matching(self, mover: tuple[str, ...], profile: Mapping[str, str]) -> Floats:
        """Which of a mover's actions agree with a round of history, 1 or 0."""
        scenario = self.world.scenario
        actions = dict(
            zip(scenario.decisions, actions_of(scenario, scenario.structures[self.world.structure]), strict=True)
        )
        found = np.ones(1)
        for decision in mover:
            fits = [decision not in profile or action.move == profile[decision] for action in actions[decision]]
            found = np.multiply.outer(found, np.array(fits, dtype=float)).ravel()
        return found if found.any() else np.ones_like(found)

    def play(self, memory: list[Floats], number: int, states: States, payoffs: Floats, uniforms: Floats) -> Integers:
        """See `Actor`."""
        objectives = self._tree.objectives(payoffs)
        chances = [weights / weights.sum(axis=2, keepdims=True) for weights in memory]
        if self.rule == "fictitious":
            chances = self._replies(objectives, chances)
        runs = np.arange(payoffs.shape[-1])
        history = np.zeros(len(runs), dtype=np.intp)
        taken: list[tuple[Integers, Integers]] = []
        for movers in self._tree.stages:
            moved = []
            for mover in movers:
                rows = np.cumsum(chances[mover][runs, history], axis=1)
                action = np.minimum((uniforms[mover][:, None] >= rows).sum(axis=1), rows.shape[1] - 1)
                taken.append((history, action))
                moved.append((action, rows.shape[1]))
            for action, size in moved:
                history = history * size + action
        deals = self._tree.labels.ravel()[history]
        for mover, (there, action) in enumerate(taken):
            memory[mover] *= self.memory
            gain: Floats = np.ones(len(runs))
            if self.rule == "reinforcement":
                own = objectives[mover][np.unique(self._tree.labels)]
                spread = np.ptp(own, axis=0)
                worth = objectives[mover][deals, runs] - own.min(axis=0)
                gain = np.divide(worth, spread, out=np.zeros(len(runs)), where=spread > 0.0)
            memory[mover][runs, there, action] += gain
            # Weights that are forgotten altogether would leave nothing to choose by.
            np.maximum(memory[mover], 1e-12, out=memory[mover])
        return deals

    def _replies(self, objectives: Floats, beliefs: list[Floats]) -> list[Floats]:
        """Best responses to beliefs about everybody else, ties shared equally; shapes as the beliefs."""
        parts = [
            self._replies_of_few(
                objectives[:, :, start : start + TOGETHER], [each[start : start + TOGETHER] for each in beliefs]
            )
            for start in range(0, objectives.shape[-1], TOGETHER)
        ]
        return [np.concatenate(each) for each in zip(*parts, strict=True)]

    def _replies_of_few(self, objectives: Floats, beliefs: list[Floats]) -> list[Floats]:
        """The same with the axis of runs last, over which everything is vectorised."""
        shape = self._tree.labels.shape
        runs = objectives.shape[-1]
        weights = [np.ascontiguousarray(np.moveaxis(each, 0, -1)) for each in beliefs]
        replies: list[Floats] = [np.empty(0)] * len(shape)
        # Worth to every mover of each history, later movers being expected to act as believed.
        worth = objectives[:, self._tree.labels.ravel()]
        for movers in reversed(self._tree.stages):
            sizes = [shape[mover] for mover in movers]
            table = worth.reshape(len(shape), -1, *sizes, runs)
            for place, mover in enumerate(movers):
                expected = table[mover]
                for other in reversed(range(len(movers))):
                    if other != place:
                        axes = tuple(1 + axis for axis in range(len(movers)) if axis != other)
                        weight = np.expand_dims(weights[movers[other]], axes)
                        expected = (expected * weight).sum(axis=1 + other, keepdims=True)
                expected = expected.reshape(-1, sizes[place], runs)
                top = expected.max(axis=1, keepdims=True)
                best = expected >= top - 1e-9 * np.maximum(1.0, np.abs(top))
                replies[mover] = np.ascontiguousarray(np.moveaxis(best / best.sum(axis=1, keepdims=True), -1, 0))
            for place in reversed(range(len(movers))):
                weight = np.expand_dims(weights[movers[place]], tuple(1 + axis for axis in range(place)))
                table = np.einsum("...ar,...ar->...r", table, weight)
            worth = table
        return replies
