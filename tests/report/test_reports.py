"""Reports: the same facts in every format, nothing cut off, nothing that a reader could mistake."""

from __future__ import annotations

import doctest
import io
import json
import math
import threading
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

import kgsim
import kgsim.ranking
import kgsim.wording
import made_up
from first_edition import FIRST_EDITION
from kgsim.errors import OutputError
from kgsim.report import display, document, files, markdown, plain, sections, summary, terminal
from kgsim.report.content import Cell, Column, Table, cells
from kgsim.report.ownership import Maker

RESULT = made_up.result()


@pytest.mark.parametrize("module", [kgsim.wording, kgsim.ranking], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module):
    failed, tried = doctest.testmod(module)
    assert tried and not failed


# The JSON document


@pytest.mark.parametrize("result", [RESULT, made_up.result(structures=1, equilibria=1), made_up.result(equilibria=12)])
def test_the_document_obeys_its_schema(result):
    jsonschema.Draft202012Validator.check_schema(document.schema())
    jsonschema.validate(json.loads(document.dumps(document.of_result(result))), document.schema())


def test_the_schema_refuses_what_is_not_a_result():
    wrong = document.of_result(RESULT)
    wrong["structures"]["parallel"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate(wrong, document.schema())


def test_the_document_is_strict_json_with_the_same_bytes():
    text = document.dumps(document.of_result(RESULT))
    assert text == document.dumps(document.of_result(made_up.result()))
    parsed = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    mixed = parsed["structures"]["parallel"]["equilibria"][2]
    assert mixed["outcomes"] == {"bypass deal": 0.375, "border calm": 0.5, "status quo": 0.125}
    assert mixed["payoffs"]["US"] == 0.9375
    assert not mixed["pure"]
    assert parsed["structures"]["parallel"]["continua"] == [[0, 2]]
    assert parsed["structures"]["simultaneous"]["values"] == {}


def test_numbers_that_json_does_not_have_and_noise_are_settled():
    claim = replace(RESULT.claims["H1"], numbers={"x": (-math.inf, math.nan), "y": (-0.0, 0.1 + 0.2)})
    written = document.of_result(replace(RESULT, claims={"H1": claim}))["claims"]["H1"]["numbers"]
    assert written == {"x": [None, None], "y": [0.0, 0.3]}
    assert math.copysign(1, written["y"][0]) == 1


# Words


def test_the_answer_comes_first_and_doubts_with_it():
    said = summary.headlines(RESULT)
    assert said == (
        "“parallel” ends in border calm, bypass deal or a lottery over bypass deal, border calm and status quo, "
        "depending on which equilibrium is played.",
        "“coordinated” ends in front deal.",
        "“bypass” ends in bypass deal.",
        "United States can get at most 12.5 (“coordinated”) and at least 0 (“parallel”).",
        "Republic of Korea can get at most 12 (“parallel”) and at least -32.5 (“parallel” or “bypass”).",
        "North Korea can get at most 5.25 (“parallel” or “bypass”) and at least 0 (“parallel”).",
        "1 claim holds at these values.",
        "1 depends on the equilibrium played: “parallel play pays the North”.",
        "In which share of the parameter ranges a claim holds was not looked at here; kgsim robustness does.",
        "There may be further equilibria in “parallel”; the reasons are given below.",
        "“simultaneous” is not solved; the reason is given below.",
    )


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("holds", "holds"), "2 claims hold at these values."),
        (("fails", "fails"), "2 fail: “C0”; “C1”."),
        (
            ("holds", "fails", "depends", "depends"),
            "1 claim holds at these values. 1 fails: “C1”. 2 depend on the equilibrium",
        ),
        (("undecided",), "1 cannot be decided: “C0”."),
    ],
)
def test_claims_are_named_by_verdict_and_not_counted_without_draws(verdicts, said):
    claims = {f"C{i}": replace(RESULT.claims["H1"], name=f"C{i}", verdict=v) for i, v in enumerate(verdicts)}
    assert said in " ".join(summary.headlines(replace(RESULT, claims=claims)))


