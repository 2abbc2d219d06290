"""The shape of what is played over several rounds: strategies as automata, repeated games, dynamics."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from kgsim.scenario.schema_base import (
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    Formula,
    Model,
    OneOrMany,
    Said,
    formula_kind,
    text_or_mapping,
)


def _rule_kind(value: Any) -> str:
    return LIST if isinstance(value, list) else text_or_mapping(value)


def _formula_or_mapping(value: Any) -> str:
    return MAPPING if isinstance(value, dict) else formula_kind(value)


When = dict[str, OneOrMany]
Rule = Annotated[
    Annotated[Literal["otherwise"], Tag(TEXT)] | Annotated[When, Tag(MAPPING)] | Annotated[list[When], Tag(LIST)],
    Discriminator(_rule_kind),
]
Next = Annotated[Annotated[str, Tag(TEXT)] | Annotated[dict[str, Rule], Tag(MAPPING)], Discriminator(text_or_mapping)]
Play = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[dict[str, Formula], Tag(MAPPING)], Discriminator(text_or_mapping)
]
Who = Annotated[Annotated[str, Tag(TEXT)] | Annotated[dict[str, str], Tag(MAPPING)], Discriminator(text_or_mapping)]
Shares = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[float, Tag(NUMBER)] | Annotated[dict[str, Formula], Tag(MAPPING)],
    Discriminator(_formula_or_mapping),
]


class StrategyStateEntry(Model):
    """One state of an automaton."""

    play: Play = Field(description="The move in this state, or moves to their probabilities.")
    next: Next = Field(
        description=(
            "The state that follows; or state to the moves that lead there, such as {DPRK: broadcast}, rules tried in "
            "order, `otherwise` for all the rest."
        )
    )


class StrategyEntry(Model):
    """A strategy for repeated play, as an automaton that watches what everybody did."""

    player: str = Field(description="The player or decision that follows it.")
    start: str = Field(description="The state in the first round.")
    states: dict[str, StrategyStateEntry] = Field(description="State to what is played there and what follows.")
    label: Said | None = Field(None, description="The strategy in a few words; the name if left out.")


class RepeatedEntry(Model):
    """A structure of one stage, played again and again."""

    stage: str = Field(description="The structure that is played in every round; all its movers choose at once.")
    discount: Formula = Field(description="Weight of the next round beside this one, from 0 to below 1.")
    profiles: dict[str, Who] = Field(
        description="Profile to decision to strategy; or to one strategy that all follow, such as `grim`."
    )
    label: Said | None = Field(None, description="The game in a few words; the name if left out.")
    noise: Formula | None = Field(None, description="Chance that a mover's move comes out as another; 0 if left out.")
    cooperate: dict[str, str] | None = Field(None, description="Decision to the move that counts as cooperation.")
    defect: dict[str, str] | None = Field(None, description="Decision to the move that counts as defection.")
    generosity: Formula | None = Field(
        None, description="Chance that `generous` forgives a defection; needed by that strategy alone."
    )


class ShockEntry(Model):
    """A number drawn afresh in every round."""

    shape: Literal["uniform", "triangular", "normal", "discrete"] = Field(
        description="uniform (low, high); triangular (low, mode, high); normal (mean, sd); discrete (values, chances)."
    )
    label: Said = Field("", description="What the shock stands for, in a few words.")
    low: Formula | None = Field(None, description="Least value.")
    mode: Formula | None = Field(None, description="Most likely value; triangular only.")
    high: Formula | None = Field(None, description="Largest value.")
    mean: Formula | None = Field(None, description="Mean; normal only.")
    sd: Formula | None = Field(None, description="Standard deviation, above 0; normal only.")
    values: list[Formula] | None = Field(None, description="Values; discrete only.")
    chances: list[Formula] | None = Field(None, description="Their probabilities, adding up to 1; discrete only.")


class StateEntry(Model):
    """A parameter that changes from round to round."""

    update: Formula = Field(
        description="Next round's value, over parameters, quantities, terms of the outcome reached, and shocks."
    )
    initial: Formula | None = Field(None, description="Value in the first round; the parameter's value if left out.")
    bounds: list[float] | None = Field(
        None, description="Least and largest value; the parameter's range if left out.", min_length=2, max_length=2
    )
    outside: Literal["error", "clamp"] = Field(
        "error", description="What to do with an update that leaves the bounds: refuse it, or clamp it to the bound."
    )


class DynamicsEntry(Model):
    """How the situation changes from one round to the next."""

    states: dict[str, StateEntry] = Field(description="Parameter that changes to how it does.")
    discount: Shares = Field(description="Weight of the next round beside this one; or player to weight.")
    horizon: int = Field(description="Number of rounds.", ge=1, le=1000)
    shocks: dict[str, ShockEntry] = Field(default_factory=dict, description="Numbers drawn afresh in every round.")
    end: dict[str, Literal["stops", "lasts"]] = Field(
        default_factory=dict,
        description="Outcome after which nothing is played any more: it `stops` (worth nothing more) or `lasts` "
        "(worth the same in every round that is left).",
    )
    end_when: str | None = Field(None, description="Condition on the next state that ends play, such as `R <= 0`.")
    history: list[dict[str, str]] = Field(
        default_factory=list,
        description="Rounds played before the first, decision to move; adaptive players know them.",
    )
