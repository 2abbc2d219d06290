"""Text to syntax tree, by the grammar in expression.lark, with error messages for analysts."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from kgsim.errors import KgsimError
from kgsim.scenario import nodes
from kgsim.scenario.names import CLAIM_FUNCTIONS, FUNCTIONS, RESERVED, fault_of_name, suggestion
from kgsim.scenario.nodes import Node

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_LENGTH = 2_000
MAX_NODES = 500
MAX_DEPTH = 50

_TOO_DEEP = f"this is nested more than {MAX_DEPTH} deep; split it into quantities"

_ONE_ARGUMENT = frozenset({"abs", "exp", "log", "sqrt"})

_HINTS = {
    "=": "write == to compare",
    "^": "write ** for a power",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`, or != to compare",
    "%": "write a share as a number, such as 0.25",
    "[": "use round brackets",
    "{": "use round brackets",
    "'": "quote the name of an outcome with double quotes",
    "\u2212": "write the plain hyphen - for minus",
    "\u00d7": "write * to multiply",
    "\u00b7": "write * to multiply",
    "\u00f7": "write / to divide",
    "_": "a name starts with a letter",
}


@dataclass(frozen=True)
class _Knot(nodes.Span):
    """``x -> y``: a point of a curve, which is no value by itself."""

    x: Node
    y: Node


class ExpressionError(KgsimError, ValueError):
    """A text is not an expression.

    Attributes
    ----------
    message
        What was found and what was expected, as a sentence.
    column
        Where in the text, from 1.
    """

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"{message} (column {column})")


def syntax_tree(text: str, *, functions: Collection[str] = (), attributes: bool = False) -> Node:
    """Parse `text` to its syntax tree; see `kgsim.scenario.expressions.parse` for the arguments."""
    _refuse_absurd(text)
    root = _Builder(text, functions, attributes).node(_tree(text))
    for count, (node, depth) in enumerate(nodes.walk(root), start=1):
        if depth > MAX_DEPTH:
            raise ExpressionError(_TOO_DEEP, node.start + 1)
        if count > MAX_NODES:
            raise ExpressionError(
                f"the expression has more than {MAX_NODES} parts; split it into quantities", node.start + 1
            )
    _refuse_stray_text(root)
    return root


def _refuse_absurd(text: str) -> None:
    """Refuse, before any parsing, what is too long or too deep to be meant."""
    if not text.strip():
        raise ExpressionError("the expression is empty", 1)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(text)} characters and at most {MAX_LENGTH} are allowed; split it into quantities",
            MAX_LENGTH + 1,
        )
    depth = run = 0
    for column, character in enumerate(text, start=1):
        depth += (character == "(") - (character == ")")
        # A run of signs or of `**` nests as deep as brackets do.
        run = run + 1 if character in "+-*" else run if character.isspace() else 0
        if max(depth, run) > MAX_DEPTH:
            raise ExpressionError(_TOO_DEEP, column)


def _refuse_stray_text(root: Node) -> None:
    """A quoted text names an outcome, so it means something only as an argument of a claim's function."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Text):
            raise ExpressionError(
                f'the quoted text "{node.value}" has no place here; only the functions of claims take one',
                node.start + 1,
            )
        if not (isinstance(node, nodes.Call) and node.function not in FUNCTIONS):
            pending.extend(nodes.children(node))


@cache
def _grammar() -> Lark:
    from lark import Lark

    return Lark.open("expression.lark", __file__, parser="lalr", lexer="basic", propagate_positions=True)


def _tree(text: str) -> Tree[Token]:
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    try:
        return _grammar().parse(text)
    except UnexpectedCharacters as error:
        position = error.pos_in_stream or 0
        raise ExpressionError(_bad_character(text, position), position + 1) from None
    except UnexpectedEOF:
        raise ExpressionError("the expression ends too early", len(text) + 1) from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            message = f"the expression ends where {_expected(error.accepts or error.expected)} is expected"
            raise ExpressionError(message, len(text) + 1) from None
        raise ExpressionError(_bad_token(text, error), (error.token.start_pos or 0) + 1) from None


