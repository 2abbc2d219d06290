"""Texts in several languages, from the file to what is told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from kgsim import load, loads
from kgsim.errors import ScenarioError
from kgsim.language import LANGUAGES
from kgsim.language.texts import languages_of, told_in
from kgsim.scenario.lint_texts import untranslated

DAM = """\
kgsim: 1
title: {en: A dam, ko: 댐}
question: Who builds?
players: {A: {en: Up, ko: 상류}, B: {label: {en: Downstream, ko: 하류}, short: {en: Down, ko: 하}}}
terms: {water: {en: water, ko: 물}}
parameters:
  c: {label: {en: cost, ko: 비용}, short: c, value: 1, range: [0, 2], because: A guess., certainty: judgement}
moves:
  A: {build: {en: build, ko: 짓는다}, wait: {label: {en: wait, ko: 기다린다}, short: {en: no, ko: 아니}}}
  B: {pay: {label: pay, menu: {water: [0.5, 1]}}}
outcomes:
  dam: {label: {en: a dam, ko: 댐이 선다}, when: {A: build}, terms: {water: B.water}}
  none: {otherwise: true}
utilities: {A: water - c, B: water}
structures: {turn: {play: [A, B], label: {en: one after the other, ko: 차례로}, short: {en: in turn, ko: 차례}}}
"""


def test_every_text_is_told_in_the_language_asked_for() -> None:
    korean = told_in(loads(DAM), "ko")
    labels = korean.labels
    told = (korean.title, labels.player("A"), labels.structure("turn"), labels.structure("turn", full=True))
    assert told == ("댐", "상류", "차례", "차례로")
    assert (labels.outcome("dam"), labels.term("water"), labels.parameter("c", full=True)) == (
        "댐이 선다",
        "물",
        "비용",
    )
    assert labels.action("A", "wait") == "아니" and labels.action("A", "build") == "짓는다"
    assert told_in(korean, "en") == loads(DAM)


def test_what_is_missing_stands_in_english_and_a_name_for_itself() -> None:
    labels = told_in(loads(DAM), "ko").labels
    assert (labels.outcome("none"), labels.parameter("c"), labels.action("B", "pay(water=0.5)")) == (
        "none", "c", "pay (물 50%)",
    )  # fmt: skip


def test_movers_and_lotteries_are_told_in_labels() -> None:
    labels = loads(DAM).labels
    assert labels.mover("A+B") == "Up + Down"
    assert labels.lottery({"dam": 0.25, "none": 0.75}) == "a dam 25%, none 75%"


def test_a_missing_translation_is_said_once() -> None:
    (note,) = untranslated(loads(DAM))
    assert note.key == "question" and "5 of 17 texts are not in 'ko'" in note.message


def test_a_language_without_words_is_said() -> None:
    (note,) = untranslated(loads(DAM.replace("ko:", "kr:")))
    assert "'kr'" in note.message and "en, ko" in note.remedy


def test_a_file_that_extends_another_adds_a_language(tmp_path: Path) -> None:
    (tmp_path / "dam.yaml").write_text(DAM)
    overlay = tmp_path / "dam.fr.yaml"
    overlay.write_text("kgsim: 1\nextends: dam.yaml\nquestion: {fr: Qui construit?}\nplayers: {A: {fr: Amont}}\n")
    scenario = load(overlay)
    assert languages_of(scenario) == {"en", "ko", "fr"}
    french = told_in(scenario, "fr")
    assert (french.question, french.players["A"], french.title) == ("Qui construit?", "Amont", "A dam")


@pytest.mark.parametrize("written", ["{english: A dam}", "{en: 1}", "{en: [A dam]}", "{}"])
def test_what_is_no_text_by_language_is_refused(written: str) -> None:
    with pytest.raises(ScenarioError, match="expected a text"):
        loads(DAM.replace("{en: A dam, ko: 댐}", written))


def test_texts_keep_their_languages_on_the_way_to_a_worker() -> None:
    assert told_in(pickle.loads(pickle.dumps(loads(DAM))), "ko").title == "댐"


def test_languages_are_the_files_that_are_there() -> None:
    assert LANGUAGES == ("en", "ko")
