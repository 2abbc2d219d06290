"""What a scenario says, after it has been read and checked: frozen types, no YAML and no solver.

A *decision* is a point at which one player chooses among *moves*; by default every player has one decision,
named like the player. A move with a menu expands to one *action* per combination of its terms. A *profile*
is one action per decision, and the *outcome rules*, tried in order, say which outcome a profile leads to
and on which terms. The *utilities* turn terms and parameters into payoffs, and *structures* say who moves
when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from kgsim.errors import Problem
from kgsim.scenario.expressions import Expression
from kgsim.scenario.labels import Labels
from kgsim.scenario.names import INPUT_FUNCTIONS
from kgsim.scenario.nodes import Call
from kgsim.scenario.rounds import Dynamics, RepeatedGame, Strategy
from kgsim.scenario.source import Place
from kgsim.showing import Shown
from kgsim.wording import counted

if TYPE_CHECKING:
    from kgsim.scenario.levers import Lever

Certainty = Literal["high", "medium", "low", "judgement"]

#: What a claim may be declared to be: an ordering of what is put in, true by construction, or found by play.
KINDS = ("assumption", "identity", "result")

#: What a claim is called whose kind nobody declared.
UNDECLARED = "undeclared"


@dataclass(frozen=True)
class Evidence:
    """One entry of the evidence ledger: a fact in our own words and where it comes from."""

    id: str
    title: str
    fact: str
    source: str
    certainty: Certainty
    date: str | None = None
    url: str | None = None
    context: bool = False
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Distribution:
    """How a parameter is drawn within its range; `normal` is truncated to the range."""

    shape: Literal["uniform", "triangular", "normal"]
    mode: float | None = None
    mean: float | None = None
    sd: float | None = None


@dataclass(frozen=True)
class Parameter:
    """A named number with its plausible range, its reason and its evidence (ids of `Scenario.evidence`)."""

    name: str
    label: str
    value: float
    range: tuple[float, float]
    because: str
    certainty: Certainty
    evidence: tuple[str, ...] = ()
    unit: str = ""
    distribution: Distribution | None = None


@dataclass(frozen=True)
class Quantity:
    """A named expression over parameters."""

    name: str
    label: str
    formula: Expression


@dataclass(frozen=True)
class PlayerType:
    """One type of a player, with its prior probability; drawn independently of other players' types.

    In payoffs the name stands for 1 if the player is of this type and 0 if not.
    """

    name: str
    label: str
    prior: Expression


@dataclass(frozen=True)
class Action:
    """One thing a mover can do: a move together with one combination of its menu (empty if it has none).

    `IDLE` stands for no move at all, where a decision's conditions do not let it be made.
    """

    move: str
    menu: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The move and its menu as text, such as ``icbm_only(relief=0.25, recognition=0.5)``."""
        if not self.menu:
            return self.move
        return f"{self.move}({', '.join(f'{term}={value:g}' for term, value in self.menu.items())})"


IDLE = Action("")

#: What must have been done: all of some decisions' moves (decision to the moves that will do), in one way or another.
Condition: TypeAlias = tuple[Mapping[str, frozenset[str]], ...]


@dataclass(frozen=True)
class Decision:
    """A point at which one player chooses; `actions` in file order, menus expanded (last term fastest).

    `intervals` holds, for a move and a term that may take any value between two ends, these ends and in between the
    values at which some payoff bends. `actions` has the move at these values alone: they tell payoffs everywhere, and
    `kgsim.structures.offers` finds what is worth offering.

    A chance event is a decision of nobody: its player is empty, its moves are what may happen, and
    `Scenario.chance` tells with what probability. `conditions` tells what must have been done before a move can be
    made; a move that it leaves out can always be made.
    """

    name: str
    player: str
    moves: Mapping[str, str]
    actions: tuple[Action, ...]
    intervals: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True)
class OutcomeRule:
    """The profiles that lead to an outcome, and its terms.

    `when` maps a decision to the moves that match; a decision it leaves out may be anything. `terms` maps a
    term to an expression over parameters, quantities and menu values written ``decision.term``; terms left
    out are 0.
    """

    name: str
    label: str
    when: Mapping[str, frozenset[str]]
    terms: Mapping[str, Expression]


