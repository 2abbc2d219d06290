"""Games of three and more players whose equilibria are known, and the laws every answer must obey."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kgsim.errors import GameError
from kgsim.games import strategic
from kgsim.solvers.effort import Effort
from kgsim.solvers.equilibria import RawEquilibria
from kgsim.solvers.nplayer import solve as nplayer
from kgsim.solvers.nplayer.order import SupportList, support_list
from kgsim.solvers.nplayer.prune import WORD
from kgsim.solvers.strategic.nash import nash


def scaled(payoffs):
    """Payoffs of each player from 0 to 1, as the engine expects them."""
    payoffs = np.asarray(payoffs, dtype=float)
    axes = tuple(range(1, payoffs.ndim))
    low, high = payoffs.min(axis=axes, keepdims=True), payoffs.max(axis=axes, keepdims=True)
    return (payoffs - low) / np.where(high > low, high - low, 1.0)


def game(shape, pay):
    """The payoffs ``pay(player, profile)`` as an array."""
    payoffs = np.zeros((len(shape), *shape))
    for profile in np.ndindex(*shape):
        for player in range(len(shape)):
            payoffs[(player, *profile)] = pay(player, profile)
    return payoffs


def regret(payoffs, profile):
    """Largest gain from deviating, computed apart from the engine by numpy's contraction."""
    worst = 0.0
    for player in range(len(profile)):
        values = payoffs[player]
        for other in reversed(range(len(profile))):
            if other != player:
                values = np.tensordot(values, profile[other], axes=(other, 0))
        worst = max(worst, values.max() - values @ profile[player])
    return worst


def flat(equilibria):
    return {tuple(np.round(np.concatenate(profile), 7) + 0.0) for profile in equilibria}


def jordan(player, profile):
    """Jordan (1993): 1 matches 2, 2 matches 3, 3 mismatches 1."""
    match = profile[player] == profile[(player + 1) % 3]
    return float(match if player < 2 else not match)


def volunteer(benefit, cost):
    """Diekmann (1985): all gain if somebody pays; action 0 is to volunteer."""
    return lambda player, profile: (benefit if 0 in profile else 0.0) - (cost if profile[player] == 0 else 0.0)


