"""Stability of scenarios and of conflicts in graph form, as a user asks for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import kgsim
from kgsim.cli import main
from kgsim.errors import GameError
from kgsim.report.stability import document, of_raising, of_stability
from kgsim.scenario.expressions import parse

FIRST_EDITION = Path(__file__).parents[1] / "fixtures" / "first_edition" / "scenarios"

ELMIRA = """\
kgsim: 1
title: The Elmira groundwater dispute
source: Hipel, Kilgour, Fang and Peng (1991)
graph:
  players: {MoE: Ministry of the Environment, Uniroyal: Uniroyal Chemical, LG: Local government}
  options:
    MoE: {modify: modify the order}
    Uniroyal: {delay: delay, accept: accept the order, abandon: abandon the plant}
    LG: {insist: insist on the order}
  irreversible: [modify, accept, abandon]
  states: {s1: NYNNN, s2: YYNNN, s3: NNYNN, s4: YNYNN, s5: NYNNY, s6: YYNNY, s7: NNYNY, s8: YNYNY, s9: "---Y-"}
  preferences:
    MoE: [s7, s3, s4, s8, s5, s1, s2, s6, s9]
    Uniroyal: [s1, s4, s8, s5, s9, s2, s3, s7, s6]
    LG: [s7, s3, s5, s1, s8, s6, s4, s2, s9]
  status_quo: s1
"""


@pytest.fixture
def elmira(tmp_path):
    path = tmp_path / "elmira.yaml"
    path.write_text(ELMIRA)
    return path


def test_a_conflict_in_option_form_is_judged_as_published(elmira):
    found = kgsim.stability(elmira, coalitions=True)
    assert found.outcomes("nash") == found.outcomes("seq") == ("s5", "s8", "s9")
    assert found.outcomes("gmr") == found.outcomes("smr") == ("s1", "s4", "s5", "s8", "s9")
    assert found.outcomes("nash", coalitions=True) == ("s8", "s9")
    assert found.improving_paths.keys() == {0, 4}
    assert len(found.paths) == 9
    assert found.raising("s1", "seq") == {"LG": ("s5",)}
    assert found.raising("s8", "nash") == {}


def test_in_the_first_edition_only_a_quiet_border_needs_no_threats():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    found = kgsim.stability(scenario, structure="parallel", start="border calm")
    assert found.outcomes("nash") == ("border calm",)
    assert {"front deal", "two-track deal", "bypass deal"} <= set(found.outcomes("seq"))
    assert not {"crisis", "comprehensive deal", "inter-Korean deal", "empty meeting"} & set(found.outcomes("gmr"))
    assert "relayed deal" in kgsim.stability(scenario, structure="through_seoul").outcomes("seq")


def test_rankings_alone_count():
    """Scaling and shifting every payoff, as by another unit, changes nothing."""
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    scaled = {player: parse(f"7 + 3*({formula.text})") for player, formula in scenario.utilities.items()}
    other = replace(scenario, utilities=scaled)
    one, two = (kgsim.stability(each, structure="through_seoul") for each in (scenario, other))
    assert all((one.equilibria[concept] == two.equilibria[concept]).all() for concept in one.equilibria)


def test_every_profile_is_a_state_of_its_outcome():
    found = kgsim.stability(FIRST_EDITION / "bypass.yaml", structure="empty_hands")
    assert sum(map(len, found.states_of.values())) == len(found.told.done) == 24
    moves = found.told.conflict.moves
    assert all((np.sort(own.target) == np.sort(own.source)).all() for own in moves), "every change can be taken back"


def test_what_cannot_be_judged_is_said_by_name(elmira):
    with pytest.raises(GameError, match="private types"):
        kgsim.stability(FIRST_EDITION / "letter_2025.yaml")
    with pytest.raises(GameError, match="no structures and no parameters"):
        kgsim.stability(elmira, A=3)
    with pytest.raises(GameError, match="Did you mean 's9'"):
        kgsim.stability(elmira, start="s99")
    with pytest.raises(GameError, match="expected one of a, b, c, d"):
        kgsim.stability(elmira, attitude="e")


def test_the_report_says_who_would_have_to_change_its_mind(elmira):
    found = kgsim.stability(elmira)
    text = " ".join(str(found).split())
    assert "Nobody has anything better to move to in s5, s8 and s9." in text
    assert (
        "s5 can be reached by moves that each improve on the last for who makes them: "
        "Local government: insist on the order." in text
    )
    told = of_raising(found, "s1", "seq")[1].text
    assert told == (
        "s1 becomes stable by SEQ if Local government ranks it no lower than s5; "
        "no smaller change of one's own ranking does it while the others rank states as they do."
    )
    assert of_raising(found, "s1", "gmr")[1].text == "s1 is stable by GMR as rankings stand."
    assert of_raising(found, "s2", "nash")[1].text.endswith("; no smaller change of rankings does it.")
    assert of_stability(found)
    assert document(found)["equilibria"]["nash"] == [4, 7, 8]


def test_the_command_prints_and_keeps_the_answer(elmira, tmp_path):
    out = tmp_path / "out"
    found = CliRunner().invoke(main, ["stability", str(elmira), "--make", "s1", "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "s1 becomes stable by SEQ" in found.output
    assert json.loads((out / "result.json").read_text())["stable"]["LG"]["nash"] == [4, 5, 6, 7, 8]
    for wrong, message in (
        (["--make", "s99"], "Did you mean 's9'"),
        (["--set", "A=3"], "no parameters"),
        (["--structure", "x"], "no structures"),
        (["--from", "nowhere"], "no outcome or state"),
    ):
        refused = CliRunner().invoke(main, ["stability", str(elmira), *wrong])
        assert refused.exit_code == 2 and message in refused.output