@dataclass(frozen=True)
class Bloc:
    """How a bloc of decisions chooses its joint position.

    `rule` is a name in `kgsim.games.objectives.RULES`. `weights` (bargaining powers, if that is what the
    rule weighs by) and `disagreement` map member *players* to expressions over parameters, as far as the rule asks for
    them; `disagreement` may instead name the structure whose
    value is the fallback.
    """

    name: str
    members: tuple[str, ...]
    rule: str
    weights: Mapping[str, Expression] = field(default_factory=dict)
    disagreement: str | Mapping[str, Expression] | None = None


@dataclass(frozen=True)
class Structure:
    """Who moves when.

    `play` holds the stages in order; each stage is a tuple of movers that choose at once; each mover is a
    tuple of decision names (one for a player alone, several for a bloc). `blocs` is keyed by the mover tuple.
    `only` restricts the moves of a decision; `fixed` gives the action of a decision that is not played. `conditions`
    tells what must have been done before a decision is made; one that it leaves out is always made. `seen_by` names the
    players who see a decision later, besides its own; one that it leaves out is seen by all. With `nearby` only those
    equilibria are meant in which whoever is indifferent to an offer from an interval answers as it does to offers close
    by; with `pure` only those in which nobody draws lots.
    """

    name: str
    label: str
    play: tuple[tuple[tuple[str, ...], ...], ...]
    blocs: Mapping[tuple[str, ...], Bloc]
    only: Mapping[str, frozenset[str]]
    fixed: Mapping[str, Action]
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    seen_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    nearby: bool = False
    pure: bool = False

    @property
    def selection(self) -> tuple[str, ...]:
        """Which of its equilibria are meant, in a word each; none if all are."""
        return (*(["nearby"] if self.nearby else []), *(["pure"] if self.pure else []))

    def offering(self, stage: int, decisions: Mapping[str, Decision]) -> list[tuple[str, ...]]:
        """The movers of a stage some of whose moves here have a term from an interval."""
        moves = {name: decision.intervals for name, decision in decisions.items()}
        return [
            mover
            for mover in self.play[stage]
            if any(set(moves[name]) & set(self.only.get(name, moves[name])) for name in mover if name in moves)
        ]


@dataclass(frozen=True)
class Claim:
    """A statement on equilibria that can fail: what it says, and the expressions that decide it.

    Attributes
    ----------
    holds
        True where the claim holds.
    given
        Its premise: the claim is judged at the equilibria where this is true; None if it is judged at all.
    kind
        One of `KINDS`, or `UNDECLARED`.
    """

    name: str
    says: str
    holds: Expression
    because: str = ""
    evidence: tuple[str, ...] = ()
    given: Expression | None = None
    kind: str = UNDECLARED

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Its premise, if it has one, and what it states."""
        return (self.holds,) if self.given is None else (self.given, self.holds)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every distinct call of a claim's function in them."""
        return tuple(dict.fromkeys(call for expression in self.expressions for call in expression.calls))

    @property
    def of_play(self) -> bool:
        """Whether anything in it depends on what is played, and not on the parameters alone."""
        return any(call.function not in INPUT_FUNCTIONS for call in self.calls)


def counted_claims(kinds: Mapping[str, str]) -> tuple[str, ...]:
    """Of claims and their kinds, those that a count is made of: the results, or all where none has a kind."""
    wanted = "result" if any(kind != UNDECLARED for kind in kinds.values()) else UNDECLARED
    return tuple(name for name, kind in kinds.items() if kind == wanted)


@dataclass(frozen=True)
class Ask:
    """The question whose answer a briefing watches: `claim`, or `outcome` of `structure`; the others are None.

    `parameter` is the one whose threshold is told; None leaves the choice to the results.
    """

    claim: str | None = None
    structure: str | None = None
    outcome: str | None = None
    parameter: str | None = None


@dataclass(frozen=True)
class Price:
    """What `payee` must be paid to prefer structure `to` over `origin`, and what `payer` would give for it.

    `rate` is how many points of the payee one point of the payer counts for; `along` the parameter it is drawn along.
    """

    origin: str
    to: str
    payee: str
    payer: str
    rate: Expression
    along: str


