"""A result, and one structure's solution, as blocks: the answer first, its grounds after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from kgsim.analysis.quick import QuickPass
from kgsim.analysis.robustness_result import ClaimShares
from kgsim.ranking import payoffs_of, ranks, reached_in, solved, told, worst, worst_structures
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, Tone, cells
from kgsim.report.names import of_names
from kgsim.report.provenance import versions
from kgsim.report.summary import (
    beyond_range,
    bottom_line,
    endings,
    headlines,
    held_together,
)
from kgsim.results import AnsweredAlike, Belief, Course, Equilibrium, Result, StructureSolution, Verdict
from kgsim.scenario.labels import Labels
from kgsim.scenario.on_the_table import offer_label, offers_asked
from kgsim.wording import NOISE, counted, interval, listed, number, percent, sentence

MOST_EQUILIBRIA = 12
"""Equilibria of a structure that are listed before the rest is left to the JSON document."""

MOST_COURSES = 8
"""Courses of play told for one mixed equilibrium."""

_TONES: Mapping[Verdict, Tone] = {"holds": "good", "fails": "bad"}


def of_result(result: Result, drawn: QuickPass | None = None) -> list[Block]:
    """Return the whole report on a result; `drawn` is in which share of draws its claims hold."""
    scenario = result.scenario
    blocks: list[Block] = [Heading(scenario.title, 1)]
    if scenario.question:
        blocks.append(Paragraph(scenario.question))
    blocks.append(Paragraph(_setting(result)))
    blocks += [Heading("In short"), Bullets(headlines(result, drawn))]
    blocks += [Heading("Structures of play"), _structures(result)]
    if result.claims:
        blocks += [Heading("Claims"), _verdicts(result, drawn), *_sentences(result)]
    blocks += _offers(result)
    blocks += [Heading("Outcomes as each player ranks them"), _outcomes(result)]
    methods = {solution.method for solution in solved(result).values()}
    for solution in result.structures.values():
        blocks += of_structure(solution, method=len(methods) > 1)
    if len(methods) == 1:
        blocks += [Heading("Method"), Paragraph(sentence(f"All structures: {methods.pop()}"))]
    blocks += [Heading("Made with"), Paragraph(_provenance(result))]
    return [*blocks, *of_names(scenario.labels, "structures", "claims", "parameters")]


def in_brief(result: Result, drawn: QuickPass | None = None) -> list[Block]:
    """Return the answer in a screen or two: the bottom line, where each structure ends, and what becomes of claims."""
    scenario = result.scenario
    blocks: list[Block] = [Heading(scenario.title, 1), Paragraph(" ".join((*_changed(result), *bottom_line(result))))]
    blocks.append(_structures(result, full=False))
    if result.claims:
        blocks += [_in_short(result, drawn), *map(Paragraph, held_together(result, drawn))]
    return blocks


def _in_short(result: Result, drawn: QuickPass | None) -> Table:
    """Claims, one line each."""
    shares = {} if drawn is None or drawn.shares is None else drawn.shares.claims
    said = result.scenario.labels
    rows = tuple(
        (
            Cell(said.claim(name)),
            Cell(claim.verdict, tone=_TONES.get(claim.verdict, "unsure")),
            *([Cell(shares[name].span if name in shares else "-")] if shares else []),
        )
        for name, claim in result.claims.items()
    )
    columns = (Column("claim"), Column("verdict"), *([Column("holds in", "right")] if shares else []))
    note = f"Holds in: share of {drawn.draws:,} draws from the ranges; no probability." if drawn and shares else ""
    if any(each.undecided.share for each in shares.values()):
        note += " Two shares: the second with the draws in which the claim is undecided."
    return Table(columns, rows, note)


def of_structure(solution: StructureSolution, *, method: bool = True) -> list[Block]:
    """Return the report on one structure: its equilibria, how each is played, and whether there may be more.

    `method` is whether to tell how it was solved.
    """
    label = solution.labels.structure(solution.name, full=True)
    told = f"{sentence(label[:1].upper() + label[1:])} " if label != solution.labels.structure(solution.name) else ""
    blocks: list[Block] = [
        Heading(solution.labels.structure(solution.name)),
        Paragraph(f"{told}Play: {stages(solution)}."),
    ]
    if not solution.equilibria:
        blocks.append(Paragraph(f"Not solved: {sentence(solution.unsolved or '; '.join(solution.reasons))}", "bad"))
        return blocks
    listed_equilibria = solution.equilibria[:MOST_EQUILIBRIA]
    blocks.append(_equilibria(solution, listed_equilibria))
    blocks.append(
        Bullets(
            tuple(
                line
                for place, equilibrium in enumerate(listed_equilibria, 1)
                for line in _told(place, equilibrium, solution)
            )
        )
    )
    remaining = len(solution.equilibria) - len(listed_equilibria)
    if remaining:
        blocks.append(Paragraph(f"{remaining} more are in the JSON document (--format json)."))
    blocks += [Paragraph(text) for text in _continua(solution)]
    said = "The set is complete" if solution.complete else "The set may be incomplete"
    grounds = f"{said}: {sentence('; '.join(solution.reasons))}"
    if method:
        grounds += f" Method: {sentence(solution.method)}"
    blocks.append(Paragraph(grounds, "" if solution.complete else "unsure"))
    return blocks


def _continua(solution: StructureSolution) -> Iterator[str]:
    """The continua between equilibria, all in one sentence; those within another are part of it."""
    groups = [group for group in solution.continua if not any(set(group) < set(other) for other in solution.continua)]
    if groups:
        among = "; ".join(listed(str(index + 1) for index in group) for group in groups)
        lies = "lies a continuum" if len(groups) == 1 else "lie continua"
        yield f"Between equilibria {among} {lies} of further ones: mixtures of these, with values between theirs."


def stages(solution: StructureSolution) -> str:
    """Return the order of play as prose, such as ``US and South Korea at once, then North Korea``."""
    named = (tuple(map(solution.labels.mover, movers)) for movers in solution.stages)
    return ", then ".join(f"{listed(movers)} at once" if len(movers) > 1 else movers[0] for movers in named)


def course_told(course: Course, solution: StructureSolution) -> str:
    """Return a course of play as prose, such as ``US: hold; then North Korea: refuse; ends in war``."""
    told, said = [], solution.labels
    remaining = dict(course.moves)
    for movers in solution.stages:
        decisions = [decision for mover in movers for decision in mover.split("+") if decision in remaining]
        told.append(", ".join(said.decided(decision, remaining.pop(decision)) for decision in decisions))
    text = "; then ".join(part for part in told if part)
    if remaining:
        text += f" (given: {', '.join(said.decided(*each) for each in remaining.items())})"
    return f"{text}; ends in {said.outcome(course.outcome)}"


def _setting(result: Result) -> str:
    parts = [f"The situation as of {result.scenario.date}."] if result.scenario.date else []
    parts += _changed(result) or ["All parameters as the file gives them."]
    parts.append("Payoffs are utility points of one player each and are not comparable between players.")
    return " ".join(parts)


def _changed(result: Result) -> list[str]:
    """Which parameters are not the file's, in a sentence."""
    parts = []
    if result.changed:
        outside = beyond_range(result)
        parameters, said = result.scenario.parameters, result.scenario.labels
        changes = listed(
            f"{said.value(name, value)} (file: {number(parameters[name].value)}"
            + (", beyond its range)" if name in outside else ")")
            for name, value in result.changed.items()
        )
        parts.append(f"Changed from the file: {changes}.")
    return parts


