"""Whether claims are over a scenario's ranges what its file declares them to be: identities, or results."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.priors import drawable, prior
from kgsim.analysis.sampling import cubes
from kgsim.arrays import Floats
from kgsim.claims.functions import structures_of
from kgsim.errors import Problem
from kgsim.results import DEPENDS, FAILS, HOLDS, VACUOUS
from kgsim.scenario.model import Claim, Scenario
from kgsim.scenario.references import expand
from kgsim.wording import counted, listed, number

#: Draws from the ranges, and as many corners of them where identities are declared.
DRAWS = 256

#: Values of a counterexample that are told.
MOST_TOLD = 6


def check_kinds(scenario: Scenario, *, seed: int = 0) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Look at claims that are declared identities or results at draws from the ranges and at corners of them.

    Returns
    -------
    errors, notes
        An identity that fails anywhere is an error of the file. A result that fails nowhere looked at is noted, as it
        may be an identity, and so is one whose premise is met nowhere. Not looked at are private types,
        and files without parameters, in which nothing varies.
    """
    claims = [claim for claim in scenario.claims.values() if claim.kind in ("identity", "result")]
    if not claims or scenario.types or not scenario.parameters:
        return (), ()
    corners = any(claim.kind == "identity" for claim in claims)
    points = _points(scenario, seed, corners)
    count = len(next(iter(points.values())))
    structures = tuple(dict.fromkeys(name for claim in claims for name in structures_of(claim)))
    verdicts = Evaluator(scenario, structures, [claim.name for claim in claims], count).at(points).verdict
    errors, notes = [], []
    for claim, verdict in zip(claims, verdicts, strict=True):
        key, broken = f"claims.{claim.name}.kind", np.flatnonzero((verdict == FAILS) | (verdict == DEPENDS))
        if claim.kind == "identity" and len(broken):
            where = _told(scenario, claim, {name: float(column[broken[0]]) for name, column in points.items()})
            message = (
                f"the claim is declared an identity and does not hold at {len(broken):,} of {count:,} points{where}"
            )
            errors.append(scenario.problem(key, message, "Mend it, or call it a result or an assumption."))
        elif claim.kind == "result" and np.isin(verdict, (HOLDS, VACUOUS)).all():
            everywhere = f"at all {counted(count, 'point')} drawn from the ranges" + " and their corners" * corners
            if (verdict == VACUOUS).all():
                message, remedy = f"its premise is met at no equilibrium {everywhere}", "It says nothing; mend `given`."
            else:
                message = f"it fails nowhere: it holds, or is vacuous, {everywhere}"
                remedy = "What cannot fail tells nothing; is it an identity?"
            notes.append(scenario.problem(key, message, remedy))
    return tuple(errors), tuple(notes)


def _points(scenario: Scenario, seed: int, corners: bool) -> Mapping[str, Floats]:
    """The base point, draws from the ranges, and, where an identity may be refuted there, the corners nearest to them.

    At corners many payoffs tie, which takes long and tells little of results.
    """
    moved = drawable(scenario, {})
    if not moved:
        return {name: np.array([value]) for name, value in scenario.base.items()}
    design = cubes("sobol", len(moved), DRAWS, seed)
    cube = np.concatenate([design.block(number) for number in range(design.blocks)])
    drawn = prior(scenario, "uniform", moved).draw(np.concatenate([cube, np.round(cube)]) if corners else cube)
    return {name: np.concatenate([[scenario.base[name]], column]) for name, column in drawn.items()}


def _told(scenario: Scenario, claim: Claim, values: Mapping[str, float]) -> str:
    """Where a claim does not hold: the values that it names, if these are few."""
    formulas = {name: quantity.formula for name, quantity in scenario.quantities.items()}
    names = {name for expression in claim.expressions for name in expand(expression, formulas)}
    some = [f"{name} = {number(value)}" for name, value in values.items() if name in names]
    return f", as where {listed(some)}" if 0 < len(some) <= MOST_TOLD else ""
