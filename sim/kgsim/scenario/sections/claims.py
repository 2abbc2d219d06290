"""Claims: expressions over the solutions, whose functions name players, structures, outcomes and parameters."""

from __future__ import annotations

from collections.abc import Iterable

from kgsim.scenario.expressions import Expression, is_truth
from kgsim.scenario.model import UNDECLARED, Claim, Evidence, Scenario
from kgsim.scenario.names import CLAIM_FUNCTIONS, OFFER, suggestion
from kgsim.scenario.nodes import And, Call, Name, Node, Not, Or, Text, children, walk
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared, unknown_names
from kgsim.scenario.schema import ScenarioFile
from kgsim.scenario.sections.parameters import check_evidence
from kgsim.scenario.source import Key
from kgsim.scenario.unfit import unfit_for_noise, unfit_for_profiles
from kgsim.wording import listed

USAGE = {
    "value": "value(PLAYER, STRUCTURE)",
    "prob": "prob(STRUCTURE, OUTCOME)",
    "offer": "offer(STRUCTURE, PLAYER or DECISION, TERM)",
    "reached": "reached(STRUCTURE, OUTCOME)",
    "worst": "worst(PLAYER, OUTCOME, ...), with `not OUTCOME` to leave one out",
    "best": "best(PLAYER, OUTCOME, ...), with `not OUTCOME` to leave one out",
    "rises": "rises(EXPRESSION, PARAMETER)",
    "falls": "falls(EXPRESSION, PARAMETER)",
    "sustained": "sustained(REPEATED_GAME, PROFILE)",
    "critical_discount": "critical_discount(REPEATED_GAME, PROFILE)",
    "stable": "stable(nash or seq or smr or gmr, OUTCOME), with a STRUCTURE as third if it is not the first",
    "zopa": "zopa(PLAYER, PLAYER, ...), with a STRUCTURE as last if not the deals of all are meant",
    "qre": "qre(STRUCTURE, OUTCOME, PRECISION)",
}

#: How many arguments a function takes, where it is not two.
TAKES = {OFFER: (3,), "stable": (2, 3), "qre": (3,)}
ANY_NUMBER = ("worst", "best", "zopa")

STABILITIES = ("nash", "seq", "smr", "gmr")


def read_claims(
    file: ScenarioFile, declared: Declared, evidence: dict[str, Evidence] | None, report: Report
) -> dict[str, Claim]:
    """Check every claim's expressions and cited evidence."""
    claims = {}
    for name, entry in file.claims.items():
        key: Key = ("claims", name)
        check_evidence(key, entry.evidence, evidence, report)
        if not entry.says.strip():
            report.add((*key, "says"), "the claim says nothing", "State it in a plain sentence.")
        given = None if entry.given is None else _statement((*key, "given"), entry.given, "premise", declared, report)
        holds = _statement((*key, "holds"), entry.holds, "claim", declared, report)
        if holds is not None:
            evidence_ids = tuple(entry.evidence)
            claims[name] = Claim(name, entry.says, holds, entry.because, evidence_ids, given, entry.kind or UNDECLARED)
    return claims


def check_lenses(scenario: Scenario, report: Report) -> None:
    """Check that the structures that claims look at through another lens are simple enough for it."""
    for claim in scenario.claims.values():
        for key, expression in (("holds", claim.holds), ("given", claim.given)):
            for call in () if expression is None else expression.calls:
                for name in _looked_at(scenario, call):
                    unfit = unfit_for_noise if call.function == "qre" else unfit_for_profiles
                    message, _, remedy = unfit(scenario, scenario.structures[name]).partition(". ")
                    if message:
                        report.add(("claims", claim.name, key), f"{call.function}: {message}", f"{remedy}.")


def _looked_at(scenario: Scenario, call: Call) -> Iterable[str]:
    """The structure that a call looks at through another lens."""
    if call.function == "qre":
        return [node.name for node in call.arguments[:1] if isinstance(node, Name)]
    if call.function == "stable":
        given = [node.name for node in call.arguments[2:] if isinstance(node, Name)]
        return given or list(scenario.structures)[:1]
    return ()


def _statement(key: Key, text: str, what: str, declared: Declared, report: Report) -> Expression | None:
    """Read an expression that is true or false; None if it cannot be read."""
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    refused = declared.elsewhere(terms_allowed=False)
    formula = report.formula(key, text, known, refused=refused, functions=CLAIM_FUNCTIONS)
    if formula is None:
        return None
    for call in formula.calls:
        _CallCheck(key, call, declared, report).run()
    _check_connectives(key, formula, report)
    if not formula.truth:
        report.add(
            key,
            f"the {what} is a number, so it can neither hold nor fail",
            "Compare it with something, such as `value(US, a) > value(US, b)`.",
        )
    elif not formula.calls and not formula.names:
        report.add(key, f"the {what} depends on nothing in the scenario", "Let it say something that could fail.")
    return formula