def _structures(result: Result, *, full: bool = True) -> Table:
    """Where each structure ends; in full with how many equilibria there are."""
    players, said = tuple(result.scenario.players), result.scenario.labels
    columns = (
        Column("structure"),
        Column("ends in"),
        *(Column(said.player(player), "right") for player in players),
        *((Column("equilibria", "right"), Column("complete")) if full else ()),
    )
    lowest = {player: worst_structures(result, player) for player in players}
    rows = []
    for name, solution in result.structures.items():
        named = said.structure(name)
        if not solution.equilibria:
            blank = cells(*("-" for _ in players), *(("-", "-") if full else ()))
            rows.append((Cell(named), Cell("not solved", tone="bad"), *blank))
            continue
        payoffs = (Cell(interval(solution.values[player]), name in lowest[player]) for player in players)
        count = f"{len(solution.equilibria)}{'+' if solution.continua else ''}"
        selection = ", ".join(("yes", *result.scenario.structures[name].selection))
        complete = Cell(selection) if solution.complete else Cell("no", tone="unsure")
        rows.append((Cell(named), Cell(endings(solution)), *payoffs, *((Cell(count), complete) if full else ())))
    notes = ["* where the player may fare worst."] if any(lowest.values()) else []
    if full and any(solution.continua for solution in result.structures.values()):
        notes.append("+ and a continuum between some of them.")
    notes.append("An interval runs over all equilibria.")
    selections = {each for name in result.structures for each in result.scenario.structures[name].selection}
    if "nearby" in selections:
        notes.append(
            "Nearby: of the equilibria in which whoever is indifferent to an offer answers it as those close by."
        )
    if "pure" in selections:
        notes.append("Pure: of the equilibria in which nobody draws lots.")
    return Table(columns, tuple(rows), " ".join(notes))


