"""What an explorer says, as HTML: the answer in a sentence, every structure in a table, the colours by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from kgsim.explorer.views import Standing
from kgsim.plots.style import OutcomeMark
from kgsim.scenario.model import Scenario
from kgsim.wording import Interval, interval, listed, number, sentence

#: A character that looks like each marker of the map.
SIGNS = dict(zip("os^DvPX<>ph*", "○□△◇▽+×⊗⊕⬡⊠☆", strict=True))

STYLE = """
:host { font-family: system-ui, sans-serif; font-size: 15px; color: #222222; }
h1 { font-size: 22px; margin: 0 0 2px 0; }
p { margin: 2px 0; max-width: 75em; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: #595959; padding-bottom: 4px; }
th, td { text-align: left; padding: 4px 10px 4px 6px; border-bottom: 1px solid #D9D9D9; vertical-align: top; }
th[scope=row] { font-weight: normal; }
tr.chosen th, tr.chosen td { background: #EEF4FA; font-weight: bold; }
td.payoff { min-width: 110px; }
.track { position: relative; height: 8px; background: #F0F0F0; margin-top: 3px; }
.track span { position: absolute; top: 0; height: 8px; }
.track i { position: absolute; top: -2px; width: 1px; height: 12px; background: #6B6B6B; }
.swatch { display: inline-block; width: 12px; height: 12px; margin-right: 5px; border: 1px solid #222222; }
.key span.item { display: inline-block; margin-right: 16px; }
small { color: #595959; font-weight: normal; }
"""


def heading(scenario: Scenario) -> str:
    """The scenario's title and question."""
    return f"<h1>{escape(scenario.title)}</h1><p>{escape(scenario.question)}</p>"


def answer(scenario: Scenario, structure: str, standing: Standing, changed: Mapping[str, float]) -> str:
    """One sentence on a structure at the point, and which parameters are not at their base values."""
    label = sentence(scenario.structures[structure].label)
    if standing.outcomes:
        outcomes = listed([f"<b>{escape(name)}</b>" for name in standing.outcomes], "or")
        ending = "is the equilibrium outcome" if len(standing.outcomes) == 1 else "are equilibrium outcomes"
        worth = ", ".join(f"{escape(player)} {interval(bounds)}" for player, bounds in standing.values.items())
        told = f"{outcomes} {ending}, worth {worth}."
        if standing.reason:
            told += f" <small>Further equilibria are not ruled out: {escape(sentence(standing.reason))}</small>"
    else:
        told = f"no solution: {escape(sentence(standing.reason))}"
    moved = ", ".join(
        f"{escape(name)} = {number(value)} (base {number(scenario.parameters[name].value)})"
        for name, value in changed.items()
    )
    where = f"Changed: {moved}." if moved else "Every parameter is at its base value."
    return (
        f'<div role="status"><p>Under <i>{escape(_spaced(structure))}</i> ({escape(label.rstrip("."))}), {told}</p>'
        f"<p><small>{where}</small></p></div>"
    )


def table(
    scenario: Scenario,
    standings: Mapping[str, Standing],
    chosen: str,
    marks: Mapping[str, OutcomeMark],
    colours: Mapping[str, str],
    scales: Mapping[str, Interval],
) -> str:
    """Every structure: its equilibrium outcomes, and the interval of each player's payoff on a scale of its own."""
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in scenario.players.values())
    body = []
    for name, standing in standings.items():
        outcomes = "<br>".join(_swatch(each, marks) for each in standing.outcomes) or escape(standing.reason)
        doubt = " *" if standing.outcomes and standing.reason else ""
        cells = "".join(
            f'<td class="payoff">{interval(standing.values[player])}'
            f"{_track(standing.values[player], scales[player], colours[player])}</td>"
            if player in standing.values
            else "<td></td>"
            for player in scenario.players
        )
        row = ' class="chosen"' if name == chosen else ""
        body.append(f'<tr{row}><th scope="row">{escape(_spaced(name))}{doubt}</th><td>{outcomes}</td>{cells}</tr>')
    starred = any(each.outcomes and each.reason for each in standings.values())
    note = "<p><small>* Further equilibria are not ruled out.</small></p>" if starred else ""
    return (
        "<table><caption>Payoffs at the cross, over all equilibria. Points are each player's own: compare down a "
        "column, never across. The thin line is 0.</caption>"
        f'<thead><tr><th scope="col">Structure of play</th><th scope="col">Outcomes</th>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>{note}"
    )


def key(regimes: Iterable[tuple[str, ...]], marks: Mapping[str, OutcomeMark]) -> str:
    """The map's colours by name, in the scenario's order."""
    shown = {name for names in regimes for name in names}
    items = "".join(f'<span class="item">{_swatch(name, marks)}</span>' for name in marks if name in shown)
    return (
        f'<div class="key">{items}<br><small>Hatched: several outcomes are equilibria. Small dots: further equilibria '
        "are not ruled out. White: no solution. Circle: base values.</small></div>"
    )


def scales(payoffs: Iterable[Mapping[str, Interval]], players: Iterable[str]) -> dict[str, Interval]:
    """For each player a scale that holds 0 and every payoff given."""
    payoffs = list(payoffs)
    return {
        player: (
            min([0.0, *(each[player][0] for each in payoffs if player in each)]),
            max([0.0, *(each[player][1] for each in payoffs if player in each)]),
        )
        for player in players
    }


def _track(bounds: Interval, scale: Interval, colour: str) -> str:
    low, high = scale
    width = (high - low) or 1.0
    left, right = (100 * (min(max(bound, low), high) - low) / width for bound in bounds)
    zero = 100 * (0.0 - low) / width
    span = max(right - left, 2.0)
    begin = min(max(left - 1.0, 0.0), 100.0 - span)
    return (
        f'<div class="track" aria-hidden="true"><i style="left:{zero:.1f}%"></i>'
        f'<span style="left:{begin:.1f}%;width:{span:.1f}%;background:{colour}"></span></div>'
    )


def _swatch(outcome: str, marks: Mapping[str, OutcomeMark]) -> str:
    mark = marks[outcome]
    colour = f'<span class="swatch" style="background:{mark.colour}"></span>'
    return f'{colour}<span aria-hidden="true">{SIGNS[mark.marker]}</span> {escape(outcome)}'


def _spaced(name: str) -> str:
    return name.replace("_", " ")
