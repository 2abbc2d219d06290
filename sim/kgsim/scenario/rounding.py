"""How large the numbers are that a formula is computed from, which bounds the rounding of its value.

A profit of 0.1 that is the difference of two millions is known to ten digits less than the 0.1 of a table. So a running
bound goes through the formula beside its value: sums add their terms' sizes, products multiply them (Higham 2002,
section 3.3, to first order).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise

import numpy as np

from kgsim.arrays import Floats
from kgsim.scenario.evaluation import evaluate, height
from kgsim.scenario.nodes import Call, Conditional, Curve, Field, Name, Negative, Node, Power, Product, Sum

Numbers = Mapping[str, Floats]


def size(node: Node, env: Numbers, sizes: Numbers) -> Floats:
    """The size of the numbers that `node` is computed from, never less than its value's.

    Parameters
    ----------
    node
        The root of an expression, or part of one.
    env
        The value of every name.
    sizes
        The sizes of those that are computed themselves; of the others it is that of their value.
    """
    with np.errstate(all="ignore"):
        return _bounded(node, env, sizes)[1]


def _bounded(node: Node, env: Numbers, sizes: Numbers) -> tuple[Floats, Floats]:
    """A value and its size, both computed once for every part."""
    value, found = _value_and_size(node, env, sizes)
    return value, np.fmax(np.abs(value), found)


def _value_and_size(node: Node, env: Numbers, sizes: Numbers) -> tuple[Floats, Floats]:
    def of(part: Node) -> tuple[Floats, Floats]:
        return _bounded(part, env, sizes)

    match node:
        case Name(name):
            value = np.asarray(env[name])
            return value, sizes.get(name, np.abs(value))
        case Field(owner, term):
            value = np.asarray(env[f"{owner}.{term}"])
            return value, sizes.get(f"{owner}.{term}", np.abs(value))
        case Negative(operand):
            value, known = of(operand)
            return -value, known
        case Sum(signs, terms):
            parts = [of(term) for term in terms]
            value = reduce(np.add, [sign * part for sign, (part, _) in zip(signs, parts, strict=True)])
            return np.asarray(value), np.asarray(reduce(np.add, [known for _, known in parts]))
        case Product(operators, factors):
            return _product(operators, [of(factor) for factor in factors])
        case Power(base, exponent):
            below, known = of(base)
            power, _ = of(exponent)
            value = np.asarray(below**power)
            return value, np.asarray(np.abs(value) * _relative(below, known) ** np.fmax(1.0, np.abs(power)))
        case Call("min" | "max" as function, arguments):
            choose = np.minimum if function == "min" else np.maximum
            values, knowns = zip(*map(of, arguments), strict=True)
            return np.asarray(reduce(choose, values)), np.asarray(reduce(np.maximum, knowns))
        case Call("abs" | "exp" | "log" | "sqrt" as function, (argument,)):
            inner, known = of(argument)
            value = np.asarray(getattr(np, function)(inner))
            if function == "abs":
                return value, known
            if function == "exp":
                return value, value * np.fmax(1.0, known)
            more = _relative(inner, known)
            return value, np.abs(value) + more if function == "log" else value * more
        case Conditional(then, condition, otherwise):
            chosen = evaluate(condition, env) != 0.0
            one, other = of(then), of(otherwise)
            return np.where(chosen, one[0], other[0]), np.where(chosen, one[1], other[1])
        case Curve(argument, at, heights):
            (x, known), levels = of(argument), [of(level) for level in heights]
            at_points = [level for level, _ in levels]
            slopes = [
                np.abs((high - low) / (right - left))
                for (low, high), (left, right) in zip(pairwise(at_points), pairwise(at), strict=True)
            ]
            highest = reduce(np.maximum, [known_level for _, known_level in levels])
            return height(at, at_points, x), np.asarray(highest + reduce(np.maximum, slopes) * known)
        case _:
            value = evaluate(node, env)
            return value, np.abs(value)


def _product(operators: Sequence[str], factors: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    value, found = factors[0]
    for operator, (factor, known) in zip(operators[1:], factors[1:], strict=True):
        if operator == "*":
            value, found = value * factor, found * known
        else:
            value, found = value / factor, found * (_relative(factor, known) / np.abs(factor))
    return value, found


def _relative(value: Floats, known: Floats) -> Floats:
    """By how much more than its value something is rounded."""
    return np.fmax(1.0, known / np.abs(value))
