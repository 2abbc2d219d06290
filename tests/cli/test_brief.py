"""``kgsim brief``: one file from one command, and faults told before or instead of writing."""

from __future__ import annotations

import pytest


def test_a_briefing_is_written_and_written_again(kgsim, talks, tmp_path):
    done = kgsim("brief", talks, "--out", "brief.html", "--title", "Our talks", "--classification", "INTERNAL")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == "wrote brief.html\n"
    first = (tmp_path / "brief.html").read_bytes()
    assert b"Our talks" in first and b"INTERNAL" in first
    assert (
        kgsim("brief", talks, "--out", "brief.html", "--title", "Our talks", "--classification", "INTERNAL").exit_code
        == 0
    )
    assert kgsim("brief", talks, "--out", "brief.html", "--title", "Other talks").exit_code == 0
    assert (tmp_path / "brief.html").read_bytes() != first


@pytest.mark.parametrize("changed", ["brief.html", "figures/payoffs.svg"])
def test_a_briefing_that_somebody_worked_on_is_left_alone(kgsim, talks, tmp_path, changed):
    command = ["brief", talks, "--out", "brief.html", "--figures", "figures"]
    assert kgsim(*command).exit_code == 0
    figure = next((tmp_path / "figures").glob("*.svg"))
    file = tmp_path / changed if changed == "brief.html" else figure
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != file}
    file.write_text("with my remarks")
    refused = kgsim(*command, "--title", "Other talks")
    assert refused.exit_code == 2
    assert f"{file.name} was changed since kgsim wrote it" in refused.stderr and "--force" in refused.stderr
    assert file.read_text() == "with my remarks"
    assert {path: path.read_bytes() for path in before} == before
    assert kgsim(*command, "--title", "Other talks", "--force").exit_code == 0


def test_no_date_is_today(kgsim, talks, tmp_path):
    assert kgsim("brief", talks, "--out", "brief.html", "--date", "2031-02-03").exit_code == 0
    assert b"2031-02-03" in (tmp_path / "brief.html").read_bytes()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--out", "brief.doc"), "brief.pptx, brief.pdf, brief.html, brief.md"),
        (("--out", "brief.html", "--date", "yesterday"), "expected a date"),
        (("--out", "brief.html", "--map", "A", "nothing"), "no parameter"),
        (("--out", "brief.html", "--compare", "nothing", "other"), "no structure"),
        (("--out", "brief.html", "--template", "nowhere"), "no directory nowhere"),
        (("--out", "brief.html", "--lang", "fr"), "fr"),
        ((), "--out"),
    ],
)
def test_faults_are_told_and_nothing_is_written(kgsim, talks, tmp_path, options, says):
    done = kgsim("brief", talks, *options)
    assert done.exit_code == 2
    assert says in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["talks.yaml"]
