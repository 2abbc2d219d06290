"""Results made by hand for the tests of reports, figures and commands: no solver, every feature, any size."""

from __future__ import annotations

from collections.abc import Sequence

from kgsim.results import ClaimResult, Course, Equilibrium, Result, StructureSolution
from kgsim.scenario.expressions import parse
from kgsim.scenario.model import (
    Action,
    Claim,
    Decision,
    OutcomeRule,
    Parameter,
    Scenario,
    Structure,
)

PLAYERS = {"US": "United States", "ROK": "Republic of Korea", "DPRK": "North Korea"}
OFFERS = (
    Action("hold"),
    *(Action("offer", {"relief": x, "recognition": y}) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.75)),
)
PAYOFFS = {
    "bypass deal": (2.5, -32.5, 5.25),
    "front deal": (12.5, -3.5, 2.25),
    "border calm": (0.0, 12.0, 0.0),
    "status quo": (0.0, 0.0, 0.0),
}


def scenario(
    players: dict[str, str] = PLAYERS, structures: int = 4, outcomes: Sequence[str] = tuple(PAYOFFS), label: str = ""
) -> Scenario:
    """A scenario of which only the parts that reports and figures read make sense."""
    us, rok, dprk = list(players)[:3]
    decisions = {
        us: Decision(us, us, {"hold": "keep up pressure", "offer": f"ICBM-only offer {label}".strip()}, OFFERS),
        rok: Decision(rok, rok, {"align": "align", "calm": "border calm"}, (Action("align"), Action("calm"))),
        dprk: Decision(
            dprk,
            dprk,
            {"refuse": "refuse", "take_us": "take the US offer", "take_both": "take both offers"},
            (Action("refuse"), Action("take_us"), Action("take_both")),
        ),
    }
    plays = (
        (((us,), (rok,)), ((dprk,),)),
        (((us, rok),), ((dprk,),)),
        (((us,),), ((dprk,),), ((rok,),)),
        (((us,), (rok,), (dprk,)),),
    )
    names = ("parallel", "coordinated", "bypass", "simultaneous", *(f"structure_{i}" for i in range(5, 99)))
    return Scenario(
        name="made_up",
        title=f"A made-up negotiation {label}".strip(),
        question="Does coordination pay?",
        players=players,
        parameters={
            "A": Parameter("A", "alliance cost", 20.0, (0.0, 45.0), "a judgement", "judgement"),
            "h": Parameter("h", "homeland threat", 50.0, (20.0, 80.0), "a judgement", "judgement"),
        },
        quantities={},
        terms={"relief": "sanctions relief", "recognition": "recognition", "calm": "border calm"},
        decisions=decisions,
        outcomes=tuple(
            OutcomeRule(name, f"{name} {label}".strip(), {us: frozenset({"hold"})} if name != "status quo" else {}, {})
            for name in outcomes
        ),
        utilities={player: parse("A") for player in players},
        structures={
            names[i]: Structure(names[i], f"structure number {i + 1} {label}".strip(), plays[i % 4], {}, {}, {})
            for i in range(structures)
        },
        claims={"H1": Claim("H1", "parallel play pays the North", parse("A > 0"))},
        evidence={},
        date="2025-06-13",
        digest="0" * 64,
    )


def worth(outcome: str, players: int) -> tuple[float, ...]:
    """Payoffs of an outcome; players beyond the third share those of the first three."""
    return (PAYOFFS[outcome] * 2)[:players]


def course(
    players: Sequence[str], outcome: str, moves: Sequence[str], probability: float = 1.0, shift: float = 0.0
) -> Course:
    """A course of play with the payoffs that the outcome has in `PAYOFFS`, shifted."""
    payoffs = {player: value + shift for player, value in zip(players, worth(outcome, len(players)), strict=True)}
    terms = {"relief": 0.5} if "deal" in outcome else {}
    return Course(probability, dict(zip(players, moves, strict=False)), outcome, terms, payoffs)


