"""The "why not?" page: one HTML file that asks nothing of any network and answers each move along the path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from kgsim.errors import OutputError
from kgsim.language import Words, words
from kgsim.language.texts import DEFAULT, told_in
from kgsim.report.summary import bottom_line, endings
from kgsim.results import Equilibrium, Result, StructureSolution
from kgsim.scenario.labels import Labels
from kgsim.why_not.answers import Answer, Move, Step, steps
from kgsim.wording import NOISE, number, percent, sentence, signed, true_minus

#: Equilibria of a structure, moves of a step and courses of an answer that the page holds; it says what it leaves out.
MOST_EQUILIBRIA, MOST_MOVES, MOST_COURSES = 6, 100, 4

#: Bytes a page may have: browsers open it at once, mail takes it.
MOST_BYTES = 8_000_000


def page(result: Result, lang: str = DEFAULT) -> str:
    """Return the "why not?" page of a result: a complete HTML document.

    For each structure it draws the path of equilibrium play and lists all moves that each mover has there; choosing
    one tells what the mover would get instead, what the others would then do and how play would end, all by the
    equilibrium's own strategies. Structures with private types, hidden moves or chance are named with the reason why
    they are not drawn.

    Parameters
    ----------
    result
        As `kgsim.solve` gives it.
    lang
        ``en`` or ``ko``; a text of the scenario that is not in it stands in English.

    Raises
    ------
    GameError
        If there is no such language.
    OutputError
        If the page would have more than 8 MB.

    Examples
    --------
    >>> import kgsim, pathlib
    >>> result = kgsim.solve(kgsim.load("scenarios/bypass.yaml"))  # doctest: +SKIP
    >>> pathlib.Path("page.html").write_text(kgsim.page(result), "utf-8")  # doctest: +SKIP
    """
    from jinja2 import Environment, StrictUndefined

    said = words(lang)
    told = told_in(result, lang)
    answers: list[dict[str, Any]] = []
    structures = [_structure(told, solution, said, answers) for solution in told.structures.values()]
    here = files("kgsim.why_not")
    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    html = room.from_string(here.joinpath("page.html.jinja").read_text("utf-8")).render(
        lang=lang,
        said=said,
        scenario=told.scenario,
        bottom=bottom_line(told) if lang == DEFAULT else _endings(told),
        claims=[
            (told.scenario.labels.claim(name, full=True), claim.verdict, said(f"claims.verdict_{claim.verdict}"))
            for name, claim in told.claims.items()
        ],
        structures=structures,
        css=here.joinpath("page.css").read_text("utf-8"),
        script=here.joinpath("page.js").read_text("utf-8"),
        answers=embedded(answers),
    )
    if (size := len(html.encode())) > MOST_BYTES:
        raise OutputError(
            f"the page would have {size / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f}: solve fewer structures "
            "(--structure), or offer fewer values in menus"
        )
    return html


def embedded(content: object) -> str:
    """Return JSON that can stand within a script element of HTML, whatever texts hold."""
    text = json.dumps(content, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _endings(told: Result) -> tuple[str, ...]:
    """Where each structure ends, without a sentence that would have to be in the reader's language."""
    labels = told.scenario.labels
    return tuple(
        f"{labels.structure(name)}: {', '.join(map(labels.outcome, solution.outcomes)) or endings(solution)}"
        for name, solution in told.structures.items()
    )


def _structure(told: Result, solution: StructureSolution, said: Words, answers: list[dict[str, Any]]) -> dict[str, Any]:
    label = solution.labels.structure(solution.name)
    why = refused(told, solution, said)
    shown = () if why else solution.equilibria[:MOST_EQUILIBRIA]
    left = len(solution.equilibria) - len(shown)
    notes = [said("whynot.several", count=len(solution.equilibria))] if len(shown) > 1 else []
    notes += (
        [said("whynot.limit_equilibria", shown=len(shown), count=len(solution.equilibria))] if shown and left else []
    )
    notes += [said("whynot.incomplete")] if shown and not solution.complete else []
    return {
        "label": label,
        "full": solution.labels.structure(solution.name, full=True),
        "refused": why,
        "notes": notes,
        "equilibria": [_equilibrium(told, solution, equilibrium, said, answers) for equilibrium in shown],
    }


def refused(told: Result, solution: StructureSolution, said: Words) -> str:
    """Why a structure cannot be answered move by move, as a sentence; empty where it can."""
    if not solution.equilibria:
        why = said("whynot.unsolved", why=sentence(solution.unsolved or "; ".join(solution.reasons)))
    elif told.scenario.types:
        why = said("whynot.private")
    elif told.scenario.structures[solution.name].seen_by:
        why = said("whynot.hidden")
    elif solution.drawn:
        why = said("whynot.chance")
    else:
        return ""
    return f"{solution.labels.structure(solution.name)}: {why}"


