"""The equilibria of a game read from a file, as blocks and as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np

from kgsim.games.extensive import ExtensiveGame
from kgsim.games.gambit import StrategicGame
from kgsim.report.content import Block, Bullets, Column, Heading, Paragraph, Table, cells
from kgsim.report.provenance import versions
from kgsim.solvers.extensive.logit_path import LogitLimit
from kgsim.solvers.extensive.tree import EquilibriumSet, TreeEquilibrium, TreeSolution
from kgsim.solvers.strategic.nash import NashSet
from kgsim.wording import NOISE, counted, listed, number, rounded, sentence

Json = dict[str, Any]

#: Information sets told for one equilibrium, those that it reaches before others.
MOST_SETS = 12

#: Equilibria listed before the rest is left to the JSON document.
MOST_LISTED = 20


def of_strategic(game: StrategicGame, found: NashSet) -> list[Block]:
    """Return the report on a strategic game."""
    size = " x ".join(str(len(own)) for own in game.strategies)
    blocks: list[Block] = [Heading(game.title or "A game in strategic form", 1)]
    blocks.append(Paragraph(f"{listed(game.players)}; {size} strategies."))
    rows = tuple(
        cells(
            str(index + 1),
            *(_mixture(own, names) for own, names in zip(profile, game.strategies, strict=True)),
            *map(number, payoffs),
        )
        for index, (profile, payoffs) in enumerate(zip(found.equilibria, found.expected_payoffs, strict=True))
    )
    columns = (
        Column("no.", "right"),
        *map(Column, game.players),
        *(Column(f"worth to {p}", "right") for p in game.players),
    )
    blocks += [Heading("Nash equilibria"), Table(columns, rows[:MOST_LISTED], _more(len(rows)))]
    blocks += _continua(found.components, found.spanned)
    blocks.append(_grounds(found.complete, f"{found.reason} Method: {found.method}."))
    blocks.append(Paragraph(f"Largest gain from deviating: {_small(found.max_regret)}."))
    return blocks


def of_nash(found: NashSet) -> list[Block]:
    """Return the report on the equilibria of a game whose players and strategies have no names."""
    players = [f"player {player}" for player in range(len(found.payoffs))]
    names = tuple(tuple(map(str, range(count))) for count in found.payoffs.shape[1:])
    return of_strategic(StrategicGame("", tuple(players), names, found.payoffs), found)


def of_tree(solution: TreeSolution) -> list[Block]:
    """Return the report on a tree: subgame-perfect equilibria, the selection, and all Nash equilibria."""
    game = solution.game
    kind = "perfect" if game.perfect_information else "imperfect"
    blocks: list[Block] = [Heading(game.title or "A game in extensive form", 1)]
    parts = [
        counted(len(game.nodes), "node"),
        counted(len(game.information), "information set"),
        counted(len(game.subgames), "subgame"),
    ]
    blocks.append(Paragraph(f"{listed(game.players)}; {listed(parts)}; {kind} information, perfect recall."))
    blocks.append(Heading("Subgame-perfect equilibria"))
    blocks += _set_told(game, solution.subgame_perfect)
    blocks.append(Heading("Sequential equilibrium selected by the logit path"))
    blocks += _limit_told(game, solution.sequential)
    blocks.append(Heading("Nash equilibria"))
    if solution.nash is None:
        blocks.append(Paragraph("Not listed: the strategic form is too large to write out.", "unsure"))
    else:
        blocks += _set_told(game, solution.nash)
        blocks += _assessments_told(game, solution.nash)
    return blocks


def document_of_strategic(game: StrategicGame, found: NashSet) -> Json:
    """Return a solved strategic game as plain data."""
    return {
        "schema_version": 1,
        "versions": versions(),
        "title": game.title,
        "form": "strategic",
        "players": list(game.players),
        "strategies": [list(own) for own in game.strategies],
        "nash": {
            "equilibria": [
                {"strategies": [_floats(own) for own in profile], "payoffs": _floats(payoffs)}
                for profile, payoffs in zip(found.equilibria, found.expected_payoffs, strict=True)
            ],
            "continua": [list(group) for group in found.components],
            "complete": found.complete,
            "reason": found.reason,
            "method": found.method,
            "residual": rounded(found.max_regret, 2),
        },
    }


def document_of_tree(solution: TreeSolution) -> Json:
    """Return a solved tree as plain data; behaviour is keyed by the information sets' places in `information`."""
    game, limit = solution.game, solution.sequential
    return {
        "schema_version": 1,
        "versions": versions(),
        "title": game.title,
        "form": "extensive",
        "players": list(game.players),
        "information": [
            {"name": game.name_of(i), "player": game.players[each.player], "actions": list(each.actions)}
            for i, each in enumerate(game.information)
        ],
        "subgame_perfect": _set_data(solution.subgame_perfect),
        "nash": None if solution.nash is None else _set_data(solution.nash),
        "logit_path": None
        if limit is None
        else {
            "precision": rounded(limit.precision, 4),
            "arrived": limit.arrived,
            "behaviour": [_floats(limit.behaviour[i]) for i in range(len(game.information))],
            "beliefs": [_floats(limit.beliefs[i]) for i in range(len(game.information))],
            "payoffs": _floats(limit.payoffs),
            "residual": rounded(float(limit.residual.max()), 2),
        },
    }


