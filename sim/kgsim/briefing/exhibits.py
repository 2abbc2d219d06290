"""The exhibits: where each way to play ends, when, at what price, and what it is worth to whom."""

from __future__ import annotations

import numpy as np

from kgsim.briefing.document import Picture, Section
from kgsim.briefing.findings import Findings
from kgsim.briefing.phrases import bounds, change, endings, gains, same, share, title, verdict
from kgsim.language import Words
from kgsim.plots.dumbbells import dumbbell_figure
from kgsim.plots.price import price_figure
from kgsim.plots.regimes import regime_figure
from kgsim.plots.tornado import tornado_figure
from kgsim.ranking import ranks, told
from kgsim.report.content import Bullets, Cell, Column, Table, cells
from kgsim.report.summary import worst_structures
from kgsim.results import Result
from kgsim.wording import NOISE, capital, number, percent


def outcomes(found: Findings, said: Words) -> Section:
    """Return every structure with its endings and what it is worth to each player, ranked, the worst cell marked."""
    result, players = found.result, found.scenario.players
    solved = {name: each for name, each in result.structures.items() if each.equilibria}
    ranked = {player: ranks({name: each.values[player] for name, each in solved.items()}) for player in players}
    worst = {player: _worst(result, player, len(solved)) for player in players}
    rows = []
    for name, solution in result.structures.items():
        ending = endings(said, solution)
        if name not in solved:
            rows.append((Cell(title(name)), Cell(ending, tone="bad"), *cells(*("-" for _ in players))))
            continue
        if not solution.complete:
            ending = f"{ending} ({said('outcomes.incomplete')})"
        worth = (
            Cell(f"{bounds(said, solution.values[player])} ({told(ranked[player][name])})", name in worst[player])
            for player in players
        )
        rows.append((Cell(title(name)), Cell(ending), *worth))
    columns = (
        Column(said("outcomes.structure")),
        Column(said("outcomes.ends")),
        *(Column(label, "right") for label in players.values()),
    )
    labelled = (name for name in result.structures if found.scenario.structures[name].label != name)
    notes = [
        said("outcomes.notes_play", name=title(name), label=found.scenario.structures[name].label) for name in labelled
    ]
    return Section(
        "outcomes",
        said("outcomes.title"),
        _outcomes_message(found, said, worst),
        (Table(columns, tuple(rows), said("outcomes.note")),),
        details=(Bullets(tuple(notes)),) if notes else (),
        notes=(*notes, *_completeness(found, said)),
    )


def _worst(result: Result, player: str, count: int) -> tuple[str, ...]:
    """Where a player may fare worst; nowhere if that may be everywhere."""
    names = tuple(worst_structures(result, player))
    return names if len(names) < count else ()


def _outcomes_message(found: Findings, said: Words, worst: dict[str, tuple[str, ...]]) -> str:
    """Name who loses most, in widths of its own range of payoffs it does not share: the first whose worst is unique."""
    count = len(found.result.structures)
    if count == 1:
        return said("outcomes.message_one")
    able = {player: names for player, names in worst.items() if names}
    if not able:
        solved = [each.values for each in found.result.structures.values() if each.equilibria]
        flat = all(same(values[player] for values in solved) for player in found.scenario.players) if solved else False
        return said("outcomes.message_flat" if flat else "outcomes.message_open", count=count)
    player = min(able, key=lambda each: len(able[each]))
    endings_of = {each for solution in found.result.structures.values() for each in solution.outcomes}
    names = [title(name) for name in found.result.structures if name in able[player]]
    told_names = said.listed(names, "or") if len(names) <= 3 else f"{', '.join(names[:3])} …"
    return said(
        "outcomes.message",
        count=count,
        endings=len(endings_of),
        player=found.scenario.players[player],
        worst=told_names,
    )


