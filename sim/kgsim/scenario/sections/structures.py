"""Structures of play: stages of movers, restrictions, and the rules of blocs."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.expressions import Expression
from kgsim.scenario.model import Action, Bloc, Condition, Decision, Structure
from kgsim.scenario.names import suggestion
from kgsim.scenario.observed import simplified
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import RULE_NEEDS, BlocEntry, ScenarioFile, StageEntry, StructureEntry
from kgsim.scenario.sections.conditions import check_moves, check_order, read_condition
from kgsim.scenario.source import Key
from kgsim.wording import listed

Mover = tuple[str, ...]
Stages = tuple[tuple[Mover, ...], ...]


def read_structures(
    file: ScenarioFile, decisions: dict[str, Decision], base: Mapping[str, float], declared: Declared, report: Report
) -> dict[str, Structure]:
    """Check every structure; `base` holds the values of parameters and quantities at the base point."""
    if not declared.structures and report.sound("structures"):
        report.add(("structures",), "there are no structures", ("Say who moves when: `parallel: {play: [[US, ROK]]}`."))
    structures = {}
    for name, entry in file.structures.items():
        key: Key = ("structures", name)
        play, where = _stages(key, entry, declared, report)
        conditions = _conditions(entry, where, declared, report)
        only = _only(key, entry, declared, report)
        fixed = _fixed(key, entry, decisions, declared, report)
        _check_coverage(key, entry, play, declared, report)
        blocs = _blocs(key, entry, play, base, declared, report)
        seen_by = _seen_by(key, play, where, declared, report)
        written = Structure(
            name,
            entry.label or name,
            play,
            blocs,
            only,
            fixed,
            conditions,
            seen_by,
            entry.ties == "nearby",
            entry.strategies == "pure",
        )
        check_order(written, decisions, where, report)
        if written.pure and len(written.offering(0, decisions)) < 2:
            report.add(
                (*key, "strategies"),
                "pure strategies can be asked for where several movers of the first stage offer from intervals, and "
                "here fewer do",
                "Delete it: mixtures are found here as well.",
                at_key=True,
            )
        known = all(member in decisions for stage in play for mover in stage for member in mover)
        structures[name] = simplified(written, decisions) if seen_by and known else written
    _check_circles(structures, report)
    return structures


def _stages(
    key: Key, entry: StructureEntry, declared: Declared, report: Report
) -> tuple[Stages, dict[str, tuple[Key, StageEntry]]]:
    """The stages in order, chance by itself; and where the stage of each decision is written, if it is an entry."""
    if not entry.play:
        report.add((*key, "play"), "nobody moves", "List the stages, such as [[US, ROK], [DPRK]].")
    stages: list[tuple[Mover, ...]] = []
    where: dict[str, tuple[Key, StageEntry]] = {}
    for index, stage in enumerate(entry.play):
        place: Key = (*key, "play", index)
        written = stage.who if isinstance(stage, StageEntry) else stage
        movers = [written] if isinstance(written, str) else written
        if not movers:
            report.add(place, "nobody moves at this stage", "Name a mover, or delete the stage.")
        split = []
        for position, mover in enumerate(movers):
            at = (*place, "who") if isinstance(stage, StageEntry) else place
            at = at if isinstance(written, str) else (*at, position)
            members = tuple(part.strip() for part in mover.split("+"))
            for member in members:
                fault = declared.unknown_decision(member)
                if fault is not None:
                    report.add(at, *fault)
                if member in declared.chance and len(members) > 1:
                    report.add(at, f"{member} is a chance event, which no bloc decides", "Give it a stage of its own.")
            owners = [declared.owners.get(member, member) for member in members]
            if len(set(owners)) < len(owners) and len(set(members)) == len(members):
                report.add(at, f"the bloc {mover!r} holds two decisions of one player", "A bloc joins players.")
            split.append(members)
            if isinstance(stage, StageEntry):
                where |= dict.fromkeys(members, ((*place, "if"), stage))
        # What is drawn while others move is as good as drawn after them: they do not see it.
        stages += [tuple(mover for mover in split if mover[0] not in declared.chance)]
        stages += [(mover,) for mover in split if mover[0] in declared.chance]
    return tuple(filter(None, stages)), where


def _conditions(
    entry: StructureEntry, where: Mapping[str, tuple[Key, StageEntry]], declared: Declared, report: Report
) -> dict[str, Condition]:
    """What must have been done before a decision is made, where its stage says so."""
    return {
        decision: read_condition(key, stage.if_, declared, report)
        for decision, (key, stage) in where.items()
        if stage.if_ is not None
    }


def _check_coverage(key: Key, entry: StructureEntry, play: Stages, declared: Declared, report: Report) -> None:
    """Every decision is played exactly once, or fixed."""
    played = [member for stage in play for mover in stage for member in mover]
    for name in sorted({member for member in played if played.count(member) > 1}):
        report.add(
            (*key, "play"),
            f"{name!r} moves more than once",
            f"Let it move once; for a second move declare a decision: `decisions: {{{name}_later: {name}}}`.",
        )
    for name in declared.decisions:
        if name in entry.fixed and name in played:
            report.add((*key, "fixed", name), f"{name!r} is fixed here, and it also moves", "Delete one.", at_key=True)
        if name not in entry.fixed and name not in played:
            report.add(
                (*key, "play"),
                f"{name!r} neither moves nor is fixed",
                f"Add it to a stage, or write `fixed: {{{name}: MOVE}}`.",
            )


def _seen_by(
    key: Key, play: Stages, where: Mapping[str, tuple[Key, StageEntry]], declared: Declared, report: Report
) -> dict[str, frozenset[str]]:
    """Who sees a decision, where its stage says so."""
    found = {}
    for decision, (condition, stage) in where.items():
        if stage.seen_by is None:
            continue
        place: Key = (*condition[:-1], "seen by")
        for index, player in enumerate(stage.seen_by):
            if player not in declared.players:
                hint = suggestion(player, declared.players, "player")
                report.add((*place, index), f"there is no player named {player!r}", hint)
        found[decision] = frozenset(stage.seen_by)
        if any(len(mover) > 1 for each in play for mover in each):
            report.add(
                place,
                "a bloc's members would have to know the same, so a structure with blocs hides no moves",
                "Delete `seen by`, or let the members move one by one.",
                at_key=True,
            )
    return found


def _only(key: Key, entry: StructureEntry, declared: Declared, report: Report) -> dict[str, frozenset[str]]:
    only = {}
    for decision, moves in entry.only.items():
        place = (*key, "only", decision)
        if not _known(place, decision, declared, report):
            continue
        if decision in declared.chance:
            remedy = f"Fix what happens with `fixed`, or change its probabilities under `chance.{decision}`."
            report.add(place, f"{decision} is a chance event, and cannot be restricted", remedy, at_key=True)
        if decision in entry.fixed:
            report.add(
                place, f"{decision!r} is fixed here, so its moves cannot be restricted", "Delete one.", at_key=True
            )
        only[decision] = check_moves(place, decision, moves, declared, report)
    return only


def _known(key: Key, decision: str, declared: Declared, report: Report) -> bool:
    fault = declared.unknown_decision(decision)
    if fault is not None:
        report.add(key, *fault, at_key=True)
    return decision in declared.decisions


def _fixed(
    key: Key, entry: StructureEntry, decisions: dict[str, Decision], declared: Declared, report: Report
) -> dict[str, Action]:
    fixed = {}
    for decision, move in entry.fixed.items():
        place = (*key, "fixed", decision)
        if not _known(place, decision, declared, report) or decision not in decisions:
            continue
        check_moves(place, decision, move, declared, report)
        actions = [action for action in decisions[decision].actions if action.move == move]
        if len(actions) > 1:
            report.add(
                place,
                f"the move {move!r} has a menu of {len(actions)} combinations, so it does not fix what {decision} does",
                "Fix a move without a menu, or let the decision be played with `only`.",
            )
        elif actions:
            fixed[decision] = actions[0]
    return fixed


def _blocs(
    key: Key,
    entry: StructureEntry,
    play: Stages,
    base: Mapping[str, float],
    declared: Declared,
    report: Report,
) -> dict[Mover, Bloc]:
    in_play = {frozenset(mover): mover for stage in play for mover in stage if len(mover) > 1}
    blocs = {}
    for name, rule in entry.blocs.items():
        place = (*key, "blocs", name)
        mover = in_play.pop(frozenset(part.strip() for part in name.split("+")), None)
        if mover is None:
            known = ["+".join(found) for found in in_play.values()]
            report.add(place, f"no bloc {name!r} moves in `play`", suggestion(name, known, "bloc"), at_key=True)
            continue
        players = tuple(declared.owners.get(member, member) for member in mover)
        weights = _weights(place, rule, players, base, declared, report)
        disagreement = _disagreement(place, rule, players, base, declared, report, own=str(key[1]))
        blocs[mover] = Bloc(name, mover, rule.rule, weights, disagreement)
    misread = report.source.data["structures"][key[1]].get("blocs") or {}
    for mover in in_play.values():
        name = "+".join(mover)
        owners = [declared.owners.get(member, member) for member in mover]
        if any(member in declared.chance for member in mover):
            continue
        if name not in misread and len(set(owners)) == len(owners):
            report.add(
                (*key, "blocs"),
                f"the bloc {name} has no rule",
                f"Add `blocs: {{{name}: {{rule: nash, disagreement: ...}}}}`; the rules are {listed(RULE_NEEDS)}.",
            )
    return blocs


def _weights(
    key: Key, entry: BlocEntry, players: Mover, base: Mapping[str, float], declared: Declared, report: Report
) -> dict[str, Expression]:
    """What the rule weighs the members by: their weights, or their bargaining power."""
    needs, found = RULE_NEEDS[entry.rule], {}
    for name, what in {"weights": "weight", "power": "bargaining power"}.items():
        stated, place = getattr(entry, name), (*key, name)
        if stated is None:
            if needs.get(name):
                example = ", ".join(f"{player}: 1" for player in players)
                why = ": it compares points of different members" if "disagreement" in needs else ""
                report.add(place, f"the rule {entry.rule!r} needs {name}{why}", f"Add `{name}: {{{example}}}`.")
        elif name not in needs:
            report.add(place, f"the rule {entry.rule!r} has no {name}", "Delete them.", at_key=True)
        else:
            found = _member_formulas(place, stated, players, base, declared, report)
            for player, formula in found.items():
                if formula.names <= base.keys() and not formula.number(base) > 0:
                    report.add(
                        (*place, player),
                        f"the {what} of {player} at the base values is {formula.number(base):g}",
                        f"{'Weights' if name == 'weights' else 'It'} must be above 0.",
                    )
    return found


def _disagreement(
    key: Key,
    entry: BlocEntry,
    players: Mover,
    base: Mapping[str, float],
    declared: Declared,
    report: Report,
    *,
    own: str,
) -> str | dict[str, Expression] | None:
    key = (*key, "disagreement")
    stated = entry.disagreement
    needs = RULE_NEEDS[entry.rule]
    if stated is None:
        if needs.get("disagreement"):
            report.add(
                key,
                f"the rule {entry.rule!r} needs a disagreement point",
                "Add `disagreement:` with a structure, or with an expression for each member.",
            )
        return None
    if "disagreement" not in needs:
        report.add(key, f"the rule {entry.rule!r} has no disagreement point", "Delete it.", at_key=True)
        return None
    if isinstance(stated, dict):
        return _member_formulas(key, stated, players, base, declared, report)
    if stated == own:
        report.add(key, "the disagreement point is the structure itself", "Name another structure.")
    elif stated not in declared.structures:
        hint = suggestion(stated, declared.structures, "structure")
        report.add(key, f"there is no structure named {stated!r}", hint)
    return stated


def _member_formulas(
    key: Key,
    stated: Mapping[str, str | float],
    players: Mover,
    base: Mapping[str, float],
    declared: Declared,
    report: Report,
) -> dict[str, Expression]:
    """One formula over parameters and quantities for every member player, no more and no fewer."""
    formulas = {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    for player, value in stated.items():
        if player not in players:
            hint = suggestion(player, players, "member")
            report.add((*key, player), f"{player!r} is not a player of this bloc", hint, at_key=True)
            continue
        refused = declared.elsewhere(terms_allowed=False)
        formula = report.formula((*key, player), value, known, refused=refused)
        if formula is None:
            continue
        fault = fault_at(formula, base) if formula.names <= base.keys() else None
        if fault is not None:
            report.add((*key, player), f"at the base values, {fault}", REMEDY)
        formulas[player] = formula
    for player in players:
        if player not in stated:
            report.add((*key, player), f"the member {player} is missing", f"Add `{player}: ...`.")
    return formulas


def _check_circles(structures: Mapping[str, Structure], report: Report) -> None:
    """A disagreement point may be another structure's value, but not in a circle."""
    points = {
        name: [bloc.disagreement for bloc in structure.blocs.values() if isinstance(bloc.disagreement, str)]
        for name, structure in structures.items()
    }
    reported: set[str] = set()
    for start in points:
        path = _circle(points, (start,))
        if path is not None and reported.isdisjoint(path):
            reported.update(path)
            report.add(
                ("structures", start, "blocs"),
                f"the disagreement points run in a circle: {' -> '.join(path)}",
                "Let one of them be stated as an expression for each member.",
                at_key=True,
            )


def _circle(points: Mapping[str, list[str]], path: tuple[str, ...]) -> tuple[str, ...] | None:
    for following in points.get(path[-1], ()):
        if following == path[0] and len(path) > 1:
            return (*path, following)
        if following not in path:
            found = _circle(points, (*path, following))
            if found is not None:
                return found
    return None
