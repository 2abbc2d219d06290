"""The expression language: what it computes, what it refuses, and that nothing makes it hang."""

from __future__ import annotations

import math
import pickle
import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgsim.errors import GameError
from kgsim.scenario import nodes
from kgsim.scenario.diagnostics import fault_at
from kgsim.scenario.evaluation import culprit, evaluate
from kgsim.scenario.expressions import ExpressionError, addends, constant, parse
from kgsim.scenario.names import CLAIM_FUNCTIONS

ENV = {"a": 2.0, "b": 3.0, "c": -1.0, "zero": 0.0, "lambda": 7.0, "été": 5.0, "note": 1.0, "iffy": 2.0, "trueish": 3.0}

VALUES = [
    ("1 + 2*3", 7.0),
    ("(1 + 2)*3", 9.0),
    ("7 - 2 - 1", 4.0),
    ("12 / 2 / 3", 2.0),
    ("12 / 2 * 3", 18.0),
    ("2 ** 3 ** 2", 512.0),
    ("-2 ** 2", -4.0),
    ("2 ** -1", 0.5),
    ("--a", 2.0),
    ("+a - -b", 5.0),
    (".5 + 1. + 1e1 + 2.5E-1", 11.75),
    ("min(a, b, c)", -1.0),
    ("max(a, b, c)", 3.0),
    ("abs(c) + sqrt(4) + exp(0) + log(1)", 4.0),
    ("a if b > 1 else c", 2.0),
    ("a if b < 1 else c if c > 0 else 9", 9.0),
    ("1/zero if zero != 0 else 5", 5.0),
    ("lambda * été", 35.0),
    ("note + iffy + trueish", 6.0),
    ("1 < a < b", True),
    ("1 < b < a", False),
    ("1 < a == 2 <= 2 != 3", True),
    ("a > 1 and b > 1 and c > 1", False),
    ("a > 1 or b < 1 and c > 1", True),
    ("not a > 1 or b > 1", True),
    ("not (a > 1 or b > 1)", False),
    ("not not true", True),
    ("true and not false", True),
    ("(a > 1) + (b > 1)", 2.0),
    ("1 if a else 2", 1.0),
    ("1 if c else 2", 1.0),
    ("1 if zero else 2", 2.0),
    ("a\n  + b", 5.0),
    ("curve(b, 0 -> 0, 4 -> 8)", 6.0),
    ("curve(b, 0: 0, 4: 8)", 6.0),
    ("curve(a*b, -1 -> c, 2 -> 0, 6 -> a + b) - 1", 4.0),
    ("curve(c, 0 -> 5, 1 -> 6) + curve(9, 0 -> 5, 1 -> 6)", 11.0),
    ("curve(c, -1 -> 3, 0 -> 2) if curve(b, 0 -> 0, 1 -> 1) else 9", 3.0),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text: str, value: float) -> None:
    result = parse(text).evaluate(ENV)
    assert result == value
    assert result.dtype == (np.bool_ if isinstance(value, bool) else np.float64)


def test_arrays_broadcast() -> None:
    rows, columns = np.array([[1.0], [2.0]]), np.array([10.0, 20.0, 30.0])
    result = parse("x*y + 1 if x > 1 else y").evaluate({"x": rows, "y": columns})
    np.testing.assert_array_equal(result, [[10, 20, 30], [21, 41, 61]])


def test_what_an_expression_refers_to() -> None:
    expression = parse("x + US.relief * value(US, par) - value(US, par)", functions=["value"], attributes=True)
    assert expression.names == {"x"}
    assert expression.attributes == {("US", "relief")}
    call = nodes.Call("value", (nodes.Name("US"), nodes.Name("par")))
    assert expression.calls == (call,)
    assert expression.evaluate({"x": 1.0, "US.relief": 3.0}, {call: 2.0}) == 5.0


def test_arguments_of_claims() -> None:
    expression = parse('worst(ROK, "bypass deal", not crisis) < 0', functions=CLAIM_FUNCTIONS)
    (call,) = expression.calls
    assert call.arguments == (nodes.Name("ROK"), nodes.Text("bypass deal"), nodes.Not(nodes.Name("crisis")))
    assert expression.truth
    assert parse("reached(s, o)", functions=CLAIM_FUNCTIONS).truth
    assert not parse("value(s, o)", functions=CLAIM_FUNCTIONS).truth


