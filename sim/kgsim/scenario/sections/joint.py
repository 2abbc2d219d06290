"""Types that are drawn together: one probability for every combination, instead of one for every type."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from kgsim.scenario.expressions import Expression, ExpressionError, parse
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import ScenarioFile, TypeEntry
from kgsim.scenario.sections.chance import check_probabilities

Joint = dict[tuple[str, ...], Expression]


def read_joint(file: ScenarioFile, base: Mapping[str, float], declared: Declared, report: Report) -> Joint:
    """Check that the table has one probability for every combination of types, and that they sum to one."""
    _check_priors(file, report)
    if not file.joint:
        return {}
    known = {"parameter": declared.parameters, "quantity": declared.quantities}
    refused = declared.elsewhere(terms_allowed=False)
    combinations = {" ".join(each): each for each in product(*file.types.values())}
    example = next(iter(combinations))
    found: Joint = {}
    for name, value in file.joint.items():
        types = combinations.get(" ".join(name.split()))
        if types is None:
            remedy = f"Name one type of each player, in the order of `types`, such as `{example}`."
            report.add(("joint", name), f"{name!r} is no combination of types", remedy, at_key=True)
            continue
        formula = report.formula(("joint", name), value, known, refused=refused)
        if formula is not None:
            found[types] = formula
    missing = [name for name in combinations if " ".join(name.split()) not in {" ".join(n.split()) for n in file.joint}]
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        remedy = f"Add `{missing[0]}: ...`, 0 if it cannot be."
        report.add(("joint",), f"{missing[0]!r} has no probability{more}", remedy, at_key=True)
    elif base and len(found) == len(combinations):
        told = {" ".join(types): formula for types, formula in found.items()}
        check_probabilities(("joint",), "probability", told, dict(base), report)
    return {types: found[types] for types in combinations.values() if types in found}


def _check_priors(file: ScenarioFile, report: Report) -> None:
    """Report types without a prior where there is no table, and with one where there is."""
    for player, kinds in file.types.items():
        for name, entry in kinds.items():
            has = not isinstance(entry, TypeEntry) or entry.prior is not None
            if file.joint and has:
                report.add(
                    ("types", player, name),
                    f"{name} has a prior, and `joint` says how likely it is together with the others' types",
                    f"Write `{name}: {{label: ...}}`, or delete `joint`.",
                    at_key=True,
                )
            elif not file.joint and not has:
                report.add(
                    ("types", player, name),
                    f"{name} has no prior",
                    "Add `prior: ...`, or a table `joint`.",
                    at_key=True,
                )


def marginal(file: ScenarioFile, name: str) -> Expression | None:
    """How likely a type is by itself: the sum of its entries; None if these cannot be read."""
    parts = [f"({value})" for types, value in file.joint.items() if name in types.split()]
    try:
        return parse(" + ".join(parts)) if parts else None
    except ExpressionError:
        return None
