"""What some players could agree on, as blocks and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgsim.analysis.agreement import NAMES, Agreement
from kgsim.analysis.coalitions import Coalitions
from kgsim.analysis.settlements import Settlement
from kgsim.report.content import Block, Bullets, Column, Heading, Paragraph, Table, cells
from kgsim.report.document import Json
from kgsim.report.provenance import versions
from kgsim.scenario.labels import Labels
from kgsim.scenario.model import Scenario
from kgsim.wording import interval, listed, number, quoted, sentence


def of_agreement(found: Agreement) -> list[Block]:
    """Return the whole report."""
    said = found.result.scenario.labels
    blocks: list[Block] = [
        Heading(f"{found.result.scenario.title}: what {listed(map(said.player, found.parties))} could agree on", 1)
    ]
    blocks += [Heading("In short"), Bullets(found.sentences)]
    if found.settlements:
        rows = [(sentence(NAMES[rule]).rstrip("."), each) for rule, each in found.settlements.items()]
        blocks += [Heading("What each rule picks"), _deals(found, "rule", rows)]
    if found.by_power:
        powers = [(number(share), each) for share, each in found.by_power]
        blocks += [
            Heading(f"By {said.player(found.powerful)}'s share of the bargaining power"),
            _deals(found, "share", powers),
        ]
    if found.coalitions is not None:
        blocks += _coalitions(found.coalitions, said)
    method = (
        f"On the table are the deals of “{said.structure(found.structure)}”, on terms from intervals too, "
        "that the parties can make by themselves: nobody else has to move for them or offers anything in them. Gains "
        "are over no agreement, each party's in its own points."
    )
    return [*blocks, Heading("Method"), Paragraph(method)]


def document(found: Agreement, scenario: Scenario) -> Json:
    """Return it as plain data."""
    about = {"name": scenario.name, "digest": scenario.digest}
    return {"schema_version": 1, "versions": versions(), **found.to_dict(), "scenario": about}


def _deals(found: Agreement, first: str, rows: list[tuple[str, Settlement]]) -> Table:
    said = found.result.scenario.labels
    gained = (Column(f"{said.player(party)} gains", "right") for party in found.parties)
    columns = (Column(first), Column("outcome"), Column("terms"), *gained)
    return Table(
        columns,
        tuple(
            cells(
                name,
                said.outcome(each.outcome),
                ", ".join(f"{said.term(term)} {number(value)}" for term, value in each.terms.items() if value),
                *(number(each.gain[party]) for party in found.parties),
            )
            for name, each in rows
        ),
    )


def _coalitions(found: Coalitions, said: Labels) -> Iterator[Block]:
    rates = ", ".join(f"{said.player(player)} {number(rate)}" for player, rate in found.rates.items())
    yield Heading("With side payments")
    yield Paragraph(
        f"One point counts for: {rates}. Who is in one coalition moves for the sum of its members under "
        f"{quoted(said.structure(found.structure))}, whose order of play stays; so what a coalition is worth depends "
        "on how the others are divided."
    )
    yield Table(
        (Column("coalition"), Column("the others"), Column("worth", "right")),
        tuple(
            cells(
                _joined(each.members, said), " | ".join(_joined(own, said) for own in each.others), interval(each.worth)
            )
            for each in found.worths
        ),
    )
    shown = [
        ("Shapley value, others staying apart (de Clippel and Serrano 2008)", found.shapley),
        ("Myerson value, all divisions counting (1977)", found.myerson),
        ("core, if the others stay apart", found.core_apart),
        ("core, if the others stay together", found.core_together),
    ]
    yield Table(
        (Column("how all could share"), *(Column(said.player(player), "right") for player in found.rates)),
        tuple(
            cells(name, *(interval(values[player]) if values else _none(found, name) for player in found.rates))
            for name, values in shown
        ),
        "From - to: the least and the most that a player has.",
    )


def _joined(members: Iterable[str], said: Labels) -> str:
    return " + ".join(map(said.player, members))


def _none(found: Coalitions, name: str) -> str:
    return "empty" if found.certain else "not told: some worths are not certain"
