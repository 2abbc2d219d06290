"""The equilibria of a game read from a file: strategic forms as blocks, both kinds of game as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kgsim.games.gambit import StrategicGame
from kgsim.report.content import Block, Column, Heading, Paragraph, Table, cells
from kgsim.report.provenance import versions
from kgsim.solvers.extensive.tree import EquilibriumSet, TreeEquilibrium, TreeSolution
from kgsim.solvers.strategic.nash import NashSet
from kgsim.solvers.strategic.refinements import refine
from kgsim.wording import NOISE, capital, counted, listed, number, rounded, sentence

Json = dict[str, Any]

#: Rows of a table of equilibria, and those of them or of their continua that are told at length, before the rest is
#: left to the JSON document.
MOST_LISTED = 8
MOST_TOLD = 3

#: Continua that are judged with mistakes in the JSON document.
MOST_JUDGED = 20

#: Numbers of equilibria in one sentence.
MOST_NUMBERS = 12

#: Where the rest is.
ELSEWHERE = "--format json has them"


def of_strategic(game: StrategicGame, found: NashSet) -> list[Block]:
    """Return the report on a strategic game."""
    size = " x ".join(str(len(own)) for own in game.strategies)
    blocks: list[Block] = [Heading(game.title or "A game in strategic form", 1)]
    blocks.append(Paragraph(f"{listed(game.players)}; {size} strategies."))
    judged = len(game.players) == 2
    rows = tuple(
        cells(
            str(index + 1),
            *(mixture(own, names) for own, names in zip(profile, game.strategies, strict=True)),
            *map(number, payoffs),
            *([str(refine(found.payoffs, profile))] if judged and index < MOST_LISTED else [""] * judged),
        )
        for index, (profile, payoffs) in enumerate(zip(found.equilibria, found.expected_payoffs, strict=True))
    )
    columns = (
        Column("no.", "right"),
        *map(Column, game.players),
        *(Column(f"worth to {p}", "right") for p in game.players),
        *([Column("with mistakes")] if judged else []),
    )
    blocks += [Heading("Nash equilibria"), Table(columns, rows[:MOST_LISTED], more(len(rows)))]
    blocks += continua(found.components, range(len(found)), found.spanned)
    blocks += _connected(found)
    if judged:
        blocks += _refined(game, found)
    blocks.append(grounds(found.complete, f"{sentence(found.reason)} Method: {found.method}.", found.max_regret))
    return blocks


def of_nash(found: NashSet) -> list[Block]:
    """Return the report on the equilibria of a game whose players and strategies have no names."""
    players = [f"player {player}" for player in range(len(found.payoffs))]
    names = tuple(tuple(map(str, range(count))) for count in found.payoffs.shape[1:])
    return of_strategic(StrategicGame("", tuple(players), names, found.payoffs), found)


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
                {
                    "strategies": [_floats(own) for own in profile],
                    "payoffs": _floats(payoffs),
                    "perfect": label.perfect,
                    "proper": label.proper,
                }
                for profile, payoffs, label in zip(
                    found.equilibria, found.expected_payoffs, found.refinements, strict=True
                )
            ],
            "continua": [list(group) for group in found.components],
            "refined": [
                {"perfect": each.perfect, "proper": each.proper} for each in found.refined_continua(MOST_JUDGED)
            ],
            "connected": None if found.connected is None else [list(group) for group in found.connected],
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
        "nash": _set_data(solution.nash),
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


def mixture(probabilities: np.ndarray, names: tuple[str, ...]) -> str:
    """A mixed action: the actions that are used, with their probabilities unless one is certain."""
    probabilities = snapped(probabilities)
    if probabilities.max() > 1 - NOISE:
        return names[int(probabilities.argmax())]
    return ", ".join(f"{name} {number(p)}" for name, p in zip(names, probabilities, strict=True) if p > 0)


def snapped(values: np.ndarray) -> np.ndarray:
    """Values with what the path's last step leaves over taken off, for reading only."""
    return np.asarray(np.round(values, 5) + 0.0)


def continua(groups: tuple[tuple[int, ...], ...], first: Sequence[int], spanned: bool = True) -> list[Block]:
    """Continua by the numbers under which their members are told: those in `first`, a range if each has its own.

    Unless `spanned`, further equilibria need not be mixtures of the members.
    """
    like = "No." if isinstance(first, range) else "equilibria like No."
    spans = list(dict.fromkeys(tuple(sorted({first[i] for i in group})) for group in groups))
    if not spanned:
        ends = sorted({place for span in spans for place in span})
        who = f"{like} {_numbers(ends)} {'lies' if len(ends) == 1 else 'lie'}"
        told = f"{capital(who)} on continua of further ones, which are not described."
        return [Paragraph(told)] if ends else []
    across = [span for span in spans if len(span) > 1]
    lines = []
    if alone := sorted({span[0] for span in spans if len(span) == 1}):
        head = "A continuum of further ones leads" if len(alone) == 1 else "Continua of further ones lead"
        lines.append(f"{head} to the same as No. {_numbers(alone)}.")
    lines += [f"Between {like} {_numbers(span)} lies a continuum of further ones." for span in across[:MOST_TOLD]]
    if len(across) > MOST_TOLD:
        lines.append(f"{counted(len(across) - MOST_TOLD, 'more continuum', 'more continua')}: {ELSEWHERE}.")
    return [Paragraph(" ".join(lines))] if lines else []


def _connected(found: NashSet) -> list[Block]:
    """Which continua hang together, where there are several."""
    if found.connected is None or len(found.components) < 2:
        return []
    joined = [group for group in found.connected if sum(set(each) <= set(group) for each in found.components) > 1]
    told = [f"The continua through No. {_numbers(group)} hang together." for group in joined[:MOST_TOLD]]
    if joined and len(found.connected) > 1:
        told.append(f"In all there are {counted(len(found.connected), 'connected continuum', 'connected continua')}.")
    return [Paragraph(" ".join(told))] if told else []


def _refined(game: StrategicGame, found: NashSet) -> list[Block]:
    """What mistakes leave of the continua told, with a proper equilibrium where none is listed."""
    told = []
    for group, each in zip(found.components, found.refined_continua(MOST_TOLD), strict=False):
        such = ""
        if each.example and not any(refine(found.payoffs, found.equilibria[number]).proper for number in group):
            sides = map(mixture, each.example, game.strategies)
            such = ", such as " + " with ".join(sides)
        told.append(f"With mistakes, between No. {_numbers(group)}: {each}{such}.")
    return [Paragraph(" ".join(told))] if told else []


def _numbers(places: Iterable[int]) -> str:
    numbers = [str(place + 1) for place in places]
    rest = len(numbers) - MOST_NUMBERS
    return listed([*numbers[:MOST_NUMBERS], f"{rest} more"] if rest > 0 else numbers)


def grounds(complete: bool, reason: str, residual: float, note: str = "") -> Paragraph:
    """Whether a set is complete and why, and the largest gain that is left."""
    said = "The set is complete" if complete else "The set may be incomplete"
    told = f"{said}: {sentence(reason)} Largest gain from deviating: {_small(residual)}. {note}".rstrip()
    return Paragraph(told, "" if complete else "unsure")


def more(count: int) -> str:
    """What a table of so many equilibria leaves out."""
    return f"{count - MOST_LISTED} more: {ELSEWHERE}." if count > MOST_LISTED else ""


def _small(value: float) -> str:
    return "0" if value < NOISE else f"{value:.1e}"


def _floats(values: np.ndarray) -> list[float]:
    return [rounded(float(value)) for value in values]
