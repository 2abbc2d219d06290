"""The line below every saved figure: which values are not the file's, and what the figure rests on.

A figure is pasted without the text around it. The line tells it from one of the same scenario with other values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from kgsim.language import Words, words
from kgsim.plots.sheet import CREDIT, MARGIN
from kgsim.plots.size import SLIDE_SMALL
from kgsim.plots.style import FAINT, INK, VERMILLION
from kgsim.plots.text import Ruler, drawable
from kgsim.scenario.model import Scenario
from kgsim.versions import kgsim_version
from kgsim.wording import number, true_minus

#: What stands between the parts.
BETWEEN = " · "

#: Characters of a digest: enough to tell the states of a file apart.
DIGITS = 8

#: Scenarios told by name; of more there is one digest of all.
MOST_SOURCES = 2


@dataclass(frozen=True)
class Credit:
    """What a figure rests on.

    Attributes
    ----------
    beyond, within
        Changed parameters, as text: those beyond their declared range, and the others.
    source
        Date, name and digest of each scenario, and the version of kgsim.
    said
        The words of the language.
    """

    beyond: tuple[str, ...]
    within: tuple[str, ...]
    source: str
    said: Words

    def __str__(self) -> str:
        """All of it as a line of text, with the number of changes if there are several."""
        changes = (*self.beyond, *self.within)
        told = changes if len(changes) < 2 else (self.said("credit.changed", count=len(changes)),)
        return BETWEEN.join([*told, self.source])


def credit(scenario: Scenario, values: Mapping[str, float] | None = None, lang: str = "en") -> Credit:
    """Return the credit of one scenario at its base values but for `values`."""
    return credit_of_several({"": (scenario, values or {})}, lang)


def credit_of_several(settings: Mapping[str, tuple[Scenario, Mapping[str, float]]], lang: str = "en") -> Credit:
    """Return the credit of several scenarios or sets of values, each told by its name."""
    said = words(lang)
    told: tuple[list[str], list[str]] = ([], [])
    for name, (scenario, values) in settings.items():
        for parameter, value in values.items():
            known = scenario.parameters[parameter]
            if value == known.value:
                continue
            label = scenario.labels.parameter(parameter)
            change = said("credit.change", name=label, value=number(value), base=number(known.value))
            within = known.range[0] <= value <= known.range[1]
            change = change if within else said("credit.beyond", change=change)
            told[within].append(said("credit.of", name=name, change=change) if name else change)
    sources = list(dict.fromkeys(_source(scenario, said) for scenario, _ in settings.values()))
    if len(sources) > MOST_SOURCES:
        digests = "\0".join(scenario.digest for scenario, _ in settings.values())
        digest = sha256(digests.encode()).hexdigest()[:DIGITS]
        sources = [said("credit.scenarios", count=len(sources), digest=digest)]
    return Credit(tuple(told[False]), tuple(told[True]), BETWEEN.join([*sources, f"kgsim {kgsim_version()}"]), said)


def _source(scenario: Scenario, said: Words) -> str:
    dated = [said("credit.dated", date=scenario.date)] if scenario.date else []
    return BETWEEN.join([*dated, f"{scenario.name} {scenario.digest[:DIGITS]}"])


def credited(figure: Figure, line: Credit) -> Bbox:
    """Write the line below a figure, in its smallest letters; return the room that figure and line take, in inches.

    Changes that leave the source no room get a line of their own. The figure's style has to be in force.
    """
    width, height = figure.get_size_inches()
    size = min(float(text.get_fontsize()) for text in figure.findobj(Text) if text.get_text())
    scale, ruler = size / SLIDE_SMALL, Ruler()
    below = 0.0
    for pieces in _lines(line, ruler, size, width - 2 * MARGIN * scale):
        below += CREDIT * scale
        x = MARGIN * scale
        for text, colour in pieces:
            figure.text(x / width, (0.65 * CREDIT * scale - below) / height, text, size=size, color=colour, va="center")
            x += ruler.width(text, size)
    return Bbox([[0.0, -below], [width, height]])


#: Texts with their colours, one after the other.
Pieces = list[tuple[str, str]]


def _lines(line: Credit, ruler: Ruler, size: float, room: float) -> list[Pieces]:
    """One line, or one of changes and one of the source; changes beyond the room are counted."""
    changes = [(drawable(true_minus(text)), VERMILLION) for text in line.beyond]
    changes += [(drawable(true_minus(text)), INK) for text in line.within]
    source = [(drawable(line.source), FAINT)]
    if _width(whole := _joined(changes + source), ruler, size) <= room:
        return [whole]
    shown = [_joined(changes)]
    for count in range(len(changes) - 1, -1, -1):
        said = line.said("credit.more" if count else "credit.changed", count=len(changes) - count)
        shown.append(_joined([*changes[:count], (drawable(said), changes[count][1])]))
    fitting = next((each for each in shown if _width(each, ruler, size) <= room), shown[-1])
    return [*([fitting] if changes else []), [(part, FAINT) for part in ruler.wrap(source[0][0], size, room, most=1)]]


def _joined(pieces: Pieces) -> Pieces:
    return [(f"{text}{BETWEEN}", colour) for text, colour in pieces[:-1]] + pieces[-1:]


def _width(pieces: Pieces, ruler: Ruler, size: float) -> float:
    return sum(ruler.width(text, size) for text, _ in pieces)
