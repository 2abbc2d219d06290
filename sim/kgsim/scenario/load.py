"""From a file to a checked `Scenario`: one pass, and every problem it has."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from kgsim.scenario.evidence import check_date, read_evidence
from kgsim.scenario.extends import read_chain
from kgsim.scenario.labels import label_of, read_shorts
from kgsim.scenario.model import Scenario
from kgsim.scenario.offered import check_intervals, with_bends
from kgsim.scenario.payoffs import parameter_values
from kgsim.scenario.problems import Report
from kgsim.scenario.profiles import check_payoffs, check_rules, check_sizes
from kgsim.scenario.references import Declared
from kgsim.scenario.schema import ScenarioFile
from kgsim.scenario.schema_errors import check_shape
from kgsim.scenario.sections.backtests import read_backtests
from kgsim.scenario.sections.briefing import read_briefing
from kgsim.scenario.sections.chance import read_chance
from kgsim.scenario.sections.claims import check_lenses, read_claims
from kgsim.scenario.sections.dynamics import read_dynamics
from kgsim.scenario.sections.joint import read_joint
from kgsim.scenario.sections.levers import read_levers
from kgsim.scenario.sections.moves import read_decisions
from kgsim.scenario.sections.namespace import check_names
from kgsim.scenario.sections.outcomes import read_outcomes, read_utilities
from kgsim.scenario.sections.parameters import read_parameters, read_quantities
from kgsim.scenario.sections.repeated import read_repeated, read_strategies
from kgsim.scenario.sections.structures import read_structures
from kgsim.scenario.sections.types import check_company, check_effect, read_types
from kgsim.scenario.shipped import located
from kgsim.scenario.source import Source, decode, dotted, read_text
from kgsim.wording import printable

_NEEDED = ("players", "moves", "outcomes", "utilities", "structures")
_NAMING = (
    "decisions",
    "parameters",
    "quantities",
    "terms",
    "types",
    "joint",
    "chance",
    "strategies",
    "repeated",
    "claims",
)


def load(path: str | Path) -> Scenario:
    """Read and check a scenario file.

    Parameters
    ----------
    path
        A YAML file of scenario format 1; files that it extends and ledgers that it names are read too. A bare
        name, such as ``bypass``, means the scenario that comes with kgsim, unless there is a file called so.

    Raises
    ------
    ScenarioError
        With every problem found, each with file, line, column, key and remedy.
    """
    path = located(path)
    return _checked(read_chain(read_text(path), path, path.parent), printable(path.stem), path, path.parent)


def loads(text: str | bytes, *, name: str = "scenario", directory: str | Path = ".") -> Scenario:
    """Read and check a scenario from text.

    Parameters
    ----------
    text
        A scenario of format 1.
    name
        Its name in results and outputs.
    directory
        Where the paths of `extends` and `ledger` start.

    Raises
    ------
    ScenarioError
        As for `load`.
    """
    if isinstance(text, bytes):
        text = decode(text, None)
    return _checked(read_chain(text, None, Path(directory)), name, None, Path(directory))


def _checked(source: Source, name: str, path: Path | None, directory: Path) -> Scenario:
    report = Report(source)
    file = check_shape(ScenarioFile, report)
    sections = [source.data.get(section) for section in _NEEDED]
    sections += [source.data[section] for section in _NAMING if section in source.data]
    if not all(isinstance(section, dict) for section in sections):
        report.raise_if_any()  # without one of these sections every name in the others would seem unknown
    declared = Declared.of(source.data)
    check_names(declared, report)
    for key in ("title", "question"):
        if not getattr(file, key).strip() and report.sound(key):
            report.add((key,), f"the {key} is empty", "Fill it in.")
    if file.date is not None:
        check_date(("date",), file.date, report, whole=True)
    evidence = read_evidence(file, directory, report)
    parameters = read_parameters(file, evidence, report)
    quantities = read_quantities(file, parameters, declared, report)
    decisions = read_decisions(file, declared, report)
    outcomes = read_outcomes(file, decisions, declared, report)
    utilities = read_utilities(file, declared, report)
    decisions = with_bends(decisions, outcomes, utilities, report)
    scenario = Scenario(
        name=name,
        title=file.title,
        question=file.question,
        players={name: label_of(entry) for name, entry in file.players.items()},
        parameters=parameters,
        quantities=quantities,
        terms={name: label_of(entry) for name, entry in file.terms.items()},
        decisions=decisions,
        outcomes=outcomes,
        utilities=utilities,
        structures={},
        claims=read_claims(file, declared, evidence, report),
        evidence=evidence or {},
        briefing=read_briefing(file, parameters, declared, report),
        backtests=read_backtests(file, declared, evidence, report),
        date=file.date,
        shorts=read_shorts(file),
        path=path,
        text=source.texts,
        digest=sha256("\0".join(source.texts).encode()).hexdigest(),
        places={dotted(key): place for key, place in source.keys.items() if 0 < len(key) <= 4},
    )
    base = {}
    if report.sound("parameters", "quantities"):
        base = {key: value.item() for key, value in parameter_values(scenario, {}).items()}
    structures = read_structures(file, decisions, base, declared, report)
    types = read_types(file, base, declared, report)
    chance = read_chance(file, base, declared, report)
    if report.sound("outcomes", "utilities", "types"):
        check_effect(types, outcomes, utilities, report)
    check_intervals(decisions, structures, types, report)
    check_company(types, structures, file.repeated, report)
    strategies = read_strategies(file, base, declared, report)
    scenario = replace(
        scenario,
        structures=structures,
        types=types,
        chance=chance,
        joint=read_joint(file, base, declared, report),
        strategies=strategies,
        repeated=read_repeated(file, strategies, decisions, structures, base, declared, report),
        dynamics=read_dynamics(file, parameters, base, declared, report),
        levers=read_levers(file, base, declared, evidence, report),
    )
    _check_play(scenario, report)
    report.raise_if_any()
    return scenario


def _check_play(scenario: Scenario, report: Report) -> None:
    """Check what needs sound moves, rules and structures, and then what needs sound formulas too."""
    if not report.sound("players", "decisions", "moves", "chance", "structures"):
        return
    check_sizes(scenario, report)
    if not report.sound("structures", "outcomes", "terms"):
        return
    check_rules(scenario, report)
    if report.sound("claims"):
        check_lenses(scenario, report)
    if report.sound("outcomes", "utilities", "parameters", "quantities"):
        check_payoffs(scenario, report)