def _set_data(found: EquilibriumSet) -> Json:
    return {
        "equilibria": [
            {
                "behaviour": [None if part is None else _floats(part) for _, part in sorted(each.behaviour.items())],
                "payoffs": _floats(each.payoffs),
                "residual": rounded(each.residual, 2),
                **_assessment_data(each),
            }
            for each in found.equilibria
        ],
        "continua": [list(group) for group in found.components],
        "complete": found.complete,
        "reason": found.reason,
    }


def _assessment_data(each: TreeEquilibrium) -> Json:
    if each.assessment is None:
        return {}
    beliefs = [_floats(beliefs) for _, beliefs in sorted(each.assessment.beliefs.items())]
    return {"sequential": {"verdict": each.assessment.verdict, "reason": each.assessment.reason, "beliefs": beliefs}}


def _set_told(game: ExtensiveGame, found: EquilibriumSet) -> list[Block]:
    columns = (
        Column("no.", "right"),
        *(Column(player, "right") for player in game.players),
        Column("ends in"),
        Column("gain from deviating", "right"),
    )
    groups = _alike(game, found)
    shown = [(i + 1, found.equilibria[i], others) for i, *others in groups[:MOST_LISTED]]
    judged = any(each.assessment for each in found.equilibria)
    if judged:
        columns = (*columns, Column("part of a sequential equilibrium"))
    rows = tuple(
        cells(str(i), *map(number, each.payoffs), _ends(game, each), _small(each.residual), *[_verdict(each)][:judged])
        for i, each, _ in shown
    )
    blocks: list[Block] = [Table(columns, rows, _more(len(groups)))]
    told = tuple(f"No. {i}: {_behaviour(game, each)}{_others(others)}." for i, each, others in shown)
    return [*blocks, Bullets(told), *_continua(found.components, found.spanned), _grounds(found.complete, found.reason)]


def _alike(game: ExtensiveGame, found: EquilibriumSet) -> list[list[int]]:
    """Places of equilibria with the same verdict that lead to the same ends; ends of one name and payoffs are one."""
    groups: dict[object, list[int]] = {}
    for place, each in enumerate(found.equilibria):
        lottery: dict[object, float] = {}
        for end, share in each.ends.items():
            node = game.nodes[end]
            what = (node.label or end, node.payoffs)
            lottery[what] = lottery.get(what, 0.0) + share
        shares = frozenset((what, round(share, 9)) for what, share in lottery.items() if share > NOISE)
        groups.setdefault((shares, _verdict(each)), []).append(place)
    return list(groups.values())


def _others(places: list[int]) -> str:
    if not places:
        return ""
    numbers = listed(str(place + 1) for place in places) if len(places) < MOST_SETS else f"{len(places)} more"
    return f"; {numbers} {'leads' if len(places) == 1 else 'lead'} to the same"


#: Verdict of an assessment as a cell.
_VERDICTS = {"sequential": "yes", "not sequential": "no", "undecided": "undecided"}


def _verdict(each: TreeEquilibrium) -> str:
    return _VERDICTS[each.assessment.verdict] if each.assessment else "not judged"


def _assessments_told(game: ExtensiveGame, found: EquilibriumSet) -> list[Block]:
    """Why Nash equilibria are part of no sequential equilibrium, and what is believed off the path where they are."""
    lines = []
    for place, *_ in _alike(game, found)[:MOST_LISTED]:
        i, each = place + 1, found.equilibria[place]
        if each.assessment is None:
            continue
        if each.assessment.verdict != "sequential":
            lines.append(f"No. {i} ({_VERDICTS[each.assessment.verdict]}): {each.assessment.reason}.")
            continue
        reached = _reached(game, each)
        said = [
            f"{game.players[game.information[h].player]} at {game.name_of(h)} believes {_believed(game, h, beliefs)}"
            for h, beliefs in each.assessment.beliefs.items()
            if h not in reached and len(beliefs) > 1
        ]
        if said:
            lines.append(f"No. {i} (yes): for instance if {listed(said)}.")
    told = (
        "A sequential equilibrium adds beliefs, limits of Bayes' rule as errors vanish, under which every choice is "
        "best where it is made, off the path too. Ends of continua are judged, not what lies between them."
    )
    if not any(each.assessment for each in found.equilibria):
        return []
    return [Heading("Which of them are part of a sequential equilibrium"), Paragraph(told), Bullets(tuple(lines))]


