"""What draws from the ranges say: which outcome is reached most often, how sturdy claims are, what moves payoffs."""

from __future__ import annotations

from collections.abc import Mapping

from kgsim.analysis.discovery import Discovery
from kgsim.analysis.robustness_result import Robustness
from kgsim.analysis.sensitivity import Sensitivity
from kgsim.language import Words
from kgsim.messages.phrases import shares
from kgsim.wording import NOISE, capital, percent


def most_frequent(result: Robustness) -> dict[str, str | None]:
    """Return for each structure the outcome reached in most draws, None where that turns on how they are drawn."""
    found: dict[str, set[str]] = {}
    for way in result.priors.values():
        for name, structure in way.structures.items():
            top = max(structure.outcomes, key=lambda outcome: structure.outcomes[outcome].share)
            found.setdefault(name, set()).add(top)
    return {name: next(iter(tops)) if len(tops) == 1 else None for name, tops in found.items()}


def shares_message(result: Robustness, said: Words) -> str:
    """Say which outcome is reached in most draws, under how many of the structures."""
    tops, labels = most_frequent(result), result.scenario.labels
    if len(tops) == 1:
        ((name, top),) = tops.items()
        if top is None:
            return capital(said("shares.open", structure=labels.structure(name)))
        reached = [way.structures[name].outcomes[top].share for way in result.priors.values()]
        slots = {"outcome": labels.outcome(top), "structure": labels.structure(name), "share": shares(said, reached)}
        return capital(said("shares.message_one", **slots))
    counts: dict[str, int] = {}
    for outcome in filter(None, tops.values()):
        counts[outcome] = counts.get(outcome, 0) + 1
    told = sorted(counts.items(), key=lambda each: -each[1])
    parts = [said("shares.part", outcome=labels.outcome(outcome), count=count) for outcome, count in told]
    if unsure := sum(top is None for top in tops.values()):
        parts.append(said("shares.unsure", count=unsure))
    return capital(said("shares.message", count=len(tops), parts=", ".join(parts)))


def claims_message(result: Robustness, said: Words) -> str:
    """Say how many claims hold in at least half of the draws, however they are drawn, and which is least sturdy."""
    ways = list(result.priors.values())
    holds = {name: [way.claims[name].holds.share for way in ways] for name in ways[0].claims}
    least = min(holds, key=lambda name: max(holds[name]))
    sturdy = sum(min(found) >= 0.5 for found in holds.values())
    slots = {"claim": result.scenario.labels.claim(least), "share": shares(said, holds[least])}
    return capital(said("sturdy.message", count=len(holds), sturdy=sturdy, **slots))


def movers_message(result: Sensitivity, structure: str, said: Words) -> str:
    """Say which parameter moves each player's payoff most by itself."""
    bars = result.tornado.bars[structure]
    return _leading(
        result,
        structure,
        said,
        {player: each[0].parameter for player, each in bars.items() if each and each[0].swing > NOISE},
    )


def indices_message(result: Sensitivity, said: Words) -> str:
    """Say which parameter most of each payoff's variance goes with, where its index can be told from 0."""
    assert result.indices is not None
    top = {
        player: found[0].parameter
        for player, found in result.indices.players.items()
        if found and found[0].total > found[0].total_error
    }
    if not top:
        return capital(said("sensitivity.untold", count=result.indices.draws))
    return _leading(result, result.structure, said, top, "sensitivity.message_variance")


def _leading(
    result: Sensitivity, structure: str, said: Words, top: Mapping[str, str], key: str = "sensitivity.message"
) -> str:
    labels = result.scenario.labels
    if not top:
        return capital(said("sensitivity.message_none", structure=labels.structure(structure)))
    groups: dict[str, list[str]] = {}
    for player, parameter in top.items():
        groups.setdefault(parameter, []).append(result.scenario.players[player])
    parts = [
        said("sensitivity.mover", name=labels.parameter(name), players=said.listed(players))
        for name, players in groups.items()
    ]
    return capital(said(key, structure=labels.structure(structure), names=said.listed(parts)))


def box_message(found: Discovery) -> str:
    """Say what of the draws sought lies in the first box, and how much of the box is such."""
    if not found.boxes:
        return f"No box tells where {found.question}"
    box = found.boxes[0].box
    told = f"{percent(box.coverage)} of the draws sought lie in one box, {percent(box.mass)} of all draws"
    return f"{told}; {percent(box.density)} of it are such"
