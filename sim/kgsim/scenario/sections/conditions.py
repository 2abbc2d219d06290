"""Conditions: what must have been done before a stage is played or a move can be made, and who can know of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kgsim.scenario.model import Condition, Decision, Structure
from kgsim.scenario.names import suggestion
from kgsim.scenario.observed import sees
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.source import Key


def read_condition(
    key: Key,
    entry: Mapping[str, str | list[str]] | Sequence[Mapping[str, str | list[str]]],
    declared: Declared,
    report: Report,
) -> Condition:
    """Check the decisions and moves that a condition names."""
    listed = not isinstance(entry, Mapping)
    ways: Sequence[Mapping[str, str | list[str]]] = [entry] if isinstance(entry, Mapping) else entry
    if not ways or not all(ways):
        report.add(key, "`if` names no decision", "Name one and its move, such as `if: {US: offer}`, or delete it.")
    found = []
    for index, way in enumerate(ways):
        admitted = {}
        for decision, moves in way.items():
            place: Key = (*key, index, decision) if listed else (*key, decision)
            fault = declared.unknown_decision(decision)
            if fault is not None:
                report.add(place, *fault, at_key=True)
            elif decision in declared.decisions:
                admitted[decision] = check_moves(place, decision, moves, declared, report)
        found.append(admitted)
    return tuple(found)


def check_order(
    structure: Structure,
    decisions: Mapping[str, Decision],
    where: Mapping[str, tuple[Key, object]],
    report: Report,
) -> None:
    """Report conditions that speak of what has not been done yet when they are to be met.

    `where` tells where the conditions of a decision's stage are written.
    """
    before = set(structure.fixed)
    for stage in structure.play:
        members = [member for mover in stage for member in mover]
        for decision in (decisions[member] for member in members if member in decisions):
            known = before if decision.name not in structure.fixed else before - {decision.name}
            for key, condition in _conditions_on(structure, decision, where):
                for other in dict.fromkeys(name for way in condition for name in way if name in decisions):
                    if key[0] == "moves" and other in known and not sees(structure, decisions, decision.name, other):
                        report.add(
                            key,
                            f"the condition speaks of {other}, which {decision.player} does not see in structure "
                            f"{structure.name!r}",
                            f"Add {decision.player} to its `seen by`, or leave {other} out of the condition.",
                            at_key=True,
                        )
                    if other not in known:
                        report.add(
                            key,
                            f"the condition speaks of {other}, which has not moved yet when {decision.name} moves in "
                            f"structure {structure.name!r}",
                            f"Let {other} move at an earlier stage, or fix it there.",
                            at_key=True,
                        )
        before.update(members)


def _conditions_on(
    structure: Structure, decision: Decision, where: Mapping[str, tuple[Key, object]]
) -> Iterator[tuple[Key, Condition]]:
    if decision.name in structure.conditions:
        yield where[decision.name][0], structure.conditions[decision.name]
    for move, condition in decision.conditions.items():
        yield ("moves", decision.name, move, "if"), condition


def check_moves(key: Key, decision: str, moves: str | list[str], declared: Declared, report: Report) -> frozenset[str]:
    """Report moves that a decision does not have; returns those named."""
    known = declared.moves.get(decision)
    if not moves:
        report.add(key, "no move is listed", "Name at least one.")
    for index, move in enumerate([moves] if isinstance(moves, str) else moves):
        if known is not None and move not in known:
            place = key if isinstance(moves, str) else (*key, index)
            report.add(place, f"{decision} has no move named {move!r}", suggestion(move, known, "move"))
    return frozenset([moves] if isinstance(moves, str) else moves)