def _check_connectives(key: Key, formula: Expression, report: Report) -> None:
    """In a claim, and/or/not join what holds or fails; a number there is a forgotten comparison."""
    pending: list[Node] = [formula.root]
    while pending:
        node = pending.pop()
        if isinstance(node, Call) and node.function in USAGE:
            continue
        pending.extend(children(node))
        if isinstance(node, (And, Or, Not)):
            for operand in children(node):
                if not is_truth(operand):
                    text = formula.text[operand.start : operand.end]
                    report.add(
                        key,
                        f"`{text}` is a number, and `and`, `or` and `not` join what holds or fails",
                        "Compare it with something, such as `> 0`.",
                        offset=operand.start,
                    )


class _CallCheck:
    """Checks the arguments of one call of a claim's function."""

    def __init__(self, key: Key, call: Call, declared: Declared, report: Report) -> None:
        self.key, self.call, self.declared, self.report = key, call, declared, report

    def run(self) -> None:
        function, arguments = self.call.function, self.call.arguments
        declared = self.declared
        takes = TAKES.get(function, (2,))
        if function not in ANY_NUMBER and len(arguments) not in takes:
            count = f"{len(arguments)} argument{'s' if len(arguments) != 1 else ''}"
            self._refuse(self.call, f"{function} was given {count} and takes {listed(map(str, takes), 'or')}")
        elif function == OFFER:
            self._offer(*arguments)
        elif function == "value":
            self._named(arguments[0], declared.players, "player")
            self._named(arguments[1], declared.structures, "structure")
        elif function in {"prob", "reached"}:
            self._named(arguments[0], declared.structures, "structure")
            self._named(arguments[1], declared.outcomes, "outcome")
        elif function in {"sustained", "critical_discount"}:
            self._named(arguments[0], declared.repeated, "repeated game")
            first = arguments[0]
            game = first.name if isinstance(first, Name) else ""
            if game in declared.repeated:
                self._named(arguments[1], declared.repeated[game], "profile")
        elif function == "stable":
            self._named(arguments[0], STABILITIES, "stability")
            self._named(arguments[1], declared.outcomes, "outcome")
            for argument in arguments[2:]:
                self._named(argument, declared.structures, "structure")
        elif function == "qre":
            self._named(arguments[0], declared.structures, "structure")
            self._named(arguments[1], declared.outcomes, "outcome")
            self._formula(arguments[2])
        elif function == "zopa":
            self._parties(arguments)
        elif function in ANY_NUMBER:
            self._named(arguments[0], declared.players, "player")
            for argument in arguments[1:]:
                inner = argument.operand if isinstance(argument, Not) else argument
                self._named(inner, declared.outcomes, "outcome")
        else:
            self._formula(arguments[0])
            self._named(arguments[1], declared.parameters, "parameter")

    def _offer(self, structure: Node, decision: Node, term: Node) -> None:
        menus = self.declared.menus
        self._named(structure, self.declared.structures, "structure")
        self._named(decision, menus, "decision")
        if isinstance(decision, Name) and decision.name in menus:
            self._named(term, menus[decision.name], f"term in a menu of {decision.name}")
        if self.declared.types:
            self._refuse(self.call, "what is offered is not told where players have private types", "Ask for value.")

    def _parties(self, arguments: tuple[Node, ...]) -> None:
        """At least two players, each once, and perhaps a structure."""
        declared = self.declared
        *first, last = arguments
        named = isinstance(last, Name) and last.name in declared.structures and last.name not in declared.players
        parties = first if named else arguments
        for party in parties:
            self._named(party, declared.players, "player")
        names = [party.name for party in parties if isinstance(party, Name)]
        if len(names) < 2 or len(set(names)) < len(names):
            self._refuse(self.call, "whether there is something to agree on needs two different players or more")
        if declared.types:
            self._refuse(self.call, "what a deal is worth depends on private types", "Write a scenario for each type.")

    def _refuse(self, node: Node, message: str, remedy: str = "") -> None:
        usage = f"Usage: {USAGE[self.call.function]}."
        self.report.add(self.key, message, f"{remedy} {usage}".strip(), offset=node.start)

    def _named(self, node: Node, known: Iterable[str], kind: str) -> None:
        if isinstance(node, Name):
            name = node.name
        elif isinstance(node, Text) and kind == "outcome":
            name = node.value
        else:
            self._refuse(node, f"the name of {'an' if kind[0] == 'o' else 'a'} {kind} is expected here")
            return
        known = list(known)
        if name not in known:
            self._refuse(node, f"there is no {kind} named {name!r}", suggestion(name, known, kind))

    def _formula(self, node: Node) -> None:
        inner = next((part for part, _ in walk(node) if isinstance(part, Call) and part.function in USAGE), None)
        if inner is not None:
            self._refuse(inner, f"{inner.function}(...) has no place inside {self.call.function}(...)")
            return
        text = next((part for part, _ in walk(node) if isinstance(part, Text)), None)
        if text is not None:
            self._refuse(text, "a quoted text has no value")
            return
        declared = self.declared
        known = {"parameter": declared.parameters, "quantity": declared.quantities}
        for name, message, remedy in unknown_names(node, known, declared.elsewhere(terms_allowed=False)):
            self._refuse(name, message, remedy)
