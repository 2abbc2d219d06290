"""The grounds: claims, history, assumptions, evidence, limits, and how to get the same document again."""

from __future__ import annotations

from kgsim.analysis.backtest_score import Score
from kgsim.analysis.robustness_result import ClaimShares
from kgsim.briefing.document import Section
from kgsim.briefing.findings import Findings
from kgsim.language import Words
from kgsim.messages.phrases import bounds
from kgsim.report.content import Bullets, Cell, Column, Table, Tone, cells
from kgsim.report.provenance import kgsim_version
from kgsim.report.summary import beyond_range
from kgsim.results import VERDICTS
from kgsim.scenario.model import counted_claims
from kgsim.wording import capital, number, percent, quoted

_TONES: dict[str, Tone] = {"holds": "good", "passes": "good", "fails": "bad"}


def claims(found: Findings, said: Words) -> Section | None:
    """Return every claim with its verdict, and the numbers behind it; None if there is no claim."""
    decided = found.result.claims
    if not decided:
        return None
    shares = {} if found.drawn is None or found.drawn.shares is None else found.drawn.shares.claims
    labels = found.labels
    short = any(labels.claim(name) != each.says for name, each in decided.items())
    rows = tuple(
        (
            Cell(labels.claim(name)),
            Cell(said(f"claims.kind_{each.kind}")),
            Cell(said(f"claims.verdict_{each.verdict}"), tone=_TONES.get(each.verdict, "unsure")),
            *([Cell(_of_draws(shares[name], said) if name in shares else "-")] if shares else []),
            *([Cell(each.says)] if short else []),
        )
        for name, each in decided.items()
    )
    columns = (
        Column(said("claims.claim")),
        Column(said("claims.kind")),
        Column(said("claims.verdict")),
        *([Column(said("claims.of_draws"))] if shares else []),
        *([Column(said("claims.says"))] if short else []),
    )
    numbers = tuple(f"{quoted(labels.claim(name))}: {each.sentence}" for name, each in decided.items())
    return Section(
        "claims",
        said("claims.title"),
        _verdicts(found, said),
        (Table(columns, rows, said("claims.note")),),
        details=(Bullets(numbers),),
        notes=numbers,
    )


def _of_draws(shares: ClaimShares, said: Words) -> str:
    """In which share of draws each verdict falls, those that fall at all."""
    found = {verdict: getattr(shares, verdict) for verdict in ("holds", "depends", "fails", "undecided", "vacuous")}
    return ", ".join(f"{said(f'claims.verdict_{name}')} {share}" for name, share in found.items() if share.share)


def _verdicts(found: Findings, said: Words) -> str:
    """How many of the claims that count hold, and in which share of draws they do so together."""
    decided = found.result.claims
    counted = counted_claims({name: each.kind for name, each in decided.items()})
    by = {verdict: [name for name in counted if decided[name].verdict == verdict] for verdict in VERDICTS}
    told_as = {name: quoted(found.labels.claim(name)) for name in counted}
    rest = [
        said(f"claims.{verdict}", names=said.listed(told_as[name] for name in by[verdict]), count=len(by[verdict]))
        for verdict in ("fails", "depends", "undecided", "vacuous")
        if by[verdict]
    ]
    drawn = found.drawn
    jointly = None if drawn is None or drawn.shares is None else drawn.shares.together
    if not by["holds"]:
        return capital("; ".join(rest) or said("claims.none_counted"))
    if drawn is None or jointly is None or set(by["holds"]) != set(drawn.together):
        named = said(
            "claims.hold_here", names=said.listed(map(told_as.__getitem__, by["holds"])), count=len(by["holds"])
        )
        return capital("; ".join([named, *rest]))
    what = "results" if decided[counted[0]].kind == "result" else "undeclared"
    slots = {"count": len(counted), "holds": len(by["holds"]), "share": str(jointly), "draws": f"{drawn.draws:,}"}
    told = said(f"claims.message_{what}", **slots)
    return "; ".join([told, *rest])


def backtests(found: Findings, said: Words) -> Section | None:
    """Return how the scenario fares against history; None if it is not held against any."""
    if not found.scores:
        return None
    rows = tuple(
        (
            Cell(score.scenario.labels.of("backtests", score.backtest.name)),
            Cell(score.backtest.says),
            Cell(_told(score, said), tone=_TONES.get(score.verdict, "unsure")),
            Cell(said("backtests.of", some=score.excluded, all=len(score.feasible))),
            Cell(said.interval(percent(score.history.low), percent(score.history.high))),
            Cell(said.interval(percent(score.rival.low), percent(score.rival.high))),
            Cell(said("backtests.of", some=len(score.fitted), all=len(score.scenario.parameters))),
        )
        for score in found.scores
    )
    columns = (
        Column(said("backtests.history")),
        Column(said("backtests.what")),
        Column(said("backtests.verdict")),
        Column(said("backtests.excludes"), "right"),
        Column(said("backtests.share"), "right"),
        Column(said("backtests.rival"), "right"),
        Column(said("backtests.fitted"), "right"),
    )
    passed = sum(score.verdict == "passes" for score in found.scores)
    note = said("backtests.note", draws=found.scores[0].draws, seed=found.seed)
    unproven = [
        score.scenario.labels.of("backtests", score.backtest.name) for score in found.scores if not score.frozen
    ]
    if unproven:
        note += " " + said("backtests.unproven", names=said.listed(unproven))
    return Section(
        "backtests",
        said("backtests.title"),
        said("backtests.message", passed=passed, count=len(found.scores)),
        (Table(columns, rows, note),),
        notes=(note,),
    )