def test_missing_values_are_named() -> None:
    with pytest.raises(GameError, match="'speed'"):
        parse("speed + 1").evaluate({})
    with pytest.raises(GameError, match="value"):
        parse("value(a, b)", functions=["value"]).evaluate({})


points = st.lists(st.tuples(st.integers(-20, 20), st.integers(-9, 9)), min_size=2, max_size=6, unique_by=lambda p: p[0])


@given(points.map(sorted), st.floats(-25, 25))
def test_a_curve_is_straight_between_its_points_and_level_beyond(knots: list[tuple[int, int]], x: float) -> None:
    text = ", ".join(f"{at} -> {height}" for at, height in knots)
    value = parse(f"curve(x, {text})").evaluate({"x": x})
    assert value == pytest.approx(np.interp(x, *zip(*knots, strict=True)), abs=1e-12)
    for at, height in knots:
        assert parse(f"curve(x, {text})").evaluate({"x": float(at)}) == height


def test_a_curve_of_what_is_no_number_is_none() -> None:
    assert np.isnan(parse("curve(0/0, 0 -> 1, 1 -> 1)").evaluate({}))
    np.testing.assert_array_equal(parse("curve(x, 0 -> 1, 1 -> 2)").evaluate({"x": [-np.inf, np.inf]}), [1, 2])


def test_curves_tell_where_they_bend() -> None:
    root = parse("curve(x - y, -1 -> 0, 0 -> curve(y, 0 -> 1, 1 -> 0), 3 -> 1) + 2*curve(x - y, 0 -> 0, 5 -> k)").root
    gap, y = nodes.Sum((1, -1), (nodes.Name("x"), nodes.Name("y"))), nodes.Name("y")
    assert nodes.bends(root) == ((gap, -1.0), (gap, 0.0), (gap, 3.0), (y, 0.0), (y, 1.0), (gap, 5.0))
    assert nodes.bends(parse("min(x, 1)").root) == ()


def test_names_in_a_curve_are_exchanged_like_any_others() -> None:
    root = parse("curve(x, 0 -> k, 1 -> k*x)").root
    changed = nodes.mapped(root, lambda node: nodes.Name("z") if node == nodes.Name("k") else None)
    assert changed == parse("curve(x, 0 -> z, 1 -> z*x)").root


def test_addends_have_signs_and_add_up() -> None:
    expression = parse("(a + b)*c - a*(b - 1) - (b - (c + 2)) + -a")
    parts = [(sign, text) for sign, _, text in addends(expression)]
    assert parts == [(1, "(a + b)*c"), (-1, "a*(b - 1)"), (-1, "b"), (1, "c"), (1, "2"), (-1, "a")]
    total = sum(sign * evaluate(node, ENV) for sign, node, _ in addends(expression))
    assert total == expression.evaluate(ENV)


def test_an_expression_that_is_no_sum_is_its_own_addend() -> None:
    ((sign, node, text),) = addends(parse("(a if b > 1 else c)"))
    assert (sign, text) == (1, "(a if b > 1 else c)")
    assert isinstance(node, nodes.Conditional)


def test_expressions_survive_pickling_and_compare_by_what_they_say() -> None:
    expression = parse("a*b - 1")
    again = pickle.loads(pickle.dumps(expression))
    assert again == expression
    assert again.evaluate(ENV) == 5.0
    assert parse("a  *  b").root == parse("(a*b)").root
    assert parse("a*b").root != parse("b*a").root


def test_constants() -> None:
    for value in (0, -3, 0.25, 1e-300):
        assert constant(value).evaluate({}) == value
        assert parse(constant(value).text).evaluate({}) == value


