"""What coalitions are worth in a structure of play if they can pay each other, and how all might share it.

Who is in one coalition moves for the sum of its members' payoffs, at stated rates of exchange; the order of play stays.
So a coalition's worth depends on how the others are divided: the game has externalities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kgsim.analysis.plain import Plain
from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.evaluate import solve
from kgsim.games.coalitions import (
    Coalition,
    Division,
    core,
    divisions,
    externality_free,
    myerson,
    others_alone,
    others_together,
    spread,
)
from kgsim.results import Interval
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Bloc, Scenario, Structure
from kgsim.scenario.names import suggestion
from kgsim.scenario.nodes import Node, Number, Product, Sum
from kgsim.scenario.payoffs import structure_of


class UnknownWorthError(GameError):
    """What some coalition is worth is not known for certain."""


@dataclass(frozen=True)
class Worth(Plain):
    """What a coalition is worth, given how all are divided.

    Attributes
    ----------
    members
        The coalition.
    others
        How the others are divided.
    worth
        The least and the largest over its equilibria, in points of the first player.
    """

    members: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    worth: Interval


@dataclass(frozen=True)
class Coalitions(Plain):
    """Coalitions with side payments.

    Attributes
    ----------
    structure
        Of play.
    rates
        Player to what one point of its counts for.
    worths
        Of every coalition in every division, in that unit.
    shapley, myerson
        Player to its value: externality-free (de Clippel and Serrano 2008), and Myerson's (1977). An interval where
        some worth is one.
    core_apart, core_together
        Player to the least and the most it has in the core, if who leaves expects all others to stay apart (Chander and
        Tulkens 1997), or to stay together (Hart and Kurz 1983); empty if the core is.
    certain
        Whether every worth is one number, as the cores suppose; else these are not told.
    """

    structure: str
    rates: Mapping[str, float]
    worths: tuple[Worth, ...]
    shapley: Mapping[str, Interval]
    myerson: Mapping[str, Interval]
    core_apart: Mapping[str, Interval]
    core_together: Mapping[str, Interval]
    certain: bool


def coalitions(
    scenario: Scenario, values: Mapping[str, float], structure: str, rates: Mapping[str, float]
) -> Coalitions:
    """Work out what coalitions are worth.

    Parameters
    ----------
    scenario, values, structure
        Where.
    rates
        What one point of each player counts for; all have to be stated, since points of different players have no
        common unit otherwise.

    Raises
    ------
    GameError
        If a rate is missing or not positive, or players have private types.
    UnknownWorthError
        If a division cannot be solved, or not all of its equilibria are known.
    """
    chosen = structure_of(scenario, structure)
    players = list(scenario.players)
    _check(scenario, rates)
    low: dict[tuple[Coalition, Division], float] = {}
    high: dict[tuple[Coalition, Division], float] = {}
    for division in divisions(range(len(players))):
        named = [tuple(players[player] for player in sorted(members)) for members in division]
        found = solve(_divided(scenario, chosen, named, rates), values).structures[structure]
        if not found.equilibria:
            raise UnknownWorthError(f"structure {structure}, divided into {_told(named)}: {found.unsolved}")
        if not found.complete:
            raise UnknownWorthError(
                f"structure {structure}, divided into {_told(named)}, may have equilibria that are not known. Ask for "
                "a structure in which fewer move at once, or list fewer values"
            )
        for members in division:
            low[members, division], high[members, division] = found.values[players[min(members)]]

    def told(ends: tuple[Floats, Floats] | None) -> dict[str, Interval]:
        pairs = [] if ends is None else np.transpose(ends).tolist()
        return {player: (least, most) for player, (least, most) in zip(players, pairs, strict=False)}

    certain = all(abs(high[each] - low[each]) <= 1e-9 * (1.0 + abs(low[each])) for each in low)
    count = len(players)
    return Coalitions(
        structure,
        {player: float(rates[player]) for player in players},
        tuple(_worth(players, each, low[each], high[each]) for each in sorted(low, key=_order)),
        told(spread(externality_free, low, high, count)),
        told(spread(myerson, low, high, count)),
        told(core(others_alone(low), count) if certain else None),
        told(core(others_together(low), count) if certain else None),
        certain,
    )


def _check(scenario: Scenario, rates: Mapping[str, float]) -> None:
    if scenario.types:
        raise GameError(
            f"scenario {scenario.name} has private types, and what a coalition is worth depends on them. Write one "
            "scenario for each type"
        )
    for player in rates:
        if player not in scenario.players:
            raise GameError(f"rates: there is no player {player!r}. {suggestion(player, scenario.players, 'player')}")
    missing = [player for player in scenario.players if player not in rates]
    if missing:
        raise GameError(
            f"rates: say what one point of {', '.join(missing)} counts for; side payments need a common unit, such as "
            f"{', '.join(f'{player}=1' for player in scenario.players)}"
        )
    for player, rate in rates.items():
        if not rate > 0.0:
            raise GameError(f"rates: the rate of {player} must be positive, not {rate:g}")


def _divided(
    scenario: Scenario, structure: Structure, division: Sequence[Sequence[str]], rates: Mapping[str, float]
) -> Scenario:
    """The scenario in which every player wants what its coalition has in all, and coalitions move as one."""
    utilities = {
        player: _sum([scenario.utilities[member].root for member in members], [rates[member] for member in members])
        for members in division
        for player in members
    }
    one = Expression("1", Number(1.0))
    owner = {name: decision.player for name, decision in scenario.decisions.items()}
    blocs: dict[tuple[str, ...], Bloc] = {}
    play = []
    for stage in structure.play:
        decisions = [decision for mover in stage for decision in mover]
        movers = [tuple(each for each in decisions if owner[each] in members) for members in division]
        movers = [mover for mover in movers if mover] or [tuple(decisions)]
        play.append(tuple(movers))
        for mover in movers:
            if len(mover) > 1:
                weights = dict.fromkeys(dict.fromkeys(owner[each] for each in mover), one)
                blocs[mover] = Bloc("+".join(mover), mover, "weighted", weights)
    divided = replace(structure, play=tuple(play), blocs=blocs)
    return replace(scenario, utilities=utilities, structures={structure.name: divided}, claims={})


def _sum(roots: Sequence[Node], rates: Sequence[float]) -> Expression:
    terms = tuple(Product(("*", "*"), (Number(rate), root)) for root, rate in zip(roots, rates, strict=True))
    root = terms[0] if len(terms) == 1 else Sum((1,) * len(terms), terms)
    return Expression("the coalition's sum", root)


def _order(embedded: tuple[Coalition, Division]) -> tuple[object, ...]:
    members, division = embedded
    return len(members), sorted(members), len(division)


def _worth(players: Sequence[str], embedded: tuple[Coalition, Division], low: float, high: float) -> Worth:
    members, division = embedded
    others = sorted(tuple(players[player] for player in sorted(each)) for each in division if each != members)
    return Worth(tuple(players[player] for player in sorted(members)), tuple(others), (low, high))


def _told(division: Sequence[Sequence[str]]) -> str:
    return ", ".join("+".join(members) for members in division)
