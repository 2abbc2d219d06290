"""One situation through several solution concepts, on games whose answers are known by hand."""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import kgsim
from kgsim.analysis.lenses import LENSES, _blocked
from kgsim.cli import main
from kgsim.plots import lenses_figure, noisy_figure

FIRST_EDITION = Path(__file__).parents[1] / "fixtures" / "first_edition" / "scenarios"

#: A prisoner's dilemma, played at once; and one who has to answer the other.
DILEMMA = """\
kgsim: 1
title: Prisoner's dilemma
question: Who gives in?
players: {one: One, two: Two}
moves:
  one: {quiet: Keep quiet, talk: Talk}
  two: {quiet: Keep quiet, talk: Talk}
terms: {a: One's years saved, b: Two's years saved}
outcomes:
  both quiet: {when: {one: quiet, two: quiet}, terms: {a: 3, b: 3}}
  one talks: {when: {one: talk, two: quiet}, terms: {a: 5, b: 0}}
  two talks: {when: {one: quiet, two: talk}, terms: {a: 0, b: 5}}
  both talk: {otherwise: true, terms: {a: 1, b: 1}}
utilities: {one: a, two: b}
structures:
  at_once: {play: [[one, two]]}
"""


@pytest.fixture(scope="module")
def dilemma():
    return kgsim.loads(DILEMMA, name="dilemma")


def test_in_the_dilemma_foresight_of_answers_makes_the_difference(dilemma):
    found = kgsim.lenses(dilemma)
    seen = {view.name: view.outcomes for view in found.views}
    for name in ("perfect", "nash", "noisy", "rational", "mediated", "cautious", "regret", "thinking"):
        assert seen[name] == ("both talk",), name
    for name in ("seq", "gmr"):
        assert seen[name] == ("both quiet", "both talk"), name
    assert seen["bargain"] == seen["shares"] == ("both quiet",)
    # Each can assure itself of 1 by talking, and both together of 3 each.
    assert seen["core"] == ("both quiet",)
    assert found.everywhere == ()
    assert found.sentences[0].startswith("The answer depends on the concept: 10 of 13 lenses admit both talk")
    assert found.sentences[-1] == "No lens admits one talks or two talks."


def test_what_every_lens_admits_is_said_first():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    found = kgsim.lenses(scenario, structure="empty_hands", lens=["perfect", "noisy", "nash", "core", "cautious"])
    assert found.everywhere == ("border calm",)
    assert found.sentences[0] == "Every lens admits border calm."


def test_in_the_first_edition_the_bypass_needs_precise_foresight():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    found = kgsim.lenses(scenario, structure="bypass")
    assert set(found.admitted_by("bypass deal")) >= {"perfect", "noisy", "seq"}
    assert "nash" not in found.admitted_by("bypass deal")
    assert set(found.admitted_by("border calm")) >= {"nash", "noisy", "core", "mediated", "thinking"}


def test_what_a_lens_says_is_what_the_command_of_that_concept_says():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    views = {view.name: view for view in kgsim.lenses(scenario, structure="through_seoul", A=30).views}
    solved = kgsim.solve(scenario, A=30, structures=["through_seoul"]).structures["through_seoul"]
    assert set(views["perfect"].outcomes) == {name for each in solved.equilibria for name in each.outcomes}
    judged = kgsim.stability(scenario, structure="through_seoul", A=30)
    assert set(views["seq"].outcomes) == set(judged.outcomes("seq"))


