"""`kgsim check`, `explain`, `new` and `schema`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import kgsim as package
from kgsim.cli import COMMANDS, main
from kgsim.cli.new import TEMPLATES


def test_new_writes_a_scenario_that_passes_every_check_and_runs(kgsim, talks):
    checked = kgsim("check", "--strict", talks)
    assert checked.exit_code == 0
    # A note asks whether a claim that cannot fail says anything; the example has one to show it.
    assert checked.stderr.startswith("Note: ") and "Warning" not in checked.stderr
    assert "talks.yaml: OK (3 players, 8 parameters, 5 outcomes, 3 structures, 3 claims)" in checked.stdout
    assert kgsim("run", talks, "--no-plots").exit_code == 0


def test_steps_are_tried_if_asked_for(kgsim, talks):
    assert "half the step" not in kgsim("check", talks).output
    talks.write_text(talks.read_text().replace("grant: [0.5, 1]", "grant: [0, 0.5, 1]"))
    told = kgsim("check", "--steps", talks)
    assert told.exit_code == 0
    assert "moves.Donor.fund.menu: at half the step of grant" in told.stderr


def test_new_never_overwrites(kgsim, talks):
    talks.write_text("mine")
    refused = kgsim("new", "talks")
    assert refused.exit_code == 2
    assert "exists already" in refused.stderr
    assert talks.read_text() == "mine"


@pytest.mark.parametrize("name", ["a/b", "", ".hidden", ".."])
def test_new_wants_a_plain_name(kgsim, name):
    refused = kgsim("new", name)
    assert refused.exit_code == 2
    assert "plain" in refused.stderr


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_runs_without_a_warning(kgsim, template):
    assert kgsim("new", "mine", "--template", template).exit_code == 0
    checked = kgsim("check", "mine.yaml")
    assert checked.exit_code == 0
    assert "Warning" not in checked.output
    done = kgsim("run", "mine.yaml", "--no-plots")
    assert done.exit_code == 0, done.output


def test_a_scenario_from_a_table(kgsim, tmp_path):
    (tmp_path / "ranks.csv").write_text("A,B,outcome,A,B\nx,y,good,1,1\nx,z,bad,2,2\n", "utf-8")
    assert kgsim("new", "mine", "--table", "ranks.csv", "--ranks").exit_code == 0
    solved = json.loads(kgsim("run", "mine.yaml", "--no-plots", "--no-draws", "--format", "json").stdout)
    told = json.dumps(solved["structures"]["at_once"])
    assert '"good"' in told and '"bad"' not in told
    for wrong in (["--ranks"], ["--table", "ranks.csv", "--template", "types"], ["--table", "none.csv"]):
        refused = kgsim("new", "another", *wrong)
        assert refused.exit_code == 2, refused.output
    assert not (tmp_path / "another.yaml").exists()


def test_new_makes_the_directory_it_is_given(kgsim):
    assert kgsim("new", "talks.yaml", "--dir", "a/b").exit_code == 0
    assert Path("a/b/talks.yaml").exists()


def test_new_says_where_it_cannot_write(kgsim):
    Path("file").write_text("")
    refused = kgsim("new", "talks", "--dir", "file/below")
    assert refused.exit_code == 2
    assert "cannot write" in refused.stderr and "--dir" in refused.stderr


def test_check_tells_all_problems_of_all_files_in_one_pass(kgsim, talks):
    text = talks.read_text()
    Path("one.yaml").write_text(text.replace("pride*alone", "prid*alone").replace("value: 6,", "value: 600,", 1))
    Path("two.yaml").write_text(text.replace("title:", "titel:"))
    done = kgsim("check", talks, "one.yaml", "two.yaml")
    assert done.exit_code == 2
    assert re.search(r"Error: one\.yaml:\d+", done.stderr)
    assert "prid" in done.stderr and "600" in done.stderr
    assert re.search(r"Error: two\.yaml:\d+.*titel", done.stderr)
    assert "talks.yaml: OK" in done.stdout
    assert "one.yaml" not in done.stdout


def test_check_warns_and_only_strictly_fails(kgsim, talks):
    unused = "  idle: {label: idle, value: 1, range: [0, 2], because: none, evidence: [], certainty: judgement}\nterms:"
    talks.write_text(talks.read_text().replace("terms:", unused, 1))
    done = kgsim("check", talks)
    assert done.exit_code == 0
    assert "Warning:" in done.stderr and "idle" in done.stderr
    assert kgsim("check", "--strict", talks).exit_code == 2


def test_check_wants_a_file(kgsim):
    assert kgsim("check").exit_code == 2


def test_explain_tells_the_scenario(kgsim, talks):
    done = kgsim("explain", talks, "--set", "harm=10")
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    for words in (
        "Do a donor and a downstream neighbour",
        "10 (file: 12) 6 to 20",
        "harm: The fields below the dam need the spring flood.",
        "power-study: An invented study",
        "Donor and Downstream at once, then Upstream",
        "failing which Donor -concern, Downstream -harm",
        "donor deal: when Upstream plays hold_back and Donor plays fund. Sets grant=Donor.grant, alone=1.",
        "grant 0.5, 1",
    ):
        assert words in said


def test_explain_takes_a_payoff_apart(kgsim, talks):
    done = kgsim("explain", talks, "--payoff", "Upstream", "joint settlement")
    rows = {" ".join(line.split()) for line in done.stdout.splitlines()}
    assert "+ grant_worth*grant 7 14 7 to 14" in rows
    assert "+ fee_worth*fee 3 6 3 to 6" in rows
    assert "= payoff 10 20 10 to 20" in rows
    assert "Source: invented for this example" in done.stdout
    assert "harm" not in done.stdout, "a parameter that plays no part is not named"


def test_explain_of_a_payoff_with_one_value_has_one_column(kgsim, talks):
    done = kgsim("explain", talks, "--payoff", "Downstream", "dam", "--set", "harm=7")
    assert re.search(r"^- harm\*dam +−7$", done.stdout, re.MULTILINE)
    assert re.search(r"^= payoff +−7$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("structure", ["apart", "in_turn", "together"])
def test_explained_payoffs_agree_with_solved_ones(kgsim, talks, structure):
    scenario = package.load(talks)
    result = package.solve(scenario)
    from kgsim.report.explain import explain_payoff

    for equilibrium in result.structures[structure].equilibria:
        for course in equilibrium.courses:
            for player, payoff in course.payoffs.items():
                (told,) = explain_payoff(scenario, player, course.outcome, {})
                assert told.totals == pytest.approx(sum(addend.values for addend in told.addends))
                assert any(total == pytest.approx(payoff) for total in told.totals)


@pytest.mark.parametrize(
    ("payoff", "said"),
    [
        (("Doner", "dam"), "Did you mean 'Donor'?"),
        (("Donor", "dame"), "Did you mean 'dam'?"),
    ],
)
def test_explain_suggests_the_nearest_name(kgsim, talks, payoff, said):
    refused = kgsim("explain", talks, "--payoff", *payoff)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_schema_is_a_json_schema_that_editors_can_use(kgsim):
    schema = json.loads(kgsim("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "structures" in schema["properties"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_written_for_people_with_an_example(command):
    said = CliRunner().invoke(main, [command, "--help"]).stdout
    assert f"\n    kgsim {command}" in said.partition("\n  Examples:")[2], "one example a line"


def test_an_unknown_command_is_an_error():
    done = CliRunner().invoke(main, ["rnu"])
    assert done.exit_code == 2
    assert "rnu" in done.stderr
