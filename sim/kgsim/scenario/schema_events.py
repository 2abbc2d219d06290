"""The shape of an events file: what happened, which readings compete, and what to watch for."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from kgsim.scenario.schema import EvidenceEntry, Version
from kgsim.scenario.schema_base import Model, OneOrMany


class ConditionEntry(Model):
    """What was observed, as a condition on how play ends; all keys given must be true together."""

    outcome: OneOrMany | None = Field(None, description="Outcome, or list of outcomes one of which it was.")
    not_outcome: OneOrMany | None = Field(
        None, alias="not outcome", description="Outcome, or list of outcomes none of which it was."
    )
    moves: dict[str, OneOrMany] = Field({}, description="Decision to the move made, or a list it was one of.")
    not_moves: dict[str, OneOrMany] = Field(
        {}, alias="not moves", description="Decision to the move not made, or a list none of which was made."
    )
    claim: str | None = Field(None, description="A claim of the scenario that turned out true.")
    not_claim: str | None = Field(None, alias="not claim", description="A claim of the scenario that turned out false.")
    inside: OneOrMany | None = Field(
        None, alias="in", description="Structures that it says something about; all if left out."
    )


class EventEntry(ConditionEntry):
    """Something that happened: when, what, and how it is known."""

    date: str = Field(description="The day it was known, YYYY-MM-DD.")
    says: str = Field(description="What happened, in a plain sentence.")
    evidence: list[str] = Field(description="Ids of evidence, here or in the ledger: at least one.")


class HypothesisEntry(Model):
    """A reading of the situation that competes with others: the worlds that it allows."""

    says: str = Field(description="The reading, in a plain sentence.")
    structures: OneOrMany | None = Field(None, description="Structures of play that it allows; all if left out.")
    claim: str | None = Field(None, description="A claim of the scenario that must hold.")
    not_claim: str | None = Field(None, alias="not claim", description="A claim of the scenario that must fail.")
    box: dict[str, list[float]] = Field({}, description="Parameter to [low, high], both ends included.")


class WatchEntry(ConditionEntry):
    """Something that could be seen next."""

    says: str = Field(description="What would be seen, in a plain sentence.")
    by: str | None = Field(None, description="The day by which it could be seen, YYYY-MM-DD.")


class EventsFile(Model):
    """Dated, sourced events, in order of date, that readings of a situation must live with."""

    format: Version = Field(alias="kgsim-events", description="Version of the events format: 1.")
    title: str = Field(description="Title, a few words.")
    ledger: OneOrMany | None = Field(None, description="Evidence ledger, or list of them, relative to this file.")
    evidence: dict[str, EvidenceEntry] = Field({}, description="Id to entry, beside those of the ledger.")
    events: dict[str, EventEntry] = Field(description="Name to event, in order of date.")
    hypotheses: dict[str, HypothesisEntry] = Field({}, description="Name to a reading that competes with others.")
    watch: dict[str, WatchEntry] = Field({}, description="Name to something that could be seen next.")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an events file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **EventsFile.model_json_schema(by_alias=True),
        "title": "kgsim events",
    }
