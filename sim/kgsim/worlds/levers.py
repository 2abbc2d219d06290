"""What a player can do about it: moves it could commit to, and parameters it controls."""

from __future__ import annotations

from collections.abc import Sequence

from kgsim.errors import GameError
from kgsim.evaluate import check_values
from kgsim.scenario.expressions import constant
from kgsim.scenario.levers import Lever
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.wording import listed, number

#: What a lever may look like on the command line and in Python.
FORMS = "write NAME or NAME=VALUE for a parameter, DECISION.MOVE to commit to a move, DECISION.MOVE=off to rule it out"

#: The scenario as it is: the player decides in play.
AS_IT_IS = Lever("as it is", "decide in play, as the structure has it")


def choices_of(scenario: Scenario, player: str, levers: Sequence[str] = ()) -> tuple[Lever, ...]:
    """What a player may do: leave it as it is, commit to any of its moves, and the levers named.

    Parameters
    ----------
    player
        One of the scenario's players.
    levers
        Beside its moves: names of levers that the file gives the player, and see `FORMS`. A parameter without a value
        is tried at both ends of its range. All that the file gives the player if none is named.

    Raises
    ------
    GameError
        If there is no such player, move or parameter, or the move is another player's.
    """
    if player not in scenario.players:
        raise GameError(f"there is no player {player!r}. {suggestion(player, scenario.players, 'player')}")
    found = [AS_IT_IS]
    for decision in scenario.decisions.values():
        if decision.player == player and len(decision.moves) > 1:
            found += [
                Lever(f"{decision.name}: {move}", f"commit to: {label}", moves={decision.name: frozenset([move])})
                for move, label in decision.moves.items()
            ]
    own = scenario.levers.get(player, {})
    for name in levers or own:
        found += [own[name]] if name in own else _named(scenario, player, name)
    return tuple({each.name: each for each in found}.values())


def _named(scenario: Scenario, player: str, lever: str) -> list[Lever]:
    name, equals, text = (part.strip() for part in lever.partition("="))
    if "." in name:
        return [_bound(scenario, player, lever, name, text)]
    if name not in scenario.parameters:
        own = scenario.levers.get(player, {})
        given = f"The file gives {player} {listed(own)}" if own else f"The file gives {player} no levers"
        raise GameError(
            f"lever {lever!r}: the scenario has no lever of {player} and no parameter {name!r}. "
            f"{suggestion(name, [*own, *scenario.parameters], 'lever or parameter')} {given}; or {FORMS}."
        )
    parameter = scenario.parameters[name]
    try:
        values = [float(text)] if equals else list(parameter.range)
    except ValueError:
        raise GameError(f"lever {lever!r}: {text!r} is no number; {FORMS}") from None
    for value in values:
        check_values(scenario, {name: value})
    low, high = parameter.range
    beyond = f"{parameter.label} (beyond its range, {number(low)} to {number(high)})"
    told = [parameter.label if low <= value <= high else beyond for value in values]
    return [
        Lever(f"{name} = {number(value)}", says, {name: constant(value)})
        for value, says in zip(values, told, strict=True)
    ]


def _bound(scenario: Scenario, player: str, lever: str, name: str, text: str) -> Lever:
    owner, _, move = name.partition(".")
    own = {each.name: each for each in scenario.decisions.values() if each.player == player}
    if owner not in own:
        raise GameError(f"lever {lever!r}: {owner!r} is no decision of {player}. {suggestion(owner, own, 'decision')}")
    moves = own[owner].moves
    if move not in moves:
        raise GameError(f"lever {lever!r}: there is no move {move!r}. {suggestion(move, moves, 'move')}")
    if text not in ("", "on", "off"):
        raise GameError(f"lever {lever!r}: {FORMS}")
    if text != "off":
        return Lever(f"{owner}: {move}", f"commit to: {moves[move]}", moves={owner: frozenset([move])})
    return Lever(f"{owner}: not {move}", f"rule out: {moves[move]}", moves={owner: frozenset(moves) - {move}})
