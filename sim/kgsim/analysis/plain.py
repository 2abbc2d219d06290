"""Results as plain data, for JSON: numbers rounded, sequences as lists, dataclasses as mappings of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from kgsim.wording import rounded


class Plain:
    """A frozen result that is plain data field by field; its own name is the key in whatever holds it."""

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        names = [field.name for field in fields(self) if field.name not in ("name", "parameter")]  # type: ignore[arg-type]
        return {name: plain(getattr(self, name)) for name in names}


def plain(value: Any) -> Any:
    """What a field holds as plain data."""
    if isinstance(value, Plain):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return rounded(value) if isinstance(value, float) else value
