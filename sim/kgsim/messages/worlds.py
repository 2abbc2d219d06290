"""What surviving worlds say: which readings stand, what events speak against, what to do and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgsim.scenario.labels import Labels
from kgsim.wording import NOISE, close, counted, listed, number, percent, quoted

if TYPE_CHECKING:
    from kgsim.worlds.advice import Advice
    from kgsim.worlds.result import Update
    from kgsim.worlds.spread import Belief

#: Names that are told; of more only the count.
MOST_NAMED = 2


def survival_message(result: Update) -> str:
    """Say which structures keep most of their worlds through all events."""
    count, labels = counted(len(result.events.events), "event"), result.scenario.labels
    most = max(each.last for each in result.survival.values())
    if most <= 0.0:
        return f"No world survives {count}"
    named = [labels.structure(name) for name, each in result.survival.items() if close(each.last, most)]
    rest = ": more than of any other" if len(named) < len(result.survival) else ""
    return f"Of {_told(named, 'structure')}, {percent(most)} of worlds survive {count}{rest}"


def hypotheses_message(result: Update) -> str:
    """Say against which hypotheses fewest events speak."""
    least = min(each.inconsistent for each in result.hypotheses.values())
    named = [
        result.scenario.labels.structure(name)
        for name, each in result.hypotheses.items()
        if close(each.inconsistent, least)
    ]
    told, events = _told(named, "hypothesis", "hypotheses"), counted(len(result.events.events), "event")
    if least <= NOISE:
        return f"Of {events}, none is inconsistent with {told}"
    return f"Least of {events} speaks against {told}"


def shifts_message(shown: Sequence[Belief], labels: Labels) -> str:
    """Say in which parameter survivors differ most from all worlds; `shown` begins with it."""
    if not shown:
        return "No world survives"
    return f"Survivors differ most from all worlds in the {_of(labels.parameter(shown[0].parameter))}"


def regret_message(result: Advice) -> str:
    """Say which choice is regretted least on average."""
    least = result.ranked[0].mean_regret
    named = [choice_label(result, each.name) for each in result.ranked if close(each.mean_regret, least)]
    player = result.scenario.players[result.player]
    return f"{player} would on average regret {_told(named, 'choice')} least: by {number(least)} points"


def signposts_message(result: Advice) -> str:
    """Say along which parameter another choice becomes the least regretted, and from where."""
    cuts = [each for each in result.signposts if each.kind == "parameter"]
    if not cuts:
        return "No parameter by itself turns the least regretted choice"
    first, labels = cuts[0], result.scenario.labels
    assert first.threshold is not None
    below, above = (choice_label(result, name) for name in first.choices)
    turn = f"{labels.parameter(first.name)} = {number(first.threshold)}"
    told = f"At {turn} the least regretted choice turns from {quoted(below)} to {quoted(above)}"
    return told if len(cuts) == 1 else f"{told}; {counted(len(cuts) - 1, 'other parameter')} can turn it too"


def choice_label(result: Advice, name: str) -> str:
    """Return what a choice is, in words."""
    return result.prospects[name].says or name if name in result.prospects else name


def _told(names: Sequence[str], noun: str, plural: str = "") -> str:
    return listed([quoted(name) for name in names]) if len(names) <= MOST_NAMED else counted(len(names), noun, plural)


def _of(label: str) -> str:
    return label.removeprefix("the ")
