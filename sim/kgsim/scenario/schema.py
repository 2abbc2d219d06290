"""The shape of a scenario file: models that check it and describe it to editors.

Only shapes live here: which keys there are, of which kind. What names refer to, and whether the whole makes
sense, is checked afterwards.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from kgsim.scenario.schema_base import (
    ENTRY,
    LIST,
    MAPPING,
    NUMBER,
    STEPS,
    TEXT,
    Formula,
    Model,
    OneOrMany,
    Said,
    SaidOrMany,
    formula_kind,
    mapping_or_list,
    text_list_or_entry,
    text_or_entry,
    text_or_mapping,
)
from kgsim.scenario.schema_rounds import DynamicsEntry, RepeatedEntry, StrategyEntry


def _quantity_kind(value: Any) -> str:
    return ENTRY if isinstance(value, dict) else formula_kind(value)


def _menu_kind(value: Any) -> str:
    return STEPS if isinstance(value, dict) else LIST


Certainty = Annotated[
    Literal["high", "medium", "low", "judgement"],
    Field(description="How sure: high, medium or low, or `judgement` where no source settles it."),
]

Version = Annotated[int, Field(ge=1, le=1)]


class DistributionEntry(Model):
    """How a parameter is drawn within its range."""

    shape: Literal["uniform", "triangular", "normal"] = Field(
        description="uniform; triangular (with mode); or normal (with mean and sd), truncated to the range."
    )
    mode: float | None = Field(None, description="Most likely value; triangular only.")
    mean: float | None = Field(None, description="Mean before truncation; normal only.")
    sd: float | None = Field(None, description="Standard deviation before truncation, above 0; normal only.")


class ParameterEntry(Model):
    """A named number with its plausible range, its reason and its evidence."""

    label: Said = Field(description="What the number means, in a few words.")
    short: Said = Field("", description="The same in two or three words, for tables and axes; the label if left out.")
    value: float = Field(description="Base value, inside the range.")
    range: list[float] = Field(description="Plausible range, [lowest, highest].", min_length=2, max_length=2)
    because: Said = Field(description="Why this value and this range, in a sentence.")
    certainty: Certainty
    evidence: list[str] = Field(
        default_factory=list, description="Ids of ledger entries; may be empty only for a judgement."
    )
    unit: Said = Field("", description="Unit, such as points or share.")
    distribution: DistributionEntry | None = Field(
        None, description="How the parameter is drawn; uniform over the range if left out."
    )


class QuantityEntry(Model):
    """A named expression over parameters and earlier quantities."""

    formula: Formula
    label: Said = Field("", description="What the quantity means, in a few words.")


Quantity = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[float, Tag(NUMBER)] | Annotated[QuantityEntry, Tag(ENTRY)],
    Discriminator(_quantity_kind),
]


class NamedEntry(Model):
    """What stands for a name in texts."""

    label: Said = Field(description="What it is, in a few words.")
    short: Said = Field("", description="The same in two or three words, for tables and axes; the label if left out.")


Named = Annotated[
    Annotated[Said, Tag(TEXT)] | Annotated[NamedEntry, Tag(ENTRY)],
    Discriminator(text_or_entry),
]


class StepsEntry(Model):
    """An interval, both ends included: every value in it, or those in even steps."""

    from_: float = Field(alias="from", description="The first value, a finite number.")
    to: float = Field(description="The last value, a finite number.")
    step: float | None = Field(
        None, description="Distance between neighbours, above 0; if left out, any value from the first to the last."
    )


Menu = Annotated[
    Annotated[list[float], Tag(LIST)] | Annotated[StepsEntry, Tag(STEPS)],
    Discriminator(_menu_kind),
]


Condition = Annotated[
    Annotated[dict[str, OneOrMany], Tag(MAPPING)] | Annotated[list[dict[str, OneOrMany]], Tag(LIST)],
    Discriminator(mapping_or_list),
    Field(description="Decision to the move, or list of moves, that must have been made; or a list of such ways."),
]


class MoveEntry(Model):
    """A move with a menu of terms; it expands to one action per combination."""

    label: Said = Field(description="What the mover does, in a few words.")
    short: Said = Field("", description="The same in two or three words, for tables and axes; the label if left out.")
    if_: Condition | None = Field(None, alias="if", description="What must have been done before it can be made.")
    menu: dict[str, Menu] = Field(
        default_factory=dict,
        description="Term to the values it may take: a list of numbers, {from: 0, to: 1} for any value between "
        "two ends, or {from: 0, to: 1, step: 0.25} for values in even steps.",
    )


Move = Annotated[
    Annotated[Said, Tag(TEXT)] | Annotated[MoveEntry, Tag(ENTRY)],
    Discriminator(text_or_entry),
]


class OutcomeEntry(Model):
    """Profiles of moves that lead to this outcome, and its terms."""

    label: Said | None = Field(None, description="What happens, in a few words; the name if left out.")
    short: Said = Field("", description="The same in two or three words, for tables and axes; the label if left out.")
    when: dict[str, OneOrMany] | None = Field(
        None,
        description=("Decision to the move, or list of moves, that lead here; decisions left out may do anything."),
    )
    otherwise: bool | None = Field(
        None, description="true for the last rule, which takes every profile that no rule before it matched."
    )
    terms: dict[str, Formula] = Field(
        default_factory=dict, description=("Term to its value here; terms left out are 0. `US.relief` is a menu value.")
    )


#: What each rule of a bloc is told of the members, and whether it has to be (see `kgsim.games.objectives.RULES`).
RULE_NEEDS: dict[str, dict[str, bool]] = {
    "weighted": {"weights": True},
    "nash": {"disagreement": True, "power": False},
    "kalai_smorodinsky": {"disagreement": True},
    "egalitarian": {"disagreement": True, "weights": True},
    "veto": {"disagreement": False},
}


class BlocEntry(Model):
    """How a bloc chooses its joint position."""

    rule: Literal["weighted", "nash", "kalai_smorodinsky", "egalitarian", "veto"] = Field(
        description=(
            "weighted sum of payoffs; nash product of gains over the disagreement point; kalai_smorodinsky: equal "
            "shares of the most that each could gain; egalitarian: the largest smallest gain, at the weights; or veto: "
            "every position that no other is better than for all members."
        )
    )
    weights: dict[str, Formula] | None = Field(
        None, description="Player to what one of its points counts for, above 0; weighted and egalitarian."
    )
    power: dict[str, Formula] | None = Field(
        None, description="Player to bargaining power, above 0; nash only, equal if left out."
    )
    disagreement: (
        Annotated[
            Annotated[str, Tag(TEXT)] | Annotated[dict[str, Formula], Tag(MAPPING)], Discriminator(text_or_mapping)
        ]
        | None
    ) = Field(None, description=("What members get without agreement: a structure's name, or player to expression."))


class StageEntry(Model):
    """A stage that is played only after some moves."""

    who: OneOrMany = Field(description="The mover, or the movers that choose at once.")
    if_: Condition | None = Field(
        None, alias="if", description="What must have been done before; otherwise nobody moves at this stage."
    )
    seen_by: list[str] | None = Field(
        None,
        alias="seen by",
        description="The players who see later what is done here; all if left out, [] for nobody.",
    )


Stage = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[list[str], Tag(LIST)] | Annotated[StageEntry, Tag(ENTRY)],
    Discriminator(text_list_or_entry),
]


class StructureEntry(Model):
    """Who moves when."""

    play: list[Stage] = Field(
        min_length=1,
        description=(
            "Stages in order. Movers of one stage choose at once; a mover is a decision, a bloc like US+ROK, or a "
            "chance event."
        ),
    )
    label: Said | None = Field(None, description="The structure in a few words; the name if left out.")
    short: Said = Field("", description="The same in two or three words, for tables and axes; the label if left out.")
    blocs: dict[str, BlocEntry] = Field(default_factory=dict, description=("Bloc, such as US+ROK, to its rule."))
    only: dict[str, OneOrMany] = Field(
        default_factory=dict, description="Decision to the moves it may choose among in this structure."
    )
    fixed: dict[str, str] = Field(
        default_factory=dict, description="Decision that is not played here to the move it is taken to make."
    )
    ties: Literal["any", "nearby"] = Field(
        "any",
        description=(
            "nearby: only equilibria in which whoever is indifferent to an offer from an interval, made while others "
            "choose too, answers it as it does to offers close by; any, if left out: all equilibria."
        ),
    )
    strategies: Literal["any", "pure"] = Field(
        "any",
        description=(
            "pure: only equilibria in which nobody draws lots, where several movers of the first stage offer from "
            "intervals; any, if left out: all equilibria."
        ),
    )


class ClaimEntry(Model):
    """A statement that can fail."""

    says: Said = Field(description="The statement in a plain sentence.")
    short: Said = Field("", description="The same in a few words, for tables and axes; the sentence if left out.")
    holds: str = Field(description="The comparison that decides it, such as `value(US, a) > value(US, b)`.")
    given: str | None = Field(
        None, description="Its premise, such as `reached(a, 'deal')`: judged only at equilibria where this is true."
    )
    kind: Literal["assumption", "identity", "result"] | None = Field(
        None,
        description=(
            "assumption (of what is put in), identity (true by construction), or result (of play); told as undeclared "
            "if left out."
        ),
    )
    because: Said = Field("", description="Why one might believe it.")
    evidence: list[str] = Field(default_factory=list, description="Ids of ledger entries.")


class AskEntry(Model):
    """The question whose answer a briefing watches: a claim, or an outcome of a structure."""

    claim: str | None = Field(None, description="Whether this claim holds; instead of structure and outcome.")
    structure: str | None = Field(None, description="With outcome: the structure that is asked about.")
    outcome: str | None = Field(None, description="With structure: whether it is an equilibrium outcome.")
    parameter: str | None = Field(
        None, description="The parameter whose threshold is the briefing's number; the most sensitive if left out."
    )


class CompareEntry(Model):
    """Two structures whose difference a briefing shows."""

    from_: str = Field(alias="from", description="The structure to compare with, such as parallel.")
    to: str = Field(description="The structure whose worth is shown, such as coordinated.")


class PriceEntry(Model):
    """What one player must be paid to prefer one structure to another, and what another would give for it."""

    from_: str = Field(alias="from", description="The structure that is to be kept from being played.")
    to: str = Field(description="The structure to be played instead.")
    payee: str = Field(description="The player who has to be won over.")
    payer: str = Field(description="The player who would pay.")
    rate: Formula = Field(description="Points of the payee that one point of the payer counts for: an expression.")
    along: str = Field(description="The parameter along which the price is drawn.")


class TypeEntry(Model):
    """One type of a player: what only that player knows about itself."""

    prior: Formula | None = Field(
        None, description="Probability of the type, an expression over parameters and quantities; not with `joint`."
    )
    label: Said = Field("", description="The type in a few words; its name if left out.")


PrivateType = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[float, Tag(NUMBER)] | Annotated[TypeEntry, Tag(ENTRY)],
    Discriminator(_quantity_kind),
]


class ChanceEntry(Model):
    """One thing that may happen by chance."""

    probability: Formula = Field(description="Its probability, an expression over parameters and quantities.")
    label: Said = Field("", description="What happens, in a few words; its name if left out.")


Happening = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[float, Tag(NUMBER)] | Annotated[ChanceEntry, Tag(ENTRY)],
    Discriminator(_quantity_kind),
]


class BriefingEntry(Model):
    """What `kgsim brief` puts in the foreground; whatever is left out is chosen from the results."""

    ask: AskEntry | None = Field(None, description="The question whose answer the briefing watches.")
    compare: CompareEntry | None = Field(None, description="The two structures whose difference is shown.")
    map: list[str] | None = Field(None, description="The two parameters of the regime map.", min_length=2, max_length=2)
    today: str | None = Field(None, description="The outcome that holds today, which policies are compared with.")
    headline: Said = Field("", description="The bottom line in the authors' words, instead of the computed one.")
    so_what: Said = Field("", description="What follows from it, in the authors' words.")
    watch: SaidOrMany = Field([], description="What to watch, in the authors' words, instead of the computed one.")
    dissent: Said = Field("", description="What speaks against it, in the authors' words.")
    confidence: Said = Field("", description="How sure the authors are, and why.")
    authors: SaidOrMany = Field([], description="Who signs what is written.")
    price: PriceEntry | None = Field(None, description="What deterring a course of play costs, and to whom.")


class LeverEntry(Model):
    """What a player could do about it before play begins: set parameters, commit to moves, rule moves out."""

    label: Said = Field(description="What the player does, in a few words.")
    set_: dict[str, Formula] = Field(
        default_factory=dict,
        alias="set",
        description="Parameter to what it becomes: an expression over the parameters as they are, such as `2*aid`.",
    )
    commit: dict[str, OneOrMany] = Field(
        default_factory=dict, description="Decision to the move, or list of moves, that it is bound to."
    )
    rule_out: dict[str, OneOrMany] = Field(
        default_factory=dict, description="Decision to the move, or list of moves, that it gives up."
    )
    because: Said = Field("", description="Why the player has this in its hands.")
    evidence: list[str] = Field(default_factory=list, description="Ids of ledger entries.")


class FrozenEntry(Model):
    """Since when nothing that a back-test's score depends on has been touched, and what proves it."""

    date: str = Field(description="Date of the freeze, YYYY-MM-DD; before scoring.")
    digest: str = Field(description="What `kgsim backtest --digest` printed then.")


