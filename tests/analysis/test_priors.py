"""Distributions, correlations and designs of draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small import offer

import kgsim
from first_edition import FIRST_EDITION
from kgsim.analysis.priors import PRIORS, default_priors, prior, quantile
from kgsim.analysis.sampling import SAMPLINGS, cubes
from kgsim.analysis.shares import share, wilson
from kgsim.scenario.model import Distribution

GRID = np.linspace(0.0, 1.0, 101)


@pytest.mark.parametrize(
    ("distribution", "oracle"),
    [
        (Distribution("uniform"), stats.uniform(2, 8)),
        (Distribution("triangular", mode=4), stats.triang(0.25, 2, 8)),
        (Distribution("triangular", mode=2), stats.triang(0, 2, 8)),
        (Distribution("triangular", mode=10), stats.triang(1, 2, 8)),
        (Distribution("normal", mean=5, sd=2), stats.truncnorm(-1.5, 2.5, 5, 2)),
        (Distribution("normal", mean=-1, sd=0.6), stats.truncnorm(5.0, 11 / 0.6, -1, 0.6)),
        (Distribution("normal", mean=13, sd=0.6), stats.truncnorm(-11 / 0.6, -5.0, 13, 0.6)),
    ],
)
def test_quantiles_are_those_of_scipy(distribution, oracle) -> None:
    np.testing.assert_allclose(quantile(distribution, (2.0, 10.0), GRID), oracle.ppf(GRID), atol=1e-6)


@settings(deadline=None)
@given(st.floats(-0.95, 0.95), st.sampled_from(sorted(PRIORS)))
def test_draws_have_the_rank_correlation_that_was_asked_for(rank: float, name: str) -> None:
    scenario = offer(x="{shape: normal, mean: 0.2, sd: 0.3}")
    made = prior(scenario, name, ("x", "y"), {("x", "y"): rank})
    drawn = made.draw(cubes("sobol", 2, 4096, seed=3).block(0))
    assert stats.spearmanr(drawn["x"], drawn["y"])[0] == pytest.approx(rank, abs=0.1)
    assert all((values >= 0.0).all() and (values <= 1.0).all() for values in drawn.values())


def test_correlation_leaves_each_distribution_alone() -> None:
    scenario = offer(x="{shape: triangular, mode: 0.3}")
    drawn = prior(scenario, "declared", ("x", "y"), {("x", "y"): 0.8}).draw(cubes("random", 2, 4096, 5).block(0))
    assert stats.kstest(drawn["x"], stats.triang(0.3).cdf).pvalue > 0.01
    assert stats.kstest(drawn["y"], stats.uniform.cdf).pvalue > 0.01


@pytest.mark.parametrize(
    ("correlations", "message"),
    [
        ({("x", "z"): 0.5}, "no parameter 'z'"),
        ({("x", "still"): 0.5}, "still is not drawn"),
        ({("x", "x"): 0.5}, "two different parameters"),
        ({("x", "y"): 1.0}, "strictly between -1 and 1"),
    ],
)
def test_correlations_that_cannot_be(correlations, message) -> None:
    with pytest.raises(kgsim.GameError, match=message):
        kgsim.robustness(offer(), draws=64, correlations=correlations)


def test_correlations_that_contradict_each_other() -> None:
    bypass = kgsim.load(FIRST_EDITION / "bypass.yaml")
    names = ("A", "h", "s")
    with pytest.raises(kgsim.GameError, match="no distribution has these rank correlations"):
        prior(bypass, "uniform", names, {("A", "h"): 0.9, ("h", "s"): 0.9, ("A", "s"): -0.9})


def test_the_files_distributions_are_used_if_there_are_any() -> None:
    assert default_priors(offer()) == ("uniform", "triangular")
    assert default_priors(offer(x="{shape: uniform}")) == ("declared", "triangular")


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_blocks_are_pure_functions_of_seed_and_number(sampling: str) -> None:
    first, again, other = (cubes(sampling, 3, 200, seed) for seed in (7, 7, 8))
    for number in reversed(range(first.blocks)):
        np.testing.assert_array_equal(first.block(number), again.block(number))
        assert not np.array_equal(first.block(number), other.block(number))
    assert len({first.block(number).tobytes() for number in range(first.blocks)}) == first.blocks


def test_designs_are_what_they_are_called() -> None:
    latin, sobol = (cubes(name, 2, 1024, 1).block(0) for name in ("latin", "sobol"))
    for column in latin.T:  # one point in each of as many strips
        np.testing.assert_array_equal(np.sort((column * len(column)).astype(int)), np.arange(len(column)))
    strips = (sobol * 8).astype(int)  # a net of 64 points has one in each of 8 by 8 squares
    assert len(sobol) == 64 and len({tuple(square) for square in strips}) == 64


@pytest.mark.parametrize(("sampling", "draws"), [("random", 1000), ("sobol", 1024), ("latin", 1024)])
def test_the_number_of_draws_is_told(sampling: str, draws: int) -> None:
    design = cubes(sampling, 2, 1000, 1)
    assert design.draws == draws == sum(len(design.block(number)) for number in range(design.blocks))


def test_wilson_against_a_published_value() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 30_000), st.floats(0, 1))
def test_wilson_is_that_of_scipy(size: int, part: float) -> None:
    count = round(part * size)
    found = stats.binomtest(count, size).proportion_ci(0.95, method="wilson")
    assert wilson(count, size) == pytest.approx((found.low, found.high), abs=1e-14)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    hits = 0
    for seed in range(200):
        design = cubes("sobol", 2, 1024, seed)
        blocks = [design.block(number).sum(axis=1) > 1.3 for number in range(design.blocks)]
        found = share(np.array([b.sum() for b in blocks]), np.array([len(b) for b in blocks]), replicates=True)
        hits += found.low <= 0.5 * 0.7**2 <= found.high
    assert 180 <= hits <= 199


def test_no_scatter_is_no_proof_of_no_error() -> None:
    found = share(np.zeros(16, dtype=int), np.full(16, 64), replicates=True)
    assert found.share == found.low == 0.0 < found.high
