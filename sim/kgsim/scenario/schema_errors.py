"""Checks a file's shape against the models, and says what is wrong in an analyst's words.

An entry that is misshapen is reported and left out, so that the checks after this one can go on with the
rest.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kgsim.scenario import schema, schema_base, schema_events, schema_graph, schema_rounds
from kgsim.scenario.names import nearest
from kgsim.scenario.problems import Report
from kgsim.scenario.source import Key

M = TypeVar("M", bound=BaseModel)

_ALTERNATIVES = frozenset(
    {
        schema_base.TEXT,
        schema_base.NUMBER,
        schema_base.LIST,
        schema_base.ENTRY,
        schema_base.MAPPING,
        schema_base.STEPS,
    }
)

_MODELS: tuple[tuple[tuple[str, ...], type[BaseModel]], ...] = (
    (("parameters", "*", "distribution"), schema.DistributionEntry),
    (("parameters", "*"), schema.ParameterEntry),
    (("quantities", "*"), schema.QuantityEntry),
    (("types", "*", "*"), schema.TypeEntry),
    (("moves", "*", "*", "menu", "*"), schema.StepsEntry),
    (("moves", "*", "*"), schema.MoveEntry),
    (("outcomes", "*"), schema.OutcomeEntry),
    (("structures", "*", "blocs", "*"), schema.BlocEntry),
    (("structures", "*"), schema.StructureEntry),
    (("strategies", "*", "states", "*"), schema_rounds.StrategyStateEntry),
    (("strategies", "*"), schema_rounds.StrategyEntry),
    (("repeated", "*"), schema_rounds.RepeatedEntry),
    (("dynamics", "states", "*"), schema_rounds.StateEntry),
    (("dynamics", "shocks", "*"), schema_rounds.ShockEntry),
    (("dynamics",), schema_rounds.DynamicsEntry),
    (("claims", "*"), schema.ClaimEntry),
    (("briefing", "ask"), schema.AskEntry),
    (("briefing", "compare"), schema.CompareEntry),
    (("briefing", "price"), schema.PriceEntry),
    (("briefing",), schema.BriefingEntry),
    (("backtests", "*"), schema.BacktestEntry),
    (("evidence", "*"), schema.EvidenceEntry),
    (("entries", "*"), schema.EvidenceEntry),
    (("graph", "moves", "*"), schema_graph.GraphMoves),
    (("graph",), schema_graph.GraphEntry),
    (("events", "*"), schema_events.EventEntry),
    (("hypotheses", "*"), schema_events.HypothesisEntry),
    (("watch", "*"), schema_events.WatchEntry),
)

_PLACEHOLDERS: dict[str, Any] = {
    "kgsim": 1,
    "kgsim-evidence": 1,
    "kgsim-events": 1,
    "title": "",
    "question": "",
    **{
        section: {}
        for section in ("players", "moves", "outcomes", "utilities", "structures", "entries", "graph", "events")
    },
}


def check_shape(model: type[M], report: Report) -> M:
    """Validate the data of `report.source`; misshapen entries are reported and left out of the result."""
    data = report.source.data
    _refuse_other_kind(model, report)
    pruned: Any = None
    while True:
        try:
            return model.model_validate(data if pruned is None else pruned)
        except ValidationError as error:
            if pruned is None:
                pruned = copy.deepcopy(data)
            for fault in error.errors(include_url=False, include_context=True):
                key = _key(fault["loc"], data)
                _report(model, report, key, fault)
                _prune(pruned, key, fault["type"])


#: What only a file of its kind says, by its model; a scenario is what has none of the others'.
_KINDS = {
    schema_graph.ConflictFile: ("graph", "a conflict in graph form, which `kgsim stability` reads"),
    schema.LedgerFile: ("kgsim-evidence", "an evidence ledger"),
    schema.ScenarioFile: ("kgsim", "a scenario"),
    schema_events.EventsFile: ("kgsim-events", "an events file"),
}


def _refuse_other_kind(model: type[BaseModel], report: Report) -> None:
    """Refuse a ledger where a scenario is expected, and the other way round, in one sentence."""
    found = next((kind for kind in _KINDS.items() if kind[1][0] in report.source.data), None)
    if found is not None and found[0] is not model:
        _, wanted = _KINDS[model]
        key, kind = found[1]
        report.add((key,), f"this file is {kind}, and {wanted.split(',')[0]} is expected here", "Name another file.")
        report.raise_if_any()


def _key(location: tuple[str | int, ...], data: Any) -> Key:
    """Turn pydantic's location into a path of the file, without the names of alternatives."""
    key: list[str | int] = []
    for part in location:
        inside = (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int))
        if inside:
            data = data[part]
        elif part in _ALTERNATIVES:
            continue
        key.append(part)
    return tuple(key)


