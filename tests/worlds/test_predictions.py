"""Sealed predictions: what they commit to, how they are scored, and that nobody can change them unnoticed."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from situation import events, situation

import kgsim
from kgsim.worlds.events import Condition, Observation
from kgsim.worlds.sealed import Meaning, meaning_of, seen_in

WATCH = """
watch:
  struck: {says: A deal is struck, outcome: deal}
  offered: {says: An offer is made, moves: {US: offer}}
"""


def sealed(*conditions: str, until: str = "2025-12-31", **how):
    told = events(*conditions, more=WATCH)
    how = {"structures": ["calm", "mute"], "draws": 256, "today": "2025-06-30", **how}
    return kgsim.predict(situation(), told, until, **how)


def test_survivors_commit_where_they_agree() -> None:
    # Among the worlds of `calm` in which a deal was struck, play can come to nothing else.
    made = sealed("outcome: deal, in: [calm]", structures=["calm"])
    says = {each.name: each.says for each in made.statements}
    assert says == {"struck": "expected", "offered": "expected", "deal": "expected", "nothing": "excluded"}
    both = {each.name: each for each in sealed("outcome: deal, in: [calm]").statements}
    assert both["struck"].says == "admitted", "mute excludes what calm expects"
    assert both["struck"].structures == {"calm": "expected", "mute": "excluded"}


def later(*conditions: str):
    return events("outcome: deal, in: [calm]", *(f"{each}" for each in conditions), more=WATCH)


def dated(told, day: str):
    """The same with the second event on another day."""
    from dataclasses import replace

    second = replace(told.events["b"], date=day)
    return replace(told, events={**told.events, "b": second})


def test_hits_misses_and_silence_with_baselines() -> None:
    made = sealed("outcome: deal, in: [calm]", structures=["calm"], quiet=["nothing"])
    kept = kgsim.score(made, dated(later("outcome: deal"), "2025-08-01"))
    assert (kept.own.hits, kept.own.misses, kept.own.silent) == (3.0, 0.0, 1.0), "a deal does not tell of offers"
    assert kept.baselines["no change"].hits == 3.0 and kept.baselines["no deal"].misses == 3.0
    broken = kgsim.score(made, dated(later("outcome: nothing"), "2025-08-01"))
    assert (broken.own.hits, broken.own.misses) == (0.0, 3.0)
    assert broken.baselines["no deal"].hits == 3.0
    assert {each.name: each.verdict for each in broken.outturns}["offered"] == "silent"


def test_a_random_structure_is_the_mean_of_single_ones() -> None:
    made = sealed("outcome: deal, in: [calm]")
    result = kgsim.score(made, dated(later("outcome: nothing, moves: {US: hold}"), "2025-08-01"))
    tallies = result.structures
    assert tallies["mute"].hits == 3.0 and tallies["calm"].misses == 4.0
    assert result.baselines["a random structure"].misses == 2.0


@pytest.mark.parametrize(
    ("day", "counts"), [("2025-06-30", 0), ("2025-07-01", 1), ("2025-12-31", 1), ("2026-01-01", 0)]
)
def test_only_events_between_the_seal_and_the_day_count(day, counts) -> None:
    made = sealed("outcome: deal, in: [calm]")
    result = kgsim.score(made, dated(later("outcome: deal"), day))
    assert len(result.counted) == counts and len(result.left_out) == 1 - counts


def test_a_file_is_read_as_it_was_written_and_never_replaced(tmp_path) -> None:
    made = sealed("not outcome: test")
    made.write(tmp_path / "s.json")
    assert kgsim.read_sealed(tmp_path / "s.json") == made
    with pytest.raises(kgsim.OutputError, match=r"(?s)never replaced: .*such as \S+-2\.json, and keep both"):
        made.write(tmp_path / "s.json")
    assert sealed("not outcome: test").text() == made.text(), "the same day, seed and draws give the same bytes"


@pytest.mark.parametrize("edit", ["until", "digest", "says", "settings", "events", "seal", "extra"])
def test_an_edited_file_is_refused(tmp_path, edit) -> None:
    path = tmp_path / "s.json"
    sealed("not outcome: test").write(path)
    data = json.loads(path.read_text())
    if edit == "says":
        data["statements"][0]["says"] = "excluded"
    elif edit == "settings":
        data["settings"]["seed"] = "8"
    elif edit == "events":
        data["events"] = {}
    elif edit == "extra":
        data["note"] = "none"
    else:
        data[edit] = data[edit][::-1]
    path.write_text(json.dumps(data, indent=2))
    with pytest.raises(kgsim.GameError, match="edited after it was sealed"):
        kgsim.read_sealed(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kgsim-sealed": 2}', "kgsim: 1"])
def test_what_is_no_sealed_file(tmp_path, text) -> None:
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(kgsim.GameError, match="no sealed prediction"):
        kgsim.read_sealed(tmp_path / "s.json")
    with pytest.raises(kgsim.GameError, match="cannot read"):
        kgsim.read_sealed(tmp_path / "none.json")


def test_what_was_known_must_stand_as_it_was() -> None:
    made = sealed("outcome: deal, in: [calm]")
    with pytest.raises(kgsim.GameError, match="event 'a', known when the prediction was sealed, is missing"):
        kgsim.score(made, events(more=WATCH))
    with pytest.raises(kgsim.GameError, match="event 'a' was changed"):
        kgsim.score(made, events("outcome: deal", more=WATCH))
    with pytest.raises(kgsim.GameError, match="knows no outcome 'dael'"):
        kgsim.score(made, later("outcome: dael"))
    with pytest.raises(kgsim.GameError, match="knows no move US: hald"):
        kgsim.score(made, later("moves: {US: hald}"))
    other = kgsim.loads(situation().text[0] + "\n", name="situation")
    with pytest.raises(kgsim.GameError, match="is not the one that was sealed"):
        kgsim.score(made, later("outcome: deal"), other)
    assert kgsim.score(made, later("outcome: deal"), situation()).verified


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"until": "2025-06-30"}, "is not after what is known"),
        ({"until": "soon"}, "not a date"),
        ({"quiet": ["silence"]}, "no outcome 'silence'"),
    ],
)
def test_what_cannot_be_predicted(how, message) -> None:
    with pytest.raises(kgsim.GameError, match=message):
        sealed("not outcome: test", **how)
    with pytest.raises(kgsim.GameError, match="no world survives"):
        sealed("outcome: deal", structures=["calm"], x=0.0)


SEEN = st.builds(
    lambda outcomes, us, dprk: Condition(outcomes=frozenset(outcomes) or None,
                                         moves={name: frozenset(moves) for name, moves in (("US", us), ("DPRK", dprk))
                                                if moves}),
    st.sets(st.sampled_from(["test", "deal", "nothing"])),
    st.sets(st.sampled_from(["hold", "offer"])),
    st.sets(st.sampled_from(["refuse", "take", "test"])),
)  # fmt: skip


@settings(max_examples=200)
@given(SEEN, SEEN)
def test_what_is_implied_is_so_in_every_play(one, other) -> None:
    """Checked on all plays: an outcome with one move of each."""
    outcomes, moves = ("test", "deal", "nothing"), {"US": ("hold", "offer"), "DPRK": ("refuse", "take", "test")}
    told, asked = (meaning_of(Observation("o", "o", each), outcomes, moves) for each in (one, other))
    assert isinstance(told, Meaning) and isinstance(asked, Meaning)

    def fits(meaning: Meaning, outcome: str, made: dict[str, str]) -> bool:
        return outcome in meaning.outcomes and all(made[name] in known for name, known in meaning.moves.items())

    plays = [(end, {"US": us, "DPRK": dprk}) for end, us, dprk in product(outcomes, *moves.values())]
    consistent = [fits(asked, *play) for play in plays if fits(told, *play)]
    wanted = "seen" if all(consistent) else "" if any(consistent) else "contrary"
    assert seen_in(asked, [told]) in (wanted, "")
    if len(asked.moves.get("US", ())) != 2 and len(asked.moves.get("DPRK", ())) != 3:
        assert seen_in(asked, [told]) == wanted