@dataclass(frozen=True)
class Briefing:
    """What a briefing puts in the foreground; None leaves the choice to the results.

    `compare` holds the structure compared with and the one whose worth is shown; `map` two parameters; `today` the
    outcome that holds today, empty if the file does not say. The others are an author's own words for the first page.
    """

    ask: Ask | None = None
    compare: tuple[str, str] | None = None
    map: tuple[str, str] | None = None
    price: Price | None = None
    today: str = ""
    headline: str = ""
    so_what: str = ""
    watch: tuple[str, ...] = ()
    dissent: str = ""
    confidence: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backtest:
    """What history did: the outcomes it counts as, and the rival outcomes that a good model rules out.

    `frozen` is the date since which nothing that the score depends on is said to have been touched, and `digest` what
    proves it (see `kgsim.scenario.freezing`); empty if none is stated. In a `structure` `happened` and `rival` are
    alternatives; in a `repeated` game each is a path, outcomes in order.
    """

    name: str
    says: str
    structure: str
    happened: tuple[str, ...]
    rival: tuple[str, ...]
    frozen: str
    because: str = ""
    evidence: tuple[str, ...] = ()
    repeated: str = ""
    digest: str = ""

    @property
    def where(self) -> str:
        """The structure of play or the repeated game."""
        return self.repeated or self.structure

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of what the history counts as."""
        return (path_told(self.happened),) if self.repeated else self.happened

    @property
    def rivals(self) -> tuple[str, ...]:
        """Names of what a good model rules out."""
        return (path_told(self.rival),) if self.repeated else self.rival


def path_told(outcomes: Iterable[str]) -> str:
    """The name of a path of outcomes."""
    return " → ".join(outcomes)


@dataclass(frozen=True)
class Scenario(Shown):
    """A checked scenario; every reference in it resolves.

    Attributes
    ----------
    name
        File name without its suffix.
    text, digest
        The file's own text (and its parents', in order), and the SHA-256 of all of them, for provenance.
    places
        Where entries are written, by dotted key such as ``parameters.A.range``.
    players
        Player id to label, in the order of every payoff array's first axis.
    joint
        Combination of all players' types to its probability, where types are not drawn independently.
    chance
        Chance event to what may happen and with what probability; every event is among the decisions too.
    levers
        Player to name to what it could do before play begins.
    shorts
        Section to name to short label, where there is one; a move's name is ``decision.move``.
    """

    name: str
    title: str
    question: str
    players: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    quantities: Mapping[str, Quantity]
    terms: Mapping[str, str]
    decisions: Mapping[str, Decision]
    outcomes: tuple[OutcomeRule, ...]
    utilities: Mapping[str, Expression]
    structures: Mapping[str, Structure]
    claims: Mapping[str, Claim]
    evidence: Mapping[str, Evidence]
    types: Mapping[str, Mapping[str, PlayerType]] = field(default_factory=dict)
    chance: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)
    joint: Mapping[tuple[str, ...], Expression] = field(default_factory=dict)
    briefing: Briefing = field(default_factory=Briefing)
    backtests: Mapping[str, Backtest] = field(default_factory=dict)
    strategies: Mapping[str, Strategy] = field(default_factory=dict)
    repeated: Mapping[str, RepeatedGame] = field(default_factory=dict)
    dynamics: Dynamics | None = None
    levers: Mapping[str, Mapping[str, Lever]] = field(default_factory=dict)
    date: str | None = None
    shorts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    path: Path | None = None
    text: tuple[str, ...] = ()
    digest: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def __repr__(self) -> str:
        counts = {
            "player": self.players, "parameter": self.parameters, "structure": self.structures, "claim": self.claims,
        }  # fmt: skip
        return f"Scenario({self.name!r}, {', '.join(counted(len(each), noun) for noun, each in counts.items())})"

    @cached_property
    def labels(self) -> Labels:
        """The words that stand for its names."""
        return Labels(
            {
                "players": self.players,
                "terms": self.terms,
                "parameters": {name: each.label for name, each in self.parameters.items()},
                "quantities": {name: each.label for name, each in self.quantities.items()},
                "outcomes": {rule.name: rule.label for rule in self.outcomes},
                "structures": {name: each.label for name, each in self.structures.items()},
                "repeated": {name: each.label for name, each in self.repeated.items()},
                "claims": {name: each.says for name, each in self.claims.items()},
                "types": {
                    f"{player}.{kind.name}": kind.label
                    for player, kinds in self.types.items()
                    for kind in kinds.values()
                },
                "moves": {
                    f"{decision.name}.{move}": label
                    for decision in self.decisions.values()
                    for move, label in decision.moves.items()
                },
            },
            self.shorts,
            {name: decision.player for name, decision in self.decisions.items()},
        )

    @property
    def base(self) -> dict[str, float]:
        """Parameter values as the file states them."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    def problem(self, key: str, message: str, remedy: str) -> Problem:
        """Something that is wrong or doubtful at a dotted key, with the place where it is written."""
        path, line, column = self.places.get(key, (self.path, None, None))
        return Problem(message, remedy, key, path, line, column)
