"""Briefings answer the question of their scenario: over rounds, by type, against today, and with shares of draws."""

from __future__ import annotations

import pytest

import kgsim
from kgsim.briefing.compose import compose
from kgsim.briefing.document import Document, Point, Section
from kgsim.briefing.findings import find
from kgsim.language import words
from kgsim.messages.phrases import endings
from kgsim.report.content import Table

HEAD = """
kgsim: 1
title: Made up
question: What comes of it?
"""

#: A prisoner's dilemma whose grim threat sustains cooperation from (T - C)/(T - P) = 1/3 on.
DILEMMA = (
    HEAD
    + """
players: {A: Ann, B: Bob}
parameters:
  patience: {label: weight of the next round, value: 0.8, range: [0.1, 0.9], because: x, certainty: judgement}
terms: {one: x, other: x}
moves: {A: {calm: x, loud: x}, B: {calm: x, loud: x}}
outcomes:
  peace: {when: {A: calm, B: calm}, terms: {one: 3, other: 3}}
  A loud: {when: {A: loud, B: calm}, terms: {one: 4, other: 0}}
  B loud: {when: {A: calm, B: loud}, terms: {one: 0, other: 4}}
  noise: {otherwise: true, terms: {one: 1, other: 1}}
utilities: {A: one, B: other}
structures: {once: {play: [[A, B]]}}
repeated:
  border:
    stage: once
    discount: patience
    cooperate: {A: calm, B: calm}
    defect: {A: loud, B: loud}
    profiles: {grim: grim, always: defect}
claims:
  kept: {says: Calm is kept., kind: result, holds: 'sustained(border, grim)'}
  noisy: {says: Once it is loud., kind: result, holds: 'reached(once, noise)'}
"""
)


def section(document: Document, id: str) -> Section:
    return next(each for each in document.sections if each.id == id)


@pytest.fixture(scope="module")
def repeated() -> Document:
    return compose(find(kgsim.loads(DILEMMA, name="dilemma")))


def test_a_repeated_game_is_answered_by_what_is_sustained(repeated: Document) -> None:
    assert repeated.headline.startswith("“Calm is kept.” At the values taken here, this holds. Played again and again")
    assert "these are equilibria: grim and always" in repeated.headline
    assert "grim 0.3333; always 0" in repeated.headline
    assert "noise" not in repeated.headline, "one round's ending is no answer"
    (table,) = section(repeated, "repeated").blocks
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["grim", "yes", "0.3333", "3", "3"],
        ["always", "yes", "0", "1", "1"],
    ]


def test_a_question_on_repeated_play_has_its_share_of_draws_and_no_deal_of_one_round(repeated: Document) -> None:
    page = section(repeated, "first-page")
    assert page.message.startswith("How sure: this answer stands in 7")
    assert "What the deal would be" not in [block.title for block in page.blocks if isinstance(block, Point)]


def test_only_the_repeated_game_that_the_question_names_is_in_the_headline() -> None:
    """A second game, played with slips, is told in its section."""
    again = "  shaky:" + DILEMMA.split("  border:")[1].split("claims:")[0]
    document = compose(find(kgsim.loads(DILEMMA.replace("claims:", again + "claims:"), name="two")))
    assert document.headline.count("Played again and again") == 1
    assert section(document, "repeated").message.count("Played again and again") == 2


def test_the_number_of_a_repeated_game_is_its_critical_discount(repeated: Document) -> None:
    (fact,) = section(repeated, "answer").blocks
    assert fact.value.startswith("0.3333")
    assert "Below 0.3333, “Calm is kept” fails; above it, “Calm is kept” holds." in fact.lines


def test_what_is_said_of_one_round_is_marked(repeated: Document) -> None:
    assert section(repeated, "outcomes").message.startswith("If it were played only once: ")
    assert not section(repeated, "answer").message.startswith("If it were played only once")
    assert any("It does not answer" in text or "it does not answer" in text for text in repeated.texts())


