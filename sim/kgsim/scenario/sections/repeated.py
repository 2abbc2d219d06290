"""Repeated play: strategies as automata, and the games in which they meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.expressions import Expression, constant
from kgsim.scenario.model import Decision, Structure
from kgsim.scenario.names import fault_of_name, suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.rounds import BUILT_IN, RepeatedGame, Strategy, StrategyState, Transition
from kgsim.scenario.schema import ScenarioFile
from kgsim.scenario.schema_rounds import RepeatedEntry, StrategyEntry, StrategyStateEntry
from kgsim.scenario.sections.conditions import check_moves
from kgsim.scenario.source import Key
from kgsim.tolerances import SUM_TO_ONE

Base = Mapping[str, float]

#: Profiles of moves of a stage that is played again and again, at most.
MOST_PROFILES = 4096


def read_strategies(file: ScenarioFile, base: Base, declared: Declared, report: Report) -> dict[str, Strategy]:
    """Check every automaton by itself: known moves and states, probabilities, no state that nothing leads to."""
    strategies = {}
    for name, entry in file.strategies.items():
        key: Key = ("strategies", name)
        _check_name(key, name, report)
        if name in BUILT_IN:
            report.add(key, f"{name!r} is a strategy that kgsim knows already", "Rename yours.", at_key=True)
        fault = declared.unknown_decision(entry.player)
        if fault is not None:
            report.add((*key, "player"), *fault)
            continue
        if not entry.states:
            report.add((*key, "states"), "the automaton has no states", "Say what is played in each state.")
        if entry.start not in entry.states:
            hint = suggestion(entry.start, entry.states, "state")
            report.add((*key, "start"), f"there is no state named {entry.start!r}", hint)
        states = {
            state: _state((*key, "states", state), entry, state, base, declared, report) for state in entry.states
        }
        _check_reached(key, entry, report)
        strategies[name] = Strategy(name, entry.label or name, entry.player, entry.start, states)
    return strategies


def _state(key: Key, entry: StrategyEntry, name: str, base: Base, declared: Declared, report: Report) -> StrategyState:
    written = entry.states[name]
    _check_name(key, name, report)
    shares: Mapping[str, str | float] = {written.play: 1.0} if isinstance(written.play, str) else written.play
    play = {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    for move, share in shares.items():
        at = (*key, "play") if isinstance(written.play, str) else (*key, "play", move)
        check_moves(at, entry.player, move, declared, report)
        formula = report.formula(at, share, known, refused=declared.elsewhere(terms_allowed=False))
        if formula is not None:
            play[move] = formula
    _check_shares((*key, "play"), play, base, report)
    rules = {written.next: "otherwise"} if isinstance(written.next, str) else written.next
    return StrategyState(name, play, tuple(_transitions(key, entry, written, rules, declared, report)))


def _check_shares(key: Key, play: Mapping[str, Expression], base: Base, report: Report) -> None:
    if not play or not all(formula.names <= base.keys() for formula in play.values()):
        return
    shares = {move: formula.number(base) for move, formula in play.items()}
    if not all(0.0 <= share <= 1.0 for share in shares.values()) or abs(sum(shares.values()) - 1.0) > SUM_TO_ONE:
        told = ", ".join(f"{move} {share:g}" for move, share in shares.items())
        report.add(key, f"these are no probabilities at the base values: {told}", "Let them add up to 1.")


def _transitions(
    key: Key, entry: StrategyEntry, written: StrategyStateEntry, rules: Mapping[str, object], declared: Declared,
    report: Report,
) -> Iterator[Transition]:  # fmt: skip
    for to, rule in rules.items():
        at = (*key, "next") if isinstance(written.next, str) else (*key, "next", to)
        if to not in entry.states:
            report.add(at, f"there is no state named {to!r}", suggestion(to, entry.states, "state"), at_key=len(at) > 5)
        if rule == "otherwise":
            yield Transition(to, {})
            continue
        for index, when in enumerate(rule if isinstance(rule, list) else [rule]):
            place = (*at, index) if isinstance(rule, list) else at
            if not when:
                report.add(place, "the rule names no moves", "Name a decision and its move, or write `otherwise`.")
            admitted = {}
            for decision, moves in when.items():
                fault = declared.unknown_decision(decision)
                if fault is not None:
                    report.add((*place, decision), *fault, at_key=True)
                else:
                    admitted[decision] = check_moves((*place, decision), decision, moves, declared, report)
            yield Transition(to, admitted)


def _check_reached(key: Key, entry: StrategyEntry, report: Report) -> None:
    reached, pending = set(), [entry.start]
    while pending:
        state = pending.pop()
        if state in entry.states and state not in reached:
            reached.add(state)
            following = entry.states[state].next
            pending += [following] if isinstance(following, str) else list(following)
    for state in entry.states:
        if reached and state not in reached:
            report.add(
                (*key, "states", state), f"no rule leads to the state {state!r}", "Lead there, or delete it.",
                at_key=True,
            )  # fmt: skip


def read_repeated(
    file: ScenarioFile,
    strategies: Mapping[str, Strategy],
    decisions: Mapping[str, Decision],
    structures: Mapping[str, Structure],
    base: Base,
    declared: Declared,
    report: Report,
) -> dict[str, RepeatedGame]:
    """Check every repeated game: its stage, its numbers, and that each profile knows what follows every round."""
    games = {}
    for name, entry in file.repeated.items():
        key: Key = ("repeated", name)
        _check_name(key, name, report)
        stage = structures.get(entry.stage)
        if stage is None:
            if entry.stage not in declared.structures:
                hint = suggestion(entry.stage, declared.structures, "structure")
                report.add((*key, "stage"), f"there is no structure named {entry.stage!r}", hint)
            continue
        moves = _moves((*key, "stage"), stage, decisions, report)
        if moves is None:
            continue
        numbers = {field: _number((*key, field), getattr(entry, field), base, declared, report) for field in _LIMITS}
        profiles = _profiles(key, entry, moves, declared, strategies, report)
        for profile, who in profiles.items():
            for decision, strategy in who.items():
                if strategy in strategies:
                    at = (*key, "profiles", profile)
                    _check_complete(at, decision, strategies[strategy], moves, report)
        if numbers["discount"] is None or (entry.noise is not None and numbers["noise"] is None):
            continue
        games[name] = RepeatedGame(
            name=name,
            label=entry.label or name,
            stage=entry.stage,
            discount=numbers["discount"],
            noise=numbers["noise"] or constant(0.0),
            cooperate=_side(key, "cooperate", entry.cooperate, moves, report),
            defect=_side(key, "defect", entry.defect, moves, report),
            generosity=numbers["generosity"],
            profiles=profiles,
        )
    return games


_LIMITS = {"discount": (0.0, 1.0, False), "noise": (0.0, 1.0, True), "generosity": (0.0, 1.0, True)}


def _number(key: Key, value: str | float | None, base: Base, declared: Declared, report: Report) -> Expression | None:
    """A formula over parameters whose value at the base point lies within the limits of its field."""
    if value is None:
        return None
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    formula = report.formula(key, value, known, refused=declared.elsewhere(terms_allowed=False))
    if formula is None or not formula.names <= base.keys():
        return formula
    fault = fault_at(formula, base)
    if fault is not None:
        report.add(key, f"at the base values, {fault}", REMEDY)
        return None
    low, high, closed = _LIMITS[str(key[-1])]
    found = formula.number(base)
    if not (low <= found < high or (closed and found == high)):
        report.add(
            key, f"the {key[-1]} is {found:g} at the base values",
            f"It must be {low:g} or more and {'at most' if closed else 'below'} {high:g}.",
        )  # fmt: skip
    return formula


def _moves(
    key: Key, stage: Structure, decisions: Mapping[str, Decision], report: Report
) -> dict[str, tuple[str, ...]] | None:
    """Every decision's moves in the stage game, or None if the stage cannot be repeated."""
    if len(stage.play) != 1 or any(len(mover) > 1 for mover in stage.play[0]):
        report.add(
            key, f"in structure {stage.name!r} not all choose at once and for themselves",
            "Automata answer what was done in earlier rounds; name a structure of one stage, such as `play: [[A, B]]`.",
        )  # fmt: skip
        return None
    owners = [decisions[mover[0]].player for mover in stage.play[0] if mover[0] in decisions]
    if len(set(owners)) < len(owners):
        report.add(key, f"in structure {stage.name!r} one player decides twice", "Give every player one decision.")
        return None
    found: dict[str, tuple[str, ...]] = {}
    for name in (mover[0] for mover in stage.play[0]):
        if name not in decisions:
            return None
        actions = [a.move for a in decisions[name].actions if name not in stage.only or a.move in stage.only[name]]
        for move in dict.fromkeys(actions):
            if actions.count(move) > 1:
                report.add(
                    key, f"the move {move!r} of {name} has a menu of {actions.count(move)} combinations",
                    "A move that automata play needs a single one; declare a move for each.",
                )  # fmt: skip
                return None
        found[name] = tuple(actions)
    if prod(map(len, found.values())) > MOST_PROFILES:
        report.add(key, f"the stage has more than {MOST_PROFILES} profiles of moves", "Restrict moves with `only`.")
        return None
    return found


