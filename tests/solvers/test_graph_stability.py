"""Stability in the graph model, against published conflicts and against the definitions written out as loops."""

from __future__ import annotations

from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgsim.games.conflict import Conflict, Moves
from kgsim.solvers.graph.inverse import pairs_changed, raised
from kgsim.solvers.graph.paths import paths_from
from kgsim.solvers.graph.profiles import somewhere_stable, stable_profiles
from kgsim.solvers.graph.stability import ATTITUDES, CONCEPTS, Side, everybody, sides_of

#: Conflict to players' moves (from, to), rankings from best to worst, and equilibria; states count from 1.
PUBLISHED = {
    "prisoner's dilemma": (
        [[(1, 3), (3, 1), (2, 4), (4, 2)], [(1, 2), (2, 1), (3, 4), (4, 3)]],
        [[3, 1, 4, 2], [2, 1, 4, 3]],
        {"nash": {4}, "seq": {1, 4}, "gmr": {1, 4}, "smr": {1, 4}},
    ),
    "chicken": (
        [[(1, 3), (3, 1), (2, 4), (4, 2)], [(1, 2), (2, 1), (3, 4), (4, 3)]],
        [[3, 1, 2, 4], [2, 1, 3, 4]],
        {"nash": {2, 3}, "seq": {2, 3}, "gmr": {1, 2, 3}, "smr": {1, 2, 3}},
    ),
    # Brams, the Cuban missile crisis as a table: blockade or strike, withdraw or maintain.
    "missile crisis": (
        [[(1, 3), (3, 1), (2, 4), (4, 2)], [(1, 2), (2, 1), (3, 4), (4, 3)]],
        [[4, 1, 3, 2], [2, 1, 3, 4]],
        {"nash": set()},
    ),
    # Hipel, Kilgour, Fang and Peng (1991): the Ministry, Uniroyal, local government.
    "Elmira": (
        [
            [(1, 2), (3, 4), (5, 6), (7, 8)],
            [(1, 3), (2, 4), (5, 7), (6, 8), *((state, 9) for state in range(1, 9))],
            [*((1, 5), (2, 6), (3, 7), (4, 8)), *((5, 1), (6, 2), (7, 3), (8, 4))],
        ],
        [[7, 3, 4, 8, 5, 1, 2, 6, 9], [1, 4, 8, 5, 9, 2, 3, 7, 6], [7, 3, 5, 1, 8, 6, 4, 2, 9]],
        {"nash": {5, 8, 9}, "seq": {5, 8, 9}, "gmr": {1, 4, 5, 8, 9}, "smr": {1, 4, 5, 8, 9}},
    ),
    # The same with the states told apart in which the plant is closed (Kinsara's guide to GMCR+, and its file).
    "Elmira in full": (
        [
            [(state, state + 1) for state in range(1, 12, 2)],
            [(a + k, b + k) for k in (0, 1, 6, 7) for a, b in ((1, 3), (1, 5), (3, 5))],
            [move for state in range(1, 7) for move in ((state, state + 6), (state + 6, state))],
        ],
        [
            [9, 3, 4, 10, 7, 1, 2, 8, [5, 6, 11, 12]],
            [1, 4, 10, 7, [5, 6, 11, 12], 2, 3, 9, 8],
            [9, 3, 7, 1, 10, 8, 4, 2, [5, 6, 11, 12]],
        ],
        {concept: {5, 6, 7, 10, 11, 12} for concept in ("nash", "seq")}
        | {concept: {1, 4, 5, 6, 7, 10, 11, 12} for concept in ("gmr", "smr")},
    ),
}


def stated(moves, rankings) -> Conflict:
    """A conflict from moves as pairs and rankings from best to worst, lists within them being ties."""
    states = max(max(each) if isinstance(each, list) else each for each in rankings[0])
    rank = np.zeros((len(moves), states), dtype=np.intp)
    for player, ranking in enumerate(rankings):
        for height, group in enumerate(reversed(ranking)):
            rank[player, np.atleast_1d(group) - 1] = height
    ways = tuple(Moves.of(states, *(np.array(own, dtype=np.intp).reshape(-1, 2) - 1).T) for own in moves)
    return Conflict(tuple("ABCD"[: len(moves)]), tuple(map(str, range(1, states + 1))), ways, rank)


