"""A claim's verdict as a sentence that names the numbers which decide it, in every language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgsim.language import LANGUAGES, Words, words
from kgsim.language.texts import Translated, told_in
from kgsim.results import Verdict
from kgsim.scenario.expressions import Expression
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.nodes import (
    And,
    Call,
    Comparison,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Product,
    Sum,
    Text,
    walk,
)  # fmt: skip
from kgsim.wording import number

At = Callable[[Node], NDArray[np.float64]]

_RELATIONS = {"<": "less", "<=": "most", ">": "more", ">=": "least", "==": "equal", "!=": "other"}


def tell(scenario: Scenario, claim: Claim, verdict: Verdict, at: At, open_sets: Sequence[str]) -> Translated:
    """Tell a verdict, as a text in every language there are words for.

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
    labels = scenario.labels
    return Translated.of(
        {lang: _Teller(words(lang), told_in(labels, lang), at).told(claim, verdict, open_sets) for lang in LANGUAGES}
    )


def told_of(scenario: Scenario, key: str, structure: str) -> Translated:
    """Tell why a claim cannot be decided, with the structure that it speaks of."""
    labels = scenario.labels
    return Translated.of(
        {lang: words(lang)(key, structure=told_in(labels, lang).structure(structure)) for lang in LANGUAGES}
    )


def side_told(scenario: Scenario, claim: Claim, text: str) -> str:
    """Tell a side of what a claim compares, given as it is written, such as ``value(US, parallel)``."""
    sides = (node for node, _ in walk(claim.holds.root) if isinstance(node, Comparison))
    written = {claim.holds.text[each.start : each.end]: each for node in sides for each in node.operands}
    teller = _Teller(words(), scenario.labels, lambda _: np.empty(0))
    return teller.described(claim.holds, written[text])


