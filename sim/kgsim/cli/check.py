"""``kgsim check``: everything that is wrong or doubtful in scenario files, in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgsim.cli.examples import examples
from kgsim.cli.inputs import read_scenario
from kgsim.cli.output import emit

if TYPE_CHECKING:
    from kgsim.errors import Problem
    from kgsim.scenario.model import Scenario


@click.command(
    short_help="Find everything that is wrong with scenarios.",
    epilog=examples(
        "kgsim check my_talks.yaml",
        "kgsim check --strict scenarios/*.yaml",
        "kgsim check --steps my_talks.yaml",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Exit with status 2 on warnings too.")
@click.option(
    "--steps",
    is_flag=True,
    help="Solve at half the step of every menu too, and warn where an answer turns on the step.",
)
def check(files: tuple[Path, ...], strict: bool, steps: bool) -> int:
    """Check scenario FILEs.

    Errors make a file unusable, or its answers wrong: a claim declared an identity that fails somewhere in the ranges.
    Warnings are about what is probably not meant: a parameter that moves no payoff, a move that is never worth
    choosing, a claim that cannot be of the kind declared, evidence that none of the FILEs cites. Notes are about what
    may well be meant: a result that fails nowhere in the ranges, texts missing in a language of the file. Exit status 2
    if there is any error.
    """
    from kgsim.analysis.kinds import check_kinds
    from kgsim.errors import ScenarioError
    from kgsim.scenario.evidence import unused_evidence
    from kgsim.scenario.lint import lint
    from kgsim.scenario.lint_texts import untranslated

    errors: dict[Problem, None] = {}
    warnings: dict[Problem, None] = {}
    notes: dict[Problem, None] = {}
    scenarios: list[Scenario] = []
    for file in files:
        try:
            scenario = read_scenario(file)
        except ScenarioError as error:
            errors.update(dict.fromkeys(error.problems))
            continue
        scenarios.append(scenario)
        warnings.update(dict.fromkeys(lint(scenario)))
        broken, noted = check_kinds(scenario)
        errors.update(dict.fromkeys(broken))
        notes.update(dict.fromkeys((*noted, *untranslated(scenario))))
        if broken:
            continue
        if steps:
            from kgsim.analysis.steps import check_steps

            warnings.update(dict.fromkeys(check_steps(scenario)))
        emit(f"{file}: {_told(scenario)}\n")
    if not errors:
        # With a file missing from the count, evidence that it alone cites would be called unused.
        warnings.update(dict.fromkeys(unused_evidence(scenarios)))
    for word, problems in (("Error", errors), ("Warning", warnings), ("Note", notes)):
        for problem in problems:
            click.echo(f"{word}: {problem}", err=True)
    return 2 if errors or (strict and warnings) else 0


def _told(scenario: Scenario) -> str:
    from kgsim.wording import counted

    parts = (
        counted(len(scenario.players), "player"),
        counted(len(scenario.parameters), "parameter"),
        counted(len(scenario.outcomes), "outcome"),
        counted(len(scenario.structures), "structure"),
        counted(len(scenario.claims), "claim"),
    )
    return f"OK ({', '.join(parts)})"
