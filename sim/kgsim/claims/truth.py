"""Truths whose numbers are known exactly or between bounds, compared up to rounding.

A statement about values that lie somewhere in a box is *surely* true, *possibly* true, or neither (interval arithmetic,
Moore 1966, and Kleene's three-valued logic). Where every number is known exactly, both say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from kgsim.arrays import Bools, Floats
from kgsim.scenario.evaluation import evaluate, height
from kgsim.scenario.expressions import is_truth
from kgsim.scenario.names import FUNCTIONS
from kgsim.scenario.nodes import (
    And,
    Call,
    Comparison,
    Conditional,
    Curve,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Power,
    Product,
    Sum,
    walk,
)
from kgsim.tolerances import EQUAL

Values: TypeAlias = Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a number; the arrays broadcast against each other.

    Attributes
    ----------
    low, high
        Bounds; equal where the number is known.
    size
        Magnitude of the numbers it stems from, at whose scale differences may be rounding.
    """

    low: Floats
    high: Floats
    size: Floats

    @classmethod
    def exactly(cls, value: Floats, size: Floats | None = None) -> Known:
        """A number that is known."""
        return cls(value, value, _finite(value) if size is None else size)

    @classmethod
    def between(cls, low: Floats, high: Floats) -> Known:
        """A number of which only bounds are known."""
        return cls(low, high, np.maximum(_finite(low), _finite(high)))


Calls: TypeAlias = Mapping[Call, Known]
Corners: TypeAlias = Mapping[Call, Floats]


def truth(
    node: Node, environment: Values, calls: Calls, equal: float = EQUAL, corners: Corners | None = None
) -> tuple[Bools, Bools]:
    """Whether a statement is surely true, and whether it is possibly true.

    Parameters
    ----------
    node
        A truth.
    environment
        Name to value.
    calls
        What is known of every call of a claim's function.
    equal
        Numbers that differ by up to this share of the values they are made of are equal.
    corners
        Calls whose values are mixtures, to their values at the corners between which they lie, along the last axis: a
        comparison that is affine in them is as it is at the corners, and so sharp.

    Returns
    -------
    surely, possibly
        Of the broadcast shape. Sound, not sharp: a number that occurs twice is taken to vary twice.
    """
    match node:
        case And(operands):
            return _all(np.logical_and, [truth(each, environment, calls, equal, corners) for each in operands])
        case Or(operands):
            return _all(np.logical_or, [truth(each, environment, calls, equal, corners) for each in operands])
        case Not(operand):
            surely, possibly = truth(operand, environment, calls, equal, corners)
            return ~possibly, ~surely
        case Conditional(then, condition, otherwise) if is_truth(condition):
            (yes, maybe), (one, one_maybe), (other, other_maybe) = (
                truth(part, environment, calls, equal, corners) for part in (condition, then, otherwise)
            )
            surely = (yes & one) | (~maybe & other) | (one & other)
            return surely, (maybe & one_maybe) | (~yes & other_maybe)
        case Comparison(operators, operands):
            numbers = [bounds(operand, environment, calls) for operand in operands]
            size = reduce(np.maximum, (number.size for number in numbers))
            gaps = [
                _gap(left, right, numbers[place], numbers[place + 1], environment, corners)
                for place, (left, right) in enumerate(pairwise(operands))
            ]
            pairs = zip(operators, gaps, strict=True)
            return _all(np.logical_and, [_compare(operator, *gap, equal * size) for operator, gap in pairs])
    number = bounds(node, environment, calls)
    return (number.low > 0.0) | (number.high < 0.0), (number.low != 0.0) | (number.high != 0.0)