def test_structures_that_make_no_difference_are_said_to_make_none():
    same = {name: replace(RESULT.structures["bypass"], name=name) for name in ("one", "two")}
    said = summary.headlines(replace(RESULT, structures=same))
    assert "“one” and “two” end in bypass deal." in said
    assert "North Korea gets 5.25 under every structure." in said
    assert kgsim.ranking.worst_structures(replace(RESULT, structures=same), "US") == frozenset()


def test_plain_text_cuts_nothing_and_draws_no_boxes():
    text = plain.render(sections.of_result(RESULT))
    assert "…" not in text and "\t" not in text
    for words in ("−32.5 to 12 *", "3+", "No. 3, mixed:", "Between equilibria 1 and 3 lies a continuum"):
        assert words in text
    assert "3 other courses of play lead to the same." in " ".join(text.split())


def test_plain_tables_line_up_with_wide_characters():
    table = Table((Column("이름"), Column("n", "right")), (cells("서울", "1"), cells("Seoul", "23")))
    assert plain.render([table]).splitlines() == ["이름    n", "-----  --", "서울    1", "Seoul  23"]


def test_markdown_keeps_every_word_and_escapes_its_own_marks():
    text = markdown.render([Table((Column("a|b"),), ((Cell("x*y", True),),))])
    assert text == "| a\\|b |\n| --- |\n| **x\\*y** \\* |\n"
    assert "| structure number 3 | bypass deal | 2.5 | **−32.5** \\* | 5.25 | 1 | yes |" in markdown.render(
        sections.of_result(RESULT)
    )