class BacktestEntry(Model):
    """What history did in this situation, to hold the model against."""

    says: Said = Field(description="What happened, in a plain sentence.")
    structure: str = Field("", description="The structure of play that the history is scored in.")
    repeated: str = Field("", description="Instead of a structure: the repeated game that the history is scored in.")
    happened: OneOrMany = Field(
        description="The outcome, or outcomes, that the history counts as; of a repeated game, a path in order."
    )
    rival: OneOrMany = Field(
        description="The outcome, or outcomes, that nearly happened and should be ruled out; there, a path in order."
    )
    frozen: Annotated[
        Annotated[str, Tag(TEXT)] | Annotated[FrozenEntry, Tag(ENTRY)],
        Discriminator(text_or_entry),
        Field(description="Date since which nothing was touched, YYYY-MM-DD, with the digest that proves it."),
    ]
    because: Said = Field("", description="Why the rival was a possibility.")
    evidence: list[str] = Field(default_factory=list, description="Ids of ledger entries.")


class EvidenceEntry(Model):
    """A fact in our own words and where it comes from."""

    title: Said = Field(description="Short name of the source or fact.")
    fact: Said = Field(description="What it establishes, in our own words.")
    source: str = Field(description="Citation: author, title, place, date.")
    certainty: Certainty
    date: str | None = Field(None, description="Date of the fact or source, YYYY-MM-DD, YYYY-MM or YYYY.")
    url: str | None = Field(None, description="Where it can be read.")
    context: bool = Field(False, description="true if kept as background although nothing cites it.")


