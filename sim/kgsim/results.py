"""What solving a scenario gives: frozen types that tables, figures and claims read, and that nobody computes in.

A structure's solution is a *set* of subgame-perfect equilibria, grouped by the lottery over outcomes and the payoffs
they lead to. Everything a reader needs to distrust it travels with it: whether the set is complete and why (not), each
equilibrium's residual, and the strategies behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from kgsim.scenario.labels import Labels
from kgsim.scenario.model import UNDECLARED, Scenario
from kgsim.showing import Shown

if TYPE_CHECKING:
    import pandas as pd

Interval = tuple[float, float]
Verdict = Literal["fails", "holds", "depends", "undecided", "vacuous"]

#: The verdicts in order: arrays of verdicts hold their numbers.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
FAILS, HOLDS, DEPENDS, UNDECIDED, VACUOUS = range(5)


@dataclass(frozen=True)
class Course:
    """One course of play that has positive probability under an equilibrium.

    Attributes
    ----------
    probability
        Of this course under the equilibrium.
    moves
        Decision to action, such as ``{"US": "icbm_only(relief=0, recognition=0.75)", "DPRK": "take_us"}``, in the
        order of play (decisions that the structure fixes come last).
    outcome, terms
        What it leads to, and the terms that are not 0.
    payoffs
        Player to payoff, in utility points.
    types
        Informed player to its type, where there are private types.
    """

    probability: float
    moves: Mapping[str, str]
    outcome: str
    terms: Mapping[str, float]
    payoffs: Mapping[str, float]
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Belief:
    """What the others believe about an informed player after some moves, or one about what it did not see.

    Attributes
    ----------
    after
        Decision to action, of the stages so far.
    probabilities
        Type to the least and the largest probability under which the equilibrium stands: one number by Bayes' rule, a
        range after a surprise. For two types the range is exactly the set.
    surprise
        Whether the moves have no probability under the equilibrium, so that Bayes' rule does not apply.
    believer
        The player who believes so when it moves, and one belief of those that may support the equilibrium is told after
        a surprise; empty if all others do.
    decision
        The decision, or draw, that it is about, if it is not about the types of `player`; what is not accounted for by
        its actions is that it was not made.
    """

    player: str
    after: Mapping[str, str]
    probabilities: Mapping[str, Interval]
    surprise: bool
    believer: str = ""
    decision: str = ""


@dataclass(frozen=True)
class AnsweredAlike:
    """Between which values of a term an offer from an interval is answered as it is.

    Attributes
    ----------
    decision, term
        Where it is offered.
    offered
        How much is.
    low, high
        From how much up to how much later movers go on in the same way, all else that is offered being the same; at
        these two, unless they are the interval's, some later mover is indifferent.
    interval
        What can be offered.
    """

    decision: str
    term: str
    offered: float
    low: float
    high: float
    interval: Interval


@dataclass(frozen=True)
class Equilibrium:
    """A class of subgame-perfect equilibria with one lottery over outcomes and one payoff vector.

    Attributes
    ----------
    outcomes
        Outcome to probability, likeliest first.
    payoffs
        Player to expected payoff.
    courses
        The courses of play of one strategy profile of the class (one if its path is pure).
    alternatives
        Other pure courses of play by which equilibria of this class get to the same outcome and payoffs, as decision to
        action; at most `structures.solution.MOST_ALTERNATIVES` are kept and `alternatives_count` counts them all.
    residual
        The largest gain any mover has from deviating once, at any history, from the strategy profile behind
        `courses`; in utility points (for a bloc, in its objective's points). Exact equilibria show rounding only.
    offers
        Menu values that the claims ask for, as ``decision.term``, to what is offered in expectation, as far as the
        outcome takes it up (`kgsim.scenario.on_the_table`).
    disagreement
        For a bloc whose fallback is the value of another structure: the fallback this equilibrium rests on.
    type_payoffs
        Informed player to its type to what that type expects, where there are private types; `payoffs` are then
        expectations before types are drawn.
    beliefs
        What has to be believed for the equilibrium to stand, where there are private types.
    notes
        What kind of equilibrium it is, such as ``pooling`` or ``fails the intuitive criterion``.
    answered
        How far what is offered from an interval may be changed before it is answered otherwise, on a path that is pure.
    strategy
        Call it for the whole strategy profile: decision group (mover) to an array of probabilities whose last axis
        are the mover's actions and whose other axes are the actions seen before, in order of play.
    """

    outcomes: Mapping[str, float]
    payoffs: Mapping[str, float]
    courses: tuple[Course, ...]
    alternatives: tuple[Mapping[str, str], ...]
    alternatives_count: int
    residual: float
    disagreement: Mapping[str, float] | None = None
    type_payoffs: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    beliefs: tuple[Belief, ...] = ()
    notes: tuple[str, ...] = ()
    offers: Mapping[str, float] = field(default_factory=dict)
    answered: tuple[AnsweredAlike, ...] = ()
    strategy: Callable[[], Mapping[str, np.ndarray]] = field(default=dict, repr=False, compare=False)

    @property
    def pure(self) -> bool:
        """Whether one course of play is certain."""
        return len(self.courses) == 1

    @property
    def name(self) -> str:
        """The outcome, or the lottery over outcomes, as text."""
        if len(self.outcomes) == 1:
            return next(iter(self.outcomes))
        return ", ".join(f"{outcome} {probability:.0%}" for outcome, probability in self.outcomes.items())


@dataclass(frozen=True)
class StructureSolution(Shown):
    """All equilibria found under one structure of play.

    Attributes
    ----------
    stages
        The movers of each stage, as text, such as ``(("US", "ROK"), ("DPRK",))``; a bloc is ``"US+ROK"``.
    equilibria
        Grouped by lottery and payoffs.
    continua
        Groups of indices into `equilibria`: between the members of a group there is a continuum of further
        equilibria, each of whose lotteries is a mixture of the members', so that values and outcomes range over no
        more than theirs.
    convex
        For each continuum, whether every mixture of its members is an equilibrium, and not only some.
    complete
        Whether every subgame-perfect equilibrium's lottery and payoffs are listed or lie in a continuum.
    reasons
        Why the set is complete, or each reason why it may not be, as sentences.
    unsolved
        Why the structure could not be solved at these parameter values (a bloc rule that does not apply); empty
        otherwise.
    drawn
        The chance events among the movers.
    labels
        The words that stand for the scenario's names.
    """

    name: str
    label: str
    players: tuple[str, ...]
    stages: tuple[tuple[str, ...], ...]
    equilibria: tuple[Equilibrium, ...]
    continua: tuple[tuple[int, ...], ...]
    convex: tuple[bool, ...]
    complete: bool
    reasons: tuple[str, ...]
    method: str
    unsolved: str = ""
    drawn: tuple[str, ...] = ()
    labels: Labels = field(default=Labels(), repr=False, compare=False)

    @property
    def values(self) -> dict[str, Interval]:
        """Player to the smallest and largest payoff over all equilibria."""
        return {
            player: (
                min(equilibrium.payoffs[player] for equilibrium in self.equilibria),
                max(equilibrium.payoffs[player] for equilibrium in self.equilibria),
            )
            for player in (self.players if self.equilibria else ())
        }

    @property
    def offers(self) -> dict[str, Interval]:
        """Menu value, as ``decision.term``, to the least and the most that is offered over all equilibria, if asked."""
        told = [equilibrium.offers for equilibrium in self.equilibria]
        return {
            offer: (min(each[offer] for each in told), max(each[offer] for each in told))
            for offer in (told[0] if told else ())
        }

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that some equilibrium reaches, in order of first appearance."""
        return tuple(dict.fromkeys(outcome for equilibrium in self.equilibria for outcome in equilibrium.outcomes))

    @property
    def residual(self) -> float:
        """The largest residual of any equilibrium."""
        return max((equilibrium.residual for equilibrium in self.equilibria), default=0.0)


@dataclass(frozen=True)
class ClaimResult:
    """A claim's verdict, the numbers that decide it and a sentence that tells it.

    Attributes
    ----------
    verdict
        ``depends`` on which equilibrium is played, where the claim holds at some and fails at others; ``undecided``
        where a structure it speaks of was not solved, or where equilibria that might contradict are not ruled out;
        ``vacuous`` where its premise is met at no equilibrium.
    numbers
        Each quantity the claim compares, as text, to its interval over the equilibria.
    kind
        One of `kgsim.scenario.model.KINDS`, or ``undeclared``.
    given
        Its premise, as written; empty if it has none.
    """

    name: str
    says: str
    verdict: Verdict
    sentence: str
    numbers: Mapping[str, Interval]
    kind: str = UNDECLARED
    given: str = ""


@dataclass(frozen=True)
class Result(Shown):
    """A scenario solved at one point of its parameters.

    Attributes
    ----------
    values
        Parameter to the value used.
    changed
        The parameters whose value is not the file's.
    outcome_payoffs
        Outcome to player to the smallest and largest payoff over all profiles of all structures that lead to it.
    """

    scenario: Scenario
    values: Mapping[str, float]
    changed: Mapping[str, float]
    structures: Mapping[str, StructureSolution]
    claims: Mapping[str, ClaimResult]
    outcome_payoffs: Mapping[str, Mapping[str, Interval]]

    def __repr__(self) -> str:
        verdicts = {name: claim.verdict for name, claim in self.claims.items()}
        return (
            f"Result(scenario={self.scenario.name!r}, changed={dict(self.changed)}, "
            f"structures={list(self.structures)}, claims={verdicts})"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per structure, equilibrium and player (`kgsim.report.frame`); needs pandas."""
        from kgsim.report import frame

        return frame.of_result(self)
