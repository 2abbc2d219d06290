"""What some players could agree on, what each rule of bargaining makes of it, and how coalitions would share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kgsim.analysis.bargaining import deal_table, pair_of, payoffs_without, seats_of, without_agreement
from kgsim.analysis.coalitions import Coalitions, UnknownWorthError, coalitions
from kgsim.analysis.plain import Plain
from kgsim.analysis.settlements import Settlement
from kgsim.errors import GameError
from kgsim.evaluate import solve
from kgsim.results import Result
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import structure_of
from kgsim.showing import Told
from kgsim.structures.solution import fallback_structures
from kgsim.wording import counted, listed, number

#: Shares of the bargaining power at which the Nash product is told.
POWERS = tuple(share / 10 for share in range(1, 10))


@dataclass(frozen=True, eq=False)
class Agreement(Told, Plain):
    """What some players could agree on.

    Attributes
    ----------
    scenario, structure, label
        The scenario, and the structure of play whose deals are on the table.
    parties
        Those who have to agree.
    without
        The outcome or structure that is played without agreement.
    fallback
        Party to what it has then.
    ways
        How many ways there are to disagree, of which the first is told.
    most
        Party to the most it could gain in a deal that leaves no party worse off; empty if there is none.
    settlements
        Bargaining rule to the deal that it picks; empty if no deal gives all parties more.
    powerful, by_power
        The player whose bargaining power varies, and its share of the power with what the Nash product picks.
    coalitions
        With side payments; None unless rates are stated.
    unknown
        Why coalitions are not told though rates are stated; empty if they are.
    result
        The solutions that this rests on.
    """

    scenario: str
    structure: str
    label: str
    parties: tuple[str, ...]
    without: str
    fallback: Mapping[str, float]
    ways: int
    most: Mapping[str, float]
    settlements: Mapping[str, Settlement]
    powerful: str
    by_power: tuple[tuple[float, Settlement], ...]
    coalitions: Coalitions | None
    unknown: str
    result: Result = field(repr=False)

    def to_dict(self) -> dict[str, object]:
        """Return all of it as plain data, but for the solutions."""
        return {name: value for name, value in super().to_dict().items() if name != "result"}

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer in short."""
        return tuple(self._said())

    def _said(self) -> Iterator[str]:
        said = self.result.scenario.labels
        section = "structures" if self.without in said.full["structures"] else "outcomes"
        without, parties = said.of(section, self.without), listed(map(said.player, self.parties))
        has = listed(f"{said.player(party)} has {number(worth)}" for party, worth in self.fallback.items())
        first = "" if self.ways == 1 else f", the first of {counted(self.ways, 'way')} to disagree"
        yield f"Without agreement ({without}{first}) {has}."
        if not self.settlements:
            yield f"There is no zone of agreement: no deal gives {parties} more than that."
        else:
            most = listed(f"{said.player(party)} {number(gain)}" for party, gain in self.most.items())
            yield f"There is a zone of agreement; the most that each could gain in it is {most}."
            picked: dict[str, list[str]] = {}
            for rule, each in self.settlements.items():
                picked.setdefault(each.outcome, []).append(NAMES[rule])
            told = "; ".join(f"{said.outcome(outcome)} by {listed(rules)}" for outcome, rules in picked.items())
            alike = "All rules pick one outcome" if len(picked) == 1 else "Which outcome is picked depends on the rule"
            yield f"{alike}: {told}."
        if self.unknown:
            yield f"Coalitions are not told: {self.unknown}."
        elif self.coalitions is None:
            yield "Side payments need a common unit: state what one point of each player counts for to see coalitions."
        elif self.coalitions.certain:
            yield f"With side payments the core is {_core(self.coalitions)}."


NAMES = {
    "nash": "Nash",
    "kalai_smorodinsky": "Kalai-Smorodinsky",
    "egalitarian": "the egalitarian rule",
    "utilitarian": "the utilitarian rule",
}


def bargain(
    scenario: Scenario,
    values: Mapping[str, float] | None = None,
    *,
    structure: str | None = None,
    parties: Sequence[str] | None = None,
    fallback: str | None = None,
    rates: Mapping[str, float] | None = None,
    power: str | None = None,
    **more: float,
) -> Agreement:
    """Say what some players could agree on, and what each rule of bargaining picks.

    Parameters
    ----------
    scenario
        The scenario; without private types.
    values, **more
        Parameter values; parameters left out stay at their base values.
    structure
        The structure of play whose deals are on the table; the first one if left out.
    parties
        Two players or more who have to agree; whom deals are between if left out (see `kgsim.bargaining_space`).
    fallback
        What is played without agreement: a structure or an outcome. If left out, the structure that a bloc falls back
        on, or what comes about if no other rule of the scenario matches.
    rates
        Player to what one point of its counts for. With them the egalitarian and utilitarian rules are told, and what
        coalitions are worth if they can pay each other.
    power
        A party whose share of the bargaining power is varied from 0.1 to 0.9, the others sharing the rest evenly.

    Raises
    ------
    GameError
        If a name is unknown, a rate is missing, players have private types, or a structure cannot be solved.
    """
    given = together(scenario, values, more)
    seats_of(scenario, parties or ())
    chosen = structure_of(scenario, structure or next(iter(scenario.structures)))
    needed = [*fallback_structures(chosen), fallback or ""]
    solved = [*(name for name in needed if name in scenario.structures), chosen.name]
    result = solve(scenario, given, structures=list(dict.fromkeys(solved)))
    whole = deal_table(result, (chosen.name,))
    agreeing = tuple(pair_of(result) if parties is None else dict.fromkeys(parties))
    if len(agreeing) < 2:
        raise GameError(f"parties: {listed(agreeing)} has nobody to agree with; name two players or more")
    if power is not None and power not in agreeing:
        raise GameError(f"power: {power!r} is no party. {suggestion(power, agreeing, 'party')}")
    seats = seats_of(scenario, agreeing)
    without = without_agreement(result, whole) if fallback is None else fallback
    ways, table = payoffs_without(result, without, whole), whole.between(seats)
    held = ways[0, seats]
    shares = None if rates is None else [float(rates.get(party, 0.0)) for party in agreeing]
    joined, unknown = None, ""
    try:
        joined = None if rates is None else coalitions(scenario, result.values, chosen.name, rates)
    except UnknownWorthError as error:
        unknown = str(error).rstrip(".")
    most = table.most(seats, held)
    return Agreement(
        scenario.name,
        chosen.name,
        chosen.label,
        agreeing,
        without,
        dict(zip(agreeing, map(float, held), strict=True)),
        len(ways),
        {} if most is None else dict(zip(agreeing, map(float, most), strict=True)),
        table.settlements(seats, held, shares),
        power or "",
        () if power is None else tuple(_by_power(table.settlements, seats, held, agreeing.index(power))),
        joined,
        unknown,
        result,
    )


def _by_power(settlements, seats, held, place) -> Iterator[tuple[float, Settlement]]:  # type: ignore[no-untyped-def]
    for share in POWERS:
        rest = (1.0 - share) / (len(seats) - 1)
        picked = settlements(seats, held, power=[share if party == place else rest for party in range(len(seats))])
        if "nash" in picked:
            yield share, picked["nash"]


def _core(found: Coalitions) -> str:
    apart, joined = bool(found.core_apart), bool(found.core_together)
    if apart == joined:
        return "not empty, whatever who leaves expects of the others" if apart else "empty: some would rather leave"
    expected = ("apart", "together") if apart else ("together", "apart")
    return "not empty if who leaves expects the others to stay {}, and empty if {}".format(*expected)
