"""Shares of draws against closed forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from small import offer

import kgsim
from first_edition import FIRST_EDITION
from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.ordinal import rankings, rests_on
from kgsim.analysis.questions import Claimed
from kgsim.cli import main
from kgsim.wording import quoted


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


@pytest.mark.parametrize("sampling", ["sobol", "latin", "random"])
def test_half_of_the_square(sampling) -> None:
    result = kgsim.robustness(offer(), draws=12_000, seed=7, sampling=sampling)
    uniform = result.priors["uniform"]
    deal = uniform.structures["offer"].outcomes["deal"]
    assert deal.share == pytest.approx(0.5, abs=0.02)
    assert deal.low <= 0.5 <= deal.high
    assert uniform.claims["taken"].holds == deal
    low = uniform.claims["low"]
    assert low.holds.share == pytest.approx(0.25, abs=0.02)
    assert low.holds.share + low.fails.share == pytest.approx(1.0)
    assert uniform.structures["offer"].unproven.share == 0.0


def test_another_prior_gives_another_share() -> None:
    # Under the triangular prior P(x < 0.25) = 0.25^2 / 0.8, the mode being at 0.8.
    result = kgsim.robustness(offer(), draws=30_000, seed=1, priors=["uniform", "triangular"])
    assert result.priors["triangular"].claims["low"].holds.share == pytest.approx(0.25**2 / 0.8, abs=0.01)
    assert result.priors["uniform"].claims["low"].holds.share == pytest.approx(0.25, abs=0.01)


def test_correlation_matters() -> None:
    # With x and y nearly opposite x + y is nearly 1; the share of x + y > 1 stays a half, that of x + y > 1.5 falls.
    scenario = kgsim.loads(offer().text[0].replace("x + y - 1", "x + y - 1.5"), name="steep")
    shares = [
        kgsim.robustness(scenario, draws=12_000, priors=["uniform"], ordinal=False, correlations={("x", "y"): rank})
        .priors["uniform"].structures["offer"].outcomes["deal"].share
        for rank in (-0.9, 0.0, 0.9)
    ]  # fmt: skip
    assert shares[1] == pytest.approx(0.125, abs=0.01)
    assert shares[0] < 0.02 and shares[2] > 0.2


def test_a_parameter_that_is_held_is_not_drawn() -> None:
    result = kgsim.robustness(offer(), draws=3_000, y=0.9)
    assert result.parameters == ("x",)
    assert result.values["y"] == 0.9
    assert result.priors["uniform"].structures["offer"].outcomes["deal"].share == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"draws": 3}, "too few"),
        ({"draws": 90}, "the priors and the ordinal redraws share them: take 96 or more"),
        ({"seed": -1}, "seed"),
        ({"sampling": "sobel"}, "sobol, latin, random"),
        ({"priors": ["unifrom"]}, "uniform"),
        ({"priors": []}, "no prior"),
        ({"structures": ["ofer"]}, "offer"),
        ({"z": 1.0}, "no parameter 'z'"),
        ({"x": float("nan")}, "finite"),
        ({"x": 0.1, "y": 0.1}, "nothing can be drawn"),
        ({"workers": 0}, "workers"),
    ],
)
def test_what_cannot_be_drawn(asked, message) -> None:
    with pytest.raises(kgsim.GameError, match=message):
        kgsim.robustness(offer(), **({"draws": 96} | asked))


def test_a_trial_finds_what_the_solver_of_single_points_does(bypass) -> None:
    trial = Evaluator(bypass, ("bypass", "coordinated_weighted", "front", "all_or_nothing"), ("H6", "H7"))
    generator = np.random.default_rng(4)
    points = {name: generator.uniform(*each.range, size=6) for name, each in bypass.parameters.items()}
    looks = trial.at(points)
    for draw in range(6):
        single = kgsim.solve(bypass, **{name: float(values[draw]) for name, values in points.items()})
        for row, name in enumerate(trial.structures):
            solution = single.structures[name]
            names = [
                rule.name for rule, there in zip(bypass.outcomes, looks.reached[row, :, draw], strict=True) if there
            ]
            assert set(names) == set(solution.outcomes)
            for seat, bounds in enumerate(solution.values.values()):
                np.testing.assert_allclose((looks.low[row, seat, draw], looks.high[row, seat, draw]), bounds, atol=1e-9)
        for row, name in enumerate(trial.claims):
            says = Claimed(bypass, name).says(int(looks.verdict[row, draw]))
            assert says.startswith(f"{quoted(bypass.claims[name].says)} {single.claims[name].verdict}")


PAYOFFS = st.lists(
    st.lists(st.sampled_from([-3.0, 0.0, 0.1, 2.5, 40.0]), min_size=5, max_size=5), min_size=1, max_size=3
)


@settings(deadline=None)
@given(PAYOFFS, st.integers(0, 2**32))
def test_redraws_keep_every_ranking_with_its_ties(payoffs, seed) -> None:
    given_ = np.array(payoffs)
    drawn = rankings(given_).redraw(np.random.default_rng(seed), 7)
    assert drawn.shape == (*given_.shape, 7)
    order = np.sign(given_[:, :, None] - given_[:, None, :])
    for each in np.moveaxis(drawn, -1, 0):
        np.testing.assert_array_equal(np.sign(each[:, :, None] - each[:, None, :]), order)
        np.testing.assert_allclose(each.min(axis=1), given_.min(axis=1))
        np.testing.assert_allclose(each.max(axis=1), given_.max(axis=1))


def test_levels_between_are_uniform_order_statistics() -> None:
    drawn = rankings(np.array([[0.0, 1.0, 9.0, 10.0]])).redraw(np.random.default_rng(1), 20_000)[0] / 10
    # The k-th of n uniform order statistics has mean k / (n + 1) and variance k (n + 1 - k) / ((n + 1)^2 (n + 2)).
    np.testing.assert_allclose(drawn.mean(axis=1), [0, 1 / 3, 2 / 3, 1], atol=0.01)
    np.testing.assert_allclose(drawn.var(axis=1), [0, 1 / 18, 1 / 18, 0], atol=0.002)


def test_rankings_alone_decide_play_without_blocs() -> None:
    # Backward induction compares a player's own payoffs only, so every redraw ends as the base case does.
    result = kgsim.robustness(offer(), draws=3_000)
    assert result.ordinal is not None
    assert result.ordinal.structures["offer"].outcomes["deal"].share == 1.0
    assert result.rests_on == {"offer": "rankings", "union": "points", "stated": "stated"}
    assert "stated" not in result.ordinal.structures
    assert result.ordinal.claims == {}


def test_what_structures_of_the_shipped_scenario_rest_on(bypass) -> None:
    kinds = {name: rests_on(bypass, name) for name in bypass.structures}
    assert kinds["parallel"] == kinds["coordinated_veto"] == "rankings"
    assert kinds["coordinated"] == kinds["coordinated_weighted"] == kinds["front"] == "points"


UNION = """
kgsim: 1
title: A union of two
question: Do they meet half way?
players: {A: A, B: B}
parameters: {x: {label: x, value: 0.3, range: [0, 1], because: x, certainty: judgement}}
terms: {a: x, b: x}
moves: {A: {own: x, middle: x, yield: x}, B: {wait: x}}
outcomes:
  mine: {when: {A: own}, terms: {a: 1}}
  half: {when: {A: middle}, terms: {a: x, b: 0.2}}
  yours: {otherwise: true, terms: {b: 1}}