def test_a_lens_that_cannot_look_says_why():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    found = kgsim.lenses(scenario, structure="coordinated", lens=["noisy", "core"])
    assert "weighs no chances" in found.views[0].refused
    assert found.sentences[-1].startswith("Not asked: noisy, since structure coordinated: the bloc US+ROK")
    letter = kgsim.load(FIRST_EDITION / "letter_2025.yaml")
    found = kgsim.lenses(letter, lens=["perfect", "nash"])
    assert found.views[0].outcomes and "private types" in found.views[1].refused
    assert kgsim.lenses(letter, lens=["nash"]).sentences[0] == "No lens asked for can take this situation."
    with pytest.raises(kgsim.GameError, match=r"no lens 'perfekt'\. Did you mean 'perfect'"):
        kgsim.lenses(scenario, lens=["perfekt"])


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from([(2, 2), (3, 2), (2, 2, 2), (2, 3, 2)]))
def test_a_coalition_blocks_what_it_can_better_whatever_the_others_do(seed, shape):
    worth = np.random.default_rng(seed).integers(0, 4, (len(shape), *shape)).astype(float)
    for size in range(1, len(shape) + 1):
        for members in combinations(range(len(shape)), size):
            others = [axis for axis in range(len(shape)) if axis not in members]
            expected = np.zeros(shape, dtype=bool)
            for profile in np.ndindex(*shape):
                for own in product(*(range(shape[member]) for member in members)):
                    assured = True
                    for rest in product(*(range(shape[other]) for other in others)):
                        place = dict(zip(members, own, strict=True)) | dict(zip(others, rest, strict=True))
                        there = tuple(place[axis] for axis in range(len(shape)))
                        assured &= all(worth[(m, *there)] > worth[(m, *profile)] for m in members)
                    expected[profile] |= assured
            assert (_blocked(worth, members) == expected).all()


def test_the_figure_has_a_row_an_outcome_and_a_column_a_lens(dilemma):
    found = kgsim.lenses(dilemma)
    for size in ("slide", "page", "column"):
        figure = lenses_figure(found, size=size)
        texts = {text.get_text() for text in figure.axes[0].texts}
        assert {"both talk", "10 of 13"} <= texts
        assert len([patch for patch in figure.axes[0].patches if type(patch).__name__ == "Circle"]) == 4 * len(LENSES)


def test_the_command_prints_and_keeps_the_answer(tmp_path):
    file = tmp_path / "dilemma.yaml"
    file.write_text(DILEMMA)
    out = tmp_path / "out"
    found = CliRunner().invoke(main, ["lenses", str(file), "--lens", "perfect", "--lens", "seq", "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "Every lens admits both talk." in found.output
    kept = json.loads((out / "result.json").read_text())
    assert list(kept["views"]) == ["perfect", "seq"]
    assert (out / "lenses.png").exists()
    refused = CliRunner().invoke(main, ["lenses", str(file), "--lens", "magic"])
    assert refused.exit_code == 2 and "there is no lens 'magic'" in refused.output


def test_terms_from_intervals_are_looked_at_in_steps_and_that_is_said():
    text = (FIRST_EDITION / "bypass.yaml").read_text()
    exact = kgsim.loads(text.replace(", step: 0.25", ""), name="bypass", directory=FIRST_EDITION)
    found = kgsim.lenses(exact, structure="bypass", lens=["perfect", "seq", "core"])
    assert found.sentences[-1] == "Every lens but perfect looks at terms from intervals at 5 even values or fewer."
    stepped = kgsim.lenses(kgsim.load(FIRST_EDITION / "bypass.yaml"), structure="bypass", lens=["seq", "core"])
    assert found.views[1:] == stepped.views
    assert kgsim.stability(exact, structure="bypass").outcomes("nash") == ("border calm",)


def test_noisy_play_goes_from_even_play_to_what_foresight_finds():
    scenario = kgsim.load(FIRST_EDITION / "bypass.yaml")
    found = kgsim.noisy_play(scenario, structure="bypass", precisions=[0, 1, 1000])
    assert found.shares.sum(axis=0) == pytest.approx(1) and found.residual.max() == 0
    (end,) = kgsim.solve(scenario, structures=["bypass"]).structures["bypass"].outcomes
    assert found.shares[found.outcomes.index(end), -1] > 0.9
    drawn = {(line.get_marker(), line.get_color()) for line in noisy_figure(found).axes[0].lines}
    assert len(drawn) == (found.shares.max(axis=1) >= 0.03).sum()
    with pytest.raises(kgsim.GameError, match="precisions: expected numbers"):
        kgsim.noisy_play(scenario, structure="bypass", precisions=[-1])
    with pytest.raises(kgsim.GameError, match="weighs no chances"):
        kgsim.noisy_play(scenario, structure="coordinated")
