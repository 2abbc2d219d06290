"""Survivors against closed forms, known truths, contradictions and events that tell nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from situation import events, situation

import kgsim
from kgsim.execution.store import Store
from kgsim.worlds.conditions import EXCLUDES
from kgsim.worlds.draws import Drawing, worlds_of
from kgsim.worlds.job import Job, answers, surviving


def test_survivors_of_a_deal_are_half_of_the_square() -> None:
    result = kgsim.update(situation(), events("outcome: deal"), draws=16_384, structures=["calm"])
    deal = result.survival["calm"].left["a"]
    assert deal.share == pytest.approx(0.5, abs=0.01) and deal.low <= 0.5 <= deal.high
    x = next(each for each in result.beliefs["calm"] if each.parameter == "x")
    # Given x + y > 1 the density of x is 2x, so that its quartiles are the roots of 1/4, 1/2 and 3/4.
    assert (x.before.quarter, x.before.median) == pytest.approx((0.25, 0.5), abs=0.01)
    quartiles = (x.after.quarter, x.after.median, x.after.three_quarters)
    assert quartiles == pytest.approx(np.sqrt([0.25, 0.5, 0.75]), abs=0.02)
    assert x.shift == pytest.approx(0.25, abs=0.01), "largest difference of t and t²"
    assert [each.parameter for each in result.beliefs["calm"]][-1] == "z", "which play does not turn on"


def test_worlds_are_the_draws_of_robustness() -> None:
    scenario = situation()
    result = kgsim.update(scenario, draws=1_024, seed=5)
    same = kgsim.robustness(scenario, draws=1_024, seed=5, priors=["uniform"], ordinal=False).priors["uniform"]
    for name, structure in same.structures.items():
        assert {outcome: before for outcome, (before, _) in result.outcomes[name].items()} == {
            outcome: share.share for outcome, share in structure.outcomes.items()
        }
    for name, claim in same.claims.items():
        assert result.claims[name]["holds"][0] == claim.holds.share


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(0, 63), st.sampled_from(["offer", "once", "mute", "calm"]), st.data())
def test_the_truth_survives_and_survivors_never_grow(seed, draw, structure, data) -> None:
    """Events are generated from one equilibrium after another of one world: that world is never given up."""
    scenario = situation()
    nothing = worlds_of(scenario, events(), {}, Drawing(1_024, seed))
    point = {name: float(values[draw]) for name, values in nothing.drawn(0).items()}
    truth = kgsim.solve(scenario, point, structures=[structure]).structures[structure]
    conditions = []
    for _ in range(4):
        course = data.draw(st.sampled_from([course for each in truth.equilibria for course in each.courses]))
        moves = ", ".join(f"{decision}: {move}" for decision, move in course.moves.items())
        conditions.append(data.draw(st.sampled_from([f"outcome: {course.outcome}", f"moves: {{{moves}}}"])))
    worlds = worlds_of(scenario, events(*conditions), {}, Drawing(1_024, seed))
    codes = answers(worlds, worlds.at(worlds.drawn(0)))
    row = worlds.structures.index(structure)
    assert (codes[:, row, draw] != EXCLUDES).all()
    left = surviving(codes)
    assert left[-1, row, draw]
    counts = left.sum(axis=(1, 2))
    excluded = (codes == EXCLUDES).any(axis=(1, 2))
    assert (np.diff(counts) <= 0).all()
    for place in np.flatnonzero(~excluded):
        assert counts[place + 1] == counts[place], "an event that no world excludes takes nobody"


def test_survivors_shrink_as_events_discriminate() -> None:
    result = kgsim.update(situation(), events("not outcome: test", "outcome: deal", "claim: low_x"), draws=2_048)
    told = [[each.left[event].share for event in "abc"] for each in result.survival.values()]
    total = np.sum(told, axis=0)
    assert (np.diff(total) < 0).all()
    assert all(result.discriminates(event) for event in "abc")


def test_an_event_that_every_world_admits_changes_nothing_and_says_so() -> None:
    first = kgsim.update(situation(), events("not outcome: test"), draws=512)
    both = kgsim.update(situation(), events("not outcome: test", "not outcome: deal, in: [mute]"), draws=512)
    for name, each in both.survival.items():
        assert each.left["b"] == each.left["a"] == first.survival[name].left["a"]
    assert both.beliefs == first.beliefs
    assert not both.discriminates("b") and both.spread("b") == 0.0
    assert "No world excludes b: it discriminates nothing." in both.sentences


def test_contradictory_events_leave_no_world_and_the_smallest_set_is_named() -> None:
    # A deal takes x + y > 1: with both claims it cannot be, though any two of the three can.
    told = events("not outcome: test", "claim: low_x", "claim: low_y", "outcome: deal", "outcome: [deal, nothing]")
    result = kgsim.update(situation(), told, draws=2_048, structures=["calm", "offer"])
    assert result.left == 0.0
    every = result.conflicts[0]
    assert (every.structure, every.events) == ("", ("b", "c", "d"))
    assert "No world at all admits b, c and d together; no smaller set rules everything out." in result.sentences
    assert result.beliefs[""][0].after is None
    for pair in (("b", "c"), ("b", "d"), ("c", "d")):
        fewer = [{"b": "claim: low_x", "c": "claim: low_y", "d": "outcome: deal"}[each] for each in pair]
        assert kgsim.update(situation(), events(*fewer), draws=2_048, structures=["calm"]).left > 0.0


def test_a_structure_alone_may_be_ruled_out() -> None:
    result = kgsim.update(situation(), events("not outcome: test", "outcome: deal"), draws=512)
    assert ("mute", ("b",)) in [(each.structure, each.events) for each in result.conflicts]
    assert result.left > 0.0 and not any(each.structure == "" for each in result.conflicts)
    assert result.hypotheses["mute"].events["b"].word == "inconsistent"
    assert result.hypotheses["mute"].inconsistent == 1


def test_hypotheses_are_structures_claims_and_boxes() -> None:
    more = """