def _offers(result: Result) -> list[Block]:
    """What is offered under each structure, if claims ask for it."""
    offers = offers_asked(result.scenario)
    if not offers:
        return []
    said = result.scenario.labels
    columns = (Column("structure"), *(Column(offer, "right") for offer in offers))
    found = {name: [solution.offers[offer] for offer in offers] for name, solution in solved(result).items()}
    rows = tuple(cells(said.structure(name), *map(interval, intervals)) for name, intervals in found.items())
    labels = "; ".join(f"{offer}: {offer_label(result.scenario, offer)}" for offer in offers)
    note = f"{labels}. What the outcome takes up, 0 where it takes up nothing. An interval runs over all equilibria."
    return [Heading("What is offered"), Table(columns, rows, note)]


def _verdicts(result: Result, drawn: QuickPass | None) -> Table:
    shares = {} if drawn is None or drawn.shares is None else drawn.shares.claims
    said = result.scenario.labels
    rows = tuple(
        (
            Cell(said.claim(claim.name)),
            Cell(claim.kind),
            Cell(claim.verdict, tone=_TONES.get(claim.verdict, "unsure")),
            *([Cell(_by_verdict(shares[claim.name]) if claim.name in shares else "-")] if shares else []),
        )
        for claim in result.claims.values()
    )
    columns = (Column("claim"), Column("kind"), Column("verdict"), *([Column("of draws")] if shares else []))
    return Table(columns, rows, _of_draws(drawn))


def _of_draws(drawn: QuickPass | None) -> str:
    """What the shares are, and how to get the same ones."""
    if drawn is None or drawn.shares is None:
        return ""
    return (
        f"Of draws: shares of {drawn.draws:,} draws from the parameter ranges ({drawn.shares.about}), as kgsim "
        f"robustness {drawn.command} gives them; no probabilities of anything in the world."
    )


def _by_verdict(shares: ClaimShares) -> str:
    """In which share of draws each verdict falls, those that fall at all."""
    found = {verdict: getattr(shares, verdict) for verdict in ("holds", "depends", "fails", "undecided", "vacuous")}
    return ", ".join(f"{verdict} {share}" for verdict, share in found.items() if share.share)


