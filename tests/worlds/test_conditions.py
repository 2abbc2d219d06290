"""What worlds make of observations, against equilibria found at single points."""

from __future__ import annotations

import numpy as np
import pytest
from situation import events, situation

import kgsim
from first_edition import FIRST_EDITION
from kgsim.scenario.payoffs import outcomes_of, payoffs_at
from kgsim.worlds.conditions import ADMITS, EXCLUDES, EXPECTS, OPEN, SILENT, box_of, split
from kgsim.worlds.draws import Drawing, worlds_of
from kgsim.worlds.events import Condition

STRUCTURES = ("offer", "once", "mute", "calm")


def codes(*conditions: str, draws: int = 1_024, seed: int = 3):
    """The draws, and what the worlds of each structure make of each event: (events, structures, draws)."""
    scenario = situation()
    worlds = worlds_of(scenario, events(*conditions), {}, Drawing(draws, seed))
    drawn = worlds.drawn(0)
    looks = worlds.at(drawn)
    return scenario, drawn, np.array([each.codes(looks) for each in worlds.events])


def seen_alone(solution, outcomes) -> int:
    """What a world makes of an observation, by its definition, from all courses of all equilibria."""
    ways = [[course.outcome in outcomes for course in each.courses] for each in solution.equilibria]
    if not any(any(way) for way in ways):
        return EXCLUDES
    return EXPECTS if all(all(way) for way in ways) else ADMITS


def test_answers_on_outcomes_are_those_of_single_points() -> None:
    scenario, drawn, found = codes("outcome: deal", "not outcome: [deal, test]", "outcome: [deal, nothing]")
    wanted = [{"deal"}, {"nothing"}, {"deal", "nothing"}]
    decided = 0
    for draw in range(24):
        single = kgsim.solve(scenario, {name: float(values[draw]) for name, values in drawn.items()})
        for row, name in enumerate(STRUCTURES):
            for event, outcomes in enumerate(wanted):
                code = int(found[event, row, draw])
                if code in (SILENT, OPEN):
                    continue
                decided += 1
                assert code == seen_alone(single.structures[name], outcomes)
    assert decided > 150


def test_answers_on_moves_are_those_of_single_points() -> None:
    # That an offer is refused and that none is made end alike; the courses tell them apart, and so must the worlds.
    scenario, drawn, found = codes("moves: {US: offer, DPRK: refuse}", "not moves: {DPRK: [take, test]}")
    wanted = [lambda moves: moves == {"US": "offer", "DPRK": "refuse"}, lambda moves: moves["DPRK"] == "refuse"]
    for draw in range(24):
        single = kgsim.solve(scenario, {name: float(values[draw]) for name, values in drawn.items()})
        for row, name in enumerate(STRUCTURES):
            for event, has in enumerate(wanted):
                code = int(found[event, row, draw])
                listed = [
                    has(dict(moves))
                    for each in single.structures[name].equilibria
                    for moves in (*(course.moves for course in each.courses), *each.alternatives)
                ]
                if code in (ADMITS, EXPECTS):
                    assert any(listed)
                elif code == EXCLUDES:
                    assert not any(listed)


def test_a_structure_says_nothing_where_nothing_else_could_come_and_bars_what_cannot() -> None:
    _, _, found = codes("not outcome: deal", "outcome: deal", "outcome: test")
    mute, calm = 2, 3
    assert (found[0, mute] == SILENT).all(), "without an offer there is never a deal"
    assert (found[1, mute] == EXCLUDES).all()
    assert (found[2, calm] == EXCLUDES).all(), "tests are no choice there"


def test_an_event_in_some_structures_says_nothing_in_others() -> None:
    _, _, found = codes("outcome: deal, in: [offer]")
    assert (found[0, 1:] == SILENT).all() and not (found[0, 0] == SILENT).any()


def test_a_claim_holds_in_a_world_whatever_the_structure() -> None:
    _, drawn, found = codes("claim: low_x", "not claim: low_x")
    low = drawn["x"] < 0.5
    assert (found[0] == np.where(low, EXPECTS, EXCLUDES)).all()
    assert (found[1] == np.where(low, EXCLUDES, EXPECTS)).all()


def test_outcomes_split_by_moves_have_the_payoffs_and_plays_of_the_whole() -> None:
    scenario = situation()
    boxes = [
        box_of(scenario, Condition(moves={"US": frozenset(["offer"]), "DPRK": frozenset(["refuse", "test"])})),
        box_of(scenario, Condition(not_moves={"DPRK": frozenset(["take"])})),
    ]
    cut = split(scenario, boxes)
    for name, structure in scenario.structures.items():
        parts, whole = outcomes_of(cut.scenario, cut.scenario.structures[name]), outcomes_of(scenario, structure)
        assert (cut.origin[parts] == whole).all()
        np.testing.assert_array_equal(payoffs_at(cut.scenario, name, {}), payoffs_at(scenario, name, {}))
    hold, offer = outcomes_of(cut.scenario, cut.scenario.structures["offer"])
    assert cut.inside[boxes[0]][offer].tolist() == [True, False, True]
    assert cut.inside[boxes[0]][hold].tolist() == [False, False, False]
    assert cut.inside[boxes[1]][hold].tolist() == [True, False, True]


@pytest.mark.parametrize("wanted", [frozenset(), frozenset(["deal"])])
def test_without_moves_nothing_is_split(wanted) -> None:
    scenario = situation()
    condition = Condition(outcomes=wanted)
    assert split(scenario, [box for box in [box_of(scenario, condition)] if box]).scenario is scenario


@pytest.mark.parametrize("structures", [["parallel", "coordinated", "coordinated_veto"], ["bypass", "through_seoul"]])
def test_claims_are_judged_on_whole_outcomes(structures) -> None:
    """Told apart by moves or not, outcomes give the same verdicts, mixtures and settled points among them."""
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    told = events("moves: {ROK: [gestures, aid], DPRK: [refuse, take_us]}", "not moves: {US: letter}")
    split_, whole = (kgsim.update(scenario, each, draws=128, structures=structures) for each in (told, None))
    for claim, verdicts in whole.claims.items():
        for verdict, (before, _) in verdicts.items():
            assert split_.claims[claim][verdict][0] == before, (claim, verdict)
    for name in structures:
        assert split_.survival[name].unproven == whole.survival[name].unproven
        reached = {outcome: shares[0] for outcome, shares in whole.outcomes[name].items()}
        assert {outcome: shares[0] for outcome, shares in split_.outcomes[name].items()} == reached