@dataclass(frozen=True)
class _Teller:
    """What tells in one language: its words, the scenario's labels in it, and the values of nodes."""

    said: Words
    labels: Labels
    at: At

    def told(self, claim: Claim, verdict: Verdict, open_sets: Sequence[str]) -> str:
        said = self.said
        statement = self._statement(claim.holds, claim.holds.root)
        premise = "" if claim.given is None else self._statement(claim.given, claim.given.root)
        names = said.listed(self._structure(name) for name in open_sets)
        if verdict == "undecided":
            why = said("sentence.may_be_more", structures=names) if names else said("sentence.unseen")
            looked_at = said("sentence.given", premise=premise, statement=statement) if premise else statement
            return said("sentence.undecided", statement=looked_at, why=why)
        more = said("sentence.no_matter", structures=names) if names else ""
        key = f"sentence.{verdict}{'_given' if premise and verdict != 'vacuous' else ''}"
        return said(key, premise=premise, statement=statement) + more

    def _statement(self, holds: Expression, node: Node) -> str:
        said, truth = self.said, self.at(node) != 0.0
        how = "yes" if truth.all() else "some" if truth.any() else "no"
        match node:
            case And(operands):
                return said("sentence.and").join(self._statement(holds, operand) for operand in operands)
            case Or(operands):
                return said("sentence.or").join(self._statement(holds, operand) for operand in operands)
            case Not(operand):
                return self._statement(holds, operand)
            case Comparison(operators, operands):
                pairs = zip(operators, operands[:-1], operands[1:], strict=True)
                return said("sentence.and").join(self._compared(holds, *pair) for pair in pairs)
            case Call("reached", (structure, outcome)):
                slots = {"outcome": self._outcome(outcome), "structure": self._structure(_text(structure))}
                return said(f"sentence.reached_{how}", **slots)
            case Call("stable", (concept, outcome, *given)):
                told = self._outcome(outcome) + self._under(given)
                means = said(f"sentence.by_{_text(concept)}")
                return said(f"sentence.stable_{'yes' if truth.all() else 'no'}", outcome=told, concept=means)
            case Call("zopa", parties):
                players = [_text(each) for each in parties if _text(each) in self.labels.full["players"]]
                named = said.listed(self._player(player) for player in players)
                within = self._under(parties[-1:]) if len(players) < len(parties) else ""
                return said(f"sentence.zopa_{'yes' if truth.all() else 'no'}", players=named, within=within)
            case Call("rises" | "falls" as function, (quantity, parameter)):
                slots = {"quantity": self.described(holds, quantity), "parameter": self.described(holds, parameter)}
                return said(f"sentence.{function}_{'yes' if truth.all() else 'no'}", **slots)
        return said(f"sentence.true_{how}", what=self.described(holds, node))

    def _compared(self, holds: Expression, operator: str, left: Node, right: Node) -> str:
        truth = self.at(Comparison((operator,), (left, right))) != 0.0  # type: ignore[arg-type]
        slots = {"left": self._quantity(holds, left), "right": self._quantity(holds, right)}
        relation = f"sentence.{_RELATIONS[operator]}"
        if truth.any() and not truth.all():
            return self.said("sentence.some", statement=self.said(f"{relation}_yes", **slots))
        return self.said(f"{relation}_{'yes' if truth.all() else 'no'}", **slots)

    def _quantity(self, holds: Expression, node: Node) -> str:
        """A quantity described, with its number or interval."""
        if isinstance(node, Number):
            return number(node.value)
        found = self.at(node)
        low, high = (number(float(bound)) for bound in (found.min(), found.max()))
        told = low if low == high else self.said("sentence.between", low=low, high=high)
        if low == "1" and isinstance(node, Call) and node.function == "critical_discount":
            told = self.said("sentence.no_discount")
        return f"{self.described(holds, node)} ({told})"

    def described(self, holds: Expression, node: Node) -> str:
        """A quantity in words; what there are none for, as it is written."""
        said = self.said
        match node:
            case Call("value", (player, structure)):
                return said("sentence.value", player=self._player(_text(player)), within=self._under([structure]))
            case Call("offer", (structure, decision, term)):
                slots = {"player": self.labels.mover(_text(decision)), "term": self.labels.term(_text(term), full=True)}
                return said("sentence.offer", **slots, within=self._under([structure]))
            case Call("prob" | "qre" as function, (structure, outcome, *_)):
                return said(f"sentence.{function}", outcome=self._outcome(outcome), within=self._under([structure]))
            case Call("worst" | "best" as function, (player, *chosen)):
                slots = {"player": self._player(_text(player)), "where": self._where(chosen)}
                return said(f"sentence.{function}", **slots)
            case Name(name) if name in self.labels.full.get("parameters", {}):
                return self.labels.parameter(name, full=True)
            case Name(name) if name in self.labels.full.get("quantities", {}):
                return self.labels.of("quantities", name, full=True)
            case Number(value):
                return number(value)
            case Sum(signs, terms):
                first, *rest = (
                    f"{'−' if sign < 0 else '+'} {self._part(holds, term)}"
                    for sign, term in zip(signs, terms, strict=True)
                )
                return " ".join([first.removeprefix("+ "), *rest])
            case Product(operators, factors):
                first, *rest = (
                    f"{'×' if each == '*' else '/'} {self._part(holds, factor)}"
                    for each, factor in zip(operators, factors, strict=True)
                )
                return " ".join([first.removeprefix("× "), *rest])
        return holds.text[node.start : node.end]

    def _part(self, holds: Expression, node: Node) -> str:
        """A part of a formula, in square brackets where it is itself a sum."""
        told = self.described(holds, node)
        return f"[{told}]" if isinstance(node, (Sum, Negative)) else told

    def _player(self, name: str) -> str:
        return self.labels.player(name, full=True)

    def _structure(self, name: str) -> str:
        return f"“{self.labels.structure(name)}”"

    def _under(self, structure: Sequence[Node]) -> str:
        return self.said("sentence.under", structure=self._structure(_text(structure[0]))) if structure else ""

    def _outcome(self, node: Node) -> str:
        return f"“{self.labels.outcome(_text(node))}”"

    def _where(self, chosen: Sequence[Node]) -> str:
        listed = [self._outcome(node) for node in chosen if not isinstance(node, Not)]
        excluded = [self._outcome(node.operand) for node in chosen if isinstance(node, Not)]
        if listed:
            return self.said("sentence.at", outcomes=self.said.listed(listed, "or"))
        if excluded:
            return self.said("sentence.at_others", outcomes=self.said.listed(excluded))
        return self.said("sentence.at_any")


def _text(node: Node) -> str:
    return node.value if isinstance(node, Text) else node.name if isinstance(node, Name) else str(node)
