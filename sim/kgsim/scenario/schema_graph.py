"""The shape of a conflict in graph form: players, options, states, moves and rankings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from kgsim.scenario.schema_base import LIST, MAPPING, TEXT, Model, one_or_many


def _options_kind(value: Any) -> str:
    return MAPPING if isinstance(value, dict) else LIST


Options = Annotated[
    Annotated[dict[str, str], Tag(MAPPING)] | Annotated[list[str], Tag(LIST)], Discriminator(_options_kind)
]
Rank = Annotated[Annotated[str, Tag(TEXT)] | Annotated[list[str], Tag(LIST)], Discriminator(one_or_many)]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]


class GraphMoves(Model):
    """What a player can do alone, state to state."""

    one_way: list[Pair] = Field(default_factory=list, description="Moves that cannot be taken back: [FROM, TO].")
    both_ways: list[Pair] = Field(default_factory=list, description="Moves that can be taken back: [ONE, OTHER].")


class GraphEntry(Model):
    """A conflict in graph form."""

    players: dict[str, str] = Field(description="Player to name.")
    options: dict[str, Options] = Field(
        default_factory=dict, description="Player to what it can do: a list of options, or option to label."
    )
    irreversible: list[str] = Field(default_factory=list, description="Options that cannot be taken back.")
    infeasible: list[str] = Field(
        default_factory=list,
        description="Without `states`: combinations that cannot be, one letter an option: Y, N, or - for either.",
    )
    states: dict[str, str] = Field(
        default_factory=dict,
        description=(
            "State to what is done in it, one letter an option in the order of `options`: Y, N, or - where it makes no "
            "difference. Without options: state to label. Left out: every combination that is not infeasible."
        ),
    )
    moves: dict[str, GraphMoves] = Field(
        default_factory=dict, description="Player to its moves, in place of those that its options give."
    )
    preferences: dict[str, list[Rank]] = Field(
        default_factory=dict, description="Player to its states from best to worst; a list among them: equally good."
    )
    priorities: dict[str, list[str]] = Field(
        default_factory=dict,
        description=(
            "In place of a ranking: what the player wants of the options, most important first, as conditions such as "
            "`accept and not abandon`. One wish outweighs all that come after it."
        ),
    )
    unknown: dict[str, list[Pair]] = Field(
        default_factory=dict, description="Player to pairs of states of which it is not known which it prefers."
    )
    status_quo: str | None = Field(None, description="The state where things stand.")


class ConflictFile(Model):
    """A conflict in graph form, for `kgsim stability`."""

    format: Annotated[int, Field(ge=1, le=1, alias="kgsim", description="Version of the format: 1.")]
    title: str = Field(description="Title, a few words.")
    source: str = Field("", description="Where the conflict is told.")
    graph: GraphEntry = Field(description="The conflict.")
