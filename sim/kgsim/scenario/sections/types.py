"""Private types: what a player alone knows about itself, with prior probabilities that sum to one."""

from __future__ import annotations

from collections.abc import Iterable

from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import OutcomeRule, PlayerType, Structure
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import ScenarioFile, TypeEntry
from kgsim.scenario.sections.chance import check_probabilities
from kgsim.scenario.sections.joint import marginal
from kgsim.scenario.source import Key


def read_types(
    file: ScenarioFile, base: dict[str, float], declared: Declared, report: Report
) -> dict[str, dict[str, PlayerType]]:
    """Check players, priors and their sum at the base values (`base` is empty if those are not sound)."""
    types: dict[str, dict[str, PlayerType]] = {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    refused = declared.elsewhere(terms_allowed=False)
    for player, entries in file.types.items():
        key: Key = ("types", player)
        if player not in declared.players:
            hint = suggestion(player, declared.players, "player")
            report.add(key, f"there is no player named {player!r}", hint, at_key=True)
        if len(entries) < 2:
            report.add(key, f"{player} has one type, so there is nothing that others do not know", "Add another type.")
        types[player] = {}
        for name, entry in entries.items():
            own: Key = (*key, name)
            label, value = (entry.label, entry.prior) if isinstance(entry, TypeEntry) else ("", entry)
            place: Key = (*own, "prior") if isinstance(entry, TypeEntry) else own
            prior = marginal(file, name) if value is None else report.formula(place, value, known, refused=refused)
            if prior is not None:
                types[player][name] = PlayerType(name, label or name, prior)
        if base and len(types[player]) == len(entries) > 1 and not file.joint:
            check_probabilities(key, "prior", {each: kind.prior for each, kind in types[player].items()}, base, report)
    return types


def check_effect(
    types: dict[str, dict[str, PlayerType]],
    outcomes: tuple[OutcomeRule, ...],
    utilities: dict[str, Expression],
    report: Report,
) -> None:
    """Report players whose types no payoff depends on."""
    used = {name for utility in utilities.values() for name in utility.names}
    used |= {name for rule in outcomes for term in rule.terms.values() for name in term.names}
    for player, kinds in types.items():
        if used.isdisjoint(kinds):
            names = " or ".join(kinds)
            report.add(
                ("types", player),
                f"no utility and no term of an outcome depends on the types of {player}",
                f"Use {names} there (1 for that type, 0 for others), or delete the types.",
                at_key=True,
            )


def check_company(
    types: dict[str, dict[str, PlayerType]],
    structures: dict[str, Structure],
    repeated: Iterable[str],
    report: Report,
) -> None:
    """Report what private types cannot go together with: blocs and repeated games."""
    if not types:
        return
    for name, structure in structures.items():
        for bloc in structure.blocs.values():
            report.add(
                ("structures", name, "blocs", bloc.name),
                "a scenario with private types cannot have blocs: members would have to share what they know",
                "Let the members move one by one, or leave the types out.",
                at_key=True,
            )
    for name in repeated:
        report.add(
            ("repeated", name),
            "a scenario with private types cannot have repeated games: what a player does in one round tells the "
            "others of its type in the next, and automata do not learn",
            "Move the repeated game to a file without `types`, where a parameter says which type a player is of.",
            at_key=True,
        )
