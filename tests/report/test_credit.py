"""The line below figures: it tells a figure from one of the same scenario with other values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

import kgsim
import made_up
from first_edition import FIRST_EDITION
from kgsim.plots.payoffs import payoffs_figure
from kgsim.plots.size import SIZES
from kgsim.plots.style import FAINT, INK, VERMILLION
from kgsim.plots.text import Ruler
from kgsim.report.credit import credit, credit_of_several, credited
from kgsim.report.figures import rendered

SOURCE = f" ab12cd34 · kgsim {kgsim.__version__}"


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return replace(kgsim.load(FIRST_EDITION / "bypass.yaml"), digest="ab12cd34ef")


def written(line: object, size: str = "slide") -> tuple[list[Text], object]:
    """The texts below a figure, and the room it then takes."""
    figure = payoffs_figure(made_up.result(structures=1), size=size)
    before = set(figure.texts)
    room = credited(figure, line)
    return [text for text in figure.texts if text not in before], room


@pytest.mark.parametrize(
    ("values", "told", "colour"),
    [
        ({}, [], FAINT),
        ({"A": 20.0}, [], FAINT),  # the file's own value is no change
        ({"A": 5.0}, [" = 5 instead of 20"], INK),
        ({"A": 60.0}, [" = 60 instead of 20, beyond its range"], VERMILLION),
    ],
)
def test_what_is_changed_stands_before_the_source(bypass, values, told, colour) -> None:
    texts, _ = written(credit(bypass, values))
    assert [text.get_text().removesuffix(" · ")[-len(part) :] for part, text in zip(told, texts, strict=False)] == told
    assert texts[-1].get_text().endswith(SOURCE) and len(texts) == 1 + len(told)
    assert to_hex(texts[0].get_color()) == colour.lower()
    assert str(credit(bypass, values)).endswith(SOURCE)


@pytest.mark.parametrize("size", SIZES)
def test_no_change_is_dropped_untold_and_nothing_leaves_the_figure(bypass, size) -> None:
    values = {name: each.range[1] for name, each in bypass.parameters.items() if each.value != each.range[1]}
    texts, room = written(credit(bypass, values), size)
    *changes, source = (text.get_text() for text in texts)
    more = int(changes[-1].split()[0])
    assert len(changes) - 1 + more == len(values)
    assert source.endswith((SOURCE, "…"))
    ruler = Ruler()
    for text in texts:
        x, y = text.get_position()
        assert x * room.width + ruler.width(text.get_text(), text.get_fontsize()) <= room.width
        assert room.y0 < y * (room.height + room.y0) < 0


def test_sets_of_values_are_told_by_name_and_many_scenarios_by_their_number(bypass) -> None:
    line = credit_of_several({"bypass": (bypass, {}), "dear": (bypass, {"A": 40.0})})
    assert [text.partition(": ")[0] for text in line.within] == ["dear"]
    several = credit_of_several({str(i): (replace(bypass, name=str(i)), {}) for i in range(3)})
    assert several.source.startswith("3 scenarios ")


def test_a_base_figure_differs_from_one_with_changed_values_in_the_file(bypass) -> None:
    files = [
        dict(rendered("payoffs", payoffs_figure(made_up.result(structures=1)), credit(bypass, values)))["payoffs.svg"]
        for values in ({}, {"A": 5.0})
    ]
    assert b"= 5 instead of 20" in files[1] and b"instead of" not in files[0]
