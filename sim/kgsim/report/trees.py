"""The equilibria of a tree as blocks, told so that a reader sees outcomes first and is spared what never happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from kgsim.games.extensive import ExtensiveGame, reach
from kgsim.report.content import Block, Bullets, Column, Heading, Paragraph, Table, cells
from kgsim.report.games import ELSEWHERE, MOST_LISTED, MOST_TOLD, continua, grounds, mixture, more, snapped
from kgsim.solvers.extensive.logit_path import LogitLimit
from kgsim.solvers.extensive.tree import EquilibriumSet, Lottery, TreeEquilibrium, TreeSearch, lottery
from kgsim.wording import NOISE, counted, listed, number, percent, sentence

#: Decisions told for one equilibrium: those that play reaches, and those off the path if they are no more than that.
MOST_DECISIONS = 6
MOST_THREATS = 3

#: Outcomes told of one lottery, the likeliest.
MOST_OUTCOMES = 4

#: Beliefs told for one equilibrium.
MOST_BELIEFS = 2

#: Where the logit path ends, what is reached less often counts as off the path.
UNLIKELY = 1e-3


def of_tree(search: TreeSearch) -> Iterator[list[Block]]:
    """Report on a tree part by part, each as soon as it is known: subgame-perfect, sequential and Nash equilibria."""
    game = search.game
    kind = "perfect" if game.perfect_information else "imperfect"
    parts = [
        counted(len(game.nodes), "node"),
        counted(len(game.information), "information set"),
        counted(len(game.subgames), "subgame"),
    ]
    told = f"{listed(game.players)}; {listed(parts)}; {kind} information, perfect recall."
    if search.left_out:
        told += f" Left out: {counted(search.left_out, 'decision')} that {_make(search.left_out)} no difference."
    yield [Heading(game.title or "A game in extensive form", 1), Paragraph(told)]
    perfect = search.subgame_perfect()
    known: set[Lottery] = set()
    if perfect is not None:
        known = {lottery(game, each) for each in perfect.equilibria}
        note = "" if search.hidden else "Each is sequential too: nothing stays hidden but moves made at the same time."
        yield [Heading("Subgame-perfect equilibria"), *_set_told(game, perfect, note=note)]
    limit = search.logit_limit() if search.hidden else None
    selected = [Heading("Sequential equilibrium selected by the logit path"), *_limit_told(game, limit)]
    if search.hidden and not search.plans_fit:
        yield selected
    found = search.nash()
    blocks = [Heading("Nash equilibria"), *_nash_told(game, found, known, proper=perfect is not None)]
    alike = _like(game, limit, found)
    if alike is not None and limit is not None:
        blocks.append(
            Paragraph(
                "The logit path, where quantal responses lead as precision grows from 0, selects a sequential "
                f"equilibrium that ends like No. {alike + 1}; {_gain_left(limit)} --format json has it."
            )
        )
    yield blocks
    if search.hidden and search.plans_fit and alike is None:
        yield selected


def _like(game: ExtensiveGame, limit: LogitLimit | None, found: EquilibriumSet) -> int | None:
    """The first equilibrium that ends as the logit path does."""
    if limit is None or not limit.arrived:
        return None
    chances = reach(game, limit.behaviour)
    for place, each in enumerate(found.equilibria):
        if all(
            abs(chances[end] - each.ends.get(end, 0.0)) < UNLIKELY
            for end in range(len(game.nodes))
            if not game.nodes[end].children
        ):
            return place
    return None


def _make(count: int) -> str:
    return "makes" if count == 1 else "make"


def _nash_told(game: ExtensiveGame, found: EquilibriumSet, known: set[Lottery], *, proper: bool) -> list[Block]:
    blocks = _set_told(game, found, known)
    if not proper:
        blocks.insert(0, Paragraph("There is no proper subgame, so they are subgame perfect too."))
    elif known and not found.equilibria:
        blocks.append(Paragraph("The subgame-perfect ones are Nash equilibria too."))
    return blocks


def _set_told(
    game: ExtensiveGame, found: EquilibriumSet, known: set[Lottery] | None = None, note: str = ""
) -> list[Block]:
    """A table of the lotteries that equilibria lead to, and one strategy for each that is not `known`."""
    if not found.equilibria:
        return [Paragraph(f"None is listed: {sentence(found.reason)}", "unsure")]
    residual = max(each.residual for each in found.equilibria)
    groups = _alike(game, found)
    judged = any(each.assessment for each in found.equilibria)
    columns = (Column("no.", "right"), *(Column(player, "right") for player in game.players), Column("ends in"))
    if judged:
        columns = (*columns, Column("sequential"))
    rows = tuple(
        cells(
            str(group[0] + 1),
            *map(number, found.equilibria[group[0]].payoffs),
            _ends(game, found.equilibria[group[0]]),
            *[_verdicts(found, group)][:judged],
        )
        for group in groups[:MOST_LISTED]
    )
    fresh = [group for group in groups if lottery(game, found.equilibria[group[0]]) not in (known or set())]
    told = tuple(_told(game, found, group) for group in fresh[:MOST_TOLD])
    first = [0] * len(found.equilibria)
    for group in groups:
        for place in group:
            first[place] = group[0]
    return [
        Table(columns, rows, more(len(groups))),
        *([Bullets(told)] if told else []),
        *continua(found.components, first, found.spanned),
        grounds(found.complete, found.reason, residual, note),
    ]


def _alike(game: ExtensiveGame, found: EquilibriumSet) -> list[list[int]]:
    """Places of equilibria that lead to the same lottery; in front of each group one that is sequential, if any is."""
    groups: dict[Lottery, list[int]] = {}
    for place, each in enumerate(found.equilibria):
        groups.setdefault(lottery(game, each), []).append(place)
    return [sorted(own, key=lambda i: list(_VERDICTS).index(_verdict(found.equilibria[i]))) for own in groups.values()]


def _told(game: ExtensiveGame, found: EquilibriumSet, group: list[int]) -> str:
    """One strategy of a group, how many lead to the same, and why it is or is not part of a sequential equilibrium."""
    place, *others = group
    each = found.equilibria[place]
    told = f"No. {place + 1}: {_behaviour(game, each)}"
    if others:
        numbers = listed(str(i + 1) for i in others) if len(others) < MOST_DECISIONS else f"{len(others):,} more"
        told += f"; {numbers} {'leads' if len(others) == 1 else 'lead'} to the same"
    return f"{told}.{_assessment_told(game, each)}"


#: Verdict of an assessment as a cell, what is shown first in front.
_VERDICTS = {"sequential": "yes", "undecided": "undecided", "not sequential": "no", "": "not judged"}


def _verdict(each: TreeEquilibrium) -> str:
    return each.assessment.verdict if each.assessment else ""


def _verdicts(found: EquilibriumSet, group: list[int]) -> str:
    """What holds of all of a group, or of how many."""
    verdicts = [_VERDICTS[_verdict(found.equilibria[i])] for i in group]
    first, alike, open_ = verdicts[0], verdicts.count(verdicts[0]), verdicts.count(_VERDICTS[""])
    if alike == len(group):
        return first
    return f"{first} ({alike} of {len(group)}{f', {open_} not judged' if open_ else ''})"


def _assessment_told(game: ExtensiveGame, each: TreeEquilibrium) -> str:
    """Why a Nash equilibrium is part of no sequential one, or what is believed off the path where it is."""
    if each.assessment is None:
        return ""
    if each.assessment.verdict == "undecided":
        return f" Whether it is part of a sequential equilibrium is open: {each.assessment.reason}."
    if each.assessment.verdict != "sequential":
        return f" Not sequential: {each.assessment.reason}."
    reached = _reached(game, each)
    said = [
        f"{_owner(game, h)} believes {_believed(game, h, beliefs)}"
        for h, beliefs in each.assessment.beliefs.items()
        if h not in reached and len(beliefs) > 1
    ]
    if not said:
        return ""
    more = len(said) - MOST_BELIEFS
    rest = [f"{more} more ({ELSEWHERE})"] if more > 0 else []
    return f" Sequential, for instance if {listed([*said[:MOST_BELIEFS], *rest])}."


def _limit_told(game: ExtensiveGame, limit: LogitLimit | None) -> list[Block]:
    if limit is None:
        return [Paragraph("Not followed: it would take too long in a tree of this size.", "unsure")]
    worth = ", ".join(f"{p} {number(v)}" for p, v in zip(game.players, snapped(limit.payoffs), strict=True))
    lines = []
    chances = reach(game, limit.behaviour)
    likely = sorted(range(len(game.information)), key=lambda i: (chances[list(game.members[i])].sum() < UNLIKELY, i))
    for i in likely[:MOST_DECISIONS]:
        line = f"{_owner(game, i)}: {mixture(limit.behaviour[i], _names(game, i))}"
        if len(game.members[i]) > 1:
            line += f"; believes {_believed(game, i, limit.beliefs[i])}"
        lines.append(line)
    told = (
        "One equilibrium, selected and perhaps not the only one: where quantal responses lead as precision grows "
        f"from 0, here to {limit.precision:.2g} per payoff range. Worth {worth}; {_gain_left(limit)}"
    )
    if not limit.arrived:
        told += " The path could not be followed to the end, so this is no equilibrium yet."
    if len(likely) > MOST_DECISIONS:
        lines.append(f"{counted(len(likely) - MOST_DECISIONS, 'more decision')}: {ELSEWHERE}")
    return [Paragraph(told, "" if limit.arrived else "unsure"), Bullets(tuple(f"{line}." for line in lines))]


def _gain_left(limit: LogitLimit) -> str:
    return f"largest gain left: {float(limit.residual.max()):.1e}."


def _behaviour(game: ExtensiveGame, each: TreeEquilibrium) -> str:
    """What everybody does where play goes, and elsewhere while there is room."""
    reached = _reached(game, each)
    said = [i for i, part in each.behaviour.items() if part is not None]
    on, off = [i for i in said if i in reached], [i for i in said if i not in reached]
    told = _decisions(game, each, on[:MOST_DECISIONS]) + _further(len(on[MOST_DECISIONS:]))
    if _verdict(each) == "not sequential":
        off = []  # the reason that is told next names the decision off the path that matters
    if off_told := _decisions(game, each, off) if len(off) <= MOST_THREATS else _further(len(off)):
        told.append(f"off the path: {'; '.join(off_told)}")
    return "; ".join(told) or "nobody has a choice"


def _decisions(game: ExtensiveGame, each: TreeEquilibrium, sets: Iterable[int]) -> list[str]:
    parts = ((i, each.behaviour[i]) for i in sets)
    return [f"{_owner(game, i)}: {mixture(part, _names(game, i))}" for i, part in parts if part is not None]


def _further(count: int) -> list[str]:
    return [f"{counted(count, 'more decision')} ({ELSEWHERE})"] if count else []


def _owner(game: ExtensiveGame, index: int) -> str:
    """An information set with its player, who is not named twice."""
    player, name = game.players[game.information[index].player], game.name_of(index)
    return name if name == player or name.startswith(f"{player} ") else f"{player} at {name}"


def _names(game: ExtensiveGame, index: int) -> tuple[str, ...]:
    return tuple(game.action_name(index, action) for action in range(len(game.information[index].actions)))


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
    likely = sorted(shares, key=lambda name: -shares[name])
    told = [name if shares[name] > 1 - NOISE else f"{name} {percent(shares[name])}" for name in likely[:MOST_OUTCOMES]]
    return ", ".join(told + ([f"{len(likely) - MOST_OUTCOMES} more"] if len(likely) > MOST_OUTCOMES else []))


def _believed(game: ExtensiveGame, information: int, beliefs: np.ndarray) -> str:
    """Beliefs at an information set, its nodes told by the moves that lead there."""
    names = []
    for place in game.members[information]:
        moves: list[str] = []
        while (step := game.parents[place]) is not None:
            place, action = step
            own = game.nodes[place].information
            moves.insert(0, game.nodes[place].actions[action] if own is None else game.action_name(own, action))
        name = "/".join(moves)
        names.append(f"({name})" if "," in name else name)
    return mixture(beliefs, tuple(names))
