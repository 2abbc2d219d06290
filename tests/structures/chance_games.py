"""Random games of stages with chance and conditions, as scenario files, and all their pure equilibria by recursion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

import kgsim

History = tuple[int | None, ...]

#: Payoffs of A and B, and outcome to probability.
Lottery = tuple[tuple[float, ...], tuple[tuple[str, float], ...]]


@dataclass(frozen=True)
class Stage:
    """Who moves, with how many actions, and after which actions of which earlier stage; `shares` are chance's."""

    who: str
    size: int
    after: tuple[int, frozenset[int]] | None = None
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class RandomGame:
    """Stages of one mover each, and the payoffs of A and B at every end."""

    stages: tuple[Stage, ...]
    payoffs: Mapping[History, tuple[float, float]]

    def idle(self, history: History) -> bool:
        """Whether nothing is done at the stage that follows a history."""
        after = self.stages[len(history)].after
        return after is not None and history[after[0]] not in after[1]

    @property
    def ends(self) -> list[History]:
        """Every way that play may go."""
        found: list[History] = [()]
        for stage in self.stages:
            found = [(*each, action) for each in found for action in ([None] if self.idle(each) else range(stage.size))]
        return found

    def equilibria(self) -> set[Lottery]:
        """What pure subgame-perfect equilibria lead to, each selection of what follows tried by itself."""

        @cache
        def follow(history: History) -> frozenset[Lottery]:
            if len(history) == len(self.stages):
                end = (*map(float, self.payoffs[history]),)
                return frozenset([(end, ((name_of(history), 1.0),))])
            if self.idle(history):
                return follow((*history, None))
            stage = self.stages[len(history)]
            each = [follow((*history, action)) for action in range(stage.size)]
            if stage.shares:
                return frozenset(_drawn(stage.shares, chosen) for chosen in product(*each))
            seat = "AB".index(stage.who)
            found = set()
            for chosen in product(*each):
                best = max(worth[seat] for worth, _ in chosen)
                found |= {(worth, ends) for worth, ends in chosen if worth[seat] >= best - 1e-9}
            return frozenset(found)

        return set(follow(()))

    def text(self, *, dummies: bool = False) -> str:
        """The game as a scenario file; with `dummies` everybody always moves, and what does not count leads nowhere."""
        names = [f"d{number}" for number in range(len(self.stages))]
        moves = [f"{{{', '.join(f'm{action}: x' for action in range(stage.size))}}}" for stage in self.stages]
        chosen = [(name, stage, own) for name, stage, own in zip(names, self.stages, moves, strict=True)]
        chance = [
            f"  {name}: {{{', '.join(f'm{a}: {share}' for a, share in enumerate(stage.shares))}}}"
            for name, stage, _ in chosen
            if stage.shares
        ]
        owners = ", ".join(f"{name}: {stage.who}" for name, stage, _ in chosen if not stage.shares)
        rules = []
        for end in self.ends:
            when = ", ".join(
                f"{name}: m{action}" for name, action in zip(names, end, strict=True) if action is not None
            )
            a, b = self.payoffs[end]
            rules.append(f"  {name_of(end)}: {{when: {{{when}}}, terms: {{a: {a}, b: {b}}}}}")
        play = []
        for number, stage in enumerate(self.stages):
            if stage.after is None or dummies:
                play.append(names[number])
            else:
                seen = ", ".join(f"m{action}" for action in sorted(stage.after[1]))
                play.append(f"{{who: d{number}, if: {{d{stage.after[0]}: [{seen}]}}}}")
        return "\n".join(
            [
                "kgsim: 1",
                "title: Random",
                "question: x?",
                "players: {A: first, B: second}",
                "terms: {a: x, b: x}",
                "parameters: {k: {label: k, value: 1, range: [1, 2], because: x, certainty: judgement}}",
                *(["chance:", *chance] if chance else []),
                f"decisions: {{{owners}}}",
                "moves:",
                *(f"  {name}: {own}" for name, stage, own in chosen if not stage.shares),
                *(f"  {who}: {{none: x}}" for who in "AB"),
                "outcomes:",
                *rules,
                "utilities: {A: k*a, B: b}",
                "structures:",
                f"  game: {{play: [{', '.join(play)}], fixed: {{A: none, B: none}}}}",
            ]
        )

    def scenario(self, *, dummies: bool = False) -> kgsim.Scenario:
        """The scenario."""
        return kgsim.loads(self.text(dummies=dummies), name="random")


def name_of(history: History) -> str:
    """An outcome's name."""
    return "e" + "".join("x" if action is None else str(action) for action in history)


def _drawn(shares: tuple[float, ...], chosen: tuple[Lottery, ...]) -> Lottery:
    worth = np.array([each for each, _ in chosen])
    total: dict[str, float] = {}
    for share, (_, ends) in zip(shares, chosen, strict=True):
        for name, probability in ends:
            total[name] = total.get(name, 0.0) + share * probability
    ends = tuple(sorted((name, round(share, 9)) for name, share in total.items() if share > 0))
    return (*np.round(np.array(shares) @ worth, 9).tolist(),), ends


def random_game(seed: int, *, chance: bool = True, ties: bool = True) -> RandomGame:
    """Three or four stages, most of them conditional; payoffs are small whole numbers if there are to be ties."""
    draw = np.random.default_rng(seed)
    stages = []
    for number in range(int(draw.integers(3, 5))):
        size = int(draw.integers(2, 4))
        after = None
        if number and draw.random() < 0.6:
            before = int(draw.integers(number))
            kept = draw.permutation(stages[before].size)[: int(draw.integers(1, stages[before].size))]
            after = before, frozenset(kept.tolist())
        if chance and draw.random() < 0.35:
            weights = draw.integers(0, 4, size) + np.eye(size, dtype=int)[0]
            shares = tuple((weights / weights.sum()).tolist())
            stages.append(Stage("", size, after, (*shares[:-1], 1.0 - sum(shares[:-1]))))
        else:
            stages.append(Stage("AB"[int(draw.integers(2))], size, after))
    game = RandomGame(tuple(stages), {})
    numbers = draw.integers(0, 4, (len(game.ends), 2)) if ties else draw.random((len(game.ends), 2)).round(6)
    return RandomGame(tuple(stages), dict(zip(game.ends, map(tuple, numbers.tolist()), strict=True)))
