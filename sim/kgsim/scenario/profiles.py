"""Checks over all profiles: does every one lead somewhere, is every rule of use, are all payoffs finite?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.model import IDLE, Action, OutcomeRule, Scenario
from kgsim.scenario.payoffs import (
    LARGEST,
    actions_of,
    outcomes_of,
    parameter_values,
    payoffs_at,
    profile_count,
    terms_of,
    type_points,
)
from kgsim.scenario.possible import Actions, possible
from kgsim.scenario.problems import Report
from kgsim.scenario.source import Key

MAX_PROFILES = 200_000


def check_sizes(scenario: Scenario, report: Report) -> None:
    """Report structures with too many profiles; counted, never expanded."""
    for name, structure in scenario.structures.items():
        count = profile_count(actions_of(scenario, structure))
        if count > MAX_PROFILES:
            report.add(
                ("structures", name),
                f"the structure has {count:,} profiles of actions; at most {MAX_PROFILES:,} are possible",
                "Shorten menus, or restrict moves with `only`.",
                at_key=True,
            )


def check_rules(scenario: Scenario, report: Report) -> None:
    """Report conditions that are never met, profiles that no rule matches, and rules that no profile reaches."""
    if not _all_met(scenario, report):
        return
    tables = {name: outcomes_of(scenario, structure) for name, structure in scenario.structures.items()}
    gaps = {}
    for name, table in tables.items():
        structure = scenario.structures[name]
        can_be = possible(scenario, structure, actions_of(scenario, structure))
        gap = (table < 0) if can_be is None else (table < 0) & can_be
        if gap.any():
            gaps[name] = gap
    if gaps:
        name, gap = next(iter(gaps.items()))
        actions = actions_of(scenario, scenario.structures[name])
        first = tuple(int(index) for index in np.argwhere(gap)[0])
        more = int(gap.sum()) - 1
        others = f", and {more} more" if more else ""
        report.add(
            ("outcomes",),
            f"no rule matches the profile {_profile(scenario, actions, first)} in structure {name!r}{others}",
            "Add a rule, or end with `status quo: {otherwise: true}`.",
            at_key=True,
        )
    reached = {int(index) for table in tables.values() for index in np.unique(table)} - {-1}
    for index, rule in enumerate(scenario.outcomes):
        if index not in reached:
            report.add(("outcomes", rule.name), *_unreachable(scenario, index, tables), at_key=True)


def _all_met(scenario: Scenario, report: Report) -> bool:
    """Whether all conditions can be met; reports decisions of a structure, and moves of all, whose never are."""
    open_ = {(name, move) for name, decision in scenario.decisions.items() for move in decision.conditions}
    played, met = set(), True
    for structure in scenario.structures.values():
        actions = actions_of(scenario, structure)
        can_be = possible(scenario, structure, actions)
        if can_be is None:
            continue
        for axis, (name, choices) in enumerate(zip(scenario.decisions, actions, strict=True)):
            if name in structure.fixed:
                continue
            played.add(name)
            ever = np.asarray(np.moveaxis(can_be, axis, 0).reshape(len(choices), -1).any(axis=1))
            made = {action.move for action, can in zip(choices, ever, strict=True) if can and action != IDLE}
            open_ -= {(name, move) for move in made}
            if not made:
                met = False
                report.add(
                    ("structures", structure.name, "play"),
                    f"{name} never moves: nothing that can be done before meets its condition",
                    f"Change the condition, or leave {name} out of `play` and fix it.",
                    at_key=True,
                )
    never = sorted(each for each in open_ if each[0] in played)
    for name, move in never:
        report.add(
            ("moves", name, move, "if"),
            f"{name} can never choose {move!r}: nothing that can be done before meets its condition in any structure",
            "Change the condition, or delete the move.",
            at_key=True,
        )
    return met and not never


def _unreachable(scenario: Scenario, index: int, tables: Mapping[str, NDArray[np.intp]]) -> tuple[str, str]:
    rule = scenario.outcomes[index]
    takers: dict[str, None] = {}
    for name, table in tables.items():
        actions = actions_of(scenario, scenario.structures[name])
        box = np.ix_(
            *(
                [i for i, action in enumerate(choices) if action.move in rule.when.get(decision, {action.move})]
                for decision, choices in zip(scenario.decisions, actions, strict=True)
            )
        )
        takers |= {scenario.outcomes[taker].name: None for taker in np.unique(table[box]) if taker >= 0}
    if takers:
        before = ", ".join(repr(taker) for taker in takers)
        return (
            f"no profile reaches this rule: every one it matches is taken by a rule above it ({before})",
            "Move this rule up, or narrow the one above.",
        )
    return (
        "no profile reaches this rule: no structure lets these moves be played together",
        "Delete the rule, or let a structure play its moves.",
    )


def _profile(scenario: Scenario, actions: Actions, index: tuple[int, ...]) -> str:
    chosen = (choices[i].name for choices, i in zip(actions, index, strict=True))
    made = ((name, action) for name, action in zip(scenario.decisions, chosen, strict=True) if action)
    return "(" + ", ".join(f"{name}: {action}" for name, action in made) + ")"


def check_payoffs(scenario: Scenario, report: Report) -> None:
    """Report payoffs that are not finite at the base values, once for each formula at fault."""
    faults: dict[tuple[Key, str], list[tuple[str, str]]] = {}
    seen: set[tuple[str, int]] = set()
    for (name, structure), point in product(scenario.structures.items(), type_points(scenario).values()):
        payoffs = payoffs_at(scenario, name, point)[0]
        if np.isfinite(payoffs).all():
            continue
        actions = actions_of(scenario, structure)
        outcomes = outcomes_of(scenario, structure)
        for player, axis in zip(scenario.players, payoffs, strict=True):
            for number in np.unique(outcomes[~np.isfinite(axis)]):
                if (player, int(number)) in seen:
                    continue
                seen.add((player, int(number)))
                where = tuple(int(i) for i in np.argwhere(~np.isfinite(axis) & (outcomes == number))[0])
                chosen = {
                    decision: choices[i]
                    for decision, choices, i in zip(scenario.decisions, actions, where, strict=True)
                }
                rule = scenario.outcomes[number]
                found = _payoff_fault(scenario, player, rule, chosen, point)
                faults.setdefault(found, []).append((rule.name, _profile(scenario, actions, where)))
    for (key, fault), places in faults.items():
        outcome, profile = places[0]
        others = list(dict.fromkeys(repr(other) for other, _ in places if other != outcome))
        also = f"; also in {', '.join(others)}" if others else ""
        report.add(
            key,
            f"{fault} at the base values, in outcome {outcome!r} with the profile {profile}{also}",
            REMEDY,
        )


def _payoff_fault(
    scenario: Scenario, player: str, rule: OutcomeRule, chosen: Mapping[str, Action], point: Mapping[str, float]
) -> tuple[Key, str]:
    """Say which formula, a term of the rule or the player's utility, has no finite value, and why."""
    env = {name: value.item() for name, value in parameter_values(scenario, point).items()}
    menus = {f"{name}.{term}": value for name, action in chosen.items() for term, value in action.menu.items()}
    for term, formula in rule.terms.items():
        absent = {f"{owner}.{field}": 0.0 for owner, field in formula.attributes}
        fault = fault_at(formula, {**env, **absent, **menus})
        if fault is not None:
            return ("outcomes", rule.name, "terms", term), fault
    terms = terms_of(scenario, rule, chosen, point)
    fault = fault_at(scenario.utilities[player], {**env, **terms}) or ""
    return ("utilities", player), f"the payoff is not a finite number up to {LARGEST:g}{fault and f': {fault}'}"
