"""The exhibits: where each way to play ends, when, at what price, and what it is worth to whom."""

from __future__ import annotations

import numpy as np

from kgsim.briefing.document import Picture, Section
from kgsim.briefing.findings import Findings
from kgsim.briefing.phrases import verdict
from kgsim.language import Words
from kgsim.messages.draws import movers_message
from kgsim.messages.phrases import bounds, change, endings, same, share
from kgsim.messages.play import gains, play_message, surely_worst, worth_message
from kgsim.messages.studies import map_message, price_message
from kgsim.plots.dumbbells import dumbbell_figure
from kgsim.plots.price import price_figure
from kgsim.plots.regimes import regime_figure
from kgsim.plots.tornado import tornado_figure
from kgsim.ranking import ranks, told
from kgsim.report.content import Bullets, Cell, Column, Table, cells
from kgsim.wording import number, percent, quoted


def outcomes(found: Findings, said: Words) -> Section:
    """Return every structure with its endings and what it is worth to each player, ranked, the worst cell marked."""
    result, players, labels = found.result, found.scenario.players, found.labels
    solved = {name: each for name, each in result.structures.items() if each.equilibria}
    ranked = {player: ranks({name: each.values[player] for name, each in solved.items()}) for player in players}
    worst = {player: surely_worst(result, player) for player in players}
    rows = []
    for name, solution in result.structures.items():
        ending = endings(said, solution)
        if name not in solved:
            rows.append((Cell(found.labels.structure(name)), Cell(ending, tone="bad"), *cells(*("-" for _ in players))))
            continue
        if not solution.complete:
            ending = f"{ending} ({said('outcomes.incomplete')})"
        worth = (
            Cell(f"{bounds(said, solution.values[player])} ({told(ranked[player][name])})", name in worst[player])
            for player in players
        )
        rows.append((Cell(found.labels.structure(name)), Cell(ending), *worth))
    columns = (
        Column(said("outcomes.structure")),
        Column(said("outcomes.ends")),
        *(Column(label, "right") for label in players.values()),
    )
    short, full = ({name: labels.structure(name, full=whole) for name in result.structures} for whole in (False, True))
    notes = [
        said("outcomes.notes_play", name=short[name], label=full[name]) for name in short if short[name] != full[name]
    ]
    return Section(
        "outcomes",
        said("outcomes.title"),
        play_message(result, said),
        (Table(columns, tuple(rows), said("outcomes.note")),),
        details=(Bullets(tuple(notes)),) if notes else (),
        notes=(*notes, *_completeness(found, said)),
    )


def _completeness(found: Findings, said: Words) -> list[str]:
    groups: dict[bool, list[str]] = {True: [], False: []}
    for name, solution in found.result.structures.items():
        if solution.equilibria:
            groups[solution.complete].append(quoted(solution.labels.structure(name)))
    return [
        said(f"outcomes.notes_{key}", names=said.listed(groups[known]))
        for known, key in ((True, "complete"), (False, "incomplete"))
        if groups[known]
    ]


def regime_map(found: Findings, said: Words) -> Section | None:
    """Return over which parameter values which outcomes are equilibria; None if no map was made."""
    study = found.regimes
    if study is None:
        return None
    x, y = (str(name) for name in study.reached.dims[2:])
    said_as = found.labels
    structures = [str(name) for name in study.structure.values]
    lines = []
    for name in structures:
        reached = study.reached.sel(structure=name)
        shares = {str(outcome): reached.sel(outcome=outcome).values for outcome in study.outcome.values}
        parts = [
            said("map.of_points", outcome=said_as.outcome(outcome), share=share(flags))
            for outcome, flags in shares.items()
            if flags.any()
        ]
        lines.append(said("map.reached", structure=said_as.structure(name), outcomes=", ".join(parts)))
    unknown = ~study.complete.values
    if unknown.any():
        lines.append(said("map.doubt", share=share(unknown)))
    labels = {name: said_as.parameter(name, full=True) for name in (x, y)}
    asked = found.ask.outcome if found.ask else None
    message = map_message(study, (x, y), found.labels, said, asked)
    picture = Picture(
        name="regimes",
        alt=said(
            "map.alt",
            x=labels[x],
            y=labels[y],
            structures=said.listed(quoted(said_as.structure(name)) for name in structures),
            shares=" ".join(lines),
        ),
        caption=said("map.caption"),
        draw=lambda size: regime_figure(study, size=size, titled=False, lang=said.lang),
    )
    return Section(
        "map",
        said("map.title"),
        message,
        (picture, Bullets((*lines, said("map.not_chance")))),
        notes=(*lines, said("map.caption"), said("map.not_chance")),
    )