REFUSED = [
    ("", 1, "empty"),
    ("   ", 1, "empty"),
    ("a +", 4, "ends where a number, a name"),
    ("(a", 3, "closing bracket"),
    ("a)", 2, "found ')'"),
    ("a b", 3, "operator between them"),
    ("2a", 2, "write * to multiply"),
    ("3(a)", 2, "write * to multiply"),
    ("a = b", 3, "=="),
    ("a ^ 2", 3, "**"),
    ("a && b", 3, "`and`"),
    ("25%", 3, "0.25"),
    ("a × b", 3, "write * to multiply"),
    ("a − b", 3, "hyphen"),
    ("a; b", 2, "';' has no meaning"),
    ("a[0]", 2, "round brackets"),
    ("{a}", 1, "round brackets"),
    ("'a'", 1, "double quotes"),
    ('"a', 1, "never closed"),
    ('"a" + 1', 1, "no place here"),
    ('min("a", 1)', 5, "no place here"),
    ("a if b", 7, "`else`"),
    ("if a else b", 1, "'if'"),
    ("not", 4, "ends where"),
    ("min", 1, "needs its arguments"),
    ("min()", 1, "needs its arguments"),
    ("abs(1, 2)", 1, "one argument"),
    ("min(1,)", 7, "')'"),
    ("sinus(1)", 1, "no function 'sinus'"),
    ("mim(1, 2)", 1, "'min'"),
    ("value(a, b)", 1, "belongs to claims"),
    ("US.relief", 1, "only in the terms of an outcome"),
    ("1.5.2", 4, "where"),
    ("1e999", 1, "too large"),
    ("0x10", 2, "where"),
    ("value", 1, "function"),
    ("curve(a)", 1, "0 points and needs two"),
    ("curve(a, 0 -> 1)", 1, "1 point and needs two"),
    ("curve(a, 0 -> 0, 1 -> 1, 1 -> 2)", 26, "not a function; delete one"),
    ("curve(a, 0 -> 0, 2 -> 1, 1 -> 2)", 26, "1 comes after 2; sort them"),
    ("curve(a, 0 -> 0, b -> 1)", 18, "a plain number"),
    ("curve(a, 0, 1)", 10, "written `x -> y`"),
    ("curve(0 -> 0, 1 -> 1)", 7, "what it is a curve of"),
    ("min(a, 0 -> 1)", 8, "only curve does"),
    ("a -> b", 3, "found '->'"),
    ("curve()", 1, "needs its arguments"),
    ("offer(a, b, c)", 1, "belongs to claims"),
]


@pytest.mark.parametrize(("text", "column", "says"), REFUSED)
def test_refusals_name_the_column_and_the_matter(text: str, column: int, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.column == column
    assert says in caught.value.message


ATTACKS = [
    "__import__('os').system('true')",
    "__import__",
    "a.__class__",
    "().__class__.__bases__[0]",
    "a.b.c",
    "_a",
    "lambda x: x",
    "[x for x in a]",
    "a := 1",
    "eval(a)",
    "open(a)",
    "print(a)",
    "f'{a}'",
    "a\\",
    "a\0b",
    "ａbs(1)",  # full-width letters that Python would normalise
    "𝐞𝐱𝐞𝐜(1)",
    "a\u202e+b",  # right-to-left override
    "a\u200b",  # zero-width space
    "٣ + 1",  # Arabic digit
    "a\u00a0+ b",  # no-break space
    "(" * 5_000 + "a" + ")" * 5_000,
    "(" * 51 + "a" + ")" * 51,
    "-" * 1_999 + "a",
    "- " * 900 + "a",
    "not " * 400 + "a",
    "2" + "**2" * 600,
    "abs(" * 60 + "a" + ")" * 60,
    " if 1 else ".join("a" * 150),
    " + ".join(["a"] * 10_000),
    "+".join(["a"] * 900),
    "min(" + ", ".join(["a"] * 600) + ")",
    "9" * 1_000_000,
    "(" * 1_000_000,
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text[:24]))
def test_attacks_are_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ExpressionError):
        parse(text, functions=CLAIM_FUNCTIONS)
    assert time.perf_counter() - start < 2.0


ABSURD = {
    "10**10**10**10": math.inf,
    "9**9**9**9**9": math.inf,
    "(-8)**(1/3)": math.nan,
    "1/0": math.inf,
    "-1/0": -math.inf,
    "0/0": math.nan,
    "exp(1e308)": math.inf,
    "log(0)": -math.inf,
    "log(-1)": math.nan,
    "sqrt(-1)": math.nan,
    "1e308*1e308 - 1e308*1e308": math.nan,
}


@pytest.mark.parametrize("text", ABSURD)
def test_absurd_numbers_come_quietly_and_at_once(text: str) -> None:
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = parse(text).evaluate({})
    assert time.perf_counter() - start < 1.0
    np.testing.assert_equal(float(value), ABSURD[text])


