"""Parameters and quantities: numbers inside their ranges, and formulas over them."""

from __future__ import annotations

from kgsim.scenario.diagnostics import REMEDY, fault_at
from kgsim.scenario.model import Distribution, Evidence, Parameter, Quantity
from kgsim.scenario.names import suggestion
from kgsim.scenario.problems import Report
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import DistributionEntry, ParameterEntry, QuantityEntry, ScenarioFile
from kgsim.scenario.source import Key


def read_parameters(file: ScenarioFile, evidence: dict[str, Evidence] | None, report: Report) -> dict[str, Parameter]:
    """Check values, ranges, distributions and evidence; `evidence` is None if the ledgers cannot be read."""
    parameters = {}
    for name, entry in file.parameters.items():
        key: Key = ("parameters", name)
        low, high = entry.range
        if low > high:
            report.add((*key, "range"), f"the range runs from {low:g} down to {high:g}", f"Write [{high:g}, {low:g}].")
        elif not low <= entry.value <= high:
            report.add(
                (*key, "value"),
                f"the value {entry.value:g} lies outside the range [{low:g}, {high:g}]",
                "Change the value or widen the range.",
            )
        _check_reason(key, entry, report)
        check_evidence(key, entry.evidence, evidence, report)
        parameters[name] = Parameter(
            name=name,
            label=entry.label,
            value=float(entry.value),
            range=(float(low), float(high)),
            because=entry.because,
            certainty=entry.certainty,
            evidence=tuple(entry.evidence),
            unit=entry.unit,
            distribution=_distribution((*key, "distribution"), entry.distribution, (low, high), report),
        )
    return parameters


def _check_reason(key: Key, entry: ParameterEntry, report: Report) -> None:
    if not entry.because.strip():
        report.add((*key, "because"), "the reason is empty", ("Say in a sentence why this value and this range."))
    if not entry.evidence and entry.certainty != "judgement":
        report.add(
            (*key, "evidence"),
            f"no evidence is cited, although the certainty is {entry.certainty!r}",
            "Cite evidence, such as `evidence: [F5]`, or write `certainty: judgement`.",
        )


def check_evidence(key: Key, cited: list[str], evidence: dict[str, Evidence] | None, report: Report) -> None:
    """Report cited ids that no ledger holds."""
    if evidence is None:
        return
    for index, name in enumerate(cited):
        if name not in evidence:
            report.add(
                (*key, "evidence", index), f"no ledger holds evidence {name!r}", suggestion(name, evidence, "evidence")
            )


def _distribution(
    key: Key, entry: DistributionEntry | None, limits: tuple[float, float], report: Report
) -> Distribution | None:
    if entry is None:
        return None
    needed = {"uniform": (), "triangular": ("mode",), "normal": ("mean", "sd")}[entry.shape]
    for name in ("mode", "mean", "sd"):
        given = getattr(entry, name) is not None
        if given and name not in needed:
            report.add((*key, name), f"a {entry.shape} distribution has no {name!r}", "Delete it.", at_key=True)
        if not given and name in needed:
            report.add((*key, name), f"a {entry.shape} distribution needs {name!r}", f"Add `{name}: ...`.")
    low, high = limits
    if entry.mode is not None and not low <= entry.mode <= high:
        report.add((*key, "mode"), f"the mode {entry.mode:g} lies outside the range [{low:g}, {high:g}]", "Move it.")
    if entry.sd is not None and entry.sd <= 0:
        report.add((*key, "sd"), f"the standard deviation is {entry.sd:g}", "It must be above 0.")
    elif entry.sd is not None and entry.mean is not None and low <= high:
        away = max(low - entry.mean, entry.mean - high, 0.0) / entry.sd
        if away > 6:
            report.add(
                (*key, "mean"),
                f"the mean {entry.mean:g} lies more than 6 standard deviations outside the range",
                "Hardly any draw would fall inside; move the mean or widen the range.",
            )
    return Distribution(entry.shape, entry.mode, entry.mean, entry.sd)


def read_quantities(
    file: ScenarioFile, parameters: dict[str, Parameter], declared: Declared, report: Report
) -> dict[str, Quantity]:
    """Check formulas, which may use parameters and earlier quantities, and their values at the base point."""
    quantities: dict[str, Quantity] = {}
    base: dict[str, float] = {name: parameter.value for name, parameter in parameters.items()}
    for index, (name, entry) in enumerate(file.quantities.items()):
        key: Key = ("quantities", name)
        if isinstance(entry, QuantityEntry):
            label, value, key = entry.label, entry.formula, (*key, "formula")
        else:
            label, value = "", entry
        earlier = list(file.quantities)[:index]
        refused = declared.elsewhere(terms_allowed=False)
        refused |= {later: "is defined further down" for later in declared.quantities if later not in earlier}
        refused[name] = "is the quantity itself"
        known = {"parameter": declared.parameters, "earlier quantity": earlier}
        formula = report.formula(key, value, known, refused=refused)
        if formula is None:
            continue
        quantities[name] = Quantity(name, label or name, formula)
        if formula.names <= base.keys():
            fault = fault_at(formula, base)
            if fault is not None:
                report.add(key, f"at the base values, {fault}", REMEDY)
            base[name] = formula.number(base)
    return quantities