def minority(player, profile):
    return float(sum(other == profile[player] for other in profile) <= (len(profile) - 1) // 2)


def el_farol(capacity):
    """Staying home pays 1; the bar (action 0) pays 2 up to capacity and 0 beyond."""
    return lambda player, profile: 1.0 if profile[player] else 2.0 * (profile.count(0) <= capacity)


class TestClosedForms:
    def test_three_player_matching_pennies_has_one_equilibrium(self):
        answer = nplayer.solve(game((2, 2, 2), jordan))
        assert answer.complete
        assert flat(answer.equilibria) == {(0.5,) * 6}
        assert answer.indices == (1,)

    @pytest.mark.parametrize(("players", "cost"), [(3, 0.3), (3, 0.7), (4, 0.5), (4, 0.2)])
    def test_volunteers_dilemma(self, players, cost):
        # if k players mix and nobody volunteers for sure, each stays out with (cost / benefit) ** (1 / (k - 1))
        expected = set()
        for volunteer_alone in range(players):
            profile = [(1.0, 0.0) if i == volunteer_alone else (0.0, 1.0) for i in range(players)]
            expected.add(tuple(np.round(np.ravel(profile), 7)))
        for k in range(2, players + 1):
            out = cost ** (1 / (k - 1))
            for mixers in product((False, True), repeat=players):
                if sum(mixers) == k:
                    profile = [(1 - out, out) if mixes else (0.0, 1.0) for mixes in mixers]
                    expected.add(tuple(np.round(np.ravel(profile), 7) + 0.0))
        answer = nplayer.solve(scaled(game((2,) * players, volunteer(1.0, cost))))
        assert answer.complete
        assert flat(answer.equilibria) == expected
        assert sum(answer.indices) == 1

    def test_minority_game_of_three_is_a_continuum_around_a_mixed_equilibrium(self):
        answer = nplayer.solve(game((2, 2, 2), minority))
        assert not answer.complete  # two opposed players leave the third indifferent
        assert answer.components
        assert (0.5,) * 6 in flat(answer.equilibria)
        mixed = [i for i, profile in enumerate(answer.equilibria) if np.allclose(np.concatenate(profile), 0.5)]
        assert not any(set(mixed) & set(group) for group in answer.components)

    @pytest.mark.parametrize(("players", "capacity"), [(3, 1), (3, 2), (4, 2)])
    def test_el_farol_bar(self, players, capacity):
        answer = nplayer.solve(scaled(game((2,) * players, el_farol(capacity))))
        pure = [p for p in flat(answer.equilibria) if set(p) <= {0.0, 1.0}]
        assert len(pure) == comb(players, capacity)
        assert answer.complete
        # everybody mixes: the chance that at most capacity - 1 of the others go is one half
        symmetric = [p for p in flat(answer.equilibria) if len(set(p[0::2])) == 1]
        assert len(symmetric) == 1
        go = symmetric[0][0]
        room = sum(comb(players - 1, m) * go**m * (1 - go) ** (players - 1 - m) for m in range(capacity))
        assert room == pytest.approx(0.5, abs=1e-6)

    def test_unique_irrational_equilibrium_with_integer_payoffs(self):
        # Nau, Gomez Canovas and Hansen (2004): integers can force irrational play. Constructed here from the
        # indifference conditions q r + q + r = 1, p r + p + r = 1, p q + p + q = 1: all p = sqrt(2) - 1.
        def pay(player, profile):
            others = [1 - a for i, a in enumerate(profile) if i != player]
            return float(1 - others[0] * others[1] - sum(others)) if profile[player] == 0 else 0.0

        answer = nplayer.solve(scaled(game((2, 2, 2), pay)))
        totally_mixed = [p for p in answer.equilibria if all(0 < s[0] < 1 for s in p)]
        assert len(totally_mixed) == 1
        for strategy in totally_mixed[0]:
            assert strategy[0] == pytest.approx(np.sqrt(2) - 1, abs=1e-12)


def quadratic_2x2x2(payoffs):
    """Totally mixed equilibria of a 2x2x2 game by hand: eliminate two players, solve a quadratic for the first."""
    d = [np.moveaxis(payoffs[i], i, 0)[0] - np.moveaxis(payoffs[i], i, 0)[1] for i in range(3)]

    def bilinear(m):  # coefficients of 1, u, v, u v where u, v are the chances of the first actions
        return m[1, 1], m[0, 1] - m[1, 1], m[1, 0] - m[1, 1], m[0, 0] - m[0, 1] - m[1, 0] + m[1, 1]

    a, b, c = (bilinear(m) for m in d)  # in (q, r), (p, r), (p, q)
    # r = -(b0 + b1 p) / (b2 + b3 p), q = -(c0 + c1 p) / (c2 + c3 p)
    rn, rd = np.poly1d([-b[1], -b[0]]), np.poly1d([b[3], b[2]])
    qn, qd = np.poly1d([-c[1], -c[0]]), np.poly1d([c[3], c[2]])
    found = set()
    for root in (qd * rd * a[0] + qn * rd * a[1] + rn * qd * a[2] + qn * rn * a[3]).roots:
        if abs(root.imag) < 1e-12:
            p = root.real
            q, r = qn(p) / qd(p), rn(p) / rd(p)
            if 0 < p < 1 and 0 < q < 1 and 0 < r < 1:
                found.add(tuple(np.round([p, 1 - p, q, 1 - q, r, 1 - r], 7)))
    return found


def test_totally_mixed_equilibria_of_2x2x2_games_agree_with_the_quadratic():
    rng = np.random.default_rng(20)
    games = rng.random((400, 3, 2, 2, 2))
    answer = nplayer.solve_batch(games)
    seen = 0
    for g, payoffs in enumerate(games):
        profiles = answer.profiles[answer.offsets[g] : answer.offsets[g + 1]]
        mixed = {tuple(np.round(p, 7)) for p in profiles if (p > 0).all()}
        expected = quadratic_2x2x2(payoffs)
        assert mixed == expected
        seen += len(expected)
    assert seen > 50


@pytest.mark.parametrize(
    ("shape", "shortcut"), [((2, 2, 2), "closed"), ((3, 3, 2), "closed"), ((2, 2, 2, 2), "project")]
)
@pytest.mark.parametrize("ties", [False, True])
def test_shortcuts_agree_with_the_general_method(shape, shortcut, ties, monkeypatch):
    # both decline when they return -1; then every support goes to the elimination and search that know no shortcut
    rng = np.random.default_rng(31)
    size = (12, len(shape), *shape)
    games = [scaled(g) for g in (rng.integers(0, 5, size) if ties else rng.standard_normal(size))]
    monkeypatch.setattr(nplayer, "_kernels", lambda width, games: nplayer.kernel)
    monkeypatch.setattr(nplayer, "PLAIN_SECONDS", np.inf)
    answers = [nplayer.solve(payoffs) for payoffs in games]
    monkeypatch.setattr(nplayer.kernel, shortcut, lambda *_: -1)
    for payoffs, answer in zip(games, answers, strict=True):
        general = nplayer.solve(payoffs)
        assert flat(answer.equilibria) == flat(general.equilibria)
        assert answer.complete == general.complete
        assert sorted(map(str, answer.indices)) == sorted(map(str, general.indices))


@pytest.mark.parametrize(
    ("shape", "games"),
    [((2, 2, 2), 500), ((2, 3, 2), 200), ((3, 3, 3), 200), ((2, 2, 2, 2), 200), ((2, 3, 4), 60), ((2, 2, 2, 2, 2), 10)],
)
def test_generic_games_have_an_odd_number_of_equilibria_whose_indices_sum_to_one(shape, games):
    rng = np.random.default_rng(sum(shape))
    payoffs = np.stack([scaled(rng.standard_normal((len(shape), *shape))) for _ in range(games)])
    answer = nplayer.solve_batch(payoffs)
    assert answer.complete.all()
    assert (answer.components == -1).all()
    assert (np.diff(answer.offsets) % 2 == 1).all()
    assert (np.add.reduceat(answer.indices.astype(int), answer.offsets[:-1]) == 1).all()
    cuts = np.cumsum(shape)[:-1]
    for g in range(games):
        for row in answer.profiles[answer.offsets[g] : answer.offsets[g + 1]]:
            assert regret(payoffs[g], np.split(row, cuts)) <= 1e-9


@pytest.mark.parametrize(("draw", "number", "count"), [("normal", 107, 17), ("normal", 280, 11), ("integers", 81, 17)])
def test_games_with_difficult_places_are_complete(draw, number, count):
    # Full supports in which what elimination leaves open is a curve, for one choice of players or for two.
    rng, shape = np.random.default_rng(77), (400, 3, 4, 4, 4)
    games = rng.normal(size=shape) if draw == "normal" else rng.integers(-1000, 1001, shape)
    found = nash(games[number], method="engine", time_limit=None)
    assert found.complete, found.reason
    assert found.index_sum_agrees
    assert len(found) == count


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 2), (3, 3, 3), (2, 2, 2, 2)])
@pytest.mark.parametrize("ties", [False, True])
def test_batch_single_and_uncompiled_runs_agree_to_the_last_bit(shape, ties, monkeypatch):
    rng = np.random.default_rng(5)
    size = (12, len(shape), *shape)
    payoffs = rng.integers(0, 5, size) / 4 if ties else rng.random(size)
    whole = nplayer.solve_batch(payoffs)
    parts = [nplayer.solve_batch(payoffs[first : first + 5]) for first in (0, 5, 10)]
    for name in ("profiles", "indices", "components", "complete"):
        assert np.array_equal(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))
    monkeypatch.setattr(nplayer, "_kernels", lambda width, games: nplayer.kernel)
    monkeypatch.setattr(nplayer, "PLAIN_SECONDS", np.inf)
    for g in range(3):
        single = nplayer.solve(payoffs[g])
        rows = np.array([np.concatenate(profile) for profile in single.equilibria])
        assert np.array_equal(rows, whole.profiles[whole.offsets[g] : whole.offsets[g + 1]])
        assert single.complete == whole.complete[g]


