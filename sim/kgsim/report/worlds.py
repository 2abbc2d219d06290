"""What worlds say after what happened, as blocks."""

from __future__ import annotations

from collections.abc import Callable

from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, cells
from kgsim.report.robustness import told
from kgsim.scenario.model import Scenario
from kgsim.wording import counted, listed, number, percent
from kgsim.worlds.result import Answers, Signal, Update
from kgsim.worlds.spread import Spread

#: Parameters whose shift is told; the others are in the JSON document.
MOST_SHIFTS = 12

#: Things to watch for that are told; those that no survivor tells apart are left out.
MOST_SIGNALS = 12

NO_PROBABILITY = (
    "A world is a structure of play and one draw of all parameters. It survives if, for every event, some equilibrium "
    "comes to it. Shares count draws from the ranges that the scenario states; they are no probabilities of anything "
    "in the world."
)

_TONES = {"inconsistent": "bad", "consistent": "good", "open": "unsure"}


def of_update(result: Update) -> list[Block]:
    """Return the whole report on surviving worlds."""
    blocks: list[Block] = [Heading(f"Update: {result.scenario.title}", 1), Paragraph(NO_PROBABILITY)]
    blocks += [Heading("In short"), Bullets(result.sentences)]
    blocks += [Heading("How it was drawn"), Bullets(_design(result))]
    if result.events.events:
        blocks += [Heading("Events"), _events(result)]
        blocks += [Heading("Survivors, event by event"), _survival(result)]
        blocks += [Heading("Inconsistencies"), _inconsistencies(result)]
        blocks += [Heading("What survivors say of the parameters"), _beliefs(result)]
        if result.claims:
            blocks += [Heading("Claims among survivors"), _claims(result)]
        blocks += [Heading("Outcomes among survivors"), _outcomes(result)]
    blocks += [Heading("What to watch"), _watch(result)]
    return blocks


def _design(result: Update) -> tuple[str, ...]:
    lines = [
        f"{counted(len(result.structures), 'structure')} of {result.draws:,} worlds each, {result.prior} prior, seed "
        f"{result.seed}; {counted(len(result.parameters), 'parameter')} drawn."
    ]
    held = {name: value for name, value in result.values.items()
            if value != result.scenario.parameters[name].value}  # fmt: skip
    if held:
        lines.append(f"Held: {listed(result.scenario.labels.value(*each) for each in held.items())}.")
    lines += of_one_round(result.scenario)
    doubtful = [name for name, each in result.survival.items() if each.unproven.share or each.unsolved.share]
    if doubtful:
        lines.append(
            f"Not all equilibria are known in some worlds of {listed(map(_way(result), doubtful))}; where that leaves "
            "an event open, the world stays and is counted as open."
        )
    return tuple(lines)


def of_one_round(scenario: Scenario) -> list[str]:
    """Return what is not looked at where a situation has many rounds, since worlds are of one."""
    again, changes = list(scenario.repeated), scenario.dynamics is not None
    parts = ([f"the repeated {listed(again)}"] if again else []) + (
        ["what changes from round to round"] if changes else []
    )
    if not parts:
        return []
    be = "is" if len(again) + changes == 1 else "are"
    return [
        f"Worlds are of one round: {listed(parts)} {be} not looked at{' (claims on it are judged)' if again else ''}."
    ]


def _events(result: Update) -> Table:
    rows = []
    for name, event in result.events.events.items():
        told_apart = percent(result.spread(name)) if result.discriminates(name) else "nothing"
        rows.append(cells(event.date or "", name, event.says, ", ".join(event.evidence), told_apart))
    return Table(
        (Column("date"), Column("event"), Column("what happened"), Column("evidence"), Column("tells apart", "right")),
        tuple(rows),
        "How far an event tells hypotheses apart: the largest difference between the shares of their worlds that "
        "exclude it. An event that no world excludes discriminates nothing.",
    )


def _survival(result: Update) -> Table:
    rows = []
    for name, each in result.survival.items():
        open_ = list(each.open.values())[-1]
        rows.append(cells(_way(result)(name), *map(told, each.left.values()), told(open_) if open_.share else ""))
    return Table(
        (Column("structure"), *(Column(name, "right") for name in result.events.events), Column("open", "right")),
        tuple(rows),
        "Share of a structure's worlds, in percent, that exclude neither the event nor an earlier one; ± is half of "
        "the 95 % interval of the Monte Carlo error. Open: part of the last share in which it cannot be decided "
        "whether the world admits every event.",
    )