def players(conflict: Conflict) -> list[Side]:
    return list(sides_of(conflict))


def equilibria(sides: list[Side]) -> dict[str, np.ndarray]:
    return everybody(side.stable() for side in sides)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_conflicts(name):
    moves, rankings, expected = PUBLISHED[name]
    found = equilibria(players(stated(moves, rankings)))
    assert {concept: set(np.flatnonzero(found[concept]) + 1) for concept in expected} == expected


def test_in_elmira_the_ministry_and_uniroyal_together_leave_the_state_that_each_alone_stays_at():
    conflict = stated(*PUBLISHED["Elmira"][:2])
    together = Side.of(conflict, (0, 1))
    assert not together.stable()["nash"][4]
    found = equilibria([*players(conflict), together])
    assert set(np.flatnonzero(found["nash"]) + 1) == {8, 9}
    in_full = stated(*PUBLISHED["Elmira in full"][:2])
    found = equilibria([*players(in_full), Side.of(in_full, (0, 1))])
    assert set(np.flatnonzero(found["seq"]) + 1) == {5, 6, 10, 11, 12}


def test_four_players_of_whom_one_is_indifferent():
    """The Garrison dam (Fang, Hipel and Kilgour 1993): 23 states of nine options, with ties."""
    barred = [
        *("YY-------", "Y-Y------", "-YY------", "-----YY--", "-----Y-Y-", "-----Y--Y", "------YY-", "------Y-Y"),
        *("-------YY", "NNN------", "-----NNNN", "Y--N-----", "--YY-----", "Y---NN---", "-Y--N--Y-", "-Y--N---Y"),
        *("--Y-N--Y-", "--Y-N---Y"),
    ]
    # The first option turns fastest, as the rankings below number the states.
    states = ["".join(reversed(letters)) for letters in product("NY", repeat=9)]
    states = [s for s in states if not any(all(b in ("-", a) for a, b in zip(s, bar, strict=True)) for bar in barred)]
    assert len(states) == 23
    owned = [(0, 3), (3, 4), (4, 5), (5, 9)]
    moves = [
        [
            (a, b)
            for (a, one), (b, other) in permutations(enumerate(states, 1), 2)
            if one[:first] + one[last:] == other[:first] + other[last:]
        ]
        for first, last in owned
    ]
    rankings = [
        [3, 7, [1, 2], 4, [5, 6], 8, 9, 12, 11, 15, 10, 13, 14, 17, 16, 18, 19, 21, 20, 22, 23],
        [[21, 17, 13, 10, 6, 2], [23, 19], 15, 11, 8, 4, 22, 18, 14, 7, 3, 20, 16, 12, 9, 5, 1],
        [23, [20, 21], 19, [16, 17], 11, [9, 10], 15, [12, 13], 2, 4, 1, 8, [5, 6], 22, 18, 14, 3, 7],
        [list(range(1, 24))],
    ]
    conflict = stated(moves, rankings)
    found = {concept: set(np.flatnonzero(flags) + 1) for concept, flags in equilibria(players(conflict)).items()}
    assert found["nash"] == found["seq"] == {2, 3, 11, 17, 18, 21, 22}
    assert found["gmr"] >= {2, 3, 8, 11, 13, 14, 15, 17, 18, 19, 21, 22}
    for concept in CONCEPTS:
        assert found[concept] == {
            state + 1 for state in range(23) if all(by_definition(conflict, p, state)[concept] for p in range(4))
        }