def _told(score: Score, said: Words) -> str:
    """A history's verdict, and why it is no pass."""
    verdict = said(f"backtests.verdict_{score.verdict}")
    if score.verdict == "passes":
        return said("backtests.cannot_miss", verdict=verdict) if score.cannot_miss else verdict
    if score.admits_history and score.outdone and not score.admits_rival:
        return said("backtests.why_outdone", verdict=verdict)
    if score.admits_history:
        return said("backtests.why_rival" if score.admits_rival else "backtests.why_doubt", verdict=verdict)
    return said("backtests.why_both" if score.admits_rival else "backtests.why_missed", verdict=verdict)


def assumptions(found: Findings, said: Words) -> Section | None:
    """Return every parameter with its value, range and certainty, and its reason; None if there is none."""
    parameters = found.scenario.parameters
    if not parameters:
        return None
    changed = found.result.changed
    rows = tuple(
        (
            Cell(each.label),
            Cell(number(found.result.values[name]), name in changed),
            Cell(bounds(said, each.range)),
            Cell(said(f"certainty.{each.certainty}")),
            Cell(", ".join(each.evidence) or "-"),
        )
        for name, each in parameters.items()
    )
    columns = (
        Column(said("assumptions.parameter")),
        Column(said("assumptions.value"), "right"),
        Column(said("assumptions.range"), "right"),
        Column(said("assumptions.certainty")),
        Column(said("assumptions.evidence")),
    )
    key = "message_changed" if changed else "message"
    return Section(
        "assumptions",
        said("assumptions.title"),
        said(f"assumptions.{key}", count=len(parameters), changed=len(changed)),
        (Table(columns, rows, said("assumptions.note_changed") if changed else ""),),
        details=(
            Bullets(tuple(f"{capital(each.label)} ({name}): {each.because}" for name, each in parameters.items())),
        ),
        slide=False,
    )


def evidence(found: Findings, said: Words) -> Section | None:
    """Return the entries of the ledger that something cites, and what cites them; None if nothing does."""
    scenario = found.scenario
    citing: dict[str, list[str]] = {}
    sections = (("parameters", scenario.parameters), ("claims", scenario.claims), ("backtests", scenario.backtests))
    for section, kind in sections:
        for name, each in kind.items():
            for id in each.evidence:
                citing.setdefault(id, []).append(found.labels.of(section, name).rstrip("."))
    entries = [entry for id, entry in scenario.evidence.items() if id in citing]
    if not entries:
        return None
    rows = tuple(
        cells(
            entry.id,
            entry.title,
            entry.date or "-",
            said(f"certainty.{entry.certainty}"),
            "; ".join(citing[entry.id]),
        )
        for entry in entries
    )
    columns = (
        Column(said("evidence.id")),
        Column(said("evidence.fact")),
        Column(said("evidence.date")),
        Column(said("evidence.certainty")),
        Column(said("evidence.cited")),
    )
    sources = tuple(
        f"{entry.id}: {entry.fact} {said('evidence.source')}: {entry.source}{f' {entry.url}' if entry.url else ''}"
        for entry in entries
    )
    judged = sum(each.certainty == "judgement" for each in scenario.parameters.values())
    return Section(
        "evidence",
        said("evidence.title"),
        said("evidence.message", count=len(entries), judgement=judged, parameters=len(scenario.parameters)),
        (Table(columns, rows),),
        details=(Bullets(sources),),
        notes=sources,
    )


def limits(found: Findings, said: Words) -> Section:
    """Return what the method cannot say, the doubts of these very results first."""
    result = found.result
    lines = []
    doubtful = [
        quoted(each.labels.structure(name))
        for name, each in result.structures.items()
        if each.equilibria and not each.complete
    ]
    if doubtful:
        lines.append(said("limits.incomplete", names=said.listed(doubtful)))
    beyond = [quoted(found.labels.parameter(name)) for name in beyond_range(result)]
    if beyond:
        lines.append(said("limits.beyond", names=said.listed(beyond)))
    knowledge = "types" if found.scenario.types else "knowledge"
    if found.repeated or found.path is not None:
        knowledge = "rounds"
    lines += [said(f"limits.{key}") for key in ("judgement", "units", "several", knowledge, "chance")]
    players = found.scenario.players
    lines.append(said("limits.players", count=len(players), names=said.listed(players.values())))
    return Section("limits", said("limits.title"), said("limits.message"), (Bullets(tuple(lines)),), notes=tuple(lines))


def provenance(found: Findings, said: Words, date: str) -> Section:
    """Return what the document was made from and with."""
    scenario, result = found.scenario, found.result
    changed = ", ".join(
        f"{found.labels.value(name, value)} ({number(scenario.parameters[name].value)})"
        for name, value in result.changed.items()
    )
    seed = str(found.seed) if found.scores or found.sensitivity else said("provenance.no_draws", seed=found.seed)
    methods = dict.fromkeys(each.method for each in result.structures.values() if each.method)
    rows = (
        cells(said("provenance.scenario"), f"{scenario.name}: {scenario.title}"),
        cells(said("provenance.digest"), scenario.digest),
        cells(said("provenance.date"), date or said("provenance.no_date")),
        cells(said("provenance.version"), kgsim_version()),
        cells(said("provenance.seed"), seed),
        cells(said("provenance.changed"), changed or said("provenance.nothing")),
        cells(said("provenance.method"), "; ".join(methods) or "-"),
    )
    table = Table((Column(said("provenance.item")), Column(said("provenance.content"))), rows)
    return Section("provenance", said("provenance.title"), said("provenance.message"), (table,))
