"""Why a structure of play cannot be looked at through a lens that is made for simpler ones, and what to do instead."""

from __future__ import annotations

from kgsim.scenario.model import Scenario, Structure
from kgsim.scenario.possible import conditional


def unfit_for_profiles(scenario: Scenario, structure: Structure) -> str:
    """What keeps a lens from comparing profiles of actions, each with one payoff; empty if nothing does."""
    if scenario.types:
        return (
            f"scenario {scenario.name} has private types, and this lens is for players who know who they are. Write "
            "one scenario for each type, or ask kgsim run, which takes types"
        )
    drawn = [name for name in scenario.chance if name not in structure.fixed]
    if drawn:
        return (
            f"structure {structure.name} has the chance event {drawn[0]}, and this lens knows no lotteries. Say in "
            "`fixed` what happens, in a structure of its own for each event, or ask kgsim run, which takes chance"
        )
    unsure = conditional(scenario, structure)
    if unsure:
        return (
            f"structure {structure.name} lets {unsure[0]} move under conditions alone, and this lens lets everybody "
            "change what it does at any time. Name a structure without conditions, or ask kgsim run, which takes them"
        )
    return ""


def unfit_for_noise(scenario: Scenario, structure: Structure) -> str:
    """What keeps movers from choosing better actions more often; empty if nothing does."""
    unfit = unfit_for_profiles(scenario, structure)
    if unfit:
        return unfit
    for bloc in structure.blocs.values():
        if bloc.rule != "weighted":
            return (
                f"structure {structure.name}: the bloc {bloc.name} decides by the rule {bloc.rule!r}, which weighs no "
                "chances. Give it the rule `weighted`, or name a structure without it"
            )
    if structure.seen_by:
        return (
            f"structure {structure.name} has moves that some do not see, and noisy play is worked out for moves that "
            "all see. Leave `seen_by` out, or let them choose at once"
        )
    for name, decision in scenario.decisions.items():
        admitted = structure.only.get(name, frozenset(decision.moves))
        if name not in structure.fixed and admitted & set(decision.intervals):
            return (
                f"structure {structure.name}: {name} chooses terms from an interval, and how noisy play is would hang "
                "on how many of its values are counted. Give the term a step, or list its values"
            )
    return ""