def equilibrium(*courses: Course, alternatives: int = 0, disagreement: dict[str, float] | None = None) -> Equilibrium:
    """An equilibrium with these courses."""
    lottery: dict[str, float] = {}
    for each in courses:
        lottery[each.outcome] = lottery.get(each.outcome, 0.0) + each.probability
    payoffs = {
        player: sum(each.probability * each.payoffs[player] for each in courses) for player in courses[0].payoffs
    }
    return Equilibrium(lottery, payoffs, courses, (), alternatives, 3e-16, disagreement)


def result(
    players: dict[str, str] = PLAYERS, structures: int = 4, equilibria: int = 3, label: str = "", unsolved: bool = True
) -> Result:
    """A result with an interval, a mixed equilibrium, a continuum and a structure that could not be solved."""
    made = scenario(players, structures, label=label)
    ids = tuple(players)
    calm = equilibrium(course(ids, "border calm", ("hold", "calm", "refuse")), alternatives=3)
    front = equilibrium(
        course(ids, "front deal", ("offer(relief=0, recognition=0.75)", "align", "take_both")),
        disagreement=dict.fromkeys(ids, 0.0),
    )
    bypass = equilibrium(course(ids, "bypass deal", ("offer(relief=0.5, recognition=0)", "align", "take_us")))
    mixed = equilibrium(
        course(ids, "bypass deal", ("offer(relief=1, recognition=0.75)", "calm", "take_us"), 0.375),
        course(ids, "border calm", ("hold", "calm", "refuse"), 0.5),
        course(ids, "status quo", ("hold", "align", "refuse"), 0.125),
    )
    more = [
        equilibrium(
            course(ids, tuple(PAYOFFS)[i % 4], ("offer(relief=0.5, recognition=0.75)", "calm", "take_us"), 1.0, i / 2)
        )
        for i in range(3, equilibria)
    ]
    sets = ((calm, bypass, mixed, *more)[:equilibria], (front,), (bypass,), ())
    solutions = {}
    for i, (name, structure) in enumerate(made.structures.items()):
        found = sets[i % 4]
        if not found and not unsolved:
            found = (calm,)
        solutions[name] = StructureSolution(
            name=name,
            label=structure.label,
            players=ids,
            stages=tuple(tuple("+".join(mover) for mover in movers) for movers in structure.play),
            equilibria=found,
            continua=((0, 2),) if len(found) > 2 else (),
            convex=(True,) if len(found) > 2 else (),
            complete=len(found) != 3,
            reasons=("Every subgame was solved exactly.",) if found else (),
            method="backward induction",
            unsolved="" if found else "No joint position is better than the disagreement point for both.",
        )
    return Result(
        scenario=made,
        values={"A": 5.0, "h": 50.0},
        changed={"A": 5.0},
        structures=solutions,
        claims={
            "H1": ClaimResult(
                "H1",
                "parallel play pays the North",
                "depends",
                "It is 0 to 5.25 against 2.25.",
                {"a": (0.0, 5.25), "b": (2.25, 2.25)},
            ),
            "H2": ClaimResult(
                "H2", "the bypass is Seoul's worst case", "holds", "It is -32.5, the least.", {"worst": (-32.5, -32.5)}
            ),
        },
        outcome_payoffs={
            "bypass deal": dict(zip(ids, ((-20.0, 37.5), (-52.5, -17.5), (-21.0, 14.0)) * 2, strict=False)),
            **{
                name: {player: (value, value) for player, value in zip(ids, worth(name, len(ids)), strict=True)}
                for name in tuple(PAYOFFS)[1:]
            },
        },
    )


#: A seller parts with a good for 2 if it is worth less to it, and a buyer buys if it is worth more. Claims follow.
SALE = """
kgsim: 1
title: Sale
question: Is it sold?
players: {S: Seller, B: Buyer}
parameters:
  cost: {label: worth to the seller, value: 1, range: [0, 4], because: made up for a test, certainty: judgement}
  worth: {label: worth to the buyer, value: 3, range: [0, 4], because: made up for a test, certainty: judgement}
terms: {sold: sold}
moves: {S: {keep: keep, sell: sell}, B: {refuse: refuse, buy: buy}}
outcomes: {sale: {when: {S: sell, B: buy}, terms: {sold: 1}}, none: {otherwise: true}}
utilities: {S: sold*(2 - cost), B: sold*(worth - 2)}
structures: {market: {play: [S, B]}}
claims:
"""