def price(found: Findings, said: Words) -> Section | None:
    """Return what has to be paid to keep one structure from being played, and who would pay it; None if unstated."""
    curve = found.price
    if curve is None:
        return None
    terms = curve.price
    asked, given = curve.at_base()
    players, along = found.scenario.players, found.scenario.parameters[terms.along]
    slots = {
        "payee": players[terms.payee],
        "payer": players[terms.payer],
        "origin": found.labels.structure(terms.origin),
        "to": found.labels.structure(terms.to),
        "asked": bounds(said, asked),
        "given": bounds(said, given),
        "along": along.label,
        "low": number(along.range[0]),
        "high": number(along.range[1]),
        "share": share(curve.affordable),
        "rate": number(curve.rate),
    }
    if not np.isfinite([*asked, *given]).all():
        return None
    rates = {"low": number(curve.rates[0]), "high": number(curve.rates[1])}
    lines = (said("price.share", **slots), said("price.rate", **{**slots, **rates}))
    picture = Picture(
        name="price",
        alt=said("price.alt", **slots),
        caption=said("price.caption", **slots),
        draw=lambda size: price_figure(curve, size=size, titled=False, lang=said.lang),
    )
    return Section("price", said("price.title"), price_message(curve, said), (picture, Bullets(lines)), notes=(*lines,))


def worth(found: Findings, said: Words) -> Section | None:
    """Return what the second structure compared is worth to each player over the first; None without a comparison."""
    if found.compare is None:
        return None
    origin, to = found.compare
    ways = {"origin": found.labels.structure(origin), "to": found.labels.structure(to)}
    players = found.scenario.players
    gained = gains(found.result, origin, to)
    values = [found.result.structures[name].values for name in found.compare]
    slots = [
        {
            "player": label,
            "before": bounds(said, values[0][player]),
            "after": bounds(said, values[1][player]),
            "gain": change(said, gained[player]),
        }
        for player, label in players.items()
    ]
    told_parts = "; ".join(said("worth.part", **each) for each in slots)
    picture = Picture(
        name="worth",
        alt=said("worth.alt", **ways, parts=told_parts),
        caption=said("worth.caption", **ways),
        draw=lambda size: dumbbell_figure(found.result, origin, to, size=size, titled=False, lang=said.lang),
    )
    lines = [said("worth.part", **each) for each in slots]
    if not same(gained.values()):
        lines.append(said("answer.points"))
    message = worth_message(found.result, origin, to, said)
    return Section(
        "worth", said("worth.title"), message, (picture, Bullets(tuple(lines))), notes=(*lines, said("answer.several"))
    )


def sensitivity(found: Findings, said: Words) -> Section | None:
    """Return which parameters move payoffs most, and the box in which the answer is the one asked about."""
    result = found.sensitivity
    if result is None:
        return None
    players, structure, labels = found.scenario.players, result.structure, found.labels
    lines = []
    for player, bars in result.tornado.bars[structure].items():
        most = [f"{labels.parameter(bar.parameter)} ({number(bar.swing)})" for bar in bars[:3] if bar.swing > 0.0]
        if most:
            lines.append(said("sensitivity.most", player=players[player], parameters=", ".join(most)))
    for each in result.discovery.boxes[:1]:
        limits = [
            said("sensitivity.limit", name=labels.parameter(name), low=number(low), high=number(high))
            for name in each.box.limits
            for low, high in [result.discovery.within(each.box, name)]
        ]
        if limits and found.ask is not None:
            slots = {
                "limits": ", ".join(limits),
                "now": verdict(said, found, 1),
                "density": percent(each.box.density),
                "coverage": percent(each.box.coverage),
                "draws": f"{result.discovery.draws:,}",
            }
            lines.append(said("sensitivity.box", **slots))
    if not any(bars and bars[0].swing > 0.0 for bars in result.tornado.bars[structure].values()):
        return None
    told_lines = " ".join(lines)
    picture = Picture(
        name="tornado",
        alt=said("sensitivity.alt", structure=labels.structure(structure), lines=told_lines),
        caption=said("sensitivity.caption"),
        draw=lambda size: tornado_figure(result, size=size, titled=False, lang=said.lang),
    )
    message = movers_message(result, structure, said)
    return Section(
        "sensitivity", said("sensitivity.title"), message, (picture, Bullets(tuple(lines))), notes=tuple(lines)
    )
