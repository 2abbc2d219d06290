"""One situation through several lenses, as blocks and as a JSON document."""

from __future__ import annotations

from kgsim.analysis.lenses import Lenses
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Table
from kgsim.report.document import Json
from kgsim.report.provenance import versions
from kgsim.scenario.model import Scenario
from kgsim.wording import sentence


def of_lenses(found: Lenses) -> list[Block]:
    """Return the whole report."""
    blocks: list[Block] = [Heading(f"{found.scenario} through several lenses: {found.label}", 1)]
    blocks += [Heading("In short"), Bullets(found.sentences)]
    if not found.seeing:
        return blocks
    blocks += [Heading("Which outcomes each lens admits"), _table(found)]
    said = tuple(f"{view.name} ({view.label}): {sentence(view.says)}" for view in found.seeing)
    return [*blocks, Heading("What each lens says"), Bullets(said)]


def document(found: Lenses, scenario: Scenario) -> Json:
    """Return it as plain data."""
    about = {"name": scenario.name, "digest": scenario.digest}
    views = {view.name: view.to_dict() for view in found.views}
    told = {"outcomes": list(found.outcomes), "sentences": list(found.sentences), "views": views}
    return {"schema_version": 1, "versions": versions(), "scenario": about, "structure": found.structure, **told}


def _table(found: Lenses) -> Table:
    columns = (Column("outcome"), *(Column(view.name) for view in found.seeing), Column("lenses", "right"))
    rows = tuple(
        (
            Cell(outcome),
            *(Cell("x" if outcome in view.outcomes else "", tone="good") for view in found.seeing),
            Cell(str(len(found.admitted_by(outcome)))),
        )
        for outcome in found.outcomes
    )
    return Table(columns, rows, "x: the lens admits the outcome. An empty cell is no statement that it cannot happen.")