def test_wide_sums_are_not_deep() -> None:
    assert parse(" + ".join(["a"] * 400)).evaluate(ENV) == 800.0


FAULTY = [
    ("a + b/(b - 3)", "`b/(b - 3)` divides by zero"),
    ("1/(1/(a - 2))", "`1/(a - 2)` divides by zero"),
    ("zero**-1", "`zero**-1` divides by zero"),
    ("(c)**0.5", "`(c)**0.5` is a fractional power of a negative number"),
    ("1 + log(zero)", "`log(zero)` is the logarithm"),
    ("sqrt(c)*a", "`sqrt(c)` is the square root"),
    ("exp(1000*a)", "`exp(1000*a)` is too large"),
    ("1/zero if a > 1 else b/zero", "`1/zero` divides by zero"),
]


@pytest.mark.parametrize(("text", "says"), FAULTY)
def test_the_part_at_fault_is_found(text: str, says: str) -> None:
    fault = fault_at(parse(text), ENV)
    if text == "1/(1/(a - 2))":  # the whole is finite: 1/inf is 0
        assert fault is None
    else:
        assert fault is not None
        assert fault.startswith(says)


def test_a_guarded_division_is_no_fault() -> None:
    assert culprit(parse("1/zero if zero > 0 else 3").root, ENV) is None


# An independent reference: random trees, printed with every bracket, computed with Python's own floats.

names = st.sampled_from(sorted(ENV))
numbers = st.floats(0, 1e3).map(lambda value: round(value, 3))
leaves = st.one_of(numbers.map(nodes.Number), names.map(nodes.Name), st.booleans().map(nodes.Truth))


def _several(children: st.SearchStrategy[nodes.Node]) -> st.SearchStrategy[tuple[nodes.Node, ...]]:
    return st.lists(children, min_size=2, max_size=4).map(tuple)


def _extend(children: st.SearchStrategy[nodes.Node]) -> st.SearchStrategy[nodes.Node]:
    several = _several(children)
    signs = st.lists(st.sampled_from([1, -1]), min_size=4, max_size=4)
    strokes = st.lists(st.sampled_from(["*", "/"]), min_size=4, max_size=4)
    comparators = st.lists(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), min_size=4, max_size=4)
    return st.one_of(
        children.map(nodes.Negative),
        children.map(nodes.Not),
        st.builds(lambda s, t: nodes.Sum((1, *s[: len(t) - 1]), t), signs, several),
        st.builds(lambda s, t: nodes.Product(("*", *s[: len(t) - 1]), t), strokes, several),
        st.builds(nodes.Power, children, children),
        st.builds(lambda s, t: nodes.Comparison(tuple(s[: len(t) - 1]), t), comparators, several),
        several.map(nodes.And),
        several.map(nodes.Or),
        st.builds(nodes.Conditional, children, children, children),
        st.builds(nodes.Call, st.sampled_from(["min", "max"]), several),
        st.builds(nodes.Call, st.sampled_from(["abs", "exp", "log", "sqrt"]), st.tuples(children)),
    )


trees = st.recursive(leaves, _extend, max_leaves=25)


def show(node: nodes.Node) -> str:
    """Print a tree with a bracket around every part."""
    match node:
        case nodes.Number(value):
            return repr(value)
        case nodes.Truth(value):
            return "true" if value else "false"
        case nodes.Name(name):
            return name
        case nodes.Negative(operand):
            return f"(-{show(operand)})"
        case nodes.Not(operand):
            return f"(not {show(operand)})"
        case nodes.Sum(signs, terms):
            rest = zip(signs[1:], terms[1:], strict=True)
            return f"({show(terms[0])}{''.join((' + ' if s > 0 else ' - ') + show(t) for s, t in rest)})"
        case nodes.Product(operators, factors):
            rest = zip(operators[1:], factors[1:], strict=True)
            return f"({show(factors[0])}{''.join(f'{s}{show(t)}' for s, t in rest)})"
        case nodes.Power(base, exponent):
            return f"({show(base)}**{show(exponent)})"
        case nodes.Comparison(operators, operands):
            rest = zip(operators, operands[1:], strict=True)
            return f"({show(operands[0])}{''.join(f' {s} {show(t)}' for s, t in rest)})"
        case nodes.And(operands):
            return f"({' and '.join(map(show, operands))})"
        case nodes.Or(operands):
            return f"({' or '.join(map(show, operands))})"
        case nodes.Conditional(then, condition, otherwise):
            return f"({show(then)} if {show(condition)} else {show(otherwise)})"
        case nodes.Call(function, arguments):
            return f"{function}({', '.join(map(show, arguments))})"
        case _:
            raise AssertionError(node)


