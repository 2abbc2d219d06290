"""Subgame-perfect sets of trees against all pure profiles tried one by one, and limits that hold."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from first_edition import FIRST_EDITION
from kgsim.games.extensive import ExtensiveGame, InformationSet, Node, gains, in_order
from kgsim.games.gambit import parse_game
from kgsim.games.simpler import without_difference
from kgsim.solvers.extensive.tree import TreeSearch, lottery, solve_tree
from published_trees import HORSE, two_towns
from small_trees import best, small_trees, value

#: Outcomes and payoffs with their probabilities, but for rounding.
Lottery = frozenset[tuple[object, float]]


@st.composite
def branching_trees(draw: st.DrawFn) -> ExtensiveGame:
    """Two or three stages of one mover, of two who do not see each other, or of chance; few payoffs, so many ties."""
    nodes: list[Node] = []
    sets: list[InformationSet] = []

    def new_set(player: int) -> int:
        sets.append(InformationSet(player, f"set {len(sets)}", ("a", "b")))
        return len(sets) - 1

    def grow(depth: int) -> int:
        place = len(nodes)
        nodes.append(Node())
        kind = draw(st.sampled_from(["end", "one", "both", "chance"])) if depth else "end"
        if kind == "end":
            nodes[place] = Node(payoffs=draw(st.tuples(*[st.integers(0, 2).map(float)] * 2)), label=f"end {place % 5}")
        elif kind == "chance":
            nodes[place] = Node((grow(depth - 1), grow(depth - 1)), None, ("h", "t"), (0.25, 0.75))
        elif kind == "one":
            own = new_set(draw(st.integers(0, 1)))
            nodes[place] = Node((grow(depth - 1), grow(depth - 1)), own)
        else:
            first, second = new_set(0), new_set(1)
            middle = []
            for _ in range(2):
                middle.append(len(nodes))
                nodes.append(Node())
                nodes[middle[-1]] = Node((grow(0), grow(depth - 1)), second)
            nodes[place] = Node(tuple(middle), first)
        return place

    grow(draw(st.integers(1, 3)))
    return in_order("random", ("A", "B"), nodes, sets)


def pure_profiles(game: ExtensiveGame) -> list[dict[int, np.ndarray]]:
    counts = [range(len(each.actions)) for each in game.information]
    return [{i: np.eye(len(c))[a] for i, (c, a) in enumerate(zip(counts, p, strict=True))} for p in product(*counts)]


def told(game: ExtensiveGame, play: dict[int, np.ndarray]) -> Lottery:
    """The lottery of a profile by plain recursion."""
    shares: dict[object, float] = {}

    def walk(place: int, share: float) -> None:
        node = game.nodes[place]
        if not node.children:
            what = (node.label or place, node.payoffs)
            shares[what] = shares.get(what, 0.0) + share
        else:
            for child, p in zip(
                node.children, node.probabilities if node.information is None else play[node.information], strict=True
            ):
                walk(child, share * p)

    walk(0, 1.0)
    return frozenset((what, round(share, 9)) for what, share in shares.items() if share > 1e-9)


def stands(game: ExtensiveGame, play: dict[int, np.ndarray], roots: tuple[int, ...]) -> bool:
    return all(
        best(game, play, player, root) <= value(game, play, root)[player] + 1e-9
        for root in roots
        for player in range(len(game.players))
    )


@settings(max_examples=60, deadline=None)
@given(branching_trees())
def test_every_pure_subgame_perfect_lottery_is_listed_and_all_that_is_listed_stands(game: ExtensiveGame) -> None:
    if len(game.information) > 7:
        return
    truth = {told(game, play) for play in pure_profiles(game) if stands(game, play, game.subgames)}
    solution = solve_tree(game)
    found, smaller = solution.subgame_perfect, solution.game
    for each in found.equilibria:
        assert each.residual < 1e-9
        full = {i: np.full(len(s.actions), 1 / len(s.actions)) for i, s in enumerate(smaller.information)}
        full |= {i: part for i, part in each.behaviour.items() if part is not None}
        assert stands(smaller, full, smaller.subgames)
    assert truth <= {lottery(smaller, each) for each in found.equilibria}


@settings(max_examples=60, deadline=None)
@given(st.one_of(branching_trees(), small_trees()))
def test_leaving_out_what_makes_no_difference_loses_no_lottery(game: ExtensiveGame) -> None:
    if len(game.information) > 6:
        return
    game = in_order(
        game.title, game.players, [Node(**{**vars(n), "label": n.label or "end"}) for n in game.nodes], game.information
    )
    smaller = without_difference(game).game
    for roots in ("subgames", None):
        ours, theirs = (
            {told(g, p) for p in pure_profiles(g) if stands(g, p, g.subgames if roots else (0,))}
            for g in (smaller, game)
        )
        assert ours == theirs


@settings(max_examples=60, deadline=None)
@given(st.one_of(branching_trees(), small_trees()), st.integers(0, 2**32))
def test_gains_are_those_of_the_best_pure_strategies(game: ExtensiveGame, seed: int) -> None:
    if len(game.information) > 7:
        return
    rng = np.random.default_rng(seed)
    play = {i: rng.dirichlet(np.ones(len(each.actions))).round(1) for i, each in enumerate(game.information)}
    play = {i: part / part.sum() for i, part in play.items()}
    found = gains(game, play)
    for row, root in zip(found, game.subgames or (0,), strict=True):
        for player in range(len(game.players)):
            gained = best(game, play, player, root) - value(game, play, root)[player]
            assert row[player] == pytest.approx(max(0.0, gained), abs=1e-9)


def tree(text: str) -> ExtensiveGame:
    game = parse_game(text)
    assert isinstance(game, ExtensiveGame)
    return game


def ultimatum(offers: int, pie: float) -> ExtensiveGame:
    names = " ".join(f'"{k}"' for k in range(offers))
    lines = [f'EFG 2 R "Ultimatum" {{ "P" "R" }} p "" 1 1 "" {{ {names} }} 0']
    for k in range(offers):
        given_ = pie * k / offers
        lines.append(f'p "" 2 {k + 1} "" {{ "yes" "no" }} 0')
        lines.append(f't "" {2 * k + 1} "" {{ {pie - given_} {given_} }} t "" {2 * k + 2} "refused {k}" {{ 0 0 }}')
    return tree("\n".join(lines))


@pytest.mark.parametrize("offers", [10, 12, 40])
def test_a_menu_of_offers_ends_in_the_first_or_the_second(offers: int) -> None:
    """Nothing is offered, and accepted surely enough, or the least that cannot be refused; mixtures are in between."""
    search = TreeSearch(ultimatum(offers, 10.0), None)
    found = search.subgame_perfect()
    assert found is not None and found.complete and not search.hidden
    worth = sorted(tuple(np.round(each.payoffs, 9)) for each in found.equilibria)
    step = 10 / offers
    np.testing.assert_allclose(worth, [(10 - step, 0), (10 - step, step), (10, 0)], atol=1e-9)
    assert found.components


def test_a_tie_in_a_tree_gives_the_set_that_the_scenario_gives() -> None:
    for name, structure in [
        ("bypass", "simultaneous"),
        ("bypass", "empty_hands"),
        ("six_party_2005", "spoiler"),
        ("parallel_outreach", "washington_pays"),
        ("freeze_for_freeze", "drills_first"),
    ]:
        scenario = kgsim.load(FIRST_EDITION / f"{name}.yaml")
        direct = kgsim.solve(scenario, structures=[structure]).structures[structure]
        search = TreeSearch(kgsim.tree(scenario, structure), None)
        found = search.subgame_perfect() or search.nash()
        ours = {frozenset((end[0], share) for end, share in lottery(search.game, each)) for each in found.equilibria}
        assert ours == {frozenset((o, round(p, 9)) for o, p in each.outcomes.items()) for each in direct.equilibria}
        assert found.complete == direct.complete


def test_each_draw_of_chance_goes_on_as_it_likes() -> None:
    """Two draws, each followed by a tie: four pure lotteries, and one continuum of two dimensions."""
    text = 'EFG 2 R "t" { "a" } c "" 1 "" { "h" 0.5 "t" 0.5 } 0\n'
    for k in range(2):
        text += f'p "" 1 {k + 1} "" {{ "x" "y" }} 0 t "" {2 * k + 1} "" {{ 1 }} t "" {2 * k + 2} "" {{ 1 }}\n'
    found = solve_tree(tree(text)).subgame_perfect
    assert len(found.equilibria) == 4 and found.complete and found.components == ((0, 1, 2, 3),)


def test_a_subgame_within_a_tangle_is_solved_for_each_way_to_go_on() -> None:
    """A coordination game behind one draw of chance, whose three equilibria are worth entering or not."""
    inner = (
        'p "" 1 3 "again" { "x" "y" } 0 p "" 2 3 "also" { "x" "y" } 0 t "" 11 "xx" { 2 2 } t "" 12 "xy" { 0 0 }'
        ' p "" 2 3 0 t "" 13 "yx" { 0 0 } t "" 14 "yy" { 1 1 }'
    )
    text = f"""EFG 2 R "tangle" {{ "a" "b" }}
