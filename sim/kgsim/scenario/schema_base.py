"""What the shapes of all sections have in common: strictness, formulas, and one entry or a list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, WrapValidator

from kgsim.language.texts import Translated, by_language

TEXT, NUMBER, LIST, ENTRY, MAPPING, STEPS = "<text>", "<number>", "<list>", "<entry>", "<mapping>", "<steps>"
"""Alternatives of an entry; they show up in the paths of pydantic's errors and are no keys of anything."""


def text_or_entry(value: Any) -> str:
    """Tell a text, by language or not, from an entry."""
    return ENTRY if isinstance(value, dict) and not by_language(value) else TEXT


def formula_kind(value: Any) -> str:
    """Tell a number from a text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return NUMBER
    return TEXT


def _read(value: Any, plain: Callable[[Any], str]) -> str:
    """Read a text, or one text by language as `kgsim.language.texts.Translated`."""
    if by_language(value):
        return Translated.of({lang: plain(text) for lang, text in value.items()})
    return plain(value)


def one_or_many(value: Any) -> str:
    """Tell a text from a list."""
    return LIST if isinstance(value, list) else TEXT


def text_or_mapping(value: Any) -> str:
    """Tell a text from a mapping."""
    return MAPPING if isinstance(value, dict) else TEXT


def mapping_or_list(value: Any) -> str:
    """Tell a mapping from a list."""
    return LIST if isinstance(value, list) else MAPPING


def text_list_or_entry(value: Any) -> str:
    """Tell a text from a list and an entry."""
    return one_or_many(value) if not isinstance(value, dict) else ENTRY


Formula = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[float, Tag(NUMBER)],
    Discriminator(formula_kind),
    Field(description="An expression such as `a*relief - b`, or a number."),
]
Said = Annotated[
    str,
    WrapValidator(_read),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "description": "The text by language, such as {en: border calm, ko: 국경의 평온}.",
                    "propertyNames": {"pattern": "^[a-z]{2}$"},
                    "additionalProperties": {"type": "string"},
                    "minProperties": 1,
                },
            ]
        }
    ),
]
"""A text that people read: in one language, or by language."""

OneOrMany = Annotated[
    Annotated[str, Tag(TEXT)] | Annotated[list[str], Tag(LIST)],
    Discriminator(one_or_many),
]


SaidOrMany = Annotated[
    Annotated[Said, Tag(TEXT)] | Annotated[list[Said], Tag(LIST)],
    Discriminator(one_or_many),
]


class Model(BaseModel):
    """Strict: nothing is converted, no unknown key is let through."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=False
    )
