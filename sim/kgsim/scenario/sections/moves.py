"""Players, their decisions, and moves with menus expanded to actions."""

from __future__ import annotations

import math
from itertools import product

from kgsim.scenario.labels import label_of
from kgsim.scenario.model import Action, Decision
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import ChanceEntry, MoveEntry, ScenarioFile, StageEntry, StepsEntry
from kgsim.scenario.sections.conditions import read_condition
from kgsim.scenario.source import Key

MAX_ACTIONS = 100_000
MAX_PLAYERS = 8


def read_decisions(file: ScenarioFile, declared: Declared, report: Report) -> dict[str, Decision]:
    """Build every decision in the order of the players, further decisions after them."""
    _check_players(file, declared, report)
    decisions: dict[str, Decision] = {}
    for name, player in declared.decisions.items():
        if name in declared.chance:
            happenings = file.chance[name].items() if name in file.chance else ()
            labels = {each: (isinstance(entry, ChanceEntry) and entry.label) or each for each, entry in happenings}
            decisions[name] = Decision(name, player, labels, tuple(map(Action, labels)))
            continue
        actions = _actions(name, file, declared, report)
        moves = file.moves.get(name, {})
        labels = {move: label_of(entry) for move, entry in moves.items()}
        conditions = {
            move: read_condition(("moves", name, move, "if"), entry.if_, declared, report)
            for move, entry in moves.items()
            if isinstance(entry, MoveEntry) and entry.if_ is not None
        }
        decisions[name] = Decision(name, player, labels, actions, _intervals(file, name), conditions)
    return decisions


def _intervals(file: ScenarioFile, decision: str) -> dict[str, dict[str, tuple[float, ...]]]:
    """Move to term to the ends of the interval that it may be chosen from."""
    entries = {move: entry for move, entry in file.moves.get(decision, {}).items() if isinstance(entry, MoveEntry)}
    found: dict[str, dict[str, tuple[float, ...]]] = {
        move: {
            term: (menu.from_, menu.to)
            for term, menu in entry.menu.items()
            if isinstance(menu, StepsEntry) and menu.step is None
        }
        for move, entry in entries.items()
    }
    return {move: terms for move, terms in found.items() if terms}


def _check_players(file: ScenarioFile, declared: Declared, report: Report) -> None:
    if not declared.players and report.sound("players"):
        report.add(("players",), "there are no players", "Name at least one: `players: {US: United States}`.")
    if len(declared.players) > MAX_PLAYERS:
        report.add(
            ("players",),
            f"there are {len(declared.players)} players",
            f"At most {MAX_PLAYERS} are possible.",
            at_key=True,
        )
    for name, player in file.decisions.items():
        if player not in declared.players:
            report.add(
                ("decisions", name),
                f"there is no player named {player!r}",
                suggestion(player, declared.players, "player"),
            )
    for name in file.moves:
        if name in declared.chance:
            remedy = "Delete it here: what may happen stands under `chance`."
            report.add(("moves", name), f"{name!r} is a chance event, which has no moves", remedy, at_key=True)
        elif name not in declared.owners:
            report.add(
                ("moves", name),
                f"{name!r} is neither a player nor a decision",
                suggestion(name, declared.owners, "player or decision"),
                at_key=True,
            )
    if not report.sound("moves"):
        return
    busy = set(declared.decisions.values())
    named = _named_decisions(file)
    for name, player in declared.owners.items():
        if name in declared.decisions:
            continue
        if name in file.decisions:
            remedy = f"Add `{name}:` to `moves`."
            report.add(("decisions", name), f"decision {name!r} has no moves", remedy, at_key=True)
        elif player not in busy or name in named:
            report.add(
                ("players", name),
                f"player {name!r} has no moves of its own",
                f"Add `{name}:` to `moves`; one that cannot act has a single move, fixed in every structure.",
                at_key=True,
            )


def _named_decisions(file: ScenarioFile) -> set[str]:
    """The decisions that outcomes and structures name."""
    named = {decision for rule in file.outcomes.values() for decision in rule.when or ()}
    for structure in file.structures.values():
        named.update(structure.only, structure.fixed)
        for stage in structure.play:
            who = stage.who if isinstance(stage, StageEntry) else stage
            for mover in [who] if isinstance(who, str) else who:
                named.update(member.strip() for member in mover.split("+"))
    return named