def _inconsistencies(result: Update) -> Table:
    rows = []
    for each in sorted(result.hypotheses.values(), key=lambda each: (each.inconsistent, -each.left)):
        answers = [_answer(some) for some in each.events.values()]
        rows.append((Cell(_way(result)(each.name)), *answers, Cell(str(each.inconsistent)), Cell(percent(each.left))))
    return Table(
        (
            Column("hypothesis"),
            *(Column(name) for name in result.events.events),
            Column("inconsistent", "right"),
            Column("survives", "right"),
        ),
        tuple(rows),
        "Each event by itself against the worlds that a hypothesis allows (Heuer 1999): consistent if all admit it, "
        "inconsistent if none does; else the share that admits it. It says nothing where play could not have come to "
        "anything else. Fewest inconsistencies first.",
    )


def _answer(some: Answers) -> Cell:
    word = some.word
    text = percent(some.have / (1.0 - some.silent)) if word in ("in part", "open") else word
    return Cell(text, tone=_TONES.get(word, ""))  # type: ignore[arg-type]


def _beliefs(result: Update) -> Table:
    rows = []
    for each in result.beliefs[""][:MOST_SHIFTS]:
        after = _spread(each.after) if each.after else "no survivor"
        rows.append(cells(each.label, _spread(each.before), after, f"{each.shift:.2f}"))
    more = len(result.beliefs[""]) - len(rows)
    return Table(
        (Column("parameter"), Column("all worlds"), Column("survivors"), Column("shift", "right")),
        tuple(rows),
        "Median, quartiles in brackets; survivors of all structures counted alike. Shift: largest difference of the "
        "two distribution functions (Kolmogorov and Smirnov), from 0 to 1."
        + (f" {counted(more, 'parameter')} with smaller shifts left out." if more else ""),
    )


def _spread(spread: Spread) -> str:
    return f"{number(spread.median)} ({number(spread.quarter)} to {number(spread.three_quarters)})"


def _claims(result: Update) -> Table:
    rows = []
    for claim, verdicts in result.claims.items():
        before, after = verdicts["holds"]
        within = [shares[claim] for shares in result.claims_within.values() if claim in shares]
        span = f"{percent(min(within))} to {percent(max(within))}" if within else ""
        rows.append(
            cells(result.scenario.labels.claim(claim), percent(before), "" if after is None else percent(after), span)
        )
    return Table(
        (Column("claim"), Column("holds", "right"), Column("among survivors", "right"), Column("by structure")),
        tuple(rows),
        "Share of draws in which the claim holds, before and after; survivors of all structures counted alike, and "
        "from the structure among whose survivors it holds least to the one among whose it holds most.",
    )


def _outcomes(result: Update) -> Table:
    rows, said = [], result.scenario.labels
    for name, outcomes in result.outcomes.items():
        for outcome, (before, after) in outcomes.items():
            if before or after:
                told_as = said.structure(name), said.outcome(outcome)
                rows.append(cells(*told_as, percent(before), "" if after is None else percent(after)))
    return Table(
        (Column("structure"), Column("outcome"), Column("all worlds", "right"), Column("survivors", "right")),
        tuple(rows),
        "Share of worlds in which some equilibrium reaches the outcome; several may coexist in a world.",
    )


def _watch(result: Update) -> Block:
    some = [each for each in result.watch if each.split > 0.0][:MOST_SIGNALS]
    if not some:
        return Paragraph("No outcome and no observation named in the events file tells the survivors apart.")
    return Table(
        (
            Column("observation"),
            Column("by"),
            Column("fall if seen", "right"),
            Column("fall if not", "right"),
            Column("open", "right"),
            Column("admitted most under"),
        ),
        tuple(
            cells(
                result.scenario.labels.outcome(each.name) if each.says == each.name else each.says,
                each.by or "",
                percent(each.among.excludes),
                percent(each.among.expects),
                percent(each.among.open) if each.among.open else "",
                _most(each, result),
            )
            for each in some
        ),
        "Share of survivors, all structures counted alike, that fall if the observation is made, because no "
        "equilibrium comes to it, and if something else is seen in its place, because every equilibrium comes to it. "
        "Most telling first: the one by which most fall whichever is seen.",
    )


def _way(result: Update) -> Callable[[str], str]:
    """What a structure, or a hypothesis of the events file, is told as."""
    return result.scenario.labels.structure


def _most(signal: Signal, result: Update) -> str:
    name = max(signal.structures, key=lambda each: signal.structures[each].have)
    have = signal.structures[name].have
    return f"{_way(result)(name)} ({percent(have)})" if have else "nowhere"