c "" 1 "" {{ "h" 1/2 "t" 1/2 }} 0
p "" 1 1 "a h" {{ "in" "out" }} 0 {inner} t "" 1 "out" {{ 1.5 0 }}
p "" 1 2 "a t" {{ "in" "out" }} 0
p "" 2 1 "b" {{ "l" "r" }} 0 t "" 2 "tl" {{ 0 1 }} t "" 3 "tr" {{ 3 0 }} t "" 4 "tout" {{ 1 0 }}"""
    found = solve_tree(tree(text)).subgame_perfect
    assert found.complete
    assert len(found.equilibria) >= 2
    assert all(each.residual < 1e-9 for each in found.equilibria)


def test_trees_without_a_decision_have_one_end() -> None:
    for text in (
        'EFG 2 R "" { "a" } t "" 1 "" { 5 }',
        'EFG 2 R "" { "a" } c "" 1 "" { "h" 0.5 "t" 0.5 } 0 t "" 1 "" { 4 } t "" 2 "" { 6 }',
    ):
        solution = solve_tree(tree(text))
        for found in (solution.nash, solution.subgame_perfect):
            assert found.complete and [each.payoffs.tolist() for each in found.equilibria] == [[5.0]]
        assert solution.sequential is None


def test_a_player_without_a_decision_is_no_trouble() -> None:
    found = solve_tree(tree('EFG 2 R "" { "a" "b" } p "" 1 1 "" { "x" "y" } 0 t "" 1 "" { 1 7 } t "" 2 "" { 0 8 }'))
    assert [each.payoffs.tolist() for each in found.nash.equilibria] == [[1.0, 7.0]]


def three_towns() -> ExtensiveGame:
    """A tree whose strategic form is too large: a run of towns entered by players who do not know the incumbent."""
    sets: list[InformationSet] = []
    nodes: list[Node] = []
    known: dict[object, int] = {}

    def own(key: object, player: int, actions: tuple[str, str]) -> int:
        if key not in known:
            known[key] = len(sets)
            sets.append(InformationSet(player, str(key), actions))
        return known[key]

    def grow(kind: str, town: int, seen: tuple[str, ...], worth: tuple[float, ...]) -> int:
        place = len(nodes)
        nodes.append(Node())
        if town == 4:
            nodes[place] = Node(payoffs=worth, label=" ".join(seen))
            return place
        out = (worth[0] + 2.0, *worth[1:])
        entered = len(nodes)
        nodes.append(Node())
        paid = [worth[0] - 1.0 if kind == "weak" else worth[0] + 0.5, worth[0] + (0.0 if kind == "weak" else -1.0)]
        children = []
        for answer, first, gain in (("fight", paid[0], -0.5), ("yield", paid[1], 0.5)):
            after = [first, *worth[1:]]
            after[town] += gain
            children.append(grow(kind, town + 1, (*seen, answer), tuple(after)))
        nodes[entered] = Node(tuple(children), own((kind, seen), 0, ("fight", "yield")))
        nodes[place] = Node((entered, grow(kind, town + 1, (*seen, "out"), out)), own(seen, town, ("in", "out")))
        return place

    nodes.append(Node())
    start = (0.0,) * 4
    nodes[0] = Node((grow("weak", 1, (), start), grow("strong", 1, (), start)), None, ("w", "s"), (0.7, 0.3))
    return in_order("Three towns", ("I", "1", "2", "3"), nodes, sets)


def test_of_a_tree_too_large_for_its_strategic_form_the_logit_path_is_given() -> None:
    solution = solve_tree(three_towns())
    assert not solution.nash.equilibria and "plans" in solution.nash.reason and not solution.nash.complete
    assert not solution.subgame_perfect.equilibria and not solution.subgame_perfect.complete
    assert solution.sequential is not None and solution.sequential.arrived
    assert solution.sequential.residual.max() < 1e-4


@pytest.mark.parametrize("game", [ultimatum(12, 10.0), tree(two_towns(0.3)), tree(HORSE), three_towns()])
def test_a_time_limit_ends_every_phase(game: ExtensiveGame) -> None:
    began = time.monotonic()
    solution = solve_tree(game, time_limit=1e-9)
    assert time.monotonic() - began < 5.0  # far more than it takes, on any machine
    for found in (solution.nash, solution.subgame_perfect):
        assert not found.equilibria and not found.complete
        assert found.reason == "the clock cut the search at the time limit of 1e-09 s" or "plans" in found.reason
    assert solution.sequential is None


def test_what_is_spent_on_judging_does_not_hide_the_equilibria(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgsim.solvers.extensive.tree.MOST_ASSESSING", 1)
    found = solve_tree(tree(HORSE)).nash
    assert len(found.equilibria) == 4 and found.complete  # the ends of two continua
    limited = "the search ended at its limit of 0 steps of work"
    assert all(each.assessment and each.assessment.reason == limited for each in found.equilibria)


@pytest.mark.parametrize("limit", [0.0, -1.0])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    with pytest.raises(kgsim.GameError, match="time_limit"):
        solve_tree(tree(HORSE), time_limit=limit)
