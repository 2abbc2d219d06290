"""Syntax trees to numbers: each node becomes a closure over numpy arrays, built once and called many times.

Every value is a 64-bit float while it is computed, truths being 1 and 0, so no operation can grow without
bound.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError
from kgsim.scenario.nodes import (
    And,
    Call,
    Comparison,
    Conditional,
    Curve,
    Field,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Power,
    Product,
    Sum,
    Text,
    Truth,
    children,
)

Array = NDArray[Any]
Values = Mapping[str, ArrayLike]
CallValues = Mapping[Call, ArrayLike]
Compiled = Callable[[Values, CallValues], Array]

_FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
}

_COMPARATORS: Mapping[str, Callable[[Array, Array], Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def evaluate(node: Node, env: Values, calls: CallValues | None = None, *, shape: tuple[int, ...] = ()) -> Array:
    """Evaluate one node on numbers or arrays; inf and nan come without a warning.

    Parameters
    ----------
    node
        Any node; need not be the root of an expression.
    env
        Value of every name, and of every dotted name under the key ``"owner.field"``.
    calls
        Value of every call of a claim's function.
    shape
        Spread the result over this shape too, as an expression without names needs.

    Returns
    -------
    ndarray
        float64 of the broadcast shape, truths as 1 and 0.
    """
    return run(compiled(node), env, calls, shape)


def run(formula: Compiled, env: Values, calls: CallValues | None, shape: tuple[int, ...]) -> Array:
    """Call a compiled expression; its value is spread over `shape`, whichever names it uses."""
    with np.errstate(all="ignore"):
        value = np.asarray(formula(env, calls or {}), dtype=np.float64)
    return np.broadcast_to(value, np.broadcast_shapes(shape, value.shape)) if shape else value


def compiled(node: Node) -> Compiled:
    """Turn `node` into a function of the values of names and calls."""
    match node:
        case Number(value) | Truth(value):
            constant = np.asarray(float(value))
            return lambda env, calls: constant
        case Name(name):
            return _lookup(name)
        case Field(owner, term):
            return _lookup(f"{owner}.{term}")
        case Text(value):
            raise GameError(f"the quoted text {value!r} has no numerical value")
        case Call(function, arguments) if function in _FUNCTIONS:
            apply, parts = _FUNCTIONS[function], tuple(map(compiled, arguments))
            return lambda env, calls: apply(*(part(env, calls) for part in parts))
        case Call():
            return _call(node)
        case Negative(operand):
            inner = compiled(operand)
            return lambda env, calls: np.negative(inner(env, calls))
        case Not(operand):
            inner = compiled(operand)
            return lambda env, calls: _number(np.equal(inner(env, calls), 0.0))
        case Sum(signs, terms):
            return _sum(signs, tuple(map(compiled, terms)))
        case Product(operators, factors):
            return _product(operators, tuple(map(compiled, factors)))
        case Power(base, exponent):
            lower, upper = compiled(base), compiled(exponent)
            return lambda env, calls: operator.pow(lower(env, calls), upper(env, calls))
        case Comparison(comparators, operands):
            return _chain(tuple(_COMPARATORS[name] for name in comparators), tuple(map(compiled, operands)))
        case And(operands) | Or(operands):
            join = np.logical_and if isinstance(node, And) else np.logical_or
            return _fold(join, tuple(map(compiled, operands)))
        case Conditional(then, condition, otherwise):
            yes, test, no = compiled(then), compiled(condition), compiled(otherwise)
            return lambda env, calls: np.where(np.not_equal(test(env, calls), 0.0), yes(env, calls), no(env, calls))
        case Curve(argument, at, heights):
            along, levels = compiled(argument), tuple(map(compiled, heights))
            return lambda env, calls: height(at, [level(env, calls) for level in levels], along(env, calls))


def height(at: Sequence[float], heights: Sequence[ArrayLike], x: ArrayLike) -> Array:
    """The height over `x` of the line through points that ascend, level on both sides; at a point exactly its own."""
    value = np.where(np.isnan(x), x, heights[0])
    for left, right, low, high in zip(at[:-1], at[1:], heights[:-1], heights[1:], strict=True):
        share = np.subtract(x, left) / (right - left)
        value = np.where(np.greater(x, left), np.add(low, share * np.subtract(high, low)), value)
        value = np.where(np.greater_equal(x, right), high, value)
    return np.asarray(value)


def _number(truth: Array) -> Array:
    return np.asarray(truth, dtype=np.float64)


def _lookup(key: str) -> Compiled:
    def look_up(env: Values, calls: CallValues) -> Array:
        try:
            return np.asarray(env[key], dtype=np.float64)
        except KeyError:
            raise GameError(f"an expression needs a value for {key!r}, and none was given") from None

    return look_up


def _call(node: Call) -> Compiled:
    def look_up(env: Values, calls: CallValues) -> Array:
        try:
            return np.asarray(calls[node], dtype=np.float64)
        except KeyError:
            raise GameError(f"an expression needs the value of {node.function}(...), and none was given") from None

    return look_up


def _sum(signs: tuple[int, ...], terms: tuple[Compiled, ...]) -> Compiled:
    first, rest = (
        terms[0],
        tuple(zip((np.add if sign > 0 else np.subtract for sign in signs[1:]), terms[1:], strict=True)),
    )

    def total(env: Values, calls: CallValues) -> Array:
        value = first(env, calls)
        for apply, term in rest:
            value = apply(value, term(env, calls))
        return value

    return total


def _product(operators: tuple[str, ...], factors: tuple[Compiled, ...]) -> Compiled:
    first = factors[0]
    rest = tuple(zip((np.multiply if sign == "*" else np.divide for sign in operators[1:]), factors[1:], strict=True))

    def product(env: Values, calls: CallValues) -> Array:
        value = first(env, calls)
        for apply, factor in rest:
            value = apply(value, factor(env, calls))
        return value

    return product


def _chain(comparators: tuple[Callable[[Array, Array], Array], ...], operands: tuple[Compiled, ...]) -> Compiled:
    def chain(env: Values, calls: CallValues) -> Array:
        values = [operand(env, calls) for operand in operands]
        pairs = zip(comparators, values[:-1], values[1:], strict=True)
        return _number(reduce(np.logical_and, (compare(left, right) for compare, left, right in pairs)))

    return chain


def _fold(apply: Callable[[Array, Array], Array], operands: tuple[Compiled, ...]) -> Compiled:
    return lambda env, calls: _number(reduce(apply, (operand(env, calls) != 0.0 for operand in operands)))


def culprit(node: Node, env: Values) -> Node | None:
    """Return the innermost part of `node` that is not a finite number although its own parts are.

    Of an ``if``-``else`` only the branch that is taken counts. None if the value is finite. `env` holds one
    number a name.
    """
    if np.isfinite(evaluate(node, env)):
        return None
    parts: tuple[Node, ...] = children(node)
    if isinstance(node, Conditional):
        chosen = node.then if evaluate(node.condition, env) else node.otherwise
        parts = (node.condition, chosen)
    for part in parts:
        found = culprit(part, env)
        if found is not None:
            return found
    return node