def _bad_character(text: str, position: int) -> str:
    character = text[position]
    if character == '"':
        return 'the quotation mark " is never closed'
    described = repr(character)
    if not character.isascii():
        described += f" ({unicodedata.name(character, 'unnamed character')})"
    hint = _HINTS.get(character)
    return f"{described} has no meaning here" + (f"; {hint}" if hint else "")


def _bad_token(text: str, error: Any) -> str:
    token = error.token
    expected = _expected(error.accepts or error.expected)
    before = text[: token.start_pos].rstrip()
    message = f"found {str(token)!r} where {expected} is expected"
    operand = token.type in {"NAME", "NUMBER", "LPAR"}
    if operand and before[-1:].isdigit() and text[token.start_pos - 1] == before[-1]:
        return f"{message}; write * to multiply"
    if token.type == "NAME" and "ADD" in error.expected:
        return f'{message}; write an operator between them, or quote the name of an outcome: "two words"'
    if token.type == "DOT":
        return f"{message}; the only names with a dot are decision.term"
    return message


def _expected(terminals: Collection[str]) -> str:
    if "NUMBER" in terminals:
        return "a number, a name or an opening bracket"
    wanted = []
    if "RPAR" in terminals:
        wanted.append("a closing bracket")
    if "ADD" in terminals:
        wanted.append("an operator")
    if "_ELSE" in terminals and "RPAR" not in terminals and "$END" not in terminals:
        wanted.append("`else`")
    if "$END" in terminals:
        wanted.append("the end")
    return " or ".join(wanted) if wanted else "a name"


class _Builder:
    """Turns Lark's tree into nodes; refuses what a grammar cannot: unknown functions, wrong arguments."""

    def __init__(self, text: str, functions: Collection[str], attributes: bool) -> None:
        self.text = text
        self.functions = functions
        self.attributes = attributes

    def node(self, tree: Tree[Token]) -> Node:
        """Build bottom-up without recursion, since brackets may nest to any depth before they are counted."""
        built: dict[int, Node] = {}
        for subtree in tree.iter_subtrees():  # children before parents
            parts: list[Any] = [built.get(id(child), child) for child in subtree.children]
            make: Callable[[Sequence[Any]], Node] = getattr(self, f"_{subtree.data}")
            node = make(parts)
            built[id(subtree)] = replace(node, start=subtree.meta.start_pos, end=subtree.meta.end_pos)
        return built[id(tree)]

    def _number(self, parts: Sequence[Any]) -> Node:
        value = float(parts[0])
        if not math.isfinite(value):
            raise ExpressionError(f"the number {parts[0]} is too large", parts[0].start_pos + 1)
        return nodes.Number(value)

    def _truth(self, parts: Sequence[Any]) -> Node:
        return nodes.Truth(str(parts[0]) == "true")

    def _string(self, parts: Sequence[Any]) -> Node:
        return nodes.Text(str(parts[0])[1:-1])

    def _name(self, parts: Sequence[Any]) -> Node:
        return nodes.Name(self._checked(parts[0]))

    def _field(self, parts: Sequence[Any]) -> Node:
        if not self.attributes:
            raise ExpressionError(
                f"found '{parts[0]}.{parts[2]}', but a name with a dot (decision.term) has a place only in the "
                "terms of an outcome",
                parts[0].start_pos + 1,
            )
        return nodes.Field(self._checked(parts[0]), self._checked(parts[2]))

    def _checked(self, token: Token) -> str:
        name = str(token)
        column = (token.start_pos or 0) + 1
        if name in RESERVED:
            raise ExpressionError(f"{name} is a function and needs its arguments in brackets", column)
        fault = fault_of_name(name)
        if fault is not None:
            raise ExpressionError(f"{name!r} cannot be a name: {fault}", column)
        return name

    def _call(self, parts: Sequence[Any]) -> Node:
        token, name = parts[0], str(parts[0])
        arguments = tuple(part for part in parts[2:-1] if part is not None)
        column = token.start_pos + 1
        allowed = (*FUNCTIONS, *self.functions)
        if name not in allowed:
            known_elsewhere = name in CLAIM_FUNCTIONS
            remedy = "it belongs to claims" if known_elsewhere else suggestion(name, allowed, "function")
            raise ExpressionError(f"there is no function {name!r} here; {remedy}", column)
        if not arguments:
            raise ExpressionError(f"{name}() needs its arguments in brackets", column)
        if name == "curve":
            return _curve(arguments, column)
        stray = next((part for part in arguments if isinstance(part, _Knot)), None)
        if stray is not None:
            raise ExpressionError(f"{name} takes no points `x -> y`; only curve does", stray.start + 1)
        if name in _ONE_ARGUMENT and len(arguments) != 1:
            raise ExpressionError(f"{name} takes one argument and was given {len(arguments)}", column)
        return nodes.Call(name, arguments)

    def _knot(self, parts: Sequence[Any]) -> Any:
        return _Knot(*parts)

    def _group(self, parts: Sequence[Any]) -> Node:
        inner: Node = parts[1]
        return inner

    def _signed(self, parts: Sequence[Any]) -> Node:
        operand: Node = parts[1]
        return nodes.Negative(operand) if str(parts[0]) == "-" else operand

    def _raised(self, parts: Sequence[Any]) -> Node:
        return nodes.Power(parts[0], parts[2])

    def _multiple(self, parts: Sequence[Any]) -> Node:
        return nodes.Product(("*", *map(str, parts[1::2])), tuple(parts[::2]))  # type: ignore[arg-type]

    def _total(self, parts: Sequence[Any]) -> Node:
        signs = (1, *(1 if str(sign) == "+" else -1 for sign in parts[1::2]))
        return nodes.Sum(signs, tuple(parts[::2]))

    def _chain(self, parts: Sequence[Any]) -> Node:
        return nodes.Comparison(tuple(map(str, parts[1::2])), tuple(parts[::2]))  # type: ignore[arg-type]

    def _negation(self, parts: Sequence[Any]) -> Node:
        return nodes.Not(parts[1])

    def _all_of(self, parts: Sequence[Any]) -> Node:
        return nodes.And(tuple(parts))

    def _any_of(self, parts: Sequence[Any]) -> Node:
        return nodes.Or(tuple(parts))

    def _conditional(self, parts: Sequence[Any]) -> Node:
        return nodes.Conditional(parts[0], parts[1], parts[2])


