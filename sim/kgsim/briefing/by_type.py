"""Numbers by type, where players have private information: who expects what, and which moves tell who is who."""

from __future__ import annotations

from kgsim.briefing.document import Section
from kgsim.briefing.findings import Findings
from kgsim.language import Words
from kgsim.report.content import Column, Table, cells
from kgsim.wording import number


def types(found: Findings, said: Words) -> Section | None:
    """Return what every type expects in every equilibrium; None without private types."""
    kinds = found.scenario.types
    if not kinds:
        return None
    named = [(player, kind) for player, own in kinds.items() for kind in own]
    rows = tuple(
        cells(
            found.labels.structure(solution.name),
            solution.labels.lottery(equilibrium.outcomes),
            ", ".join(equilibrium.notes) or "-",
            *(number(equilibrium.type_payoffs[player][kind]) for player, kind in named),
        )
        for solution in found.result.structures.values()
        for equilibrium in solution.equilibria
        if equilibrium.type_payoffs
    )
    if not rows:
        return None
    columns = (
        Column(said("outcomes.structure")),
        Column(said("outcomes.ends")),
        Column(said("types.kind")),
        *(
            Column(
                said("types.column", player=found.scenario.players[player], kind=found.labels.kind(player, kind)),
                "right",
            )
            for player, kind in named
        ),
    )
    apart = sum(
        "separating" in note
        for solution in found.result.structures.values()
        for equilibrium in solution.equilibria
        for note in equilibrium.notes
    )
    message = said("types.message", equilibria=len(rows), types=len(named), apart=apart)
    note = said("types.note")
    return Section("types", said("types.title"), message, (Table(columns, rows, note),), notes=(note,))
