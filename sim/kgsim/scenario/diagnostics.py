"""Why an expression has no finite value at a point, in words."""

from __future__ import annotations

import numpy as np

from kgsim.scenario.evaluation import Values, culprit, evaluate
from kgsim.scenario.expressions import Expression
from kgsim.scenario.nodes import Call, Node, Power, Product

REMEDY = "Change the numbers, or guard the formula: `a/b if b != 0 else 0`."


def fault_at(expression: Expression, env: Values) -> str | None:
    """Say which part of an expression is not a finite number and why, or return None if the whole is one.

    Parameters
    ----------
    expression
        Any expression without calls of claims' functions.
    env
        One number for every name.
    """
    node = culprit(expression.root, env)
    if node is None:
        return None
    return f"`{expression.text[node.start : node.end]}` {_reason(node, env)}"


def _reason(node: Node, env: Values) -> str:
    match node:
        case Product(operators, factors) if any(
            sign == "/" and evaluate(factor, env) == 0 for sign, factor in zip(operators, factors, strict=True)
        ):
            return "divides by zero"
        case Power(base, exponent) if evaluate(base, env) == 0 and evaluate(exponent, env) < 0:
            return "divides by zero"
        case Power() if np.isnan(evaluate(node, env)):
            return "is a fractional power of a negative number"
        case Call("log", _):
            return "is the logarithm of a number that is not above 0"
        case Call("sqrt", _):
            return "is the square root of a negative number"
        case _:
            return "is too large a number"
