"""Dynamics: state variables and their updates, shocks and their distributions, discounting, and when play ends."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Parameter
from kgsim.scenario.names import fault_of_name, suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.rounds import Dynamics, Shock, StateVariable
from kgsim.scenario.schema import ScenarioFile
from kgsim.scenario.schema_rounds import DynamicsEntry, ShockEntry, StateEntry
from kgsim.scenario.sections.conditions import check_moves
from kgsim.scenario.source import Key
from kgsim.tolerances import SUM_TO_ONE

Base = Mapping[str, float]

_NUMBERS = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "discrete": (),
}


def read_dynamics(
    file: ScenarioFile, parameters: Mapping[str, Parameter], base: Base, declared: Declared, report: Report
) -> Dynamics | None:
    """Check the section; `base` holds the values of parameters and quantities at the base point."""
    entry = file.dynamics
    if entry is None:
        return None
    key: Key = ("dynamics",)
    shocks = {name: _shock((*key, "shocks", name), name, shock, base, declared, report)
              for name, shock in entry.shocks.items()}  # fmt: skip
    states = {}
    if not entry.states:
        report.add((*key, "states"), "nothing changes from round to round", "Name a parameter that does.")
    for name, state in entry.states.items():
        found = _state((*key, "states", name), name, state, tuple(shocks), parameters, base, declared, report)
        if found is not None:
            states[name] = found
    discount = _discount((*key, "discount"), entry, base, declared, report)
    for outcome in entry.end:
        if outcome not in declared.outcomes:
            hint = suggestion(outcome, declared.outcomes, "outcome")
            report.add((*key, "end", outcome), f"there is no outcome named {outcome!r}", hint, at_key=True)
    end_when = None
    if entry.end_when is not None:
        known = {"parameter": declared.parameters, "quantity": declared.quantities}
        end_when = report.formula((*key, "end_when"), entry.end_when, known,
                                  refused=declared.elsewhere(terms_allowed=False))  # fmt: skip
        if end_when is not None and not end_when.truth:
            report.add((*key, "end_when"), "this is a number, and play ends when something holds",
                       "Compare it with something, such as `R <= 0`.")  # fmt: skip
    _check_history(key, entry, declared, report)
    _check_shocks_used(key, shocks, states, report)
    return Dynamics(states, shocks, discount, entry.horizon, dict(entry.end), end_when, tuple(entry.history))


def _shock(key: Key, name: str, entry: ShockEntry, base: Base, declared: Declared, report: Report) -> Shock:
    fault = fault_of_name(name)
    if fault is not None:
        report.add(key, f"{name!r} cannot be a name: {fault}", "Rename it.", at_key=True)
    for kind in ("parameters", "quantities", "terms"):
        if name in getattr(declared, kind):
            told = "a quantity" if kind == "quantities" else f"a {kind[:-1]}"
            report.add(key, f"{name!r} is already {told}", "Rename one of the two; a name stands for one thing.",
                       at_key=True)  # fmt: skip
    needed = _NUMBERS[entry.shape]
    numbers = {}
    for field in ("low", "mode", "high", "mean", "sd"):
        value = getattr(entry, field)
        if value is not None and field not in needed:
            report.add((*key, field), f"a {entry.shape} shock has no {field!r}", "Delete it.", at_key=True)
        elif value is None and field in needed:
            report.add((*key, field), f"a {entry.shape} shock needs {field!r}", f"Add `{field}: ...`.")
        elif value is not None:
            formula = _formula((*key, field), value, base, declared, report)
            if formula is not None:
                numbers[field] = formula
    lists: dict[str, tuple[Expression, ...]] = {"values": (), "chances": ()}
    for field in lists:
        stated = getattr(entry, field)
        if stated is not None and entry.shape != "discrete":
            report.add((*key, field), f"a {entry.shape} shock has no {field!r}", "Delete them.", at_key=True)
        elif not stated and entry.shape == "discrete":
            report.add((*key, field), f"a discrete shock needs {field!r}", f"Add `{field}: [...]`.")
        elif stated:
            found = [_formula((*key, field, i), value, base, declared, report) for i, value in enumerate(stated)]
            lists[field] = tuple(formula for formula in found if formula is not None)
    shock = Shock(name, entry.label or name, entry.shape, numbers, lists["values"], lists["chances"])
    _check_distribution(key, shock, base, report)
    return shock


def _check_distribution(key: Key, shock: Shock, base: Base, report: Report) -> None:
    formulas = [*shock.numbers.values(), *shock.chances]
    if not report.sound("dynamics") or not all(formula.names <= base.keys() for formula in formulas):
        return
    at = {name: formula.number(base) for name, formula in shock.numbers.items()}
    if shock.shape in {"uniform", "triangular"}:
        row = [at[name] for name in _NUMBERS[shock.shape]]
        if row != sorted(row) or row[0] == row[-1]:
            told = ", ".join(f"{name} {value:g}" for name, value in at.items())
            report.add(key, f"at the base values these do not ascend: {told}", "Put them in order.")
    if shock.shape == "normal" and not at["sd"] > 0.0:
        report.add((*key, "sd"), f"the standard deviation is {at['sd']:g} at the base values", "It must be above 0.")
    if shock.shape == "discrete":
        if len(shock.values) != len(shock.chances):
            report.add((*key, "chances"), f"there are {len(shock.values)} values and {len(shock.chances)} chances",
                       "Give every value its chance.")  # fmt: skip
        chances = [formula.number(base) for formula in shock.chances]
        if min(chances) < 0.0 or abs(sum(chances) - 1.0) > SUM_TO_ONE:
            report.add((*key, "chances"), f"at the base values the chances add up to {sum(chances):g}",
                       "They must be 0 or more and add up to 1.")  # fmt: skip


def _state(
    key: Key,
    name: str,
    entry: StateEntry,
    shocks: tuple[str, ...],
    parameters: Mapping[str, Parameter],
    base: Base,
    declared: Declared,
    report: Report,
) -> StateVariable | None:
    if name not in parameters:
        if name not in declared.parameters:
            report.add(
                key, f"there is no parameter named {name!r}, and what changes is a parameter",
                f"{suggestion(name, declared.parameters, 'parameter')} Or declare it under `parameters`.", at_key=True,
            )  # fmt: skip
        return None
    low, high = entry.bounds or parameters[name].range
    if not low < high:
        report.add((*key, "bounds"), f"the bounds {low:g} and {high:g} leave no room to change",
                   "Write the smaller one first, or widen the parameter's range.")  # fmt: skip
    initial = None if entry.initial is None else _formula((*key, "initial"), entry.initial, base, declared, report)
    start = parameters[name].value
    if initial is not None and initial.names <= base.keys():
        start = initial.number(base)
    if not low <= start <= high:
        report.add((*key, "initial" if initial else "bounds"),
                   f"{name} starts at {start:g}, outside its bounds [{low:g}, {high:g}]",
                   "Change the one or the other.")  # fmt: skip
    known = {
        "parameter": declared.parameters, "quantity": declared.quantities, "term": declared.terms, "shock": shocks,
    }  # fmt: skip
    update = report.formula((*key, "update"), entry.update, known, refused=declared.elsewhere(terms_allowed=True))
    if update is None:
        return None
    if update.text == name:
        report.add((*key, "update"), f"{name} never changes", "Say how it does, or delete it here.")
    return StateVariable(name, initial, (float(low), float(high)), update, entry.outside == "clamp")


def _formula(key: Key, value: str | float, base: Base, declared: Declared, report: Report) -> Expression | None:
    """A formula over parameters and quantities with a finite value at the base point."""
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    formula = report.formula(key, value, known, refused=declared.elsewhere(terms_allowed=False))
    if formula is not None and formula.names <= base.keys():
        fault = fault_at(formula, base)
        if fault is not None:
            report.add(key, f"at the base values, {fault}", REMEDY)
    return formula


def _discount(key: Key, entry: DynamicsEntry, base: Base, declared: Declared, report: Report) -> dict[str, Expression]:
    stated = entry.discount
    shares = stated if isinstance(stated, dict) else dict.fromkeys(declared.players, stated)
    found = {}
    for player, value in shares.items():
        at = (*key, player) if isinstance(stated, dict) else key
        if player not in declared.players:
            hint = suggestion(player, declared.players, "player")
            report.add(at, f"there is no player named {player!r}", hint, at_key=True)
            continue
        formula = _formula(at, value, base, declared, report)
        if formula is None:
            continue
        found[player] = formula
        if formula.names <= base.keys() and not 0.0 <= formula.number(base) <= 1.0:
            report.add(at, f"the discount is {formula.number(base):g} at the base values",
                       "It must lie between 0 and 1.")  # fmt: skip
    for player in declared.players:
        if player not in shares:
            report.add(key, f"{player} has no discount", f"Add `{player}: ...`, or give one number for all.")
    return found


def _check_history(key: Key, entry: DynamicsEntry, declared: Declared, report: Report) -> None:
    for index, profile in enumerate(entry.history):
        for decision, move in profile.items():
            at = (*key, "history", index, decision)
            fault = declared.unknown_decision(decision)
            if fault is not None:
                report.add(at, *fault, at_key=True)
            else:
                check_moves(at, decision, move, declared, report)


def _check_shocks_used(
    key: Key, shocks: Mapping[str, Shock], states: Mapping[str, StateVariable], report: Report
) -> None:
    used = {name for state in states.values() for name in state.update.names}
    for name in shocks:
        if report.sound("dynamics") and name not in used:
            report.add((*key, "shocks", name), f"no update uses the shock {name!r}", "Use it, or delete it.",
                       at_key=True)  # fmt: skip