def bounds(node: Node, environment: Values, calls: Calls) -> Known:
    """What is known of a number, given what is known of the calls in it."""
    inside = {part: calls[part] for part, _ in walk(node) if isinstance(part, Call) and part in calls}
    if not inside:
        return Known.exactly(np.asarray(evaluate(node, environment)))
    with np.errstate(all="ignore"):
        match node:
            case Call() if node in calls:
                return calls[node]
            case Negative(operand):
                number = bounds(operand, environment, calls)
                return Known(-number.high, -number.low, number.size)
            case Sum(signs, terms):
                numbers = [bounds(term, environment, calls) for term in terms]
                ends = [
                    (number.low, number.high) if sign > 0 else (-number.high, -number.low)
                    for sign, number in zip(signs, numbers, strict=True)
                ]
                low, high = (reduce(np.add, [end[side] for end in ends]) for side in (0, 1))
                return Known(low, high, _sizes(numbers, low, high))
            case Product(operators, factors) if not any(
                operator == "/" and _varies(factor, inside) for operator, factor in zip(operators, factors, strict=True)
            ):
                numbers = [bounds(factor, environment, calls) for factor in factors]
                low, high = numbers[0].low, numbers[0].high
                for operator, number in zip(operators[1:], numbers[1:], strict=True):
                    apply = np.multiply if operator == "*" else np.divide
                    corners = [apply(end, factor) for end in (low, high) for factor in (number.low, number.high)]
                    low, high = reduce(np.minimum, corners), reduce(np.maximum, corners)
                return Known(low, high, _sizes(numbers, low, high))
            case Call("abs", (argument,)):
                number = bounds(argument, environment, calls)
                one, other = np.abs(number.low), np.abs(number.high)
                low = np.where((number.low < 0.0) & (number.high > 0.0), 0.0, np.minimum(one, other))
                return Known(low, np.maximum(one, other), number.size)
            case Call("exp" | "log" | "sqrt" as function, (argument,)):
                number = bounds(argument, environment, calls)
                low, high = (np.asarray(getattr(np, function)(end)) for end in (number.low, number.high))
                return Known(np.where(np.isnan(low), -np.inf, low), high, _sizes([number], low, high))
            case Power(base, Number(exponent)) if exponent > 0.0 and exponent % 1.0 == 0.0:
                even = exponent % 2.0 == 0.0
                number = bounds(Call("abs", (base,)) if even else base, environment, calls)
                low, high = number.low**exponent, number.high**exponent
                return Known(low, high, _sizes([number], low, high))
            case Call("min" | "max" as function, arguments):
                numbers = [bounds(argument, environment, calls) for argument in arguments]
                choose = np.minimum if function == "min" else np.maximum
                low, high = (reduce(choose, [(number.low, number.high)[side] for number in numbers]) for side in (0, 1))
                return Known(low, high, _sizes(numbers, low, high))
            case Curve(argument, at, heights) if not any(_varies(level, inside) for level in heights):
                number = bounds(argument, environment, calls)
                levels = [evaluate(level, environment) for level in heights]
                outer = [height(at, levels, end) for end in (number.low, number.high)]
                between = [(number.low < x) & (x < number.high) for x in at]
                bent = list(zip(between, levels, strict=True))
                low = reduce(np.minimum, [*outer, *(np.where(within, level, np.inf) for within, level in bent)])
                high = reduce(np.maximum, [*outer, *(np.where(within, level, -np.inf) for within, level in bent)])
                return Known(low, high, _sizes([number], low, high))
    # Of anything else only the value at known numbers is told.
    value = np.asarray(evaluate(node, environment, {call: number.low for call, number in inside.items()}))
    known = reduce(np.logical_and, [number.low == number.high for number in inside.values()])
    low, high = np.where(known, value, -np.inf), np.where(known, value, np.inf)
    return Known(low, high, _sizes(list(inside.values()), low, high))


def _all(operation: Callable[..., Any], truths: list[tuple[Bools, Bools]]) -> tuple[Bools, Bools]:
    surely, possibly = zip(*truths, strict=True)
    return np.asarray(reduce(operation, surely)), np.asarray(reduce(operation, possibly))


def _gap(
    left: Node, right: Node, one: Known, other: Known, environment: Values, corners: Corners | None
) -> tuple[Floats, Floats]:
    """Bounds of what the left side has over the right one."""
    difference = Sum((1, -1), (left, right))
    if corners and affine(difference, corners):
        column = {name: np.asarray(value)[..., None] for name, value in environment.items()}
        found = evaluate(difference, column, corners)
        return found.min(axis=-1), found.max(axis=-1)
    with np.errstate(invalid="ignore"):
        return one.low - other.high, one.high - other.low


def affine(node: Node, calls: Collection[Call]) -> bool:
    """Whether a number is a weighted sum of calls and of what does not depend on them."""
    match node:
        case Call() if node in calls:
            return True
        case Negative(operand):
            return affine(operand, calls)
        case Sum(_, terms):
            return all(affine(term, calls) for term in terms)
        case Product(operators, factors):
            varying = [place for place, factor in enumerate(factors) if _varies(factor, calls)]
            return not varying or (
                len(varying) == 1 and operators[varying[0]] == "*" and affine(factors[varying[0]], calls)
            )
    return not any(isinstance(part, Call) and part.function not in FUNCTIONS for part, _ in walk(node))


def _compare(operator: str, low: Floats, high: Floats, tolerance: Floats) -> tuple[Bools, Bools]:
    match operator:
        case "<":
            return high < -tolerance, low < -tolerance
        case "<=":
            return high <= tolerance, low <= tolerance
        case ">":
            return low > tolerance, high > tolerance
        case ">=":
            return low >= -tolerance, high >= -tolerance
    same, maybe = (low >= -tolerance) & (high <= tolerance), (low <= tolerance) & (high >= -tolerance)
    return (same, maybe) if operator == "==" else (~maybe, ~same)


def _varies(node: Node, calls: Collection[Call]) -> bool:
    return any(isinstance(part, Call) and part in calls for part, _ in walk(node))


def _sizes(numbers: list[Known], low: Floats, high: Floats) -> Floats:
    return np.asarray(reduce(np.maximum, [number.size for number in numbers], np.maximum(_finite(low), _finite(high))))


def _finite(values: Floats) -> Floats:
    size = np.abs(values)
    return np.asarray(np.where(np.isfinite(size), size, 0.0))