def test_claims_are_counted_with_the_share_of_draws(repeated: Document) -> None:
    """Patience is above a third in seven tenths of its range; the noise of one round is certain."""
    message = section(repeated, "claims").message
    assert message.startswith("Of 2 results 2 hold at these values, and in 7")
    assert message.endswith("of 512 draws from the ranges all of these do")
    (table,) = section(repeated, "claims").blocks
    assert [column.title for column in table.columns] == ["claim", "kind", "verdict", "of draws"]
    assert table.rows[1][3].text == "holds 100%"


#: Waiting is worth more the longer it lasts, until the deal is.
DRIFT = (
    HEAD
    + """
players: {A: Ann, B: Bob}
parameters:
  ripe: {label: ripeness, value: 0.1, range: [0, 1], because: x, certainty: judgement}
terms: {deal: a deal}
moves: {A: {wait: x, offer: x}, B: {refuse: x, take: x}}
outcomes:
  deal: {when: {A: offer, B: take}, terms: {deal: 1}}
  none: {otherwise: true}
utilities: {A: deal*(ripe - 0.5), B: deal*(ripe - 0.5)}
structures: {talks: {play: [A, B]}}
dynamics:
  states: {ripe: {update: ripe + 0.25, bounds: [0, 1], outside: clamp}}
  discount: 0.5
  horizon: 5
"""
)


def test_a_drift_is_answered_round_by_round() -> None:
    document = compose(find(kgsim.loads(DRIFT, name="drift")))
    assert document.headline.startswith("In 5 rounds under “talks”:")
    assert "deal in 100% of runs, half of these by round 3" in document.headline
    rows = {row[1].text: [cell.text for cell in row[2:]] for row in section(document, "path").blocks[0].rows}
    assert rows["deal"] == ["0%", "0%", "100%"]
    assert section(document, "outcomes").message.startswith("In the first round alone, with nothing to follow: ")


#: Ann wants to match and Bob not to, so no round has an equilibrium without chance.
UNPLAYABLE = (
    DRIFT.replace(
        "structures: {talks: {play: [A, B]}}",
        "structures: {talks: {play: [A, B]}, guess: {play: [[A, B]]}}",
    )
    .replace("utilities: {A: deal*(ripe - 0.5), B: deal*(ripe - 0.5)}", "utilities: {A: same, B: -same}")
    .replace("outcomes:\n", "outcomes:\n  silence: {when: {A: wait, B: refuse}, terms: {same: 1}}\n")
    .replace("terms: {deal: 1}}", "terms: {deal: 1, same: 1}}")
    .replace("{deal: a deal}", "{deal: a deal, same: alike}")
)


@pytest.mark.parametrize("others", ["talks: {play: [A, B]}, ", ""])
def test_rounds_that_cannot_be_simulated_are_told_first(others: str) -> None:
    """One round's ending never stands for an answer on many."""
    document = compose(find(kgsim.loads(UNPLAYABLE.replace("talks: {play: [A, B]}, ", others), name="guess")))
    assert "The rounds under “guess” could not be simulated at these values" in document.headline
    assert ("In 5 rounds under “talks”" in document.headline) == bool(others)
    assert section(document, "outcomes").message.startswith("In the first round alone, with nothing to follow: ")


TODAY = (
    HEAD
    + """
players: {A: Ann, B: Bob}
parameters:
  gain: {label: gain, value: 2, range: [1, 3], because: x, certainty: judgement}
terms: {deal: a deal, quiet: quiet}
moves: {A: {wait: x, offer: x}, B: {refuse: x, take: x}}
outcomes:
  deal: {when: {A: offer, B: take}, terms: {deal: 1}}
  quarrel: {when: {A: offer}}
  calm: {otherwise: true, terms: {quiet: 1}}
utilities: {A: gain*deal + quiet, B: deal + 5*quiet}
structures: {lead: {play: [A, B]}, follow: {play: [B, A]}}
briefing: {today: calm, compare: {from: follow, to: lead}}
"""
)