def _prune(data: dict[str, Any], key: Key, kind: str) -> None:
    """Take out what is misshapen: an unknown key alone, or else the whole entry it belongs to."""
    depth = {"moves": 3, "types": 3, "dynamics": 1}.get(str(key[0]), 2) if key else 0
    cut = key if kind == "extra_forbidden" else key[:depth]
    while cut:
        parent: Any = data
        for part in cut[:-1]:
            parent = parent.get(part) if isinstance(parent, dict) else None
        if isinstance(parent, dict):
            parent.pop(cut[-1], None)
            break
        cut = cut[:-1]
    if len(cut) == 1 and cut[0] in _PLACEHOLDERS and kind != "extra_forbidden":
        data[str(cut[0])] = _PLACEHOLDERS[str(cut[0])]


def _model_at(top: type[BaseModel], key: Key) -> type[BaseModel] | None:
    if not key:
        return top
    for pattern, model in _MODELS:
        if len(pattern) == len(key) and all(p in ("*", k) for p, k in zip(pattern, key, strict=True)):
            return model
    return None


def _fields(model: type[BaseModel] | None) -> dict[str, str]:
    """Keys of an entry with their descriptions."""
    if model is None:
        return {}
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def _report(top: type[BaseModel], report: Report, key: Key, fault: Any) -> None:
    parent, last = key[:-1], key[-1] if key else ""
    fields = _fields(_model_at(top, parent))
    described = _described(top, key)
    kind = fault["type"]
    if kind == "missing":
        where = f"{parent[-1]!r}" if parent else "the file"
        close = _inherited(report, parent)
        report.add(key, f"{where} lacks the key {last!r}", f"Did you mean {close!r}?" if close else described)
    elif kind == "extra_forbidden":
        close = nearest(str(last), fields)
        hint = f"Did you mean {close!r}?" if close else f"Known keys here: {', '.join(fields)}."
        if fault["input"] is None and not close:
            hint = f"Inside {{…}} a comma ends a text: put the whole text in quotes. {hint}"
        report.add(key, f"there is no key {last!r} here", hint, at_key=True)
    else:
        report.add(
            key, f"{_expected(kind, fault)}, found {_found(fault['input'])}", _remedy(key, kind, fault, described)
        )


def _described(top: type[BaseModel], key: Key) -> str:
    """What the entry is for, or else the nearest entry above it that says so."""
    for depth in range(len(key), 0, -1):
        text = _fields(_model_at(top, key[: depth - 1])).get(str(key[depth - 1]))
        if text:
            return text
    return ""


def _inherited(report: Report, key: Key) -> str | None:
    """The entry of a file that this one extends whose name is close to that of an entry that is not whole."""
    if len(report.source.texts) < 2 or len(key) != 2:
        return None
    own = report.source.keys[key].path
    siblings = report.source.data[key[0]]
    return nearest(
        str(key[1]), [name for name in siblings if report.source.keys[key[0], name].path != own and name != key[1]]
    )


def _expected(kind: str, fault: Any) -> str:
    context = fault.get("ctx", {})
    plain = {
        "string_type": "expected a text",
        "float_type": "expected a number",
        "int_type": "expected the number 1",
        "int_from_float": "expected the number 1",
        "greater_than_equal": "expected the number 1",
        "less_than_equal": "expected the number 1",
        "bool_type": "expected true or false",
        "finite_number": "expected a finite number",
        "list_type": "expected a list in square brackets",
        "dict_type": "expected a mapping (lines of `key: value`)",
        "model_type": "expected a mapping (lines of `key: value`)",
        "model_attributes_type": "expected a mapping (lines of `key: value`)",
    }
    if kind in plain:
        return plain[kind]
    if kind == "literal_error":
        return f"expected {context['expected'].replace(chr(39), '')}"
    if kind in {"too_short", "too_long"}:
        least, most = context.get("min_length"), context.get("max_length")
        return f"expected {f'at least {least}' if least else f'at most {most}'} entries"
    return str(fault["msg"])


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 60 else f"the text {value[:57]!r}..."
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "a mapping"


def _remedy(key: Key, kind: str, fault: Any, described: str) -> str:
    value = fault["input"]
    if key in {("kgsim",), ("kgsim-evidence",), ("kgsim-events",)}:
        return "This version of kgsim reads format 1."
    if len(key) == 2 and key[0] == "parameters" and isinstance(value, (int, float)):
        return f"Write `{key[1]}: {{value: {value}, ...}}`."
    if kind == "string_type" and isinstance(value, (bool, int, float)):
        return f"Put it in quotes to make it a text. {described}".strip()
    if kind == "float_type" and isinstance(value, str) and value.rstrip().endswith("%"):
        return f"Write a share as a number, such as 0.25 for 25%. {described}".strip()
    if kind == "literal_error" and isinstance(value, str):
        close = nearest(
            value, [part.strip("', ") for part in fault["ctx"]["expected"].replace(" or ", ", ").split(",")]
        )
        if close:
            return f"Did you mean {close!r}?"
    return described
