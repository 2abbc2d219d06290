"""What a solved scenario says: who fares worst where, which outcomes come about, what a change of play is worth."""

from __future__ import annotations

from kgsim.language import Words
from kgsim.messages.phrases import endings, known, same
from kgsim.ranking import gain, payoffs_of, reached_in, solved, worst, worst_structures
from kgsim.results import Interval, Result, StructureSolution
from kgsim.scenario.labels import Labels
from kgsim.wording import NOISE

#: Structures that are named; of more the first ones.
MOST_NAMED = 3


def surely_worst(result: Result, player: str) -> tuple[str, ...]:
    """Return the structures in which a player may fare worst; none if that may be in all of them."""
    names = tuple(name for name in result.structures if name in worst_structures(result, player))
    return names if len(names) < len(solved(result)) else ()


def ending_message(solution: StructureSolution, labels: Labels, said: Words) -> str:
    """Say what play of one structure ends in."""
    key = "outcomes.message_one" if solution.equilibria else "outcomes.message_unsolved"
    told = said(key, structure=labels.structure(solution.name), ending=endings(said, solution))
    return known(said, told, complete=solution.complete or not solution.equilibria)


def play_message(result: Result, said: Words) -> str:
    """Say where one way to play ends, or who fares worst under which of several.

    That is the player whose worst case lies in the fewest of them: whose is worse cannot be compared.
    """
    if len(result.structures) == 1:
        return ending_message(next(iter(result.structures.values())), result.scenario.labels, said)
    complete = all(solution.complete for solution in solved(result).values())
    return known(said, _play(result, said), complete=complete)


def _play(result: Result, said: Words) -> str:
    count, labels = len(result.structures), result.scenario.labels
    found = {player: names for player in result.scenario.players if (names := surely_worst(result, player))}
    if not found:
        each = [solution.values for solution in solved(result).values()]
        flat = bool(each) and all(same(values[player] for values in each) for player in result.scenario.players)
        return said("outcomes.message_flat" if flat else "outcomes.message_open", count=count)
    player = min(found, key=lambda name: len(found[name]))
    quoted = [f"“{labels.structure(name)}”" for name in found[player]]
    return said(
        "outcomes.message",
        count=count,
        endings=len({ending for solution in result.structures.values() for ending in solution.outcomes}),
        player=result.scenario.players[player],
        worst=said.listed(quoted, "or") if len(quoted) <= MOST_NAMED else f"{', '.join(quoted[:MOST_NAMED])} …",
    )


def ranks_message(result: Result, said: Words) -> str:
    """Say how many outcomes come about, and what each player fears most, where it is one outcome."""
    labels, count = result.scenario.labels, len(result.outcome_payoffs)
    reached = sum(bool(reached_in(result, outcome)) for outcome in result.outcome_payoffs)
    feared = {player: worst(payoffs_of(result, player)) for player in result.scenario.players}
    parts = [
        said("ranks.worst", outcome=labels.outcome(next(iter(outcomes))), player=result.scenario.players[player])
        for player, outcomes in feared.items()
        if len(outcomes) == 1
    ]
    told = said("ranks.reached", reached=reached, count=count)
    return said("ranks.message", told=told, worst=said.listed(parts)) if parts else told


def gains(result: Result, origin: str, to: str) -> dict[str, Interval]:
    """Return what one structure is worth to each player over another."""
    before, after = (result.structures[name].values for name in (origin, to))
    return {player: gain(before[player], after[player]) for player in result.scenario.players}


def worth_message(result: Result, origin: str, to: str, said: Words) -> str:
    """Say who gains and who loses by one structure instead of another."""
    groups: dict[str, list[str]] = {"gains": [], "loses": [], "even": [], "open": []}
    for player, (low, high) in gains(result, origin, to).items():
        kind = "gains" if low > NOISE else "loses" if high < -NOISE else "even" if high - low < NOISE else "open"
        groups[kind].append(result.scenario.players[player])
    parts = [
        said(f"worth.{kind}", players=said.listed(names), count=len(names)) for kind, names in groups.items() if names
    ]
    labels = result.scenario.labels
    told = said("worth.message", origin=labels.structure(origin), to=labels.structure(to), parts=", ".join(parts))
    return known(said, told, complete=all(result.structures[name].complete for name in (origin, to)))