def _actions(decision: str, file: ScenarioFile, declared: Declared, report: Report) -> tuple[Action, ...]:
    moves = file.moves.get(decision, {})
    if not moves and declared.moves.get(decision) == ():
        report.add(("moves", decision), f"decision {decision!r} has no moves", "Name at least one.", at_key=True)
    actions: list[Action] = []
    total = 0
    for move, entry in moves.items():
        if isinstance(entry, str):
            actions.append(Action(move))
            total += 1
            continue
        key: Key = ("moves", decision, move, "menu")
        size = _menu_size(key, entry, report)
        total += size
        if total > MAX_ACTIONS:
            report.add(
                key,
                f"with this menu decision {decision!r} has {total:,} actions; at most {MAX_ACTIONS:,} are possible",
                "Use fewer values or fewer terms.",
                at_key=True,
            )
            continue
        for term in entry.menu:
            if term not in declared.terms:
                report.add(
                    (*key, term),
                    f"there is no term named {term!r}",
                    suggestion(term, declared.terms, "term"),
                    at_key=True,
                )
        if size:
            values = [_menu_values(menu) for menu in entry.menu.values()]
            actions.extend(
                Action(move, dict(zip(entry.menu, combination, strict=True))) for combination in product(*values)
            )
    return tuple(actions)


def _menu_size(key: Key, entry: MoveEntry, report: Report) -> int:
    """Count the combinations of a menu without expanding it; 0 if it is faulty."""
    size = 1
    for term, menu in entry.menu.items():
        place = (*key, term)
        if isinstance(menu, StepsEntry):
            size *= _step_count(place, menu, report)
            continue
        if not menu:
            report.add(place, f"the menu of {term!r} is empty", "List its values, such as [0, 0.5, 1].")
        repeated = sorted({value for value in menu if menu.count(value) > 1}) if len(menu) <= 1000 else []
        if repeated:
            report.add(place, f"the menu of {term!r} lists {repeated[0]:g} more than once", "Delete the repetition.")
        size *= len(menu)
    if "menu" in entry.model_fields_set and not entry.menu:
        report.add(key, "the menu is empty", ("Name a term and its values, or write the move as a label alone."))
        return 0
    return size


def _step_count(key: Key, menu: StepsEntry, report: Report) -> int:
    if menu.step is None:
        if math.isfinite(menu.from_) and math.isfinite(menu.to) and menu.from_ < menu.to:
            return 2
        remedy = "Write {from: 0, to: 1} with a number below another, or list the one value that it can take."
        report.add(key, f"there is no interval from {menu.from_:g} to {menu.to:g}", remedy)
        return 0
    if menu.step <= 0:
        report.add((*key, "step"), f"the step is {menu.step:g}", "It must be above 0.")
        return 0
    if menu.to < menu.from_:
        report.add(key, f"the menu runs from {menu.from_:g} down to {menu.to:g}", "Exchange `from` and `to`.")
        return 0
    steps = (menu.to - menu.from_) / menu.step  # may overflow to infinity
    if not math.isfinite(steps) or steps > 10 * MAX_ACTIONS:
        return 10 * MAX_ACTIONS + 1
    if abs(steps - round(steps)) > 1e-6 or (round(steps) == 0 and menu.to > menu.from_):
        report.add(
            (*key, "step"),
            f"steps of {menu.step:g} from {menu.from_:g} do not meet {menu.to:g}",
            "Choose a step that divides the distance, or list the values.",
        )
        return 0
    return round(steps) + 1


def _menu_values(menu: list[float] | StepsEntry) -> list[float]:
    if not isinstance(menu, StepsEntry):
        return [float(value) for value in menu]
    if menu.step is None:
        return [menu.from_, menu.to]
    steps = round((menu.to - menu.from_) / menu.step)
    # Rounding takes off the last-digit noise of the division, so that 0.3 is the 0.3 of a listed menu.
    return [float(f"{menu.from_ + (menu.to - menu.from_) * i / max(steps, 1):.12g}") for i in range(steps + 1)]