def sequences(conflict: Conflict, movers: list[int], start: int, improving: bool, doubtful: bool = True) -> set[int]:
    """What legal sequences lead to, one move after another."""
    found: set[int] = set()
    pending, seen = [(start, -1)], {(start, -1)}
    while pending:
        state, last = pending.pop()
        for mover in movers:
            if mover == last:
                continue
            for target in map(int, conflict.moves[mover].of_state(state)):
                if improving and not gains(conflict, mover, state, target, doubtful):
                    continue
                found.add(target)
                if (target, mover) not in seen:
                    seen.add((target, mover))
                    pending.append((target, mover))
    return found


def gains(conflict: Conflict, player: int, state: int, target: int, doubtful: bool) -> bool:
    if conflict.unknown is not None and conflict.unknown[player, state, target]:
        return doubtful
    return bool(conflict.rank[player, target] > conflict.rank[player, state])


def binds(conflict: Conflict, player: int, state: int, answer: int, doubtful: bool) -> bool:
    if conflict.unknown is not None and conflict.unknown[player, state, answer]:
        return doubtful
    return bool(conflict.rank[player, answer] <= conflict.rank[player, state])


def by_definition(conflict: Conflict, player: int, state: int, attitude: str = "b") -> dict[str, bool]:
    leaves, deterred = ATTITUDES[attitude]
    others = [other for other in range(len(conflict.players)) if other != player]
    better = [t for t in map(int, conflict.moves[player].of_state(state)) if gains(conflict, player, state, t, leaves)]
    held = {"nash": not better, "gmr": True, "smr": True, "seq": True}
    for target in better:
        answers = sequences(conflict, others, target, improving=False)
        binding = {answer for answer in answers if binds(conflict, player, state, answer, deterred)}
        willing = sequences(conflict, others, target, improving=True)
        held["gmr"] &= bool(binding)
        held["seq"] &= any(binds(conflict, player, state, answer, deterred) for answer in willing)
        held["smr"] &= any(
            all(
                binds(conflict, player, state, int(escape), deterred)
                for escape in conflict.moves[player].of_state(answer)
            )
            for answer in binding
        )
    return held


@st.composite
def conflicts(draw, most_states: int = 7, unknown: bool = True) -> Conflict:
    count, states = draw(st.integers(2, 4)), draw(st.integers(2, most_states))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    moves = tuple(Moves.between(rng.random((states, states)) < 0.35) for _ in range(count))
    if not any(len(own.target) for own in moves):
        moves = (Moves.of(states, np.array([0]), np.array([1])), *moves[1:])
    doubts = None
    if unknown and draw(st.booleans()):
        half = np.triu(rng.random((count, states, states)) < 0.2, 1)
        doubts = half | half.transpose(0, 2, 1)
    rank = rng.integers(0, states, (count, states))
    return Conflict(tuple("ABCD"[:count]), tuple(map(str, range(states))), moves, rank, doubts)


@given(conflicts(), st.sampled_from(list(ATTITUDES)))
def test_every_stability_is_its_definition(conflict, attitude):
    for player, side in enumerate(players(conflict)):
        found = side.stable(attitude)
        for state in range(len(conflict.states)):
            expected = by_definition(conflict, player, state, attitude)
            assert {concept: bool(found[concept][state]) for concept in CONCEPTS} == expected


@given(conflicts(), st.sampled_from(list(ATTITUDES)))
def test_stricter_stabilities_imply_looser_ones(conflict, attitude):
    for side in players(conflict):
        found = side.stable(attitude)
        for strict, loose in (("nash", "seq"), ("nash", "smr"), ("seq", "gmr"), ("smr", "gmr")):
            assert not (found[strict] & ~found[loose]).any()


@given(conflicts(unknown=False))
def test_a_coalition_improves_only_if_all_its_members_do(conflict):
    for members in conflict.coalitions():
        nash = Side.of(conflict, members).stable()["nash"]
        for state in range(len(conflict.states)):
            reached = sequences(conflict, list(members), state, improving=False)
            better = any(all(gains(conflict, m, state, target, False) for m in members) for target in reached)
            assert nash[state] == (not better)


