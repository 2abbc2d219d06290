"""The quick pass over draws that goes with the claims of a run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from kgsim.analysis.quick import quick_pass
from kgsim.analysis.robustness import _job
from kgsim.cli import main
from kgsim.results import HOLDS
from made_up import SALE

SOLD = (
    SALE
    + """\
  gains: {says: the seller gains, kind: result, holds: 'value(S, market) > 0'}
  likewise: {says: the buyer gains, kind: result, holds: 'value(B, market) > 0.5', given: 'value(S, market) > 0'}
  dear: {says: it is dear, kind: result, holds: 'value(S, market) > 5'}
  order: {says: it is worth more to the buyer, kind: assumption, holds: cost < worth}
"""
)


def sale(text: str = SOLD) -> kgsim.Scenario:
    return kgsim.loads(text, name="sale")


def test_the_pass_is_robustness_with_that_seed_and_number_of_draws() -> None:
    drawn = quick_pass(sale())
    assert drawn is not None
    same = kgsim.robustness(sale(), draws=drawn.draws, seed=drawn.seed, priors=["uniform"], ordinal=False)
    assert drawn.shares == same.priors["uniform"]
    assert drawn.together == same.together
    assert drawn == quick_pass(sale())


def test_blocks_that_are_looked_at_together_are_counted_apart() -> None:
    """Each block is a replicate of its own, and its scatter the error: looked at one by one they count the same."""
    job, _ = _job(sale(), 512, 3, None, ["uniform"], None, "sobol", False, {})
    (prior,) = job.priors
    together = [job(chunk) for chunk in range(job.chunks)]
    assert job.chunks < job.design.blocks == 16
    counts = {name: np.concatenate([part[name] for part in together], axis=-1) for name in together[0]}
    for block in range(job.design.blocks):
        draws = prior.draw(job.design.block(block))
        gains, likewise = draws["cost"] < 2, draws["worth"] > 2.5
        assert counts["draws"][block] == len(gains) == 32
        assert counts["verdict"][HOLDS, 0, block] == (gains & (draws["worth"] > 2)).sum()
        assert counts["together"][block] == (gains & likewise).sum()


def test_results_alone_are_counted_with_the_share_in_which_they_hold_together() -> None:
    """The seller gains where its cost is below 2 and the buyer's worth above 2, the buyer's 0.5 from 2.5 on: 3/16."""
    drawn = quick_pass(sale())
    assert drawn is not None and drawn.shares is not None
    assert drawn.together == ("gains", "likewise")
    assert drawn.shares.together is not None
    assert drawn.shares.together.share == pytest.approx(3 / 16, abs=0.01)
    assert drawn.shares.claims["gains"].holds.share == pytest.approx(1 / 4, abs=0.01)
    assert drawn.shares.claims["likewise"].vacuous.share == pytest.approx(3 / 4, abs=0.01)


def test_held_values_are_not_drawn() -> None:
    drawn = quick_pass(sale(), {"cost": 3.0})
    assert drawn is not None and drawn.shares is not None
    assert drawn.together == ()
    assert drawn.shares.claims["gains"].fails.share == 1.0


def run(tmp_path, *options: str, text: str = SOLD) -> tuple[str, dict[str, object]]:
    file = tmp_path / "sale.yaml"
    file.write_text(text)
    found = CliRunner().invoke(
        main, ["run", str(file), "--no-plots", "--full", "--out", str(tmp_path / "out"), *options]
    )
    assert found.exit_code == 0, found.output
    return " ".join(found.output.split()), json.loads((tmp_path / "out/result.json").read_text())


def test_run_counts_with_the_share_of_draws(tmp_path) -> None:
    output, document = run(tmp_path)
    assert "Of 3 results, 2 hold at these values; they hold together in 18." in output
    assert "% of 512 draws from the ranges. - 1 fails: “it is dear”. - Not counted: 1 assumption." in output
    assert "kgsim robustness --draws 512 --seed 0 --prior uniform --no-ordinal" in output
    shares = document["draws"]
    assert shares["together"]["claims"] == ["gains", "likewise"]
    assert shares["claims"]["order"]["holds"]["share"] == pytest.approx(0.5, abs=0.01)


def test_without_draws_nothing_is_counted(tmp_path) -> None:
    output, document = run(tmp_path, "--no-draws")
    assert "2 claims hold at these values. - 1 fails:" in output
    assert "Of 3" not in output
    assert document["draws"] is None
    assert "Of 3" not in str(kgsim.solve(sale()))


def test_claims_of_undeclared_kind_are_told_as_such(tmp_path) -> None:
    text = SOLD.replace("kind: result, ", "").replace("kind: assumption, ", "")
    output, _ = run(tmp_path, text=text)
    assert "Of 4 claims of undeclared kind, 3 hold at these values; they hold together in" in output


def test_where_nothing_can_be_drawn_it_says_so(tmp_path) -> None:
    output, document = run(tmp_path, text=SOLD.replace("range: [0, 4]", "range: [1, 3]"))
    assert "draws from the ranges" in output
    held, told = run(tmp_path, "--set", "cost=1", "--set", "worth=3")
    assert "is not told: nothing can be drawn" in held
    assert "nothing can be drawn" in told["draws"]["why_not"]
    assert document["draws"]["draws"] == 512


def test_private_types_are_drawn_too() -> None:
    scenario = kgsim.load("scenarios/moon_mediator_2018.yaml")
    drawn = quick_pass(scenario)
    assert drawn is not None and drawn.shares is not None
    assert set(drawn.shares.claims) == set(scenario.claims)
