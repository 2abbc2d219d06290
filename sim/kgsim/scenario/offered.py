"""Terms offered from an interval: payoffs must be affine in them, piece by piece.

A mover that may choose any value of a term has no best one among finitely many unless payoffs are affine in the terms
on offer, together: then what is worth offering lies at the corners of the regions in which later movers answer alike.
Curves are straight between their points, so they only divide an interval into several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Action, Decision, OutcomeRule, Structure
from kgsim.scenario.nodes import Conditional, Curve, Field, Name, Negative, Node, Product, Sum, children
from kgsim.scenario.problems import Report

#: Terms on offer, as ``decision.term``.
Offered = frozenset[str]

REMEDY = (
    "Give one of them a step or a list of values (`{from: 0, to: 1, step: 0.25}`), or write what bends as a curve of "
    "one term: `curve(term, 0 -> 0, 0.5 -> 0.8, 1 -> 1)`."
)


@dataclass(frozen=True)
class _NotAffineError(Exception):
    """A part of an expression that is not affine, and why."""

    node: Node
    why: str


class _Reader:
    """Reads which terms on offer an expression is affine in."""

    def __init__(self, fields: Offered, names: Mapping[str, tuple[Offered, str | None]], text: str) -> None:
        self.fields, self.names, self.text = fields, names, text
        self.bends: dict[str, set[float]] = {}

    def __call__(self, node: Node) -> Offered:
        match node:
            case Field(owner, term):
                return frozenset({f"{owner}.{term}"}) & self.fields
            case Name(name):
                return self.names.get(name, (frozenset(), None))[0]
            case Negative(operand):
                return self(operand)
            case Sum(_, terms):
                return frozenset().union(*map(self, terms))
            case Product():
                return self._product(node)
            case Conditional(then, condition, otherwise):
                if self(condition):
                    raise _NotAffineError(node, f"its condition turns on {_told(self(condition))}")
                return self(then) | self(otherwise)
            case Curve(argument, at, heights) if self(argument):
                key = self.bare(argument)
                if key is None or any(map(self, heights)):
                    raise _NotAffineError(node, f"it is a curve of more than the term {_told(self(argument))} alone")
                self.bends.setdefault(key, set()).update(at)
                return frozenset({key})
            case _:
                used = frozenset[str]().union(*map(self, children(node)))
                if used:
                    raise _NotAffineError(node, f"it is not affine in {_told(used)}")
                return used

    def bare(self, node: Node) -> str | None:
        """The term that a node stands for by itself, if it does."""
        match node:
            case Field(owner, term) if f"{owner}.{term}" in self.fields:
                return f"{owner}.{term}"
            case Name(name):
                return self.names.get(name, (frozenset(), None))[1]
            case _:
                return None

    def _product(self, node: Product) -> Offered:
        found: Offered = frozenset()
        for operator, factor in zip(node.operators, node.factors, strict=True):
            here = self(factor)
            if here and operator == "/":
                raise _NotAffineError(node, f"it divides by {_told(here)}")
            if here and found:
                raise _NotAffineError(node, f"it multiplies {_told(found)} by {_told(here)}")
            found |= here
        return found


def _told(offered: Iterable[str]) -> str:
    return " and ".join(sorted(offered))


def with_bends(
    decisions: Mapping[str, Decision],
    outcomes: Iterable[OutcomeRule],
    utilities: Mapping[str, Expression],
    report: Report,
) -> dict[str, Decision]:
    """Check that payoffs are affine in what is offered from intervals, and divide these where curves bend.

    Parameters
    ----------
    decisions, outcomes, utilities
        Sections of a scenario as they were read.
    report
        Told each formula that is not affine, with the part of it, the terms and the remedy.

    Returns
    -------
    dict
        The decisions, those with intervals having an action for each end and bend.
    """
    fields = frozenset(
        f"{name}.{term}" for name, decision in decisions.items() for own in decision.intervals.values() for term in own
    )
    bends: dict[str, set[float]] = {}
    for rule in outcomes if fields else ():
        names: dict[str, tuple[Offered, str | None]] = {}
        for term, formula in rule.terms.items():
            reader = _Reader(fields, {}, formula.text)
            found = _read(reader, formula, ("outcomes", rule.name, "terms", term), rule.name, report)
            names[term] = found, reader.bare(formula.root)
            _join(bends, reader.bends)
        for player, formula in utilities.items():
            reader = _Reader(fields, names, formula.text)
            _read(reader, formula, ("utilities", player), rule.name, report)
            _join(bends, reader.bends)
    return {name: _divided(decision, bends) for name, decision in decisions.items()}


def _read(reader: _Reader, formula: Expression, key: tuple[str, ...], outcome: str, report: Report) -> Offered:
    try:
        return reader(formula.root)
    except _NotAffineError as error:
        part = formula.text[error.node.start : error.node.end].strip()
        report.add(
            key,
            f"terms offered from an interval must enter payoffs one by one, and `{part}` does not let them: "
            f"{error.why} (outcome {outcome!r})",
            REMEDY,
            offset=error.node.start,
        )
        return frozenset()


def _join(bends: dict[str, set[float]], more: Mapping[str, set[float]]) -> None:
    for key, at in more.items():
        bends.setdefault(key, set()).update(at)


def _divided(decision: Decision, bends: Mapping[str, set[float]]) -> Decision:
    """The decision with an action for each end and bend of its intervals."""
    if not any(f"{decision.name}.{term}" in bends for own in decision.intervals.values() for term in own):
        return decision
    intervals: dict[str, dict[str, tuple[float, ...]]] = {}
    for move, own in decision.intervals.items():
        intervals[move] = {}
        for term, ends in own.items():
            inside = {x for x in bends.get(f"{decision.name}.{term}", ()) if ends[0] < x < ends[-1]}
            intervals[move][term] = tuple(sorted({*ends, *inside}))
    actions: dict[tuple[object, ...], Action] = {}
    for action in decision.actions:
        own = intervals.get(action.move, {})
        for values in product(*(own.get(term, (value,)) for term, value in action.menu.items())):
            each = Action(action.move, dict(zip(action.menu, values, strict=True)))
            actions[each.move, *each.menu.items()] = each
    return replace(decision, actions=tuple(actions.values()), intervals=intervals)


def check_intervals(
    decisions: Mapping[str, Decision], structures: Mapping[str, Structure], types: Iterable[str], report: Report
) -> None:
    """Report intervals where they cannot be solved exactly: too many in one action, or before stages of several movers.

    After an offer every stage must have one mover who maximises an expected utility, for then what is chosen changes
    along hyperplanes.
    """
    for name, decision in decisions.items():
        for move, terms in decision.intervals.items():
            if types:
                report.add(
                    ("moves", name, move, "menu"),
                    "a scenario with private types cannot have terms from an interval",
                    "Give them a step (`{from: 0, to: 1, step: 0.25}`) or a list of values.",
                    at_key=True,
                )
            _check_count(("moves", name, move, "menu"), f"the move {move!r}", len(terms), report)
    for structure in structures.values():
        key = ("structures", structure.name, "play")
        for number, stage in enumerate(structure.play):
            counts = [sum(_most(decisions[name], structure) for name in mover if name in decisions) for mover in stage]
            if not any(counts):
                continue
            _check_count(key, "the bloc", max(counts), report)
            played = (name for each in structure.play for mover in each for name in mover if name in decisions)
            if any(_unsure(decisions[name], structure) for name in played):
                report.add(key, "terms from an interval are offered where chance moves or moves have conditions", STEPS)
            after = structure.play[number + 1 :]
            rules = {structure.blocs[mover].rule for later in after for mover in later if mover in structure.blocs}
            if any(len(later) > 1 for later in after):
                report.add(key, "terms from an interval are offered before a stage that several movers share", LATER)
            elif not rules <= RULES_OF_SUMS:
                report.add(key, "terms from an interval are offered before a bloc that maximises no sum", LATER)


def _unsure(decision: Decision, structure: Structure) -> bool:
    """Whether a decision is chance's, or made only after some moves."""
    return (
        not decision.player or bool(decision.conditions) or decision.name in {*structure.conditions, *structure.seen_by}
    )


STEPS = "Give these terms a step (`{from: 0, to: 1, step: 0.25}`) or a list of values."

LATER = "Give these terms a step (`{from: 0, to: 1, step: 0.25}`) or a list of values, or let movers move in turn."

#: Rules of blocs that maximise an expected utility.
RULES_OF_SUMS = frozenset({"weighted"})

#: Terms that one action may take from intervals.
MOST_TERMS = 5


def _most(decision: Decision, structure: Structure) -> int:
    """How many terms a decision may take from intervals at once under a structure."""
    playable = structure.only.get(decision.name, frozenset(decision.moves))
    return max((len(terms) for move, terms in decision.intervals.items() if move in playable), default=0)


def _check_count(key: tuple[str, ...], who: str, count: int, report: Report) -> None:
    if count > MOST_TERMS:
        report.add(
            key,
            f"{who} chooses {count} terms from intervals at once; at most {MOST_TERMS} are possible",
            "Give some of them a step (`{from: 0, to: 1, step: 0.25}`) or a list of values.",
            at_key=True,
        )