hypotheses:
  dear: {says: The deal is worth much, box: {x: [0.5, 1], y: [0.5, 1]}, structures: calm}
  cheap: {says: It is worth little, box: {x: [0, 0.5], y: [0, 0.5]}, structures: [calm]}
  low: {says: x is low, claim: low_x, structures: calm}
  none: {says: nobody, claim: low_x, box: {x: [0.6, 1]}}
"""
    told = kgsim.update(situation(), events("outcome: deal", more=more), draws=4_096).hypotheses
    words = {name: told[name].events["a"].word for name in ("dear", "cheap", "low", "none", "mute")}
    assert words == {"dear": "consistent", "cheap": "inconsistent", "low": "in part", "none": "says nothing",
                     "mute": "inconsistent"}  # fmt: skip
    assert told["dear"].left == 1.0 and told["cheap"].left == 0.0 and told["none"].worlds == 0
    assert told["low"].left == pytest.approx(0.25, abs=0.02), "the corner of x < 1/2 above the diagonal"


def test_what_to_watch_splits_survivors() -> None:
    more = """
watch:
  struck: {says: A deal is struck, outcome: deal, by: 2026-01-01}
  idle: {says: No deal without an offer, not outcome: deal, in: mute}
"""
    result = kgsim.update(situation(), events("not outcome: test", more=more), draws=4_096, structures=["calm"])
    struck = next(each for each in result.watch if each.name == "struck")
    assert result.watch[0].telling == struck.telling == pytest.approx(0.5, abs=0.02)
    assert struck.by == "2026-01-01" and struck.among.excludes == pytest.approx(0.5, abs=0.02)
    idle = next(each for each in result.watch if each.name == "idle")
    assert idle.telling == 0.0 and idle.among.silent == 1.0


def test_what_splits_survivors_only_if_it_is_seen_is_told_after_what_always_does() -> None:
    more = "watch: {low: {says: x is low, claim: low_x}}"
    result = kgsim.update(situation(), events(more=more), draws=1_024, structures=["once"])
    order = {each.name: place for place, each in enumerate(result.watch)}
    deal = result.watch[order["deal"]]
    assert deal.telling == 0.0 and 0.0 < deal.split < 1.0, (
        "nothing is an equilibrium at once wherever no test is better"
    )
    assert order["low"] < order["deal"]


def test_only_events_up_to_a_day_count() -> None:
    told = events("not outcome: test", "outcome: deal")
    early = kgsim.update(situation(), told, until="2025-06-01", draws=512)
    assert list(early.events.events) == ["a"]
    assert early.survival == kgsim.update(situation(), events("not outcome: test"), draws=512).survival
    with pytest.raises(kgsim.GameError, match="not a date"):
        kgsim.update(situation(), told, until="June", draws=512)


def test_the_same_bytes_for_one_seed_whoever_computed(tmp_path) -> None:
    told = events("moves: {DPRK: refuse}", "claim: low_x")

    def document(**options) -> str:
        return json.dumps(kgsim.update(situation(), told, draws=2_048, seed=9, **options).to_dict())

    alone = document()
    assert document(workers=2) == alone

    def half(job: Job) -> Store:
        store = Store(tmp_path, job.identity, job.chunks)
        for chunk in range(0, job.chunks, 2):
            store.write(chunk, job(chunk))
        return store

    assert document(store=half) == alone
    assert json.dumps(kgsim.update(situation(), told, draws=2_048, seed=10).to_dict()) != alone


def test_survivors_kept_one_by_one_are_survivors() -> None:
    result = kgsim.update(situation(), events("outcome: deal"), draws=1_024)
    some = result.survivors["calm"]
    assert len(some) > 50 and (some[:, 0] + some[:, 1] > 1.0).all()
    assert len(result.survivors["mute"]) == 0


def test_a_dataset_holds_the_same() -> None:
    xarray = pytest.importorskip("xarray")
    result = kgsim.update(situation(), events("outcome: deal"), draws=512)
    data = result.to_dataset()
    assert isinstance(data, xarray.Dataset)
    assert data["left"].sel(structure="calm", event="a").item() == result.survival["calm"].left["a"].share
    x = next(each for each in result.beliefs["calm"] if each.parameter == "x")
    assert data["spread"].sel(among="calm", parameter="x", when="after", quantity="median").item() == x.after.median
    assert json.loads(data.attrs["findings"]) == result.to_dict()


def test_nothing_has_happened_yet() -> None:
    result = kgsim.update(situation(), draws=512)
    assert result.left == 1.0 and result.conflicts == () and result.watch[0].telling > 0.0
