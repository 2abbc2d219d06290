"""Expressions: text, checked and ready to be evaluated over whole arrays of numbers.

The language is closed: numbers, names, ``+ - * / **``, comparisons (also chained), ``and or not``,
``a if c else b``, a handful of functions and, where the caller allows it, ``decision.term`` and the
functions of claims. Nothing is ever handed to Python to execute, every constant is a 64-bit float, and
length, size and depth are bounded, so that no text can run code or hang.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.scenario.evaluation import CallValues, Compiled, Values, compiled, run
from kgsim.scenario.names import FUNCTIONS
from kgsim.scenario.nodes import (
    And,
    Call,
    Comparison,
    Conditional,
    Field,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Sum,
    Truth,
    children,
)
from kgsim.scenario.parsing import ExpressionError as ExpressionError
from kgsim.scenario.parsing import syntax_tree
from kgsim.wording import number

TRUTH_FUNCTIONS = frozenset({"reached", "rises", "falls", "sustained", "stable", "zopa"})
"""Functions of claims whose value is a truth."""


@dataclass(frozen=True)
class Expression:
    """A checked expression; made by `parse`.

    Attributes
    ----------
    text
        As written.
    root
        Its syntax tree (`kgsim.scenario.nodes`).
    names
        Every plain name outside the arguments of claims' functions.
    attributes
        Every dotted name, as (owner, field).
    calls
        Every distinct call of a claim's function, in the order of the text.
    truth
        Whether its value is a truth (a comparison, and/or/not, ...) and not a number.
    """

    text: str
    root: Node
    names: frozenset[str] = field(init=False, compare=False, repr=False)
    attributes: frozenset[tuple[str, str]] = field(init=False, compare=False, repr=False)
    calls: tuple[Call, ...] = field(init=False, compare=False, repr=False)
    truth: bool = field(init=False, compare=False, repr=False)
    _run: Compiled = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        names, attributes, calls = references(self.root)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "attributes", attributes)
        object.__setattr__(self, "calls", calls)
        object.__setattr__(self, "truth", is_truth(self.root))
        object.__setattr__(self, "_run", compiled(self.root))

    def __reduce__(self) -> tuple[type[Expression], tuple[str, Node]]:
        # Closures cannot be pickled; the tree can, and is compiled again.
        return Expression, (self.text, self.root)

    def __str__(self) -> str:
        return self.text

    def evaluate(self, env: Values, calls: CallValues | None = None, *, shape: tuple[int, ...] = ()) -> NDArray[Any]:
        """Evaluate on numbers or arrays that broadcast against each other.

        Parameters
        ----------
        env
            Value of every name, and of every dotted name under the key ``"owner.field"``.
        calls
            Value of every call of a claim's function.
        shape
            Spread the result over this shape too, as an expression without names needs.

        Returns
        -------
        ndarray
            float64, or bool if `truth`, of the broadcast shape. Division by zero and overflow give inf or nan
            without a warning; whether that is a fault is for the caller to say. ``a if c else b`` is `b`
            wherever `c` does not hold, whatever `a` is there.

        Raises
        ------
        GameError
            If a value is missing.
        """
        value = run(self._run, env, calls, shape)
        return value.astype(np.bool_) if self.truth else value

    def number(self, env: Values) -> float:
        """Evaluate at one point, each value a number or an array of one."""
        return float(self.evaluate(env).item())


def parse(text: str, *, functions: Collection[str] = (), attributes: bool = False) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text
        At most 2 000 characters, 500 nodes and 50 levels deep.
    functions
        Functions that may be called besides min, max, abs, exp, log and sqrt; their calls are not computed
        here but looked up. Quoted texts are allowed only with them.
    attributes
        Whether dotted names (``decision.term``) are allowed.

    Raises
    ------
    ExpressionError
        With a sentence and the column, if `text` is not such an expression.
    """
    return _parse(text, tuple(functions), attributes)


@lru_cache(maxsize=4096)
def _parse(text: str, functions: tuple[str, ...], attributes: bool) -> Expression:
    return Expression(text, syntax_tree(text, functions=functions, attributes=attributes))


def constant(value: float) -> Expression:
    """Return a number as an expression."""
    text = repr(value)
    return Expression(text, Number(float(value), start=0, end=len(text)))


def formula_text(expression: Expression) -> str:
    """Return a formula as written; a mere number in its shortest form."""
    return number(expression.root.value) if isinstance(expression.root, Number) else expression.text


def addends(expression: Expression) -> list[tuple[int, Node, str]]:
    """Split an expression into the terms of its outermost sum.

    Returns
    -------
    list of (sign, node, text)
        Signs are +1 or -1; ``a - (b - c)`` has the terms +a, -b, +c. Their signed values add up to the
        whole. An expression that is not a sum is its own only term.
    """
    found: list[tuple[int, Node, str]] = []
    pending: list[tuple[int, Node]] = [(1, expression.root)]
    while pending:
        sign, node = pending.pop()
        match node:
            case Sum(signs, terms):
                pending.extend((sign * inner, term) for inner, term in zip(signs[::-1], terms[::-1], strict=True))
            case Negative(operand):
                pending.append((-sign, operand))
            case _:
                found.append((sign, node, expression.text[node.start : node.end]))
    return found


def is_truth(node: Node) -> bool:
    """Whether the value of `node` is a truth and not a number."""
    match node:
        case Truth() | Comparison() | And() | Or() | Not():
            return True
        case Call(function, _):
            return function in TRUTH_FUNCTIONS
        case Conditional(then, _, otherwise):
            return is_truth(then) and is_truth(otherwise)
        case _:
            return False


def references(root: Node) -> tuple[frozenset[str], frozenset[tuple[str, str]], tuple[Call, ...]]:
    """Return names, dotted names and claim calls; what stands inside a claim call belongs to the call."""
    names: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    calls: dict[Call, None] = {}
    pending = [root]
    while pending:
        node = pending.pop()
        match node:
            case Name(name):
                names.add(name)
            case Field(owner, term):
                attributes.add((owner, term))
            case Call(function, _) if function not in FUNCTIONS:
                calls.setdefault(node)
            case _:
                pending.extend(reversed(children(node)))
    return frozenset(names), frozenset(attributes), tuple(calls)
