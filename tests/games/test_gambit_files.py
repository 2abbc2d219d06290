"""Gambit files: read back as written, checked by Gambit where it is installed, and errors that name their line."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from first_edition import FIRST_EDITION
from kgsim.cli import main
from kgsim.games.extensive import ExtensiveGame
from kgsim.games.gambit import StrategicGame, parse_game
from kgsim.games.gambit_text import efg_text, nfg_text
from kgsim.games.plans import named, strategic_form
from published_trees import ALL, POKER

PENNIES = 'NFG 1 R "Pennies" { "row" "column" } { 2 2 }\n"a comment"\n1 -1 -1 1 -1 1 1 -1\n'
LISTED = """NFG 1 R "By outcomes" { "row" "column" }
{ { "up" "down" } { "left" "right" } }
""
{ { "both" 3, 1 } { "neither" 1, 1/2 } }
1 0 2 1
"""


@pytest.mark.parametrize("name", ALL)
def test_trees_are_read_back_as_written(name: str) -> None:
    game = parse_game(ALL[name])
    assert isinstance(game, ExtensiveGame)
    again = parse_game(efg_text(game))
    assert isinstance(again, ExtensiveGame)
    assert (again.nodes, again.information, again.players) == (game.nodes, game.information, game.players)


def test_the_first_player_s_strategies_change_fastest() -> None:
    game = parse_game(LISTED)
    assert isinstance(game, StrategicGame)
    assert game.payoffs[0].tolist() == [[3, 1], [0, 3]]
    assert game.payoffs[1].tolist() == [[1, 0.5], [0, 1]]
    again = parse_game(nfg_text(game))
    assert isinstance(again, StrategicGame) and again.strategies == game.strategies
    np.testing.assert_array_equal(again.payoffs, game.payoffs)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_strategic_game_is_read_back_to_the_last_bit(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    cells = len(shape) * int(np.prod(shape))
    numbers = data.draw(st.lists(st.floats(-1e200, 1e200), min_size=cells, max_size=cells))
    payoffs = np.array(numbers).reshape(len(shape), *shape)
    name = data.draw(st.text(st.characters(codec="utf-8"), max_size=8))
    strategies = tuple(tuple(f"{name}{i}" for i in range(count)) for count in shape)
    game = StrategicGame(name, tuple(f"p{i}" for i in range(len(shape))), strategies, payoffs)
    again = parse_game(nfg_text(game))
    assert isinstance(again, StrategicGame) and (again.title, again.strategies) == (game.title, game.strategies)
    np.testing.assert_array_equal(again.payoffs, payoffs)


BROKEN = {
    "no head": ("hello", 1, "EFG 2 R"),
    "empty": ("", 1, "end of the file"),
    "version": ('EFG 3 R "t" { "a" }', 1, "version 2"),
    "open quote": ('EFG 2 R "t" { "a" }\n""\nt "x', 3, "closing quotation mark"),
    "no player": (POKER.replace('p "" 1 1 "red"', 'p "" 3 1 "red"'), 3, "player from 1 to 2"),
    "chances": (POKER.replace("1/2", "1/3"), 2, "sum to 1"),
    "payoffs": (POKER.replace("{ 2, -2 }", "{ 2 }"), 5, "2 numbers"),
    "infinite": (POKER.replace("{ 2, -2 }", "{ 1e999, -2 }"), 5, "finite"),
    "zero divisor": (POKER.replace("{ 2, -2 }", "{ 1/0, -2 }"), 5, "finite"),
    "missing nodes": ("\n".join(POKER.splitlines()[:-1]), 11, "node: c .chance."),
    "trailing": (POKER + 't "" 1', 13, "end of the file"),
    "actions differ": (POKER.replace('p "" 2 1 0', 'p "" 2 1 "" { "x" "y" } 0'), 9, "same actions"),
    "a decimal comma": (PENNIES.replace("1 -1 -1 1 -1 1 1 -1", "1,5 -1 -1 1 -1 1 1"), 3, "decimal point .such as 1.5"),
    "decimal commas that fill a table": ('NFG 1 R "t" { "a" "b" } { 2 1 }\n""\n1,5 2,5', 3, "such as 1.5"),
    "decimal commas in an outcome": (LISTED.replace("3, 1", "3,5 1"), 4, "such as 3.5"),
    "decimal commas at an end": (POKER.replace("{ 2, -2 }", "{ 2,5 -2 }"), 5, "such as 2.5"),
    "decimal commas among outcomes": (LISTED.replace("1 0 2 1", "1,0 2 1"), 5, "such as 1.0"),
    "no payoffs": ('NFG 1 R "t" { "a" "b" } { 2 2 } ""', 1, "8 numbers, found 0 words"),
    "one payoff": ('NFG 1 R "t" { "a" "b" } { 2 2 } "" 1', 1, "8 numbers, found 1 word$"),
    "sixths": (
        POKER.replace('"red" 1/2 "black" 1/2', " ".join(f'"{k}" 0.16666667' for k in range(6))),
        2,
        "fractions, such as 1/6.*6 that sum to 1.00000002",
    ),
    "few payoffs": ('NFG 1 R "t" { "a" "b" } { 2 2 } ""\n1 2 3', 2, "8 numbers"),
    "a billion strategies": ('NFG 1 R "t" { "a" "b" } { 999999999 2 } 1', 1, "no more strategies"),
    "outcome": (LISTED.replace("1 0 2 1", "1 0 7 1"), 5, "outcome from 0 to 2"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_malformed_files_say_where_and_what_was_expected(name: str) -> None:
    text, line, words = BROKEN[name]
    with pytest.raises(kgsim.GameError, match=rf"(?s)^file:{line}: .*{words}"):
        parse_game(text, "file")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_read_is_a_game_or_an_error_of_kgsim(data: st.DataObject) -> None:
    """Files with words cut out, doubled, or put in other places."""
    words = data.draw(st.sampled_from([*ALL.values(), PENNIES, LISTED])).split(" ")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(words) - 1))
        other = data.draw(
            st.sampled_from([*words, "{", "}", '"', "1e999", "1/0", "-", "c", "p", "\n", "\0", "99999999999"])
        )
        match data.draw(st.sampled_from(["cut", "double", "replace"])):
            case "cut" if len(words) > 1:
                del words[place]
            case "double":
                words.insert(place, words[place])
            case _:
                words[place] = other
    try:
        game = parse_game(" ".join(words))
        if isinstance(game, ExtensiveGame):
            game.require_perfect_recall()
            efg_text(game)
    except kgsim.KgsimError:
        pass


@given(st.text(max_size=60))
def test_any_text_is_a_game_or_an_error_of_kgsim(text: str) -> None:
    for head in ("", 'EFG 2 R "" { "a" } ', 'NFG 1 R "" { "a" } '):
        with contextlib.suppress(kgsim.KgsimError):
            parse_game(head + text)


def test_a_deep_tree_is_no_trouble() -> None:
    """Nodes are read and checked without recursion."""
    depth = 3_000
    lines = [f'p "" 1 {i + 1} "" {{ "stop" "on" }} 0\nt "" 1 "end" {{ 0 }}' for i in range(depth)]
    game = parse_game('EFG 2 R "centipede" { "a" }\n""\n' + "\n".join(lines) + '\nt "" 2 "last" { 1 }')
    assert isinstance(game, ExtensiveGame) and len(game.nodes) == 2 * depth + 1


def test_what_has_no_name_or_shares_one_goes_by_its_number_in_the_file() -> None:
    game = parse_game(
        """EFG 2 R "unnamed" { "Ann" "Bob" } p "" 1 7 "" { "" "act" "act" } 0
        p "" 2 4 "here" { "x" "y" } 0 t "" 3 "" { 1 1 } t "" 0
        p "" 2 9 "here" { "x" "y" } 0 t "" 3 t "node" 5 "" { 2 2 }
        t "" 6 "told" { 3 3 }"""
    )
    assert isinstance(game, ExtensiveGame)
    assert [each.label for each in game.information] == ["set 7", "here", "here (set 9)"]
    assert game.information[0].actions == ("action 1", "act (2)", "act (3)")
    assert [n.label for n in game.nodes if not n.children] == ["outcome 3", "", "outcome 3", "node", "told"]


@pytest.mark.parametrize("separator", [" ", ", ", ","])
def test_outcomes_may_part_payoffs_by_commas(separator: str) -> None:
    game = parse_game(POKER.replace("{ 2, -2 }", f"{{ 2{separator}-2 }}"))
    assert isinstance(game, ExtensiveGame) and (2.0, -2.0) in {node.payoffs for node in game.nodes}


def test_a_file_of_another_encoding_is_told_to_be_saved_anew(tmp_path: Path) -> None:
    path = tmp_path / "cp949.efg"
    path.write_bytes(b'EFG 2 R\n"' + "회담".encode("cp949"))
    with pytest.raises(kgsim.GameError, match=r"cp949.efg:2: .*save it as UTF-8"):
        kgsim.read_game(path)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.output


def test_the_command_solves_both_kinds_and_names_a_broken_line(tmp_path: Path) -> None:
    status, text = run("nash", str(write(tmp_path / "poker.efg", POKER)), "--format", "json")
    data = json.loads(text)
    assert status == 0 and data["form"] == "extensive" and data["nash"]["complete"]
    assert data["subgame_perfect"]["equilibria"][0]["behaviour"][1] == pytest.approx([2 / 3, 1 / 3])
    status, text = run("nash", str(write(tmp_path / "pennies.nfg", PENNIES)))
    assert status == 0 and "1 0.5, 2 0.5" in text
    status, text = run("nash", str(write(tmp_path / "broken.efg", POKER.replace("1/2", "1/3"))))
    assert status == 2 and "broken.efg:2: expected probabilities" in text


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


def test_an_exported_structure_has_the_equilibria_of_the_scenario(bypass: kgsim.Scenario) -> None:
    for values in ({}, {"A": 5.0}):
        direct = kgsim.solve(bypass, structures=["bypass"], **values).structures["bypass"]
        found = kgsim.solve_tree(kgsim.tree(bypass, "bypass", **values)).subgame_perfect
        for player, column in zip(bypass.players, np.array([each.payoffs for each in found.equilibria]).T, strict=True):
            assert (column.min(), column.max()) == pytest.approx(direct.values[player], abs=1e-9)


def test_movers_of_one_stage_do_not_see_each_other(bypass: kgsim.Scenario) -> None:
    game = kgsim.tree(bypass, "parallel")
    own = [i for i, each in enumerate(game.information) if game.players[each.player] == "ROK"]
    assert len(own) == 1 and len(game.members[own[0]]) > 1
    game.require_perfect_recall()


def test_blocs_without_expected_payoffs_cannot_be_written(bypass: kgsim.Scenario) -> None:
    with pytest.raises(kgsim.StructureError, match="decides by the nash rule"):
        kgsim.tree(bypass, "coordinated")


@pytest.mark.parametrize("name", ["poker", "crisis", "beer", "entry", "chain"])
def test_gambit_reads_what_is_written_and_agrees(name: str, tmp_path: Path) -> None:
    gambit = pytest.importorskip("pygambit", reason="needs pip install '.[gambit]'")
    game = parse_game(ALL[name])
    assert isinstance(game, ExtensiveGame)
    theirs = gambit.read_efg(str(write(tmp_path / "game.efg", efg_text(game))))
    assert [player.label for player in theirs.players] == list(game.players)
    # Every equilibrium that Gambit finds has no regret in our strategic form, and is worth what Gambit says.
    flat = gambit.read_nfg(str(write(tmp_path / "game.nfg", nfg_text(named(game)))))
    form = strategic_form(game)
    ours = kgsim.nash(form.payoffs)
    for profile in gambit.nash.enummixed_solve(flat, rational=True).equilibria:
        mixed = [np.array([float(profile[s]) for s in player.strategies]) for player in flat.players]
        worth = np.einsum("kab,a,b->k", form.payoffs, *mixed)
        assert any(np.allclose(worth, each, atol=1e-9) for each in ours.expected_payoffs)
        assert (
            min(sum(np.abs(a - b).sum() for a, b in zip(mixed, each, strict=True)) for each in ours.equilibria) < 1e-9
        )
    agent = gambit.read_efg(str(tmp_path / "game.efg"))
    assert any(
        np.allclose([float(p.payoff(who)) for who in agent.players], each, atol=1e-7)
        for p in gambit.nash.lcp_solve(agent, rational=False).equilibria
        for each in ours.expected_payoffs
    )


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_characters_are_told_with_a_line_of_the_file(data: st.DataObject) -> None:
    """Characters cut out, put in or exchanged, and files that end too early: a game, or an error that names a line."""
    text = data.draw(st.sampled_from([*ALL.values(), PENNIES, LISTED]))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        sign = data.draw(
            st.sampled_from(['"', "{", "}", "\\", "-", "/", ".", "9", "e", "p", "t", "c", " ", "\n", "\0", "é"])
        )
        match data.draw(st.sampled_from(["cut", "put in", "exchange", "end"])):
            case "cut":
                text = text[:at] + text[at + data.draw(st.integers(1, 5)) :]
            case "put in":
                text = text[:at] + sign + text[at:]
            case "exchange":
                text = text[:at] + sign + text[at + 1 :]
            case _:
                text = text[:at]
    try:
        game = parse_game(text, "file")
    except kgsim.GameError as error:
        told = re.match(r"file:(\d+): expected .*, found ", str(error), re.DOTALL)
        assert told is not None, str(error)
        assert 1 <= int(told[1]) <= text.count("\n") + 1
    else:
        assert parse_game(efg_text(game) if isinstance(game, ExtensiveGame) else nfg_text(game)).players == game.players