def _sentences(result: Result) -> Iterator[Block]:
    yield Bullets(tuple(f"{sentence(claim.says)} {claim.sentence}" for claim in result.claims.values()))


def _outcomes(result: Result) -> Table:
    players, said = tuple(result.scenario.players), result.scenario.labels
    payoffs = {player: payoffs_of(result, player) for player in players}
    ranked = {player: ranks(payoffs[player]) for player in players}
    lowest = {player: worst(payoffs[player]) for player in players}
    rows = tuple(
        (
            Cell(said.outcome(outcome)),
            *(
                Cell(f"{told(ranked[player][outcome])}: {interval(bounds[outcome])}", outcome in lowest[player])
                for player, bounds in payoffs.items()
            ),
            Cell("; ".join(map(said.structure, reached_in(result, outcome))) or "-"),
        )
        for outcome in next(iter(payoffs.values()))
    )
    columns = (
        Column("outcome"),
        *(Column(said.player(player), "right") for player in players),
        Column("reached in equilibrium in"),
    )
    note = (
        "Each cell: rank (1 is best; several where the terms of the outcome decide), then the payoff over all terms. "
        "* the player's worst case."
    )
    return Table(columns, rows, note)


def _equilibria(solution: StructureSolution, equilibria: tuple[Equilibrium, ...]) -> Table:
    columns = (
        Column("no.", "right"),
        Column("ends in"),
        *(Column(solution.labels.player(player), "right") for player in solution.players),
        Column("gain from deviating", "right"),
    )
    rows = tuple(
        cells(
            str(number_of),
            solution.labels.lottery(equilibrium.outcomes),
            *(number(equilibrium.payoffs[player]) for player in solution.players),
            "0" if equilibrium.residual < NOISE else f"{equilibrium.residual:.1e}",
        )
        for number_of, equilibrium in enumerate(equilibria, 1)
    )
    return Table(columns, rows)


def _told(place_of: int, equilibrium: Equilibrium, solution: StructureSolution) -> Iterator[str]:
    if equilibrium.type_payoffs:
        yield from _told_by_type(place_of, equilibrium, solution)
        return
    if equilibrium.pure:
        text = f"No. {place_of}: {course_told(equilibrium.courses[0], solution)}."
    else:
        courses = "; or ".join(
            f"{percent(course.probability)}: {course_told(course, solution)}"
            for course in equilibrium.courses[:MOST_COURSES]
        )
        how = "mixed" if _randomised(equilibrium, solution) else "by chance"
        text = f"No. {place_of}, {how}: {courses}."
        if len(equilibrium.courses) > MOST_COURSES:
            text += f" {counted(len(equilibrium.courses) - MOST_COURSES, 'further course')}."
    text += _answered(equilibrium, solution.labels)
    if equilibrium.alternatives_count:
        ways = counted(equilibrium.alternatives_count, "other course")
        text += f" {ways} of play {'leads' if equilibrium.alternatives_count == 1 else 'lead'} to the same."
    if equilibrium.disagreement:
        each_has = equilibrium.disagreement.items()
        fallback = ", ".join(f"{solution.labels.player(player)} {number(value)}" for player, value in each_has)
        text += f" Without agreement: {fallback}."
    for belief in equilibrium.beliefs:
        text += f" {_believed(belief, solution.labels)}."
    yield text


def _answered(equilibrium: Equilibrium, said: Labels) -> str:
    """Up to where the offer could be changed, one term at a time, and still be answered as it is."""
    told = [text for each in equilibrium.answered if (text := _within(each, said))]
    return f" It is answered so {listed(told)}, the rest of the offer being the same." if told else ""


def _within(each: AnsweredAlike, said: Labels) -> str:
    """Between which values of a term; nothing if it may be any."""
    low, high = each.low > each.interval[0], each.high < each.interval[1]
    least = f"{said.much(each.term, each.low)}{' (the least that is)' if each.offered == each.low else ''}"
    most = f"{said.much(each.term, each.high)}{' (the most that is)' if each.offered == each.high else ''}"
    if low and high:
        return f"from {least} to {most}"
    return f"from {least} upwards" if low else f"up to {most}" if high else ""


