"""From a scenario to a briefing's files, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kgsim.briefing.write import check, write
from kgsim.errors import OutputError
from kgsim.report.ownership import Maker
from kgsim.scenario.model import Scenario
from kgsim.wording import unprintable


def brief(
    scenario: Scenario,
    /,
    out: str | Path,
    *,
    values: Mapping[str, float] | None = None,
    compare: tuple[str, str] | None = None,
    map: tuple[str, str] | None = None,
    figures: str | Path | None = None,
    title: str = "",
    classification: str = "",
    date: str = "",
    lang: str = "en",
    template: str | Path | None = None,
    paper: str = "a4",
    seed: int = 1,
    one_page: bool = False,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write a briefing: one sentence, one number with its range, what would change it, and why.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it; its `briefing` section says what matters, and the results decide what it leaves out.
    out
        File ending in .pptx, .pdf, .html or .md.
    values
        Parameters to set.
    compare, map
        Two structures and two parameters to show instead of the scenario's.
    figures
        Directory for the figures as PNG and SVG; Markdown gets one beside it if none is given.
    title, classification, date
        Title and date instead of the scenario's, and the banner of every page.
    lang
        One of `kgsim.language.LANGUAGES`; a text of the scenario that is not in it stands in English.
    template
        Directory with templates of your own.
    paper
        ``a4`` or ``letter``, for PDF.
    seed
        Of whatever is drawn at random.
    one_page
        Whether the first page is all there is.
    force
        Whether files that others wrote or changed may be replaced.

    Returns
    -------
    tuple of Path
        The files written; the same arguments give the same bytes.

    Raises
    ------
    OutputError
        If the format is unknown, a package or a font is missing, a template has a fault, a file stands in the way, or
        the title or banner holds a control character.
    GameError
        If a name is unknown.
    """
    from kgsim.briefing.compose import compose
    from kgsim.briefing.findings import find

    for what, text in (("title", title), ("banner", classification)):
        if code := unprintable(text):
            raise OutputError(f"the {what} holds the character {code}, which no document can show; leave it out")
    out = Path(out)
    room = None if template is None else Path(template)
    check(out, room)
    found = find(scenario, values=values, compare=compare, map=map, seed=seed)
    document = compose(found, lang=lang, title=title, date=date, classification=classification, one_page=one_page)
    place = None if figures is None else Path(figures)
    maker = Maker.of("brief", scenario)
    return write(document, out, maker, figures=place, template=room, paper=paper, force=force)