def _side(
    key: Key, field: str, stated: Mapping[str, str] | None, moves: Mapping[str, tuple[str, ...]], report: Report
) -> dict[str, str]:
    chosen = {}
    for decision, move in (stated or {}).items():
        at = (*key, field, decision)
        if decision not in moves:
            hint = suggestion(decision, moves, "decision")
            report.add(at, f"{decision!r} does not move in this stage", hint, at_key=True)
        elif move not in moves[decision]:
            report.add(at, f"{decision} cannot play {move!r} here", suggestion(move, moves[decision], "move"))
        else:
            chosen[decision] = move
    return chosen


def _profiles(
    key: Key,
    entry: RepeatedEntry,
    moves: Mapping[str, tuple[str, ...]],
    declared: Declared,
    strategies: Mapping[str, Strategy],
    report: Report,
) -> dict[str, dict[str, str]]:
    if not entry.profiles:
        report.add((*key, "profiles"), "no profile of strategies is named", "Add one, such as `grim: grim`.")
    profiles = {}
    for name, who in entry.profiles.items():
        at: Key = (*key, "profiles", name)
        _check_name(at, name, report)
        stated = dict.fromkeys(moves, who) if isinstance(who, str) else who
        for decision, strategy in stated.items():
            place = at if isinstance(who, str) else (*at, decision)
            if decision not in moves:
                hint = suggestion(decision, moves, "decision")
                report.add(place, f"{decision!r} does not move in this stage", hint, at_key=True)
            elif strategy in strategies:
                owner = strategies[strategy].decision
                if owner != decision:
                    report.add(place, f"the strategy {strategy!r} is one for {owner}, not for {decision}",
                               "Write one for each of them.")  # fmt: skip
            elif strategy in BUILT_IN:
                _check_built_in(place, strategy, entry, moves, report)
            elif strategy not in declared.strategies:
                hint = suggestion(strategy, [*strategies, *BUILT_IN], "strategy")
                report.add(place, f"there is no strategy named {strategy!r}", hint)
        for decision in moves:
            if decision not in stated:
                report.add(at, f"the profile gives {decision} no strategy", f"Add `{decision}: ...`.", at_key=True)
        profiles[name] = {decision: stated[decision] for decision in moves if decision in stated}
    return profiles