@pytest.mark.parametrize("shape", [(2, 2, 3), (3, 3, 3), (2, 2, 2, 2)])
def test_renaming_players_and_actions_and_rescaling_change_nothing(shape):
    rng = np.random.default_rng(8)
    payoffs = scaled(rng.random((len(shape), *shape)))
    players = len(shape)
    original = nplayer.solve(payoffs)
    expected = flat(original.equilibria)
    for order in list(permutations(range(players)))[1:4]:
        renamed = nplayer.solve(np.stack([np.transpose(payoffs[i], order) for i in order]))
        back = [tuple(profile[order.index(i)] for i in range(players)) for profile in renamed.equilibria]
        assert flat(back) == expected
    reversed_actions = nplayer.solve(np.flip(payoffs, axis=tuple(range(1, players + 1))))
    assert flat([tuple(s[::-1] for s in profile) for profile in reversed_actions.equilibria]) == expected
    affine = np.stack([payoffs[i] * (0.3 + 0.2 * i) + 0.1 for i in range(players)])
    assert flat(nplayer.solve(affine).equilibria) == expected


small_games = st.sampled_from([(2, 2, 2), (2, 2, 3), (2, 2, 2, 2), (3, 3, 2)]).flatmap(
    lambda shape: hnp.arrays(np.int64, (len(shape), *shape), elements=st.integers(0, 3))
)


