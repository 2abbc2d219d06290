"""How large the numbers are that a formula is computed from, which bounds the rounding of its value.

A profit of 0.1 that is the difference of two millions is known to ten digits less than the 0.1 of a table. So a running
bound goes through the formula beside its value: sums add their terms' sizes, products multiply them (Higham 2002,
section 3.3, to first order).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from kgsim.arrays import Floats
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.nodes import Call, Conditional, Field, Name, Negative, Node, Power, Product, Sum

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
    value = evaluate(node, env)
    with np.errstate(all="ignore"):
        return np.fmax(np.abs(value), _size(node, value, env, sizes))


def _size(node: Node, value: Floats, env: Numbers, sizes: Numbers) -> Floats:
    def of(part: Node) -> Floats:
        return size(part, env, sizes)

    def relative(part: Node) -> Floats:
        """By how much more than its value a part is rounded."""
        return np.fmax(1.0, of(part) / np.abs(evaluate(part, env)))

    match node:
        case Name(name):
            return sizes.get(name, np.abs(value))
        case Field(owner, term):
            return sizes.get(f"{owner}.{term}", np.abs(value))
        case Negative(operand) | Call("abs", (operand,)):
            return of(operand)
        case Sum(_, terms):
            return sum(map(of, terms), np.zeros(()))
        case Product(operators, factors):
            parts = zip(operators, factors, strict=True)
            shares = [of(part) if sign == "*" else relative(part) / np.abs(evaluate(part, env)) for sign, part in parts]
            return np.asarray(reduce(np.multiply, shares))
        case Power(base, exponent):
            return np.asarray(np.abs(value) * relative(base) ** np.fmax(1.0, np.abs(evaluate(exponent, env))))
        case Call("min" | "max", arguments):
            return np.asarray(reduce(np.maximum, map(of, arguments)))
        case Call("exp", (argument,)):
            return np.asarray(value * np.fmax(1.0, of(argument)))
        case Call("log", (argument,)):
            return np.asarray(np.abs(value) + relative(argument))
        case Call("sqrt", (argument,)):
            return np.asarray(value * relative(argument))
        case Conditional(then, condition, otherwise):
            return np.where(evaluate(condition, env) != 0.0, of(then), of(otherwise))
        case _:
            return np.abs(value)
