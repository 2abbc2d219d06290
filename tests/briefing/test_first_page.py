"""The first page: in the words of labels, ranks instead of points, written sentences told apart from computed ones."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from kgsim.analysis.robustness_result import StructureShares
from kgsim.analysis.shares import Share
from kgsim.briefing.compose import compose
from kgsim.briefing.document import Document, Point
from kgsim.briefing.findings import Findings
from kgsim.briefing.first_page import contradictions, first_page, stands
from kgsim.briefing.write import write
from kgsim.language import words
from kgsim.report.content import Table
from kgsim.report.credit import Credit
from kgsim.report.ownership import Maker
from kgsim.wording import percent


def asked(found: Findings, **briefing: object) -> Findings:
    """The same findings with other words in the scenario's `briefing` section."""
    scenario = replace(found.scenario, briefing=replace(found.scenario.briefing, **briefing))
    return replace(found, result=replace(found.result, scenario=scenario))


def page(document: Document) -> list[str]:
    return [*replace(document, sections=document.sections[:1], absent=(), credit=Credit((), (), "", words())).texts()]


def points(document: Document) -> dict[str, str]:
    return {block.title: block.text for block in document.sections[0].blocks if isinstance(block, Point)}


def rows(document: Document) -> dict[str, list[str]]:
    (table,) = (block for block in document.sections[0].blocks if isinstance(block, Table))
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_no_identifier_stands_where_there_is_a_label(bypass, lang):
    """Labels and the page's own words are taken out first: no identifier is left."""
    scenario = bypass.scenario
    kinds = (scenario.structures, scenario.parameters)
    labels = [(name, each.label) for kind in kinds for name, each in kind.items()]
    labels += [
        *scenario.terms.items(),
        *scenario.players.items(),
        *((rule.name, rule.label) for rule in scenario.outcomes),
    ]
    told = " ".join(page(compose(replace(bypass, today="status quo"), lang=lang))[2:])
    for label in sorted({scenario.title, scenario.question, *(label for _, label in labels)}, key=len, reverse=True):
        told = re.sub(re.escape(label), " ", told, flags=re.IGNORECASE)
    named = {name for name, label in labels if label != name}
    own = " ".join(text for key, text in words(lang).strings.items() if key.startswith("page."))
    token = re.compile(r"[\w'-]+")
    assert (set(token.findall(told)) - set(token.findall(re.sub("{.*?}", " ", own)))) & named == set()
    assert not re.search(r"\d points|(US|ROK|DPRK) points", told)


def test_the_table_against_today_has_words_and_no_points(bypass):
    """By hand: today 0, 0, 0; the bypass 2.5, -32.5, 5.25; the joint position 12.5, -3.5, 2.25."""
    told = rows(compose(replace(bypass, today="status quo")))
    assert told == {
        "United States": ["worst", "about the same, worst", "about the same, worst", "better, best"],
        "Republic of Korea": ["best", "worse, worst", "worse, worst", "about the same, best"],
        "North Korea": ["-", "about the same", "about the same", "about the same"],
    }


def test_without_today_ways_to_play_are_compared_with_the_first(document):
    assert rows(document)["Republic of Korea"] == ["worst", "about the same, worst", "better, best"]


def test_what_decides_is_a_ratio_of_two_weights_in_one_unit(document):
    """By hand: 22.5 of 50, and 20 of 50 taken."""
    decides = points(document)["What decides it"]
    assert "45% of the other" in decides and decides.endswith("Taken here: 40%.")


def test_parameters_without_a_partner_are_told_within_their_range(bypass):
    number = replace(bypass.number, parameter="erosion", value=0.6, other="")
    section = first_page(replace(bypass, number=number), words("en"))
    (told,) = (block.text for block in section.blocks if isinstance(block, Point) and block.title == "What decides it")
    assert "to 0.6, within its range of 0.2 to 0.8" in told


def test_the_share_of_draws_is_that_of_the_robustness(bypass, document):
    """Play ends in the bypass deal alone at the base values, so the draws in which it alone is reached count."""
    share = bypass.drawn.shares.structures["bypass"].only["bypass deal"].share
    assert f"{percent(share)}" in document.sections[0].message
    assert f"of {bypass.drawn.draws:,} draws" in document.sections[0].message


@pytest.mark.parametrize(
    ("now", "said"),
    [(("deal",), "20%"), (("deal", "war"), "10%"), (("war",), "60%"), ((), "10%")],
)
def test_how_sure_is_the_share_of_draws_in_which_the_answer_stands(bypass, now, said):
    """Of ten draws two end in a deal alone, one in a deal or war, six in war, and one has no solution."""
    share = {
        name: Share(value, value, value) for name, value in (("yes", 0.3), ("only", 0.2), ("no", 0.0), ("un", 0.1))
    }
    drawn = StructureShares("bypass", "", {"deal": share["yes"]}, {"deal": share["only"]}, share["un"], share["no"])
    solution = SimpleNamespace(outcomes=now)
    found = SimpleNamespace(result=SimpleNamespace(structures={"bypass": solution}))
    low, high = stands(found, drawn, "deal")
    assert (percent(low), percent(high)) == (said, said)
    low, high = stands(found, replace(drawn, unproven=Share(0.05, 0.05, 0.05)), "deal")
    assert low - 1e-9 <= {"20%": 0.2, "10%": 0.1, "60%": 0.6}[said] <= high + 1e-9


def test_written_sentences_are_signed_and_stand_beside_computed_ones(bypass, document):
    written = asked(
        bypass,
        headline="A front holds.",
        so_what="Pay for it.",
        confidence="Low.",
        watch=("A joint text.", "Tests."),
        dissent="Pyongyang may set the terms.",
        authors=("Ann Lee", "Bo Kim"),
    )
    signed = compose(written)
    assert signed.headline == "A front holds. — Ann Lee and Bo Kim"
    told = points(signed)
    assert told["What the results say"] == document.headline
    assert told["So what"] == "Pay for it. — Ann Lee and Bo Kim"
    assert told["Watch"] == "A joint text. · Tests. — Ann Lee and Bo Kim"
    assert {title for title, text in told.items() if "—" in text} == {"So what", "Confidence", "Watch", "Dissent"}
    assert "—" not in "".join(points(document).values()) + document.headline
    assert compose(asked(bypass, headline="A front holds.")).headline.endswith("— the author")


def test_a_written_headline_that_names_what_play_does_not_reach_is_flagged(bypass):
    assert contradictions(asked(bypass, headline="We shall see a comprehensive deal.")) == ("comprehensive deal",)
    assert contradictions(asked(bypass, headline="A Bypass Deal is near.")) == ()
    told = points(compose(asked(bypass, headline="We shall see a comprehensive deal.")))
    assert "“comprehensive deal”" in told["Not borne out"]


def test_watched_are_the_parameters_that_turn_the_answer_soonest(document):
    """By hand: the alliance's cost is 2.5 of its 45 away from its threshold, and has to rise."""
    assert "cost to Washington of bypassing its ally (up)" in points(document)["Watch"]


@pytest.mark.parametrize("suffix", [".md", ".html"])
def test_one_page_is_the_first_page_alone(bypass, tmp_path, suffix):
    document = compose(bypass, one_page=True)
    assert [each.id for each in document.sections] == ["first-page"] and not document.absent
    (made,) = write(document, tmp_path / f"page{suffix}", Maker("brief", ("page",)))
    text = made.read_text("utf-8")
    assert "What decides it" in text and "bypass deal" in text