def quietly(compute: np.ufunc, *values: float) -> float:
    """One IEEE operation, where Python's own would raise."""
    with np.errstate(all="ignore"):
        return float(compute(*map(np.float64, values)))


def reference(node: nodes.Node) -> float:
    """Compute a tree by recursion, one float at a time."""
    match node:
        case nodes.Number(value) | nodes.Truth(value):
            return float(value)
        case nodes.Name(name):
            return ENV[name]
        case nodes.Negative(operand):
            return -reference(operand)
        case nodes.Not(operand):
            return float(reference(operand) == 0)
        case nodes.Sum(signs, terms):
            total = reference(terms[0])
            for sign, term in zip(signs[1:], terms[1:], strict=True):
                total = total + reference(term) if sign > 0 else total - reference(term)
            return total
        case nodes.Product(operators, factors):
            total = reference(factors[0])
            for sign, factor in zip(operators[1:], factors[1:], strict=True):
                value = reference(factor)
                total = total * value if sign == "*" else quietly(np.divide, total, value)
            return total
        case nodes.Comparison(operators, operands):
            values = [reference(operand) for operand in operands]
            tests = {
                "<": float.__lt__, "<=": float.__le__, ">": float.__gt__,
                ">=": float.__ge__, "==": float.__eq__, "!=": float.__ne__,
            }  # fmt: skip
            return float(all(tests[s](x, y) for s, x, y in zip(operators, values, values[1:], strict=False)))
        case nodes.And(operands):
            return float(all(reference(operand) != 0 for operand in operands))
        case nodes.Or(operands):
            return float(any(reference(operand) != 0 for operand in operands))
        case nodes.Conditional(then, condition, otherwise):
            return reference(then if reference(condition) != 0 else otherwise)
        case nodes.Call("min" | "max" as function, arguments):
            values = [reference(argument) for argument in arguments]
            if any(map(math.isnan, values)):
                return math.nan
            return min(values) if function == "min" else max(values)
        case nodes.Call("abs", (argument,)):
            return abs(reference(argument))
        case nodes.Call(function, (argument,)):
            return quietly({"exp": np.exp, "log": np.log, "sqrt": np.sqrt}[function], reference(argument))
        case nodes.Power(base, exponent):
            return quietly(np.power, reference(base), reference(exponent))
        case _:
            raise AssertionError(node)


def agree(ours: float, theirs: float) -> bool:
    return (math.isnan(ours) and math.isnan(theirs)) or math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)


@given(trees)
def test_printing_and_parsing_gives_the_same_tree(tree: nodes.Node) -> None:
    text = show(tree)
    if len(text) <= 2_000:
        assert parse(text).root == tree


smooth = st.recursive(
    st.one_of(numbers.map(nodes.Number), names.map(nodes.Name)),
    lambda children: st.one_of(
        children.map(nodes.Negative),
        st.builds(lambda t: nodes.Sum((1,) * len(t), t), _several(children)),
        st.builds(lambda t: nodes.Product(("*",) * len(t), t), _several(children)),
        st.builds(nodes.Conditional, children, leaves, children),
        st.builds(nodes.Call, st.sampled_from(["min", "max"]), _several(children)),
    ),
    max_leaves=20,
)


@given(st.one_of(trees, smooth))
def test_values_agree_with_plain_python(tree: nodes.Node) -> None:
    text = show(tree)
    if len(text) > 2_000:
        return
    expected = reference(tree)
    assert agree(float(parse(text).evaluate(ENV)), expected), text


@given(smooth, st.lists(st.floats(-10, 10), min_size=2, max_size=5))
def test_arrays_are_computed_element_by_element(tree: nodes.Node, values: list[float]) -> None:
    text = show(tree)
    if len(text) > 2_000:
        return
    expression = parse(text)
    together = np.broadcast_to(expression.evaluate({**ENV, "a": np.array(values)}), (len(values),))
    apart = [float(expression.evaluate({**ENV, "a": value})) for value in values]
    np.testing.assert_allclose(together, apart, rtol=1e-12)