class LedgerFile(Model):
    """An evidence ledger: sources and facts that scenarios cite by id."""

    format: Version = Field(alias="kgsim-evidence", description="Version of the ledger format: 1.")
    entries: dict[str, EvidenceEntry] = Field(description="Id to entry.")


class ScenarioFile(Model):
    """Who can do what, what it leads to, what that is worth to whom, and who moves when."""

    format: Version = Field(alias="kgsim", description="Version of the scenario format: 1.")
    title: Said = Field(description="Title, a few words.")
    question: Said = Field(description="The question that the scenario is to answer.")
    date: str | None = Field(None, description="Date the situation is described as of, YYYY-MM-DD.")
    extends: str | None = Field(None, description=("Scenario file that this one changes, relative to this file."))
    ledger: OneOrMany | None = Field(
        None, description=("Evidence ledger file, or list of them, relative to this file.")
    )
    evidence: dict[str, EvidenceEntry] = Field(
        default_factory=dict, description="Evidence entries of this scenario alone, id to entry."
    )
    players: dict[str, Named] = Field(description="Player id to label; the order is that of all tables.")
    parameters: dict[str, ParameterEntry] = Field(
        default_factory=dict, description="Named numbers of the payoffs, each with range and reason."
    )
    quantities: dict[str, Quantity] = Field(
        default_factory=dict, description="Named expressions over parameters and earlier quantities."
    )
    terms: dict[str, Named] = Field(
        default_factory=dict,
        description="What an outcome can hold, id to label; 0 unless an outcome sets it.",
    )
    types: dict[str, dict[str, PrivateType]] = Field(
        default_factory=dict,
        description="Player to its types, each with its prior probability; only the player knows which it is.",
    )
    joint: dict[str, Formula] = Field(
        default_factory=dict,
        description="Types of all players, in order and with spaces between, to the probability of having all of them.",
    )
    chance: dict[str, dict[str, Happening]] = Field(
        default_factory=dict,
        description="Chance event to what may happen, each with its probability; `play` says when it is drawn.",
    )
    decisions: dict[str, str] = Field(
        default_factory=dict, description="Further decisions, id to the player who takes them."
    )
    moves: dict[str, dict[str, Move]] = Field(
        description=("Decision (each player has one of the player's name) to its moves: id to label or entry.")
    )
    outcomes: dict[str, OutcomeEntry] = Field(
        description="Rules in order; the first that matches a profile of moves decides."
    )
    utilities: dict[str, Formula] = Field(
        description="Player to payoff, an expression over parameters, quantities and terms."
    )
    structures: dict[str, StructureEntry] = Field(description="Ways to play: who moves when.")
    strategies: dict[str, StrategyEntry] = Field(
        default_factory=dict, description="Strategies for repeated play, as small automata."
    )
    repeated: dict[str, RepeatedEntry] = Field(
        default_factory=dict, description="Structures that are played again and again, and who follows which strategy."
    )
    dynamics: DynamicsEntry | None = Field(None, description="How the situation changes from one round to the next.")
    claims: dict[str, ClaimEntry] = Field(default_factory=dict, description="Statements to decide.")
    levers: dict[str, dict[str, LeverEntry]] = Field(
        default_factory=dict,
        description="Player to what it could do about it: `kgsim advise` compares these choices.",
    )
    briefing: BriefingEntry = Field(
        default_factory=lambda: BriefingEntry.model_validate({}),
        description="What `kgsim brief` puts in the foreground.",
    )
    backtests: dict[str, BacktestEntry] = Field(
        default_factory=dict, description="Histories that the model is held against: `kgsim backtest` scores them."
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file, for editors.

    A scenario that extends another may leave out whatever it inherits and remove entries with null, so the root
    describes such an overlay, and a file without `extends` must satisfy the full description besides.
    """
    full = ScenarioFile.model_json_schema(by_alias=True)
    entries = full.pop("$defs")
    overlays = {f"{name}Overlay": _overlay(entry) for name, entry in entries.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_overlay(full),
        "title": "kgsim scenario",
        "if": {"not": {"required": ["extends"]}},
        "then": {"$ref": "#/$defs/ScenarioFile"},
        "$defs": {"ScenarioFile": full, **entries, **overlays},
    }


def _overlay(schema: Any) -> Any:
    """Relax a schema to that of an overlay: nothing is required, and every entry may be null."""
    if isinstance(schema, list):
        return [_overlay(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {key: _overlay(part) for key, part in schema.items() if key not in {"required", "$ref"}}
    if "$ref" in schema:
        relaxed["$ref"] = f"{schema['$ref']}Overlay"
    if "properties" in relaxed:
        relaxed["properties"] = {name: _or_null(part) for name, part in relaxed["properties"].items()}
    if isinstance(relaxed.get("additionalProperties"), dict):
        relaxed["additionalProperties"] = _or_null(relaxed["additionalProperties"])
    return relaxed


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    described = {"description": schema["description"]} if "description" in schema else {}
    return {**described, "anyOf": [schema, {"type": "null"}]}