def _curve(arguments: Sequence[Any], column: int) -> nodes.Curve:
    """A curve whose points are told from left to right, once each."""
    argument, *points = arguments
    if isinstance(argument, _Knot):
        raise ExpressionError("curve starts with what it is a curve of: `curve(x, 0 -> 0, 1 -> 1)`", argument.start + 1)
    wrong = next((point for point in points if not isinstance(point, _Knot)), None)
    if wrong is not None:
        raise ExpressionError("a point of a curve is written `x -> y`, such as `0.5 -> 0.8`", wrong.start + 1)
    if len(points) < 2:
        raise ExpressionError(
            f"the curve has {len(points)} point{'s' * (len(points) != 1)} and needs two at least, such as "
            "`curve(x, 0 -> 0, 1 -> 1)`",
            column,
        )
    at = [_abscissa(point.x) for point in points]
    for point, before, here in zip(points[1:], at[:-1], at[1:], strict=True):
        if here == before:
            raise ExpressionError(
                f"the curve has two points at {here:g}, so it is not a function; delete one of them", point.start + 1
            )
        if here < before:
            raise ExpressionError(
                f"the points of a curve go from left to right, and {here:g} comes after {before:g}; sort them",
                point.start + 1,
            )
    return nodes.Curve(argument, tuple(at), tuple(point.y for point in points))


def _abscissa(node: Node) -> float:
    match node:
        case nodes.Number(value):
            return value
        case nodes.Negative(nodes.Number(value)):
            return -value
    message = "where a curve bends is a plain number, such as 0.5; only its heights may vary"
    raise ExpressionError(message, node.start + 1)
