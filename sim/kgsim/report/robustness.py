"""Shares of draws as blocks: every way of drawing side by side."""

from __future__ import annotations

from collections.abc import Sequence

from kgsim.analysis.ordinal import RESTS_ON
from kgsim.analysis.robustness_result import Robustness
from kgsim.analysis.sampling import SAMPLINGS
from kgsim.analysis.shares import Share
from kgsim.report.content import Block, Bullets, Column, Heading, Paragraph, Table, cells
from kgsim.report.names import of_names
from kgsim.wording import counted, listed, number, quoted

#: Outcomes that no way of drawing reaches in a larger share are left to the JSON document.
LEAST = 0.0005


def of_robustness(result: Robustness) -> list[Block]:
    """Return the whole report on shares of draws."""
    blocks: list[Block] = [Heading(f"Robustness: {result.scenario.title}", 1)]
    blocks.append(
        Paragraph(
            "Shares of draws say how much of the parameters' ranges bears an answer out. They are no probabilities of "
            "anything in the world."
        )
    )
    blocks += [Heading("In short"), Bullets(result.sentences)]
    blocks += [Heading("How it was drawn"), Bullets(tuple(_design(result)))]
    blocks += [Heading("Equilibrium outcomes"), _outcomes(result)]
    blocks += [Heading("Not proven complete"), _proof(result)]
    if any(each.claims for each in result.priors.values()):
        blocks += [Heading("Claims"), _claims(result)]
    return [*blocks, *of_names(result.scenario.labels, "structures", "claims", "parameters")]


def told(share: Share | None) -> str:
    """Return a share in percent with half the width of its interval, such as ``30.2 ± 0.4``, or a bound."""
    if share is None:
        return ""
    if share.share == 0.0:
        return f"0 (< {100.0 * share.high:.2g})"
    if share.share == 1.0:
        return f"100 (> {100.0 * share.low:.4g})"
    error = 100.0 * share.error
    digits = 1 if error >= 0.05 else 2
    return f"{100.0 * share.share:.{digits}f} ± {error:.{digits}f}"


def _design(result: Robustness) -> list[str]:
    lines, said = [f"{each.name}, {each.draws:,} draws: {each.about}." for each in result.drawn], result.scenario.labels
    pairs = [
        f"{said.parameter(one)} and {said.parameter(other)} {number(rank)}"
        for (one, other), rank in result.correlations.items()
    ]
    tied = f"rank correlations (Gaussian copula): {listed(pairs)}" if pairs else "drawn independently"
    lines.append(f"{counted(len(result.parameters), 'parameter')} drawn; {tied}.")
    held = {name: value for name, value in result.values.items() if value != result.scenario.parameters[name].value}
    if held:
        lines.append(f"Held: {listed(said.value(*each) for each in held.items())}.")
    if result.sampling == "random":
        how = "Independent draws; intervals are Wilson's, at 95 %."
    else:
        how = (
            f"{counted(result.blocks, 'block')} of {result.size:,} draws a prior, each an independent randomised "
            f"design ({SAMPLINGS[result.sampling]}); 95 % intervals from their scatter, Wilson's if they agree."
        )
    lines.append(f"{how} All priors use the same random numbers. Seed {result.seed}.")
    for kind, about in RESTS_ON.items():
        names = [quoted(said.claim(name)) for name, each in result.rests_on.items() if each == kind]
        if names and result.ordinal:
            left_out = "; not redrawn" if kind == "stated" else ""
            lines.append(f"Under redrawn payoffs, {listed(names)} rest on {about}{left_out}.")
    return lines


def _columns(result: Robustness, *first: str) -> tuple[Column, ...]:
    return (*(Column(title) for title in first), *(Column(each.name, "right") for each in result.drawn))


def _outcomes(result: Robustness) -> Table:
    rows, said = [], result.scenario.labels
    for name in next(iter(result.priors.values())).structures:
        for rule in result.scenario.outcomes:
            shares = [
                each.structures[name].outcomes[rule.name] if name in each.structures else None for each in result.drawn
            ]
            if max(share.share for share in shares if share) >= LEAST:
                rows.append(cells(said.structure(name), said.outcome(rule.name), *map(told, shares)))
    return Table(
        _columns(result, "structure", "outcome"),
        tuple(rows),
        "Share of draws, in percent, in which the outcome is an equilibrium outcome; several may coexist in a draw. "
        "± is half of the 95 % interval of the Monte Carlo error.",
    )


def _proof(result: Robustness) -> Table:
    rows = []
    for name in next(iter(result.priors.values())).structures:
        found, way = [each.structures.get(name) for each in result.drawn], result.scenario.labels.structure(name)
        rows.append(cells(way, "open", *(told(each.unproven if each else None) for each in found)))
        if any(each and each.unsolved.share for each in found):
            rows.append(cells(way, "no solution", *(told(each.unsolved if each else None) for each in found)))
    return Table(
        _columns(result, "structure", ""),
        tuple(rows),
        "Share of draws, in percent, in which further equilibria are not ruled out (open: what pure equilibria reach "
        "is counted, which is nothing if all are mixed), or in which the structure has no solution.",
    )


def _claims(result: Robustness) -> Table:
    ways = list(result.priors.values())
    rows = []
    for name in ways[0].claims:
        says = result.scenario.labels.claim(name)
        for verdict in ("holds", "depends", "fails", "undecided", "vacuous"):
            shares: Sequence[Share] = [getattr(each.claims[name], verdict) for each in ways]
            if any(share.share for share in shares):
                rows.append(cells(says, verdict, *map(told, shares)))
        if any(each.claims[name].where_met for each in ways):
            met = (told(each.claims[name].where_met) for each in ways)
            rows.append(cells(says, "holds where its premise is met", *met))
    return Table(
        (Column("claim"), Column("verdict"), *(Column(each.name, "right") for each in ways)),
        tuple(rows),
        "Share of draws, in percent. A claim depends where some equilibria bear it out and others do not; it is "
        "undecided where a structure has no solution or an equilibrium that might contradict is not ruled out, and "
        "vacuous where its premise is met at no equilibrium.",
    )