def _randomised(equilibrium: Equilibrium, solution: StructureSolution) -> bool:
    """Whether some course of play parts from another where a player moves, and not where something is drawn."""
    order = [decision for movers in solution.stages for mover in movers for decision in mover.split("+")]
    partings = (
        next((each for each in order if one.moves.get(each) != other.moves.get(each)), "")
        for one, other in combinations(equilibrium.courses, 2)
    )
    return any(decision not in solution.drawn for decision in partings)


def _told_by_type(place_of: int, equilibrium: Equilibrium, solution: StructureSolution) -> Iterator[str]:
    """An equilibrium with private types: what each type does, what it expects, and what has to be believed."""
    kind = f" ({', '.join(equilibrium.notes)})" if equilibrium.notes else ""
    courses = "; or ".join(
        f"{percent(course.probability)}, {_typed(course.types, solution.labels)}: {course_told(course, solution)}"
        for course in equilibrium.courses[:MOST_COURSES]
    )
    text = f"No. {place_of}{kind}: {courses}."
    if len(equilibrium.courses) > MOST_COURSES:
        text += f" {counted(len(equilibrium.courses) - MOST_COURSES, 'further course')}."
    for player, worth in equilibrium.type_payoffs.items():
        told = listed(f"{number(value)} if “{solution.labels.kind(player, name)}”" for name, value in worth.items())
        text += f" {solution.labels.player(player)} expects {told}."
    for belief in equilibrium.beliefs:
        text += f" {_believed(belief, solution.labels)}."
    if equilibrium.alternatives_count:
        more = counted(equilibrium.alternatives_count, "further equilibrium", "further equilibria")
        text += f" {more} {'differs' if equilibrium.alternatives_count == 1 else 'differ'} only in what would follow "
        text += "other moves."
    yield text


def _typed(types: Mapping[str, str], said: Labels) -> str:
    return listed(f"{said.player(player)} “{said.kind(player, kind)}”" for player, kind in types.items())


def _believed(belief: Belief, said: Labels) -> str:
    if belief.believer:
        return _guessed(belief, said)
    moves = ", ".join(f"“{said.decided(*each)}”" for each in belief.after.items())
    who = said.player(belief.player)
    shares = listed(
        f"“{said.kind(belief.player, name)}” "
        + (percent(low) if high - low < NOISE else f"{number(low)} to {number(high)}")
        for name, (low, high) in belief.probabilities.items()
    )
    if belief.surprise and all(low < NOISE and high > 1.0 - NOISE for low, high in belief.probabilities.values()):
        return f"It stands whatever {moves}, which would be a surprise, is taken to mean of {who}"
    if belief.surprise:
        return f"It stands if {moves}, which would be a surprise, is taken to mean that {who} is {shares}"
    return f"After {moves} {who} is believed to be {shares}"


def _guessed(belief: Belief, said: Labels) -> str:
    """What one player believes of what it did not see; of a surprise, one belief that will do."""
    moves = ", ".join(f"“{said.decided(*each)}”" for each in belief.after.items())
    shares = listed(
        (
            f"“{said.decided(belief.decision, name)}”"
            if belief.decision
            else f"“{said.player(belief.player)}: {said.kind(belief.player, name)}”"
        )
        + f" {percent(share)}"
        for name, (share, _) in belief.probabilities.items()
    )
    when = f"after {moves} " if moves else ""
    who = said.player(belief.believer)
    if belief.surprise:
        return f"It stands, for one, if {who}, whose turn {when}would be a surprise, then believes {shares}"
    return f"When its turn comes {when}{who} believes {shares}"


def _provenance(result: Result) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f"Scenario {result.scenario.name}, SHA-256 {result.scenario.digest}. {packages}."