@settings(max_examples=60, deadline=None)
@given(small_games)
def test_games_with_ties_always_get_an_honest_answer(integers):
    payoffs = scaled(integers)
    answer = nplayer.solve(payoffs)
    assert answer.equilibria
    for profile in answer.equilibria:
        assert regret(payoffs, profile) <= 1e-9
        for strategy in profile:
            assert strategy.min() >= 0.0
            assert strategy.sum() == pytest.approx(1.0, abs=1e-12)
    if answer.components:
        assert not answer.complete
    if answer.complete and None not in answer.indices:
        assert sum(answer.indices) == 1
    # every pure equilibrium is there, ties or not
    for pure in np.ndindex(*payoffs.shape[1:]):
        profile = tuple(np.eye(n)[a] for n, a in zip(payoffs.shape[1:], pure, strict=True))
        if regret(payoffs, profile) == 0.0:
            assert any(all(np.array_equal(a, b) for a, b in zip(profile, e, strict=True)) for e in answer.equilibria)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int64, (3, 2, 2, 2), elements=st.integers(0, 2)))
def test_a_complete_answer_leaves_nothing_on_a_grid_unlisted(integers):
    payoffs = scaled(integers)
    answer = nplayer.solve(payoffs)
    if not answer.complete:
        return
    known = [np.concatenate(profile) for profile in answer.equilibria]
    ticks = [np.array([t, 1 - t]) for t in np.linspace(0, 1, 13)]
    for profile in product(ticks, repeat=3):
        if regret(payoffs, profile) < 1e-12:
            assert min(np.abs(np.concatenate(profile) - k).max() for k in known) < 1e-6


def test_a_pure_equilibrium_with_a_tied_best_reply_is_marked_as_part_of_a_continuum():
    # only the third player has a choice that matters to nobody, not even to that player
    payoffs = game((2, 2, 2), lambda player, profile: float(player < 2 and profile[player] == 0))
    answer = nplayer.solve(payoffs)
    assert not answer.complete
    assert answer.indices == (None,) * len(answer.equilibria)
    assert len(answer.components) == 1
    assert {(1, 0, 1, 0, 1, 0), (1, 0, 1, 0, 0, 1)} <= flat(answer.equilibria)


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 3, 3), (2, 2, 2, 2)])
def test_gambit_finds_no_equilibrium_that_is_missing(shape):
    gambit = pytest.importorskip("pygambit")
    rng = np.random.default_rng(3)
    for _ in range(20 if shape == (2, 2, 2) else 4):
        integers = rng.integers(-1000, 1001, (len(shape), *shape))
        peer = gambit.nash.enumpoly_solve(gambit.Game.from_arrays(*integers)).equilibria
        ours = np.array([np.concatenate(p) for p in nplayer.solve(scaled(integers)).equilibria])
        players = range(len(shape))
        for profile in peer:
            theirs = [np.array([float(p) for _, p in mixed]) for _, mixed in profile.mixed_strategies()]
            if regret(scaled(integers), theirs) < 1e-7:
                assert np.abs(ours - np.concatenate(theirs)).max(axis=1).min() < 1e-4, players


def test_large_games_stop_at_the_time_limit_and_say_so():
    rng = np.random.default_rng(0)
    payoffs = rng.random((3, 20, 6, 6))
    answer = nplayer.solve(payoffs, effort=Effort(seconds=0.05))
    assert not answer.complete
    assert "searched" in answer.reason and "clock" in answer.reason
    pure = {
        pure
        for pure in np.ndindex(20, 6, 6)
        if payoffs[0, :, pure[1], pure[2]].argmax() == pure[0]
        and payoffs[1, pure[0], :, pure[2]].argmax() == pure[1]
        and payoffs[2, pure[0], pure[1], :].argmax() == pure[2]
    }
    listed = {tuple(int(s.argmax()) for s in p) for p in answer.equilibria if all(s.max() == 1.0 for s in p)}
    assert listed == pure


