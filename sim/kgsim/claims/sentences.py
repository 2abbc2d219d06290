"""A claim's verdict as a sentence that names the numbers which decide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kgsim.results import Verdict
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.nodes import And, Call, Comparison, Name, Node, Not, Number, Or, Text
from kgsim.wording import number

At = Callable[[Node], NDArray[np.float64]]

HEADS: dict[Verdict, str] = {
    "holds": "Holds",
    "fails": "Fails",
    "depends": "Depends on which equilibrium is played",
}
STABILITIES = {
    "nash": "rankings alone",
    "seq": "rankings and the answers that others want to give (SEQ)",
    "smr": "rankings and the answers that others can give for good (SMR)",
    "gmr": "rankings and the answers that others can give (GMR)",
}
RELATIONS = {
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
    "==": "equal to",
    "!=": "different from",
}


def tell(scenario: Scenario, claim: Claim, verdict: Verdict, at: At, open_sets: Sequence[str]) -> str:
    """Tell a verdict.

    Parameters
    ----------
    scenario
        For the labels.
    claim
        The claim.
    verdict
        The verdict.
    at
        Node to its values over all combinations of equilibria, of those that meet the premise if any do.
    open_sets
        Structures whose sets of equilibria may not be complete; the sentence says so.
    """
    statement = _statement(scenario, claim.holds, claim.holds.root, at)
    premise = "" if claim.given is None else _statement(scenario, claim.given, claim.given.root, at)
    may_be_more = f"the equilibria of {_list(open_sets)} may not be all" if open_sets else ""
    if verdict == "undecided":
        why = may_be_more or "not all combinations of equilibria, or mixtures of them, could be looked at"
        looked_at = f"{premise}, and {statement}" if premise else statement
        return f"Undecided: at every equilibrium looked at, {looked_at}; but {why}."
    more = f" {may_be_more[0].upper()}{may_be_more[1:]}, but further ones cannot change this." if may_be_more else ""
    if verdict == "vacuous":
        return f"Vacuous: {premise}, so its premise is met at no equilibrium and nothing is said.{more}"
    return f"{HEADS[verdict]}{f' where {premise}' if premise else ''}: {statement}.{more}"


def _statement(scenario: Scenario, holds: Expression, node: Node, at: At) -> str:
    truth = at(node) != 0.0
    match node:
        case And(operands):
            return "; and ".join(_statement(scenario, holds, operand, at) for operand in operands)
        case Or(operands):
            return "; or ".join(_statement(scenario, holds, operand, at) for operand in operands)
        case Not(operand):
            return _statement(scenario, holds, operand, at)
        case Comparison(operators, operands):
            pairs = zip(operators, operands[:-1], operands[1:], strict=True)
            return "; and ".join(
                f"{_quantity(scenario, holds, left, at)} is {_relation(operator, left, right, at)} "
                f"{_quantity(scenario, holds, right, at)}"
                for operator, left, right in pairs
            )
        case Call("reached", (structure, outcome)):
            verb = (
                "is reached"
                if truth.all()
                else "is reached in some equilibria only"
                if truth.any()
                else "is not reached"
            )
            return f"{_text(outcome)} {verb} under {_text(structure)}"
        case Call("stable", (concept, outcome, *given)):
            verb = "is stable" if truth.all() else "is not stable"
            under = f" under {_text(given[0])}" if given else ""
            return f"{_text(outcome)} {verb} by {STABILITIES[_text(concept)]}{under}"
        case Call("zopa", parties):
            *first, last = [scenario.players.get(_text(party), "") for party in parties]
            named = _list([label for label in [*first, last] if label])
            within = "" if last else f" under {_text(parties[-1])}"
            return f"there is {'a' if truth.all() else 'no'} deal{within} that gives {named} more than having none"
        case Call("rises" | "falls" as function, (quantity, parameter)):
            verb = function if truth.all() else f"does not {function[:-1]}"
            label = _described(scenario, holds, quantity)
            return f"{label} {verb} throughout with {_described(scenario, holds, parameter)} over its range"
    word = "true" if truth.all() else "true in some equilibria only" if truth.any() else "false"
    return f"{holds.text[node.start : node.end]} is {word}"


def _relation(operator: str, left: Node, right: Node, at: At) -> str:
    truth = at(Comparison((operator,), (left, right))) != 0.0  # type: ignore[arg-type]
    word = RELATIONS[operator]
    if truth.all():
        return word
    return f"in some equilibria {word}, in others not," if truth.any() else f"not {word}"


def _quantity(scenario: Scenario, holds: Expression, node: Node, at: At) -> str:
    """A quantity described, with its number or interval."""
    if isinstance(node, Number):
        return f"{node.value:g}"
    found = at(node)
    low, high = float(found.min()), float(found.max())
    told = number(low) if number(low) == number(high) else f"between {number(low)} and {number(high)}"
    if low == 1.0 and isinstance(node, Call) and node.function == "critical_discount":
        told = "1: no discount factor is enough"
    return f"{_described(scenario, holds, node)} ({told})"


def _described(scenario: Scenario, holds: Expression, node: Node) -> str:
    match node:
        case Call("value", (player, structure)):
            return f"{_possessive(scenario.players[_text(player)])} value under {_text(structure)}"
        case Call("offer", (structure, decision, term)):
            name = _text(decision)
            owner = scenario.players[scenario.decisions[name].player if name in scenario.decisions else name]
            return f"{_possessive(owner)} offer of {scenario.terms[_text(term)]} under {_text(structure)}"
        case Call("prob", (structure, outcome)):
            return f"the probability of {_text(outcome)} under {_text(structure)}"
        case Call("qre", (structure, outcome, _)):
            return f"the probability of {_text(outcome)} in noisy play under {_text(structure)}"
        case Call("worst" | "best" as function, (player, *chosen)):
            return f"{_possessive(scenario.players[_text(player)])} {function} payoff{_where(chosen)}"
        case Name(name) if name in scenario.parameters:
            return f"{scenario.parameters[name].label} ({name})"
        case Name(name) if name in scenario.quantities:
            return scenario.quantities[name].label
    return holds.text[node.start : node.end]


def _possessive(label: str) -> str:
    label = f"the {label[4:]}" if label.startswith("The ") else label
    return f"{label}'" if label.endswith("s") else f"{label}'s"


def _where(chosen: Sequence[Node]) -> str:
    listed = [_text(node) for node in chosen if not isinstance(node, Not)]
    excluded = [_text(node.operand) for node in chosen if isinstance(node, Not)]
    if listed:
        return f" at {_list(listed, 'or')}"
    return f" at any outcome but {_list(excluded)}" if excluded else " at any outcome"


def _text(node: Node) -> str:
    return node.value if isinstance(node, Text) else node.name if isinstance(node, Name) else str(node)


def _list(words: Sequence[str], joint: str = "and") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"