utilities: {A: a, B: b}
structures: {union: {play: [[A+B]], blocs: {A+B: {rule: weighted, weights: {A: 1, B: 1}}}}}
"""


def test_a_bloc_weighs_what_rankings_leave_open() -> None:
    # The middle is worth 0.3 and 0.2 at the base point, less than 1 together; redrawn, each is uniform on (0, 1), and
    # their sum exceeds 1 in half of all draws.
    result = kgsim.robustness(kgsim.loads(UNION, name="union"), draws=12_000, seed=2)
    assert result.ordinal is not None
    half = result.ordinal.structures["union"].outcomes["half"]
    assert half.share == pytest.approx(0.5, abs=0.02)
    assert half.low <= 0.5 <= half.high


def test_the_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    file = tmp_path / "offer.yaml"
    file.write_text(offer().text[0])
    kept = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        command = [
            "robustness",
            str(file),
            "--draws",
            "600",
            "--seed",
            "7",
            "--workers",
            str(workers),
            "--out",
            str(out),
        ]
        assert CliRunner().invoke(main, command).exit_code == 0
        kept.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert kept[0] == kept[1]
    assert {"result.json", "result.md", "shares.png", "claims.svg"} <= set(kept[0])
    document = json.loads(kept[0]["result.json"])
    assert document["settings"]["seed"] == "7"
    assert document["robustness"]["priors"]["uniform"]["structures"]["offer"]["outcomes"]["deal"]["share"] > 0.4
    text = kept[0]["result.md"].decode()
    assert "no probabilities" in text and "Not proven complete" in text


@pytest.mark.parametrize("text", ["x=0.5", "x,y", "x,y,z=0.5", "x,y=much", ",y=0.5"])
def test_malformed_correlations(text: str, tmp_path: Path) -> None:
    file = tmp_path / "offer.yaml"
    file.write_text(offer().text[0])
    refused = CliRunner().invoke(main, ["robustness", str(file), "--correlate", text])
    assert refused.exit_code == 2 and "expected NAME,NAME=RANK" in refused.output


def test_an_interrupted_study_goes_on_and_gives_the_same_bytes(tmp_path: Path, monkeypatch) -> None:
    from kgsim.analysis.robustness import Job

    file = tmp_path / "offer.yaml"
    file.write_text(offer().text[0])
    command = ["robustness", str(file), "--draws", "900", "--no-plots", "--out"]
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    assert CliRunner().invoke(main, [*command, str(whole)]).exit_code == 0
    looked_at: list[int] = []
    look = Job.__call__

    def until_the_seventh(self: Job, chunk: int):
        looked_at.append(chunk)
        if chunk == 7:
            raise KeyboardInterrupt
        return look(self, chunk)

    with monkeypatch.context() as patched:
        patched.setattr(Job, "__call__", until_the_seventh)
        stopped = CliRunner().invoke(main, [*command, str(parted)])
    assert stopped.exit_code == 130 and "7 finished chunks" in stopped.output and not (parted / "result.json").exists()
    looked_at.clear()
    with monkeypatch.context() as patched:
        patched.setattr(Job, "__call__", lambda self, chunk: (looked_at.append(chunk), look(self, chunk))[1])
        assert CliRunner().invoke(main, [*command, str(parted)]).exit_code == 0
    assert min(looked_at) == 7
    assert {path.name: path.read_bytes() for path in whole.iterdir()} == {
        path.name: path.read_bytes() for path in parted.iterdir()
    }