@given(conflicts(most_states=4, unknown=False))
def test_no_smaller_change_of_a_ranking_makes_a_state_stable(conflict):
    """Against all rankings with ties of one player, by the number of pairs that change places."""
    states = len(conflict.states)
    side = Side.of(conflict, (0,))
    own = conflict.rank[0]
    cheapest: dict[tuple[str, int], int] = {}
    for rank in product(range(states), repeat=states):
        changed = sum(
            (own[a] < own[b]) != (rank[a] < rank[b]) or (own[a] > own[b]) != (rank[a] > rank[b])
            for a, b in combinations(range(states), 2)
        )
        other = Conflict(conflict.players, conflict.states, conflict.moves, np.array([rank, *conflict.rank[1:]]))
        for state in range(states):
            held = by_definition(other, 0, state)
            for concept in CONCEPTS:
                if held[concept]:
                    cheapest[concept, state] = min(changed, cheapest.get((concept, state), changed))
    for state in range(states):
        for concept in CONCEPTS:
            way = raised(side, state, concept)
            assert (way is None) == ((concept, state) not in cheapest)
            if way is not None:
                assert pairs_changed(side, state, way) == cheapest[concept, state]


@given(conflicts(most_states=6, unknown=False), st.sampled_from(CONCEPTS))
def test_players_who_raise_a_state_together_all_stay(conflict, concept):
    """Also by SEQ, where a player's ranking decides what others have to expect."""
    for state in range(len(conflict.states)):
        ways = [raised(side, state, concept) for side in players(conflict)]
        if None in ways:
            continue
        rank = 2 * conflict.rank
        for player, way in enumerate(ways):
            rank[player, state] = max([rank[player, state], *(rank[player, other] for other in way or ())])
        other = Conflict(conflict.players, conflict.states, conflict.moves, rank)
        assert equilibria(players(other))[concept][state]


@given(conflicts(unknown=False))
def test_paths_are_legal_and_lead_where_they_say(conflict):
    for improving in (False, True):
        found = paths_from(conflict, [0], improving=improving)
        everyone = list(range(len(conflict.players)))
        assert set(found) == {0} | sequences(conflict, everyone, 0, improving, doubtful=False)
        for target, path in found.items():
            state, last = 0, -1
            for player, following in path:
                assert player != last and following in conflict.moves[player].of_state(state)
                assert not improving or gains(conflict, player, state, following, False)
                state, last = following, player
            assert state == target


@given(st.lists(st.integers(1, 3), min_size=2, max_size=4), st.integers(2, 6), st.integers(0, 2**32))
def test_profiles_of_actions_are_judged_by_arrays_as_by_sets_of_states(shape, levels, seed):
    """Several games at once, ties among them, against the same games as graphs."""
    if max(shape) == 1:
        return
    rng = np.random.default_rng(seed)
    worth = rng.integers(0, levels, (len(shape), *shape, 3)).astype(float)
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    moves = []
    for player, actions in enumerate(shape):
        own = np.moveaxis(numbers, player, 0).reshape(actions, -1)
        source, target = np.repeat(own[:, None], actions, axis=1), np.repeat(own[None], actions, axis=0)
        moves.append(Moves.of(numbers.size, source.ravel(), target.ravel()))
    there = rng.random(shape) < 0.4
    found = stable_profiles(worth)
    for game in range(3):
        rank = worth[..., game].reshape(len(shape), -1).astype(np.intp)
        names = tuple("ABCD"[: len(shape)]), tuple(map(str, range(numbers.size)))
        sides = sides_of(Conflict(*names, tuple(moves), rank))
        for own, side in zip(found, sides, strict=True):
            for concept, flags in side.stable().items():
                assert (own[concept][..., game].ravel() == flags).all()
        for concept, flags in everybody(side.stable() for side in sides).items():
            assert somewhere_stable(worth, there, concept)[game] == (flags & there.ravel()).any()