def _limit_told(game: ExtensiveGame, limit: LogitLimit | None) -> list[Block]:
    if limit is None:
        return [Paragraph("Not followed: the game has too many actions.", "unsure")]
    worth = ", ".join(f"{p} {number(v)}" for p, v in zip(game.players, _snapped(limit.payoffs), strict=True))
    lines = []
    for i, each in enumerate(game.information):
        line = f"{game.players[each.player]} at {game.name_of(i)}: {_mixture(limit.behaviour[i], each.actions)}"
        if len(game.members[i]) > 1:
            line += f"; believes {_believed(game, i, limit.beliefs[i])}"
        lines.append(f"{line}.")
    told = (
        "One equilibrium, selected and perhaps not the only one: where quantal responses lead as precision grows "
        f"from 0, here to {limit.precision:.2g} per payoff range. Worth {worth}. "
        f"Largest gain left: {float(limit.residual.max()):.1e}."
    )
    if not limit.arrived:
        told += " The path could not be followed to the end, so this is no equilibrium yet."
    return [Paragraph(told, "" if limit.arrived else "unsure"), Bullets(tuple(lines))]


def _behaviour(game: ExtensiveGame, each: TreeEquilibrium) -> str:
    """What everybody does, information sets that play reaches first; those off the path only while there is room."""
    reached = _reached(game, each)
    order = sorted((i for i, part in each.behaviour.items() if part is not None), key=lambda i: (i not in reached, i))
    parts = []
    for i in order[: max(MOST_SETS, len(reached))]:
        part, information = each.behaviour[i], game.information[i]
        assert part is not None
        parts.append(f"{game.players[information.player]} at {game.name_of(i)}: {_mixture(part, information.actions)}")
    if len(order) > len(parts):
        parts.append(f"{counted(len(order) - len(parts), 'information set')} off the path in the JSON document")
    return "; ".join(parts) or "nobody has a choice"


def _reached(game: ExtensiveGame, each: TreeEquilibrium) -> set[int]:
    """Information sets on the way to the ends that are reached."""
    found: set[int] = set()
    for place in each.ends:
        while (step := game.parents[place]) is not None:
            place = step[0]
            information = game.nodes[place].information
            if information is not None:
                found.add(information)
    return found


def _ends(game: ExtensiveGame, each: TreeEquilibrium) -> str:
    shares: dict[str, float] = {}
    for place, share in each.ends.items():
        name = game.nodes[place].label or f"end {place}"
        shares[name] = shares.get(name, 0.0) + share
    return ", ".join(name if share > 1 - NOISE else f"{name} {share:.0%}" for name, share in shares.items())


def _mixture(probabilities: np.ndarray, names: tuple[str, ...]) -> str:
    probabilities = _snapped(probabilities)
    if probabilities.max() > 1 - NOISE:
        return names[int(probabilities.argmax())]
    return ", ".join(f"{name} {number(p)}" for name, p in zip(names, probabilities, strict=True) if p > 0)


def _believed(game: ExtensiveGame, information: int, beliefs: np.ndarray) -> str:
    """Beliefs at an information set, its nodes told by the moves that lead there."""
    names = []
    for place in game.members[information]:
        moves: list[str] = []
        while (step := game.parents[place]) is not None:
            place, action = step
            node = game.nodes[place]
            moves.insert(
                0, (node.actions if node.information is None else game.information[node.information].actions)[action]
            )
        names.append("/".join(moves))
    return _mixture(beliefs, tuple(names))


def _snapped(values: np.ndarray) -> np.ndarray:
    """Values with what the path's last step leaves over taken off, for reading only."""
    return np.asarray(np.round(values, 5) + 0.0)


def _continua(groups: tuple[tuple[int, ...], ...], spanned: bool) -> list[Block]:
    told = []
    for group in groups:
        members = listed(str(i + 1) for i in group)
        if spanned:
            told.append(f"Between equilibria {members} lies a continuum of further ones.")
        else:
            who = f"Equilibrium {members} lies" if len(group) == 1 else f"Equilibria {members} lie"
            told.append(f"{who} on a continuum of further ones, which is not described.")
    return list(map(Paragraph, told))


def _grounds(complete: bool, reason: str) -> Paragraph:
    said = "The set is complete" if complete else "The set may be incomplete"
    return Paragraph(f"{said}: {sentence(reason)}", "" if complete else "unsure")


def _more(count: int) -> str:
    return f"{count - MOST_LISTED} more are in the JSON document (--format json)." if count > MOST_LISTED else ""


def _small(value: float) -> str:
    return "0" if value < NOISE else f"{value:.1e}"


def _floats(values: np.ndarray) -> list[float]:
    return [rounded(float(value)) for value in values]
