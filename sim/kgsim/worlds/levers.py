"""What a player can do about it: moves it could commit to, and parameters it controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kgsim.errors import GameError
from kgsim.evaluate import check_values
from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import actions_of
from kgsim.wording import number

#: What a lever may look like on the command line and in Python.
FORMS = "write NAME or NAME=VALUE for a parameter, DECISION.MOVE to commit to a move, DECISION.MOVE=off to rule it out"


@dataclass(frozen=True)
class Choice:
    """Something that a player may do.

    Attributes
    ----------
    name, says
        Such as ``ROK: align``, and what that is.
    decision, moves
        The decision that is bound, and the moves left to it; empty if the choice is a parameter's.
    values
        Parameters set.
    """

    name: str
    says: str
    decision: str = ""
    moves: frozenset[str] = frozenset()
    values: Mapping[str, float] = field(default_factory=dict)

    def possible(self, scenario: Scenario, structure: str) -> bool:
        """Whether a structure leaves the decision any of these moves; it plays on as it is where not."""
        return not self.decision or bool(self.moves & _moves(scenario, scenario.structures[structure], self.decision))

    def bind(self, scenario: Scenario) -> Scenario:
        """The scenario with the decision bound in every structure that leaves it one of these moves."""
        if not self.decision:
            return scenario
        return replace(
            scenario,
            structures={
                name: replace(
                    each,
                    only={**each.only, self.decision: self.moves & _moves(scenario, each, self.decision)},
                )
                if self.possible(scenario, name) and self.decision not in each.fixed
                else each
                for name, each in scenario.structures.items()
            },
        )


#: The scenario as it is: the player decides in play.
AS_IT_IS = Choice("as it is", "decide in play, as the structure has it")


def choices_of(scenario: Scenario, player: str, levers: Sequence[str] = ()) -> tuple[Choice, ...]:
    """What a player may do: leave it as it is, commit to any of its moves, and the levers named.

    Parameters
    ----------
    player
        One of the scenario's players.
    levers
        Beside its moves: see `FORMS`. A parameter without a value is tried at both ends of its range.

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
                Choice(f"{decision.name}: {move}", f"commit to: {label}", decision.name, frozenset([move]))
                for move, label in decision.moves.items()
            ]
    for lever in levers:
        found += _named(scenario, player, lever)
    return tuple({each.name: each for each in found}.values())


def _named(scenario: Scenario, player: str, lever: str) -> list[Choice]:
    name, equals, text = (part.strip() for part in lever.partition("="))
    if "." in name:
        return [_bound(scenario, player, lever, name, text)]
    if name not in scenario.parameters:
        raise GameError(
            f"lever {lever!r}: the scenario has no parameter {name!r}. "
            f"{suggestion(name, scenario.parameters, 'parameter')} Or {FORMS}."
        )
    parameter = scenario.parameters[name]
    try:
        values = [float(text)] if equals else list(parameter.range)
    except ValueError:
        raise GameError(f"lever {lever!r}: {text!r} is no number; {FORMS}") from None
    for value in values:
        check_values(scenario, {name: value})
    return [Choice(f"{name} = {number(value)}", parameter.label, values={name: value}) for value in values]


def _bound(scenario: Scenario, player: str, lever: str, name: str, text: str) -> Choice:
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
        return Choice(f"{owner}: {move}", f"commit to: {moves[move]}", owner, frozenset([move]))
    return Choice(f"{owner}: not {move}", f"rule out: {moves[move]}", owner, frozenset(moves) - {move})


def _moves(scenario: Scenario, structure: Structure, decision: str) -> frozenset[str]:
    actions = dict(zip(scenario.decisions, actions_of(scenario, structure), strict=True))
    return frozenset(action.move for action in actions[decision])