class Tags(HTMLParser):
    """Checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("shown", [RESULT, *RESULT.structures.values()], ids=lambda shown: type(shown).__name__)
def test_notebooks_show_html(shown):
    text = shown._repr_html_()
    parser = Tags()
    parser.feed(text)
    assert parser.open == []
    assert "<script" not in text


def test_html_escapes_what_an_analyst_wrote():
    evil = replace(RESULT, scenario=replace(RESULT.scenario, title="<script>alert(1)</script>"))
    assert "<script>" not in display.html_of(evil)


def test_results_print_well():
    assert str(RESULT).startswith("A made-up negotiation\n====")
    assert "Play: US + ROK, then DPRK." in str(RESULT.structures["coordinated"])
    assert repr(RESULT) == (
        "Result(scenario='made_up', changed={'A': 5.0}, structures=['parallel', 'coordinated', 'bypass', "
        "'simultaneous'], claims={'H1': 'depends', 'H2': 'holds'})"
    )


def test_a_terminal_shows_the_same_words():
    stream = io.StringIO()
    terminal.render(sections.of_result(RESULT), Console(file=stream, width=200, force_terminal=True, highlight=False))
    assert "\x1b[" in stream.getvalue()
    narrow = io.StringIO()
    terminal.render(sections.of_result(RESULT), Console(file=narrow, width=60, highlight=False))
    assert "…" not in narrow.getvalue()


def test_values_beyond_their_range_are_said():
    beyond = replace(RESULT, values={"A": 99.0, "h": 50.0}, changed={"A": 99.0})
    assert summary.beyond_range(beyond) == ("A",)
    assert "alliance cost = 99 (file: 20, beyond its range)" in " ".join(str(beyond).split())


def test_a_frame_has_one_row_per_structure_equilibrium_and_player():
    frame = RESULT.to_frame()
    assert len(frame) == (3 + 1 + 1) * 3
    seoul = frame[(frame.structure == "bypass") & (frame.player == "ROK")]
    assert seoul.payoff.tolist() == [-32.5]


# Files


MAKER = Maker("run", ("/desk/talks.yaml",))


def finish(directory: Path, maker: Maker = MAKER, *, force: bool = False, text: str = "{}") -> None:
    with files.Destination(directory, maker, force=force) as destination:
        destination.write(files.RESULT, text)


@pytest.mark.parametrize(
    "other", [Maker("sweep", MAKER.sources), Maker("run", ("/desk/other.yaml",)), Maker("run", (*MAKER.sources, "x"))]
)
def test_the_results_of_one_maker_give_way_to_its_own_alone(tmp_path, other):
    finish(tmp_path)
    finish(tmp_path, text="again")
    with pytest.raises(OutputError, match=r"a result of kgsim run talks\.yaml"):
        finish(tmp_path, other)
    assert (tmp_path / files.RESULT).read_text() == "again"
    finish(tmp_path, other, force=True)


@pytest.mark.parametrize("index", ["", "[]", '{"result.json": 3}', '{"result.json": {"command": "run"}}'])
def test_a_damaged_index_makes_files_nobodys(tmp_path, index):
    finish(tmp_path)
    (tmp_path / ".kgsim.json").write_text(index)
    with pytest.raises(OutputError, match="not a file that kgsim wrote"):
        finish(tmp_path, text="again")


def test_what_stands_there_already_is_no_hindrance(tmp_path):
    (tmp_path / "figure.svg").write_text("<svg/>")
    with files.Destination(tmp_path, MAKER) as destination:
        destination.write("figure.svg", "<svg/>")
    with pytest.raises(OutputError, match=r"figure\.svg is a result of kgsim run"):
        files.in_place({tmp_path / "figure.svg": b"other"}, Maker("brief", MAKER.sources))


def test_of_two_at_once_the_second_is_told(tmp_path):
    with files.Destination(tmp_path, MAKER) as destination:
        with pytest.raises(OutputError, match="another kgsim command is writing"):
            finish(tmp_path)
        destination.write(files.RESULT, "first")
    assert (tmp_path / files.RESULT).read_text() == "first"
    finish(tmp_path, text="second")


def test_what_a_killed_run_left_is_cleared_away(tmp_path):
    (tmp_path / ".kgsim-dead").mkdir()
    (tmp_path / ".kgsim-dead" / "result.json").write_text("half")
    finish(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".kgsim.json", "result.json"]


def test_nothing_is_half_written(tmp_path):
    with pytest.raises(RuntimeError), files.Destination(tmp_path / "a" / "b", MAKER) as destination:
        destination.write("one.txt", "1")
        assert not (tmp_path / "a" / "b" / "one.txt").exists()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_directories_that_were_there_stay(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(RuntimeError), files.Destination(tmp_path / "a" / "b", MAKER):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_document_is_moved_last(tmp_path, monkeypatch):
    moved = []
    monkeypatch.setattr(Path, "replace", lambda self, target: moved.append(target.name))
    with files.Destination(tmp_path, MAKER) as destination:
        for name in ("result.json", "result.md", "payoffs.png"):
            destination.write(name, "x")
    assert moved == ["result.md", "payoffs.png", "result.json", ".kgsim.json"]


def test_a_thread_may_write_too(tmp_path):
    thread = threading.Thread(target=finish, args=(tmp_path,))
    thread.start()
    thread.join()
    assert (tmp_path / files.RESULT).exists()


def test_whatever_is_found_shows_itself_in_a_notebook():
    scenario = kgsim.load(FIRST_EDITION / "loudspeaker_reciprocity.yaml")
    found = [
        scenario,
        kgsim.repeated(scenario, "border")["grim"],
        kgsim.threshold(scenario, "patience", repeated="border", profile="grim", inverse=False),
        kgsim.backtest(scenario, draws=8)[0],
        kgsim.compare(scenario, values={"patient": {"patience": 0.9}}),
        kgsim.robustness(scenario, draws=96),
        kgsim.sensitivity(scenario, structure="once", indices=False, draws=64),
        kgsim.nash([[[3, 0], [5, 1]], [[3, 5], [0, 1]]]),
    ]
    for each in found:
        parser = Tags()
        parser.feed(each._repr_html_())
        assert parser.open == []
        assert len(repr(each)) < 2_000 and "np.float64" not in repr(each)
        assert str(each).strip()