def _check_built_in(
    key: Key, strategy: str, entry: RepeatedEntry, moves: Mapping[str, tuple[str, ...]], report: Report
) -> None:
    for field in ("cooperate", "defect"):
        missing = [decision for decision in moves if decision not in (getattr(entry, field) or {})]
        if missing:
            report.add(
                (*key[:2], field),
                f"the strategy {strategy!r} has to know which moves {field}; none is named for {', '.join(missing)}",
                f"Add `{field}: {{{missing[0]}: {moves[missing[0]][0]}, ...}}`.",
            )
    if strategy == "generous" and entry.generosity is None:
        report.add(key, "the strategy 'generous' has to know how often it forgives", "Add `generosity: ...`.")


def _check_complete(
    key: Key, decision: str, strategy: Strategy, moves: Mapping[str, tuple[str, ...]], report: Report
) -> None:
    """Report states that do not say what follows some profile of moves, and moves that the stage does not allow."""
    for state in strategy.states.values():
        at: Key = ("strategies", strategy.name, "states", state.name)
        for move in state.play:
            if move not in moves[decision]:
                report.add(
                    (*at, "play"), f"{decision} cannot play {move!r} in the game {key[1]!r}",
                    suggestion(move, moves[decision], "move"),
                )  # fmt: skip
        for profile in product(*moves.values()):
            done = dict(zip(moves, profile, strict=True))
            if not any(
                all(done.get(other) in admitted for other, admitted in rule.when.items()) for rule in state.next
            ):
                told = ", ".join(f"{other}: {move}" for other, move in done.items())
                report.add(
                    (*at, "next"), f"state {state.name!r} does not say what follows when ({told}) is played",
                    "Add a rule, or end with `STATE: otherwise`.",
                )  # fmt: skip
                break


def _check_name(key: Key, name: str, report: Report) -> None:
    fault = fault_of_name(name)
    if fault is not None:
        report.add(key, f"{name!r} cannot be a name: {fault}", "Rename it.", at_key=True)
