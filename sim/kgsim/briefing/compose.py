"""Findings to document: which sections there are, in which order, and what is left out and why."""

from __future__ import annotations

from kgsim.briefing import answer, by_type, exhibits, first_page, grounds, rounds, today
from kgsim.briefing.document import Document, Labels
from kgsim.briefing.findings import Findings
from kgsim.language import words
from kgsim.language.texts import told_in
from kgsim.report.credit import credit


def compose(
    found: Findings,
    *,
    lang: str = "en",
    title: str = "",
    date: str = "",
    classification: str = "",
    one_page: bool = False,
) -> Document:
    """Put findings into words.

    Parameters
    ----------
    found
        As `kgsim.briefing.findings.find` gives them.
    lang
        One of `kgsim.language.LANGUAGES`; a text of the scenario that is not in it stands in English.
    title, date
        Instead of the scenario's own.
    classification
        Banner of every page.
    one_page
        Whether the first page is all there is.

    Returns
    -------
    Document

    Raises
    ------
    GameError
        If there is no such language.
    """
    said = words(lang)
    found = told_in(found, lang)
    date = date or found.scenario.date or ""
    first = first_page.first_page(found, said)
    made = (
        ()
        if one_page
        else (
            rounds.repeated(found, said),
            rounds.path(found, said),
            answer.answer(found, said),
            answer.changes(found, said),
            exhibits.outcomes(found, said),
            by_type.types(found, said),
            today.today(found, said),
            exhibits.regime_map(found, said),
            exhibits.price(found, said),
            exhibits.worth(found, said),
            exhibits.sensitivity(found, said),
            grounds.claims(found, said),
            grounds.backtests(found, said),
            grounds.assumptions(found, said),
            grounds.evidence(found, said),
            grounds.limits(found, said),
            grounds.provenance(found, said, date),
        )
    )
    rest = rounds.told_of_one_round(found, said, [section for section in made if section is not None])
    sections = (first, *rest)
    there = {section.id for section in sections}
    absent = [
        *found.absent.values(),
        *(f"absent.{id}" for id in ("claims", "evidence", "sensitivity") if id not in {*there, *found.absent}),
    ]
    return Document(
        lang=lang,
        title=title or found.scenario.title,
        question=found.scenario.question,
        headline=first_page.headline(found, said),
        date=date,
        classification=classification,
        sections=sections,
        absent=() if one_page else tuple(said(key) for key in dict.fromkeys(absent)),
        credit=credit(found.scenario, found.result.values, lang),
        labels=Labels(**{name: said(f"label.{name}") for name in Labels.__dataclass_fields__}),
    )