def test_twelve_players_get_all_their_pure_equilibria_before_any_limit():
    payoffs = np.random.default_rng(0).random((12,) + (2,) * 12)
    answer = nplayer.solve(payoffs, effort=Effort(steps=1, seconds=0.01))
    assert not answer.complete
    mask = strategic.pure_equilibrium_mask(payoffs, players=12)
    pure = {tuple(int(s.argmax()) for s in p) for p in answer.equilibria if all(s.max() == 1.0 for s in p)}
    assert pure == {tuple(cell) for cell in np.argwhere(mask).tolist()} and pure


def test_a_limit_of_work_ends_at_the_same_support_in_chunks_of_any_size(monkeypatch):
    payoffs = np.random.default_rng(2).random((4, 3, 3, 3, 3))
    some = nplayer.solve(payoffs, effort=Effort(5_000))
    monkeypatch.setattr(nplayer, "STEP", 31)
    again = nplayer.solve(payoffs, effort=Effort(5_000))
    assert not some.complete and flat(some.equilibria) == flat(again.equilibria)
    assert (some.reason, some.roots, some.supports_examined) == (again.reason, again.roots, again.supports_examined)


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 1), (1, 4, 2, 2)])
def test_support_profiles_are_all_there_smallest_first_also_by_parts(shape):
    listed = support_list(shape, 10**6)
    whole = listed.part(0, len(listed)).supports
    assert listed.every and len({tuple(row) for row in whole.tolist()}) == np.prod([2**k - 1 for k in shape])
    sizes = [sum(int(mask).bit_count() for mask in row) for row in whole]
    assert sizes == sorted(sizes)
    made = SupportList(shape, 10**6)
    for begin in range(0, len(listed), 5):
        part = made._make(begin, min(begin + 5, len(listed)))
        assert part.supports.tolist() == whole[begin : begin + 5].tolist()
        for profile, faced in zip(part.supports, part.faced, strict=True):
            for player in range(len(shape)):
                others = [k for k in range(len(shape)) if k != player]
                cells = np.ndindex(*(shape[k] for k in others))
                met = [all(profile[k] >> a & 1 for k, a in zip(others, cell, strict=True)) for cell in cells]
                bits = [int(faced[player, number // WORD]) >> number % WORD & 1 for number in range(len(met))]
                assert bits == [int(one) for one in met]


def test_threads_that_solve_uncompiled_do_not_take_each_others_scratch_space(monkeypatch):
    monkeypatch.setattr(nplayer, "_kernels", lambda width, games: nplayer.kernel)
    payoffs = np.random.default_rng(5).integers(0, 5, (24, 3, 2, 2, 3)) / 4
    alone = [nplayer.solve(game) for game in payoffs]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            together = list(pool.map(nplayer.solve, payoffs))
    finally:
        sys.setswitchinterval(before)
    for one, other in zip(alone, together, strict=True):
        assert one.indices == other.indices
        assert all(
            np.array_equal(x, y)
            for p, q in zip(one.equilibria, other.equilibria, strict=True)
            for x, y in zip(p, q, strict=True)
        )


def test_importing_the_engine_and_solving_a_small_game_need_neither_numba_nor_scipy():
    code = (
        "import sys, numpy as np; from kgsim.solvers.nplayer import solve as nplayer;"
        "nplayer.solve(np.random.default_rng(0).random((3, 2, 2, 2)));"
        "assert not {'numba', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("shape", "words"),
    [((2, 2, 2), "three or more players"), ((3, 2, 0, 2), "at least one action"), ((3, 2, 2, 63), "at most 62")],
)
def test_arrays_that_are_no_game_are_refused(shape, words):
    with pytest.raises(GameError, match=words):
        nplayer.solve(np.zeros(shape))


def test_an_empty_answer_is_an_error_and_never_reported(monkeypatch):
    games = np.random.default_rng(2).standard_normal((60, 3, 3, 3, 3))
    monkeypatch.setattr(nplayer, "solve", lambda *_, **__: RawEquilibria((), (), False, "nothing was found"))
    with pytest.raises(AssertionError, match="none was found"):
        nash(games[0])
    monkeypatch.setattr(nplayer.kernel, "gains", lambda *_: 1.0)  # everything found is refused
    monkeypatch.setattr(nplayer, "_kernels", lambda width, games: nplayer.kernel)
    with pytest.raises(AssertionError, match="none was found"):
        nplayer.solve_batch(games[:1, :, :2, :2, :3])


def test_an_empty_batch_has_an_empty_answer():
    answer = nplayer.solve_batch(np.zeros((0, 3, 2, 2, 2)))
    assert len(answer.profiles) == 0
    assert answer.offsets.tolist() == [0]
