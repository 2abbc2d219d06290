"""What claims are declared to be, against what they turn out to be over the ranges."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import kgsim
from kgsim.analysis.kinds import check_kinds
from kgsim.cli import main
from kgsim.scenario.lint import lint
from made_up import SALE

SOLD = (
    SALE
    + """\
  C: {says: test, kind: KIND, holds: 'HOLDS'}
"""
)

SELLS = 'reached(market, "sale")'


def sale(kind: str, holds: str) -> kgsim.Scenario:
    return kgsim.loads(SOLD.replace("KIND", kind).replace("HOLDS", holds), name="sale")


@pytest.mark.parametrize(
    ("kind", "holds", "error", "warning", "note"),
    [
        ("result", SELLS, "", "", ""),
        ("result", "value(B, market) >= 0", "", "", "it fails nowhere"),
        ("result", "cost < worth", "", "no play can change its verdict", ""),
        ("result", "best(B) >= worst(B)", "", "no play can change its verdict", "it fails nowhere"),
        ("identity", "value(B, market) >= 0", "", "", ""),
        ("identity", "cost < worth", "does not hold at", "", ""),
        ("identity", SELLS, "does not hold at", "", ""),
        ("assumption", "cost < worth", "", "", ""),
        ("assumption", SELLS, "", "found and not assumed", ""),
    ],
)
def test_kinds_are_checked_where_they_can_be(kind: str, holds: str, error: str, warning: str, note: str) -> None:
    scenario = sale(kind, holds)
    errors, notes = check_kinds(scenario)
    for found, expected in ((errors, error), (lint(scenario), warning), (notes, note)):
        said = [problem for problem in found if problem.key == "claims.C.kind"]
        assert len(said) == bool(expected)
        assert expected in "".join(map(str, said))


def test_a_corner_alone_breaks_an_identity() -> None:
    """Draws stay off the ends of a range; what fails only there is found at the corners."""
    (error,), _ = check_kinds(sale("identity", "cost + worth < 8"))
    assert "as where cost = 4 and worth = 4" in error.message


def test_check_tells_a_broken_identity_with_its_line(tmp_path) -> None:
    file = tmp_path / "sale.yaml"
    file.write_text(SOLD.replace("KIND", "identity").replace("HOLDS", SELLS))
    found = CliRunner().invoke(main, ["check", str(file)])
    assert found.exit_code == 2
    assert f"Error: {file}:15:" in found.output
    assert "claims.C.kind: the claim is declared an identity and does not hold at" in found.output
    file.write_text(SOLD.replace("KIND", "result").replace("HOLDS", "value(B, market) >= 0"))
    noted = CliRunner().invoke(main, ["check", "--strict", str(file)])
    assert noted.exit_code == 0
    assert "Note:" in noted.output


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(kgsim.ScenarioError, match="assumption"):
        sale("theorem", SELLS)
