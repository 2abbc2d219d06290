"""The syntax tree of an expression: small frozen nodes, each knowing where it stands in the text.

Sums, products and the like are n-ary, so that a long sum is a wide tree and not a deep one. Positions do
not count when nodes are compared: two nodes are equal if they say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

Comparator = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where a node stands: ``text[start:end]``, brackets around it included."""

    start: int = field(default=0, compare=False, repr=False)
    end: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Number(Span):
    """A number, always a 64-bit float."""

    value: float


@dataclass(frozen=True)
class Truth(Span):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True)
class Text(Span):
    """A quoted text; only as an argument of a claim's function, where it names an outcome."""

    value: str


@dataclass(frozen=True)
class Name(Span):
    """A parameter, quantity or term; as an argument of a claim's function also a player or the like."""

    name: str


@dataclass(frozen=True)
class Field(Span):
    """``owner.field``: the menu value of the move that a decision chose."""

    owner: str
    field: str


@dataclass(frozen=True)
class Negative(Span):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True)
class Not(Span):
    """``not operand``."""

    operand: Node


@dataclass(frozen=True)
class Sum(Span):
    """Terms with their signs (+1 or -1), added from left to right."""

    signs: tuple[int, ...]
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Product(Span):
    """Factors, each multiplied (``*``) or divided by (``/``), left to right; the first is always ``*``."""

    operators: tuple[Literal["*", "/"], ...]
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Power(Span):
    """``base ** exponent``."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Comparison(Span):
    """``a < b <= c``: true where every neighbouring pair compares."""

    operators: tuple[Comparator, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class And(Span):
    """True where every operand is."""

    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Span):
    """True where any operand is."""

    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Conditional(Span):
    """``then if condition else otherwise``."""

    then: Node
    condition: Node
    otherwise: Node


@dataclass(frozen=True)
class Call(Span):
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Curve(Span):
    """``curve(argument, x -> y, ...)``: straight between the points, level before the first and after the last.

    The abscissae `at` ascend.
    """

    argument: Node
    at: tuple[float, ...]
    heights: tuple[Node, ...]


Node = (
    Number | Truth | Text | Name | Field | Negative | Not | Sum | Product | Power
    | Comparison | And | Or | Conditional | Call | Curve
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below `node`, in the order of the text."""
    match node:
        case Negative(operand) | Not(operand):
            return (operand,)
        case Sum(_, parts) | Product(_, parts) | Comparison(_, parts) | And(parts) | Or(parts) | Call(_, parts):
            return parts
        case Power(base, exponent):
            return (base, exponent)
        case Conditional(then, condition, otherwise):
            return (then, condition, otherwise)
        case Curve(argument, _, heights):
            return (argument, *heights)
        case _:
            return ()


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield `node` and every node below it, parents first, with their depth (1 for `node`); not recursive."""
    pending = [(node, 1)]
    while pending:
        current, depth = pending.pop()
        yield current, depth
        pending.extend((child, depth + 1) for child in reversed(children(current)))


def bends(node: Node) -> tuple[tuple[Node, float], ...]:
    """Where the curves in a tree may change their slope: pairs of an argument and a value of it, each pair once.

    Between them, and so inside every cell into which the sets ``argument == value`` cut a space, curves are affine in
    their arguments.
    """
    curves = (part for part, _ in walk(node) if isinstance(part, Curve))
    return tuple(dict.fromkeys((curve.argument, x) for curve in curves for x in curve.at))


def mapped(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Return the tree with nodes exchanged for what `change` gives for them; None keeps a node."""
    new = change(node)
    if new is not None:
        return new

    def all_of(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(mapped(each, change) for each in nodes)

    match node:
        case Negative() | Not():
            return replace(node, operand=mapped(node.operand, change))
        case Sum():
            return replace(node, terms=all_of(node.terms))
        case Product():
            return replace(node, factors=all_of(node.factors))
        case Comparison() | And() | Or():
            return replace(node, operands=all_of(node.operands))
        case Call():
            return replace(node, arguments=all_of(node.arguments))
        case Curve():
            return replace(node, argument=mapped(node.argument, change), heights=all_of(node.heights))
        case Power():
            return replace(node, base=mapped(node.base, change), exponent=mapped(node.exponent, change))
        case Conditional():
            then, condition, otherwise = all_of((node.then, node.condition, node.otherwise))
            return replace(node, then=then, condition=condition, otherwise=otherwise)
        case _:
            return node
