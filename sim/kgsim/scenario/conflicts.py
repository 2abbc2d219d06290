"""Reads a conflict in graph form: rankings and moves as its author states them, or as options imply them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from kgsim.scenario.load import load
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.schema_errors import check_shape
from kgsim.scenario.schema_graph import ConflictFile, GraphEntry
from kgsim.scenario.shipped import located
from kgsim.scenario.source import Key, read_text, read_yaml

#: Options without listed states give at most 4,096 combinations.
MOST_OPTIONS = 12

_GRAPH = "graph"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StatedConflict:
    """A conflict as its file states it.

    Attributes
    ----------
    name, title, source
        The file's name, the title, and where the conflict is told.
    players
        Name to label.
    states
        State to what each player does in it, player by player.
    moves
        Player to what it can do alone: from state, to state.
    ranking
        Player to states from best to worst; states of one group are equally good.
    unknown
        Player to pairs of states of which it is not known which it prefers.
    status_quo
        Where things stand, if stated.
    """

    name: str
    title: str
    source: str
    players: Mapping[str, str]
    states: Mapping[str, tuple[str, ...]]
    moves: Mapping[str, Pairs]
    ranking: Mapping[str, tuple[tuple[str, ...], ...]]
    unknown: Mapping[str, Pairs]
    status_quo: str | None


def load_conflict(path: str | Path) -> Scenario | StatedConflict:
    """Read and check a file that holds a scenario, or a conflict in graph form; bare names as for `kgsim.load`.

    Raises
    ------
    ScenarioError
        With every problem found, each with file, line, key and remedy.
    """
    path = located(path)
    data = read_yaml(read_text(path), path).data
    return read_conflict(path) if isinstance(data, dict) and _GRAPH in data else load(path)


def read_conflict(path: str | Path) -> StatedConflict:
    """Read and check a conflict in graph form.

    Raises
    ------
    ScenarioError
        With every problem found, each with file, line, key and remedy.
    """
    path = Path(path)
    report = Report(read_yaml(read_text(path), path))
    file = check_shape(ConflictFile, report)
    report.raise_if_any()
    entry = file.graph
    options = _options(entry, report)
    report.raise_if_any()
    states = _states(entry, options, report)
    report.raise_if_any()
    moves = {player: _moves(player, entry, options, states, report) for player in entry.players}
    ranking = {player: _ranking(player, entry, options, states, report) for player in entry.players}
    unknown = {
        player: _pairs(("unknown", player), entry.unknown.get(player, ()), states, report) for player in entry.players
    }
    _check_players(entry, report)
    if not any(moves.values()):
        report.add((_GRAPH,), "nobody can move in this conflict", "Give some player `options`, or `moves`.")
    if entry.status_quo is not None:
        _known((_GRAPH, "status_quo"), entry.status_quo, states, report)
    report.raise_if_any()
    done = {state: _done(state, letters, options, entry) for state, letters in states.items()}
    return StatedConflict(
        path.stem, file.title, file.source, dict(entry.players), done, moves, ranking, unknown, entry.status_quo
    )


def _options(entry: GraphEntry, report: Report) -> dict[str, str]:
    """Every option in the order of the file, with the player whose it is."""
    owner: dict[str, str] = {}
    for player, own in entry.options.items():
        if player not in entry.players:
            hint = suggestion(player, entry.players, "player")
            report.add((_GRAPH, "options", player), f"there is no player named {player!r}", hint, at_key=True)
        for option in own:
            if option in owner:
                report.add(
                    (_GRAPH, "options", player), f"the option {option!r} stands twice", "Give each a name of its own."
                )
            owner[option] = player
    for place, option in enumerate(entry.irreversible):
        if option not in owner:
            report.add(
                (_GRAPH, "irreversible", place),
                f"there is no option named {option!r}",
                suggestion(option, owner, "option"),
            )
    return owner


def _states(entry: GraphEntry, options: Mapping[str, str], report: Report) -> dict[str, str]:
    """State to its letters, one for each option."""
    if entry.states and not options:
        return dict.fromkeys(entry.states, "")
    for section, patterns in (("states", entry.states), ("infeasible", dict(enumerate(entry.infeasible)))):
        for name, pattern in patterns.items():
            if len(pattern) != len(options) or set(pattern) - set("YN-"):
                report.add(
                    (_GRAPH, section, name),
                    f"expected {len(options)} letters Y, N or -, one for each option, found {pattern!r}",
                    f"The options are {', '.join(options)}.",
                )
    if entry.states:
        return dict(entry.states)
    if not options:
        report.add((_GRAPH, "states"), "there are no states", "List them, or say what each player can do in `options`.")
    elif len(options) > MOST_OPTIONS:
        report.add(
            (_GRAPH, "options"),
            f"{len(options)} options have more combinations than can be held against each other",
            f"List the `states` that can be, or leave out options until there are {MOST_OPTIONS}.",
        )
    if not report.sound(_GRAPH):
        return {}
    combinations = ("".join(letters) for letters in product("NY", repeat=len(options)))
    feasible = [own for own in combinations if not any(_fits(own, pattern) for pattern in entry.infeasible)]
    if len(feasible) < 2:
        report.add((_GRAPH, "infeasible"), f"{len(feasible)} states are left", "Leave some combinations feasible.")
    return {own: own for own in feasible}


def _fits(one: str, other: str) -> bool:
    return all(a == b or "-" in (a, b) for a, b in zip(one, other, strict=True))


def _moves(
    player: str, entry: GraphEntry, options: Mapping[str, str], states: Mapping[str, str], report: Report
) -> Pairs:
    if player not in entry.moves:
        fixed = set(entry.irreversible)
        return tuple(
            (here, there)
            for here, there in product(states, repeat=2)
            if here != there and _leads(player, states[here], states[there], options, fixed)
        )
    stated = entry.moves[player]
    ways = _pairs(("moves", player, "one_way"), stated.one_way, states, report)
    both = _pairs(("moves", player, "both_ways"), stated.both_ways, states, report)
    return (*ways, *both, *((there, here) for here, there in both))


def _leads(player: str, here: str, there: str, options: Mapping[str, str], irreversible: set[str]) -> bool:
    """Whether a player alone can turn one combination of options into another."""
    differing = [
        (option, a) for (option, a), b in zip(zip(options, here, strict=True), there, strict=True) if not _fits(a, b)
    ]
    return bool(differing) and all(
        options[option] == player and not (before == "Y" and option in irreversible) for option, before in differing
    )


def _pairs(key: Key, pairs: Sequence[Sequence[str]], states: Mapping[str, str], report: Report) -> Pairs:
    for place, pair in enumerate(pairs):
        for position, state in enumerate(pair):
            _known((_GRAPH, *key, place, position), state, states, report)
    return tuple((pair[0], pair[1]) for pair in pairs)


def _known(key: Key, state: str, states: Mapping[str, str], report: Report) -> None:
    if state not in states:
        report.add(key, f"there is no state named {state!r}", suggestion(state, states, "state"))


def _ranking(
    player: str, entry: GraphEntry, options: Mapping[str, str], states: Mapping[str, str], report: Report
) -> tuple[tuple[str, ...], ...]:
    if player in entry.priorities and player not in entry.preferences:
        return _by_priority(player, entry.priorities[player], options, states, report)
    key: Key = (_GRAPH, "preferences", player)
    if (player in entry.priorities) == (player in entry.preferences):
        report.add(key, f"expected either a ranking of the states for {player}, or its `priorities`", "State one.")
        return ()
    stated = entry.preferences[player]
    groups = [(place, [each] if isinstance(each, str) else each) for place, each in enumerate(stated)]
    seen: dict[str, int] = {}
    for place, group in groups:
        for state in group:
            _known((*key, place), state, states, report)
            if state in seen:
                report.add(
                    (*key, place),
                    f"the preferences of {player} run in a circle: {state!r} stands above and below other states",
                    "List each state once, from best to worst.",
                )
            seen[state] = place
    missing = [state for state in states if state not in seen]
    if missing:
        report.add(
            key, f"{player} does not rank {', '.join(missing[:5])}", "List every state once, from best to worst."
        )
    return tuple(tuple(group) for _, group in groups)


def _by_priority(
    player: str, wishes: Sequence[str], options: Mapping[str, str], states: Mapping[str, str], report: Report
) -> tuple[tuple[str, ...], ...]:
    """States by the wishes that they meet, the first wish outweighing all others."""
    met: dict[str, list[bool]] = {state: [] for state in states}
    for place, wish in enumerate(wishes):
        key: Key = (_GRAPH, "priorities", player, place)
        formula = report.formula(key, wish, {"option": options})
        if formula is None:
            continue
        for state, letters in states.items():
            done: dict[str, Any] = {name: letter == "Y" for name, letter in zip(options, letters, strict=True)}
            met[state].append(bool(formula.evaluate({name: float(value) for name, value in done.items()})))
    levels = sorted({tuple(each) for each in met.values()}, reverse=True)
    return tuple(tuple(state for state in states if tuple(met[state]) == level) for level in levels)


def _check_players(entry: GraphEntry, report: Report) -> None:
    sections: Iterator[tuple[str, str]] = (
        (section, player)
        for section in ("moves", "preferences", "priorities", "unknown")
        for player in getattr(entry, section)
    )
    for section, player in sections:
        if player not in entry.players:
            hint = suggestion(player, entry.players, "player")
            report.add((_GRAPH, section, player), f"there is no player named {player!r}", hint, at_key=True)


def _done(state: str, letters: str, options: Mapping[str, str], entry: GraphEntry) -> tuple[str, ...]:
    """What each player does in a state; without options, the state's label."""
    if not options:
        return (entry.states[state],)
    labels = {option: label for own in entry.options.values() if isinstance(own, dict) for option, label in own.items()}
    chosen = {option for option, letter in zip(options, letters, strict=True) if letter == "Y"}
    return tuple(
        ", ".join(labels.get(option, option) for option in entry.options.get(player, ()) if option in chosen)
        for player in entry.players
    )