def _equilibrium(
    told: Result, solution: StructureSolution, equilibrium: Equilibrium, said: Words, answers: list[dict[str, Any]]
) -> dict[str, Any]:
    labels = solution.labels
    taken = steps(told, solution.name, equilibrium)
    return {
        "name": f"{labels.lottery(equilibrium.outcomes)} ({_points(equilibrium.payoffs, labels)})",
        "ends": said("whynot.ends", outcome=labels.lottery(equilibrium.outcomes)),
        "payoffs": _points(equilibrium.payoffs, labels),
        "mixed": "" if equilibrium.pure else said("whynot.mixed"),
        "steps": [
            _step(step, sum(other.stage == step.stage for other in taken) > 1, labels, said, answers) for step in taken
        ],
    }


def _points(payoffs: Mapping[str, float], labels: Labels) -> str:
    return ", ".join(f"{labels.player(player)} {true_minus(number(value))}" for player, value in payoffs.items())


def _step(step: Step, at_once: bool, labels: Labels, said: Words, answers: list[dict[str, Any]]) -> dict[str, Any]:
    mover, listed = labels.mover(step.mover), _listed(step, labels)
    rows: list[dict[str, Any]] = []
    known: list[tuple[str, list[str]]] = []
    for place in listed:
        move = step.moves[place]
        label, lines = _label(move, labels), list(_told(step, move, mover, labels, said))
        if (label, lines) in known:
            continue
        # One offer may stand for several limits of offers close by, which others answer differently.
        again = any(label == other for other, _ in known)
        known.append((label, lines))
        shown = said("whynot.again", move=label) if again else label
        rows.append({"label": shown, "tag": _tag(move, said), "answer": len(answers)})
        answers.append({"heading": shown, "lines": lines})
    return {
        "mover": mover,
        "at_once": said("whynot.at_once") if at_once else "",
        "move": _label(step.moves[step.chosen], labels),
        "tag": _tag(step.moves[step.chosen], said),
        "rows": rows,
        "limit": said("whynot.limit_moves", shown=len(listed), count=len(step.moves), mover=mover)
        if len(listed) < len(step.moves)
        else "",
    }


def _listed(step: Step, labels: Labels) -> list[int]:
    """Places of the moves that are listed: those of the equilibrium and those that would pay the mover most."""
    owners = _owners(step, labels)

    def rank(place: int) -> tuple[bool, float]:
        move = step.moves[place]
        return move.probability == 0.0, -sum(move.answer.payoffs[player] for player in owners)

    return sorted(sorted(range(len(step.moves)), key=rank)[:MOST_MOVES])


def _owners(step: Step, labels: Labels) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels.owners.get(each, each) for each in step.mover.split("+")))


def _label(move: Move, labels: Labels) -> str:
    return ", ".join(labels.action(decision, action) for decision, action in move.actions.items())


def _tag(move: Move, said: Words) -> str:
    if move.probability >= 1.0 - NOISE:
        return said("whynot.played")
    return said("whynot.drawn", chance=percent(move.probability)) if move.probability > 0.0 else ""


def _told(step: Step, move: Move, mover: str, labels: Labels, said: Words) -> Iterator[str]:
    """What a move leads to, sentence by sentence."""
    base, answer = step.expected.payoffs, move.answer
    owners = _owners(step, labels)
    order = (*owners, *(player for player in answer.payoffs if player not in owners))
    payoffs = "; ".join(_payoff(player, answer.payoffs[player], base[player], labels, said) for player in order)
    key = "whynot.as_played" if move.probability > 0.0 else "whynot.instead"
    yield said(key, mover=mover, move=_label(move, labels), payoffs=payoffs)
    if move.probability == 0.0:
        yield _verdict(owners, answer, base, mover, said)
    yield from _replies(step, answer, labels, said)
    yield said("whynot.ends", outcome=labels.lottery(answer.outcomes))


def _payoff(player: str, value: float, base: float, labels: Labels, said: Words) -> str:
    change = value - base
    if abs(change) <= NOISE:
        return said("whynot.same", player=labels.player(player), value=true_minus(number(value)))
    slots = {"value": true_minus(number(value)), "change": true_minus(signed(change))}
    return said("whynot.payoff", player=labels.player(player), **slots)


def _verdict(owners: tuple[str, ...], answer: Answer, base: Mapping[str, float], mover: str, said: Words) -> str:
    if len(owners) > 1:
        return said("whynot.verdict_bloc")
    change = answer.payoffs[owners[0]] - base[owners[0]]
    how = "same" if abs(change) <= NOISE else "gain" if change > 0 else "loss"
    return said(f"whynot.verdict_{how}", mover=mover)


def _replies(step: Step, answer: Answer, labels: Labels, said: Words) -> Iterator[str]:
    """What the others do at the same time and after, by course of play."""
    aside = step.before | set(step.mover.split("+"))
    courses: dict[str, float] = {}
    for chance, moves in answer.courses:
        told = "; ".join(labels.decided(decision, moves[decision]) for decision in moves if decision not in aside)
        courses[told] = courses.get(told, 0.0) + chance
    if list(courses) == [""]:
        yield said("whynot.no_reply")
    elif len(courses) == 1:
        yield said("whynot.then", moves=next(iter(courses)))
    else:
        ranked = sorted(courses.items(), key=lambda each: -each[1])
        for told, chance in ranked[:MOST_COURSES]:
            yield said("whynot.course", chance=percent(chance), moves=told)
        if len(ranked) > MOST_COURSES:
            yield said("whynot.more_courses", count=len(ranked) - MOST_COURSES)