def _completeness(found: Findings, said: Words) -> list[str]:
    groups: dict[bool, list[str]] = {True: [], False: []}
    for name, solution in found.result.structures.items():
        if solution.equilibria:
            groups[solution.complete].append(title(name))
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
    structures = [str(name) for name in study.structure.values]
    lines = []
    for name in structures:
        reached = study.reached.sel(structure=name)
        shares = {str(outcome): reached.sel(outcome=outcome).values for outcome in study.outcome.values}
        parts = [
            said("map.of_points", outcome=outcome, share=share(flags))
            for outcome, flags in shares.items()
            if flags.any()
        ]
        lines.append(said("map.reached", structure=title(name), outcomes=", ".join(parts)))
    unknown = ~study.complete.values
    if unknown.any():
        lines.append(said("map.doubt", share=share(unknown)))
    labels = {name: found.scenario.parameters[name].label for name in (x, y)}
    message = said("map.message_plain", x=labels[x], y=labels[y])
    outcome = found.ask.outcome if found.ask else None
    if outcome is not None:
        told_shares = [
            said(
                "map.share",
                share=share(study.reached.sel(structure=name, outcome=outcome).values),
                structure=title(name),
            )
            for name in structures
        ]
        message = said("map.message", x=labels[x], y=labels[y], outcome=outcome, shares=", ".join(told_shares))
    picture = Picture(
        name="regimes",
        alt=said(
            "map.alt",
            x=x,
            y=y,
            x_label=labels[x],
            y_label=labels[y],
            structures=said.listed(title(name) for name in structures),
            shares=" ".join(lines),
        ),
        caption=said("map.caption"),
        draw=lambda size: regime_figure(study, size=size, titled=False, lang=said.lang),
    )
    return Section(
        "map",
        said("map.title"),
        capital(message),
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
        "origin": title(terms.origin),
        "to": title(terms.to),
        "asked": bounds(said, asked),
        "given": bounds(said, given),
        "gain": said.interval(*sorted((number(-bound) for bound in asked), key=float)),
        "along": terms.along,
        "label": along.label,
        "low": number(along.range[0]),
        "high": number(along.range[1]),
        "share": share(curve.affordable),
        "rate": number(curve.rate),
    }
    if not np.isfinite([*asked, *given]).all():
        return None
    if asked[1] <= NOISE:
        key = "price.message_none_asked"
    elif given[0] >= asked[1] - NOISE:
        key = "price.message_paid"
    elif given[1] < asked[0] - NOISE:
        key = "price.message_unpaid"
    else:
        key = "price.message_open"
    rates = {"low": number(curve.rates[0]), "high": number(curve.rates[1])}
    lines = (said("price.share", **slots), said("price.rate", **{**slots, **rates}))
    picture = Picture(
        name="price",
        alt=said("price.alt", **slots),
        caption=said("price.caption", **slots),
        draw=lambda size: price_figure(curve, size=size, titled=False, lang=said.lang),
    )
    return Section(
        "price", said("price.title"), capital(said(key, **slots)), (picture, Bullets(lines)), notes=(*lines,)
    )


def worth(found: Findings, said: Words) -> Section | None:
    """Return what the second structure compared is worth to each player over the first; None without a comparison."""
    if found.compare is None:
        return None
    origin, to = found.compare
    players = found.scenario.players
    gained = gains(found)
    values = [found.result.structures[name].values for name in found.compare]
    groups: dict[str, list[str]] = {"gain": [], "lose": [], "even": [], "open": []}
    for player, (low, high) in gained.items():
        kind = "gain" if low > NOISE else "lose" if high < -NOISE else "even" if high - low < NOISE else "open"
        groups[kind].append(players[player])
    parts = []
    for kind, names in groups.items():
        if names:
            key = {"gain": "gains", "lose": "loses"}.get(kind, kind)
            parts.append(said(f"worth.{key}", players=said.listed(names), count=len(names)))
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
        alt=said("worth.alt", origin=title(origin), to=title(to), parts=told_parts),
        caption=said("worth.caption", origin=title(origin), to=title(to)),
        draw=lambda size: dumbbell_figure(found.result, origin, to, size=size, titled=False, lang=said.lang),
    )
    lines = [said("worth.part", **each) for each in slots]
    if not same(gained.values()):
        lines.append(said("answer.points"))
    message = capital(said("worth.message", origin=title(origin), to=title(to), parts=", ".join(parts)))
    return Section(
        "worth", said("worth.title"), message, (picture, Bullets(tuple(lines))), notes=(*lines, said("answer.several"))
    )


def sensitivity(found: Findings, said: Words) -> Section | None:
    """Return which parameters move payoffs most, and the box in which the answer is the one asked about."""
    result = found.sensitivity
    if result is None:
        return None
    players, structure = found.scenario.players, result.structure
    lines = []
    for player, bars in result.tornado.bars[structure].items():
        most = [f"{bar.parameter} ({number(bar.swing)})" for bar in bars[:3] if bar.swing > 0.0]
        if most:
            lines.append(said("sensitivity.most", player=players[player], parameters=", ".join(most)))
    for each in result.discovery.boxes[:1]:
        limits = [
            said("sensitivity.limit", name=name, low=number(low), high=number(high))
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
    leading = [bars[0].parameter for bars in result.tornado.bars[structure].values() if bars and bars[0].swing > 0.0]
    if not leading:
        return None
    told_lines = " ".join(lines)
    picture = Picture(
        name="tornado",
        alt=said("sensitivity.alt", structure=title(structure), lines=told_lines),
        caption=said("sensitivity.caption"),
        draw=lambda size: tornado_figure(result, size=size, titled=False, lang=said.lang),
    )
    names = said.listed(found.scenario.parameters[name].label for name in dict.fromkeys(leading))
    message = said("sensitivity.message", structure=title(structure), names=names)
    return Section(
        "sensitivity", said("sensitivity.title"), message, (picture, Bullets(tuple(lines))), notes=tuple(lines)
    )
