"""A result as one JSON document: strict JSON, the same bytes for the same result, described by `result.schema.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from kgsim.analysis.quick import QuickPass, plain_pass
from kgsim.report.provenance import versions
from kgsim.report.summary import beyond_range
from kgsim.results import AnsweredAlike, Belief, ClaimResult, Course, Equilibrium, Interval, Result, StructureSolution
from kgsim.wording import DIGITS, rounded

SCHEMA_VERSION = 1

Json = dict[str, Any]


def of_result(result: Result, drawn: QuickPass | None = None) -> Json:
    """Return a result, and a quick pass over draws, as plain data; numbers that are not finite become null."""
    scenario = result.scenario
    return {
        "schema_version": SCHEMA_VERSION,
        "versions": versions(),
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "question": scenario.question,
            "date": scenario.date,
            "digest": scenario.digest,
            "players": dict(scenario.players),
        },
        "values": _numbers(result.values),
        "changed": _numbers(result.changed),
        "beyond_range": list(beyond_range(result)),
        "structures": {name: of_structure(solution) for name, solution in result.structures.items()},
        "claims": {name: _claim(claim) for name, claim in result.claims.items()},
        "draws": plain_pass(drawn),
        "outcome_payoffs": {outcome: _intervals(payoffs) for outcome, payoffs in result.outcome_payoffs.items()},
    }


def of_structure(solution: StructureSolution) -> Json:
    """Return one structure's solution as plain data."""
    return {
        "label": solution.label,
        "stages": [list(movers) for movers in solution.stages],
        "values": _intervals(solution.values),
        **({"offers": _intervals(solution.offers)} if solution.offers else {}),
        "equilibria": [_equilibrium(equilibrium) for equilibrium in solution.equilibria],
        "continua": [list(group) for group in solution.continua],
        "complete": solution.complete,
        "reasons": list(solution.reasons),
        "method": solution.method,
        "unsolved": solution.unsolved,
    }


def dumps(document: Json) -> str:
    """Return a document as JSON text that ends with a line break."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> Json:
    """Return the JSON Schema of the document."""
    text = files("kgsim.report").joinpath("result.schema.json").read_text("utf-8")
    loaded: Json = json.loads(text)
    return loaded


def _answered(each: AnsweredAlike) -> Json:
    numbers = {"offered": each.offered, "from": each.low, "to": each.high}
    return {"decision": each.decision, "term": each.term, **_numbers(numbers)}


def _equilibrium(equilibrium: Equilibrium) -> Json:
    return {
        "outcomes": _numbers(equilibrium.outcomes),
        "payoffs": _numbers(equilibrium.payoffs),
        "pure": equilibrium.pure,
        "courses": [_course(course) for course in equilibrium.courses],
        "alternatives": [dict(moves) for moves in equilibrium.alternatives],
        "alternatives_count": equilibrium.alternatives_count,
        **({"offers": _numbers(equilibrium.offers)} if equilibrium.offers else {}),
        **({"answered_alike": [_answered(each) for each in equilibrium.answered]} if equilibrium.answered else {}),
        # Its later digits are rounding noise, which would differ between machines.
        "residual": _number(equilibrium.residual, 2),
        "disagreement": None if equilibrium.disagreement is None else _numbers(equilibrium.disagreement),
        **(
            {
                "type_payoffs": {name: _numbers(each) for name, each in equilibrium.type_payoffs.items()},
                "beliefs": [_belief(belief) for belief in equilibrium.beliefs],
                "notes": list(equilibrium.notes),
            }
            if equilibrium.type_payoffs or equilibrium.beliefs
            else {}
        ),
    }


def _belief(belief: Belief) -> Json:
    return {
        "player": belief.player,
        "after": dict(belief.after),
        "probabilities": _intervals(belief.probabilities),
        "surprise": belief.surprise,
        **({"believer": belief.believer} if belief.believer else {}),
        **({"decision": belief.decision} if belief.decision else {}),
    }


def _course(course: Course) -> Json:
    return {
        "probability": _number(course.probability),
        "moves": dict(course.moves),
        "outcome": course.outcome,
        "terms": _numbers(course.terms),
        "payoffs": _numbers(course.payoffs),
        **({"types": dict(course.types)} if course.types else {}),
    }


def _claim(claim: ClaimResult) -> Json:
    return {
        "says": claim.says,
        "kind": claim.kind,
        "given": claim.given or None,
        "verdict": claim.verdict,
        "sentence": claim.sentence,
        "numbers": _intervals(claim.numbers),
    }


def _intervals(intervals: Mapping[str, Interval]) -> dict[str, list[float | None]]:
    return {name: [_number(bound) for bound in bounds] for name, bounds in intervals.items()}


def _numbers(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in numbers.items()}


def _number(value: float, digits: int = DIGITS) -> float | None:
    return rounded(value, digits) if math.isfinite(value) else None
