"""The verdict on a profile of strategies for repeated play: an equilibrium or not, by how much, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kgsim.automata.critical import Intervals, critical_discount, sustained, sustaining_discounts
from kgsim.automata.joint import Joint, joint, numbers, worth
from kgsim.errors import GameError
from kgsim.scenario.arguments import check_scenario
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.rounds import RepeatedGame
from kgsim.showing import Told
from kgsim.wording import number, rounded


@dataclass(frozen=True)
class Deviation:
    """The best one-shot deviation from a profile.

    Attributes
    ----------
    decision, move
        Who would do what instead.
    state
        In which joint state, in words.
    gain
        Present value of the deviation beyond the strategy's, in the mover's points; at most 0 where nothing gains.
    """

    decision: str
    move: str
    state: str
    gain: float


@dataclass(frozen=True)
class ProfileCheck(Told):
    """Whether a profile of strategies is an equilibrium of a repeated game.

    Attributes
    ----------
    game, profile, strategies
        The repeated game, the profile, and decision to strategy.
    discount, noise
        At which it was checked.
    sustained
        Whether no one-shot deviation gains after any history: subgame perfection or, with noise, perfect public
        equilibrium.
    best
        The deviation with the largest gain; None if nobody has a second move.
    values
        Player to average payoff a round from the start, ``(1 - discount)`` times the present value.
    states
        Number of joint states that were checked.
    discounts
        The discount factors in [0, 1) at which the profile is an equilibrium, as closed intervals.
    critical
        The least discount factor from which on it is an equilibrium at all larger ones; 1 if there is none.
    """

    game: str
    profile: str
    strategies: Mapping[str, str]
    discount: float
    noise: float
    sustained: bool
    best: Deviation | None
    values: Mapping[str, float]
    states: int
    discounts: Intervals
    critical: float

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data; the profile is the key in whatever holds it."""
        best = self.best
        return {
            "strategies": dict(self.strategies),
            "discount": rounded(self.discount),
            "noise": rounded(self.noise),
            "sustained": self.sustained,
            "best_deviation": None if best is None else {**asdict(best), "gain": rounded(best.gain)},
            "values": {player: rounded(value) for player, value in self.values.items()},
            "states": self.states,
            "discounts": [[rounded(low), rounded(high)] for low, high in self.discounts],
            "critical_discount": rounded(self.critical),
        }

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict in words, by itself."""
        return (self.sentence,)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        concept = "a perfect public equilibrium" if self.noise else "subgame perfect"
        verdict = concept if self.sustained else f"not {concept}"
        why = ""
        if self.best is not None and not self.sustained:
            why = (
                f": with {self.best.state}, {self.best.decision} gains {number(self.best.gain)} "
                f"by {self.best.move} once"
            )
        return f"{self.profile} is {verdict} at a discount of {number(self.discount)}{why}. {told(self.discounts)}"


def told(discounts: Intervals) -> str:
    """The sustaining discount factors in words."""
    if not discounts:
        return "No discount factor sustains it."
    if discounts == ((0.0, 1.0),):
        return "Every discount factor sustains it."
    parts = [
        f"exactly {_exact(low)}"
        if low == high
        else f"{_exact(low)} or more"
        if high == 1.0
        else f"{_exact(low)} to {_exact(high)}"
        for low, high in discounts
    ]
    return f"It needs a discount factor of {' or '.join(parts)}."


def _exact(value: float) -> str:
    return f"{value:.10g}"


def repeated(scenario: Scenario, game: str, profile: str | None = None, /, **values: float) -> dict[str, ProfileCheck]:
    """Check the profiles of a repeated game by the one-shot deviation principle.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    game
        One of its repeated games.
    profile
        One of the game's profiles; all of them if not given.
    **values
        Parameters to change.

    Returns
    -------
    dict
        Profile to its check.

    Raises
    ------
    GameError
        If a name is unknown or a number leaves its limits at these values.

    Examples
    --------
    >>> import kgsim
    >>> scenario = kgsim.load("scenarios/loudspeaker_reciprocity.yaml")  # doctest: +SKIP
    >>> kgsim.repeated(scenario, "border")["grim"].critical  # doctest: +SKIP
    0.5
    """
    check_scenario(scenario)
    chosen = game_of(scenario, game)
    return {
        name: _checked(scenario, joint(scenario, chosen, name), name, values)
        for name in (chosen.profiles if profile is None else (profile,))
    }


def game_of(scenario: Scenario, name: str) -> RepeatedGame:
    """Return a repeated game by name; raises GameError if there is none."""
    if name not in scenario.repeated:
        raise GameError(f"there is no repeated game {name!r}. {suggestion(name, scenario.repeated, 'repeated game')}")
    return scenario.repeated[name]


def _checked(scenario: Scenario, run: Joint, profile: str, values: Mapping[str, float]) -> ProfileCheck:
    at = numbers(scenario, run, values)
    found = worth(scenario, run, at)
    best = None
    for (decision, moves), gains in zip(run.moves.items(), found.gains, strict=True):
        for state, move in np.ndindex(gains.shape[1:]):
            # A move that is surely intended is no deviation.
            meant = at.play[list(run.moves).index(decision)][0, state, move] >= 1.0
            if not meant and (best is None or gains[0, state, move] > best.gain):
                best = Deviation(decision, moves[move], run.name(state), float(gains[0, state, move]))
    discounts = sustaining_discounts(scenario, run, at)
    discount = float(at.discount[0])
    return ProfileCheck(
        game=run.game.name,
        profile=profile,
        strategies=dict(run.game.profiles[profile]),
        discount=discount,
        noise=float(at.noise[0]),
        sustained=bool(sustained(scenario, run, at)[0]),
        best=best,
        values={
            player: float((1.0 - discount) * found.values[0, seat, 0]) for seat, player in enumerate(scenario.players)
        },
        states=len(run.states),
        discounts=discounts,
        critical=critical_discount(discounts),
    )