def test_worth_is_told_against_today_first() -> None:
    """Bob gains from no structure against another, and loses 4 against the calm that holds today."""
    document = compose(find(kgsim.loads(TODAY, name="today")))
    assert section(document, "today").message == "Against today (calm), “lead” is worth: Ann +1, Bob -4."
    (table,) = section(document, "today").blocks
    assert [[cell.text for cell in row] for row in table.rows][:2] == [["today: calm", "1", "5"], ["lead", "+1", "-4"]]
    without = compose(find(kgsim.loads(TODAY.replace("today: calm, ", ""), name="today")))
    assert "today" not in [each.id for each in without.sections]
    assert any("No outcome is named as today's" in reason for reason in without.absent)


def test_an_unknown_today_is_refused() -> None:
    with pytest.raises(kgsim.ScenarioError, match="no outcome named 'clam'"):
        kgsim.loads(TODAY.replace("today: calm", "today: clam"), name="today")


#: A sender that may be strong or weak fights or not; a fight costs the weak more than it brings.
TYPES = (
    HEAD
    + """
players: {S: Sender, R: Receiver}
parameters:
  p: {label: belief, value: 0.5, range: [0.2, 0.8], because: x, certainty: judgement}
terms: {fight: a fight, yield: yielding}
types: {S: {strong: p, weak: 1 - p}}
moves: {S: {show: x, hide: x}, R: {yield: x, resist: x}}
outcomes:
  show and yield: {when: {S: show, R: yield}, terms: {fight: 1, yield: 1}}
  show and resist: {when: {S: show}, terms: {fight: 1}}
  hide and yield: {when: {R: yield}, terms: {yield: 1}}
  hide and resist: {otherwise: true}
utilities: {S: yield - fight*(0.2*strong + 2*weak), R: yield*(strong - weak)}
structures: {signal: {play: [S, R]}, again: {play: [S, R]}}
"""
)


def test_private_types_are_told_by_type() -> None:
    document = compose(find(kgsim.loads(TYPES, name="types")))
    table = section(document, "types").blocks[0]
    assert [column.title for column in table.columns][3:] == ["Sender, strong", "Sender, weak"]
    separating = [row for row in table.rows if "separating" in row[2].text.split(", ")]
    assert ["0.8", "0"] in [[cell.text for cell in row[3:]] for row in separating]


def test_what_depends_on_the_equilibrium_is_not_told_as_better() -> None:
    """At once Ann and Bob may deal, worth 9 to both, or not; with Ann bound to wait they do not."""
    text = TODAY.replace("lead: {play: [A, B]}", "lead: {play: [[A, B]]}").replace("[B, A]", "[B], fixed: {A: wait}")
    text = text.replace("today: calm, ", "").replace("A: gain*deal + quiet, B: deal + 5*quiet", "A: 9*deal, B: 9*deal")
    document = compose(find(kgsim.loads(text, name="match")))
    table = next(block for block in section(document, "first-page").blocks if isinstance(block, Table))
    assert {row[2].text for row in table.rows} == {"the same or better, by equilibrium"}


@pytest.mark.parametrize(("value", "said"), [("gain", False), ("0*gain", True)])
def test_equal_worth_is_said_only_where_it_is_equal(value: str, said: bool) -> None:
    """Where nobody's worst structure is sure, worths may still differ between the equilibria that both have."""
    text = TODAY.replace("A: gain*deal + quiet, B: deal + 5*quiet", f"A: {value}*deal, B: {value}*deal")
    text = text.replace(
        "lead: {play: [A, B]}, follow: {play: [B, A]}", "lead: {play: [[A, B]]}, follow: {play: [[B, A]]}"
    )
    message = section(compose(find(kgsim.loads(text, name="equal"))), "outcomes").message
    assert ("worth the same to everybody" in message) == said
    assert ("none is surely the worst" in message) == (not said)


def test_each_lottery_is_told_by_itself() -> None:
    """A separating and a hybrid equilibrium are two lotteries over two outcomes, and never one over three."""
    signal = kgsim.solve(kgsim.loads(TYPES, name="types"), structures=["signal"]).structures["signal"]
    told = endings(words("en"), signal)
    assert told.startswith(
        "hide and yield, hide and resist, a lottery over show and yield and hide and resist or a lottery"
    )
