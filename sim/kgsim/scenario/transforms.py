"""A scenario with its moves laid out anew: a term of a menu made a parameter, or a move taken away.

A study may ask what a deal would have to offer. The menu's term then is no choice any more but a parameter, named
``decision.move.term``: whoever makes the move makes it on this term. Every action of the move carries a mark of 1
instead of the term, and wherever an outcome refers to the term, the mark times the parameter is added; so points with
different terms are solved together like any others. Taking a move away forbids it in every structure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product

from numpy import linspace

from kgsim.errors import GameError
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Action, Decision, Parameter, Scenario, Structure
from kgsim.scenario.names import GIVEN, suggestion
from kgsim.scenario.nodes import Field, Name, Node, Product, Sum, mapped
from kgsim.tolerances import EVEN_STEPS


def menu_terms(scenario: Scenario) -> Iterator[str]:
    """Names of the terms that can be made parameters: ``decision.move.term``."""
    for decision in scenario.decisions.values():
        found = {(action.move, term): None for action in decision.actions for term in action.menu}
        yield from (f"{decision.name}.{move}.{term}" for move, term in found)


def moves(scenario: Scenario) -> Iterator[str]:
    """Names of the moves that can be taken away: ``decision.move``."""
    for decision in scenario.decisions.values():
        if decision.name in scenario.chance:
            continue
        yield from (f"{decision.name}.{move}" for move in decision.moves)


def with_term(scenario: Scenario, name: str) -> Scenario:
    """Make a term of a move's menu a parameter, whose range is that of the menu.

    Parameters
    ----------
    scenario
        A checked scenario.
    name
        ``decision.move.term``, one of `menu_terms`.

    Raises
    ------
    GameError
        If the scenario has no such term.
    """
    if name not in menu_terms(scenario):
        raise GameError(f"there is no menu term {name!r}. {suggestion(name, menu_terms(scenario), 'menu term')}")
    owner, move, term = name.split(".")
    decision = scenario.decisions[owner]
    values = sorted({action.menu[term] for action in decision.actions if action.move == move})
    mark = f"{move}.{term}{GIVEN}"

    def marked(action: Action) -> Action:
        if action.move != move:
            return action
        return Action(move, {mark if key == term else key: 1.0 if key == term else x for key, x in action.menu.items()})

    def added(node: Node) -> Node | None:
        if node != Field(owner, term):
            return None
        return Sum((1, 1), (node, Product(("*", "*"), (Field(owner, mark), Name(name)))))

    parameter = Parameter(
        name=name,
        label=scenario.terms.get(term, term),
        value=values[len(values) // 2],
        range=(values[0], values[-1]),
        because="the menu of the file",
        certainty="judgement",
    )
    actions = {(action.move, *action.menu.items()): action for action in map(marked, decision.actions)}
    intervals = {
        each: {key: ends for key, ends in terms.items() if (each, key) != (move, term)}
        for each, terms in decision.intervals.items()
    }
    changed = replace(decision, actions=tuple(actions.values()), intervals=intervals)
    return replace(
        scenario,
        parameters={**scenario.parameters, name: parameter},
        decisions={**scenario.decisions, owner: changed},
        outcomes=tuple(
            replace(
                rule,
                terms={key: Expression(each.text, mapped(each.root, added)) for key, each in rule.terms.items()},
            )
            for rule in scenario.outcomes
        ),
        structures={
            key: replace(each, fixed={at: marked(x) if at == owner else x for at, x in each.fixed.items()})
            for key, each in scenario.structures.items()
        },
    )


def without_moves(scenario: Scenario, names: Collection[str], structures: Collection[str]) -> Scenario:
    """Take moves away.

    Parameters
    ----------
    scenario
        A checked scenario.
    names
        Each ``decision.move``, one of `moves`.
    structures
        The structures that lose them.

    Raises
    ------
    GameError
        If the scenario has no such move, or a structure fixes it or is left with no other.
    """
    for name in names:
        if name not in moves(scenario):
            raise GameError(f"there is no move {name!r}. {suggestion(name, moves(scenario), 'move')}")
        scenario = replace(
            scenario,
            structures={
                key: _without(scenario, each, *name.split(".")) if key in structures else each
                for key, each in scenario.structures.items()
            },
        )
    return scenario


def _without(scenario: Scenario, structure: Structure, owner: str, move: str) -> Structure:
    if owner in structure.fixed:
        if structure.fixed[owner].move == move:
            raise GameError(
                f"structure {structure.name} fixes {owner} to {move}, which cannot be taken away there; leave the "
                "structure out by naming others with --structure"
            )
        return structure
    left = frozenset(structure.only.get(owner, scenario.decisions[owner].moves)) - {move}
    if not left:
        raise GameError(
            f"structure {structure.name} leaves {owner} no move but {move}, which cannot be taken away there; leave "
            "the structure out by naming others with --structure"
        )
    return replace(structure, only={**structure.only, owner: left})


def stepped(scenario: Scenario, count: int) -> Scenario:
    """Let terms from intervals take so many even values, ends among them, and those at which payoffs bend.

    For what needs finitely many actions; a game on a menu of steps is not the game on the interval.
    """
    decisions = {
        name: replace(decision, actions=tuple(_with_values(decision, _evenly(decision, count))), intervals={})
        for name, decision in scenario.decisions.items()
    }
    return replace(scenario, decisions=decisions)


def grids(scenario: Scenario) -> dict[str, tuple[tuple[str, str], ...]]:
    """Terms that take three even steps or more, each with the decisions and moves in whose menus it does."""
    found: dict[str, list[tuple[str, str]]] = {}
    for decision in scenario.decisions.values():
        for move, menus in _menus(decision).items():
            for term, values in menus.items():
                if term not in decision.intervals.get(move, {}) and len(values) > 2 and _even(values):
                    found.setdefault(term, []).append((decision.name, move))
    return {term: tuple(where) for term, where in found.items()}


def with_half_steps(scenario: Scenario, term: str) -> Scenario:
    """Let a term take the values halfway between its own too, in every menu of `grids` that it stands in."""
    decisions = dict(scenario.decisions)
    for name, move in grids(scenario)[term]:
        own = sorted(_menus(decisions[name])[move][term])
        halves = [(low + high) / 2.0 for low, high in pairwise(own)]
        finer = {move: {term: sorted((*own, *halves))}}
        decisions[name] = replace(decisions[name], actions=tuple(_with_values(decisions[name], finer)))
    return replace(scenario, decisions=decisions)


def _menus(decision: Decision) -> dict[str, dict[str, tuple[float, ...]]]:
    """Move to term to the values that it takes, in the order of the file."""
    found: dict[str, dict[str, dict[float, None]]] = {}
    for action in decision.actions:
        for term, value in action.menu.items():
            found.setdefault(action.move, {}).setdefault(term, {})[value] = None
    return {move: {term: tuple(values) for term, values in menus.items()} for move, menus in found.items()}


def _even(values: Sequence[float]) -> bool:
    steps = [high - low for low, high in pairwise(sorted(values))]
    return max(steps) - min(steps) <= EVEN_STEPS * max(steps)


def _evenly(decision: Decision, count: int) -> dict[str, dict[str, list[float]]]:
    return {
        move: {
            term: sorted({*(float(f"{value:.12g}") for value in linspace(own[0], own[-1], count)), *own})
            for term, own in terms.items()
        }
        for move, terms in decision.intervals.items()
    }


def _with_values(decision: Decision, values: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[Action]:
    """A decision's actions with other values for some terms of some moves, the last term fastest."""
    menus = _menus(decision)
    for move in dict.fromkeys(action.move for action in decision.actions):
        own = {**menus.get(move, {}), **values.get(move, {})}
        for combination in product(*own.values()):
            yield Action(move, dict(zip(own, combination, strict=True)))
