"""What an explorer says, as HTML: the answer in a sentence, every structure in a table, claims, the colours by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from kgsim.explorer.views import Situation, Standing
from kgsim.language import Words
from kgsim.language.texts import DEFAULT
from kgsim.plots.style import VERDICT_MARKS, OutcomeMark
from kgsim.scenario.model import Parameter, Scenario
from kgsim.wording import NOISE, Interval, interval, number, percent, sentence, signed, true_minus

if TYPE_CHECKING:
    from kgsim.analysis.quick import QuickPass

#: A character that looks like each marker of the map.
SIGNS = dict(zip("os^DvPX<>ph*", "○□△◇▽+×◁▷⬠⬡☆", strict=True))

#: On narrow screens each row of a table is a card, whose cells carry their column's heading.
STYLE = """
:host { font-family: system-ui, "Noto Sans CJK KR", sans-serif; font-size: 15px; color: #222222;
  overflow-wrap: anywhere; }
h1 { font-size: 22px; margin: 0 0 2px 0; }
h2 { font-size: 16px; margin: 14px 0 4px 0; }
p { margin: 2px 0; max-width: 75em; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: #595959; padding-bottom: 4px; }
th, td { text-align: left; padding: 4px 10px 4px 6px; border-bottom: 1px solid #D9D9D9; vertical-align: top; }
th[scope=row] { font-weight: normal; }
tr.chosen th, tr.chosen td { background: #EEF4FA; }
tr.chosen th { font-weight: bold; }
.track { position: relative; height: 8px; background: #F0F0F0; margin-top: 3px; }
.track span { position: absolute; top: 0; height: 8px; }
.track i { position: absolute; top: -2px; width: 1px; height: 12px; background: #6B6B6B; }
.track b { position: absolute; top: -2px; width: 2px; height: 12px; background: #222222; }
.swatch { display: inline-block; width: 12px; height: 12px; margin-right: 5px; border: 1px solid #222222; }
.key span.item { display: inline-block; margin-right: 16px; }
ul { margin: 2px 0; padding: 0; list-style: none; }
li { margin: 3px 0; max-width: 75em; }
.verdict { display: inline-block; min-width: 5.5em; font-weight: bold; }
.moved { color: #8A1C00; font-weight: normal; }
code { overflow-wrap: anywhere; }
small { color: #595959; font-weight: normal; }
@media (max-width: 640px) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr, th[scope=row], td { display: block; }
  tr { padding: 6px 0; border-bottom: 1px solid #D9D9D9; }
  th, td { border: none; padding: 2px 6px; }
  th[scope=row] { font-weight: bold; }
  td::before { content: attr(data-label) " "; color: #595959; }
}
"""


def heading(scenario: Scenario) -> str:
    """The scenario's title and question."""
    return f'<h1 dir="auto">{escape(scenario.title)}</h1><p dir="auto">{escape(scenario.question)}</p>'


def answer(
    scenario: Scenario, structure: str, standing: Standing, base: Standing, changed: Mapping[str, float], said: Words
) -> str:
    """A structure at the point, whether that is as at the base values, and which parameters are not at these."""
    labels = scenario.labels
    name, full = labels.structure(structure), labels.structure(structure, full=True)
    if standing.outcomes:
        outcomes = said.listed([f"<b>{_outcome(scenario, each)}</b>" for each in standing.outcomes], "or")
        worth = ", ".join(f"{escape(labels.player(player))} {interval(own)}" for player, own in standing.values.items())
        told = said("explore.ends", outcomes=outcomes, count=len(standing.outcomes), worth=worth)
    else:
        told = said("explore.unsolved")
    doubt = f" <small>{_reason(standing, said)}</small>" if standing.reason else ""
    moves = [
        said(
            "credit.change",
            name=escape(labels.parameter(parameter)),
            value=number(value),
            base=number(scenario.parameters[parameter].value),
        )
        for parameter, value in changed.items()
    ]
    where = said("explore.changed", changes="; ".join(moves)) if moves else said("explore.at_base")
    against = f"<p>{_against(scenario, standing, base, said)}</p>" if moves else ""
    head = f"<b>{escape(name)}</b>" + (f" ({escape(full.rstrip('.'))})" if full != name else "")
    return true_minus(f'<div role="status"><p>{head}: {told}{doubt}</p>{against}<p><small>{where}</small></p></div>')


def _against(scenario: Scenario, standing: Standing, base: Standing, said: Words) -> str:
    """Whether outcomes and payoffs are other than at the base values."""
    if standing.outcomes == base.outcomes:
        first = said("explore.same_outcome")
    else:
        was = said.listed([_outcome(scenario, each) for each in base.outcomes], "or") or said("explore.none")
        first = said("explore.other_outcome", outcomes=was)
    shifts = [
        f"{escape(scenario.labels.player(player))} {change}"
        for player, own in standing.values.items()
        if player in base.values and (change := _change(own, base.values[player], said))
    ]
    return f"{first} {said('explore.shifts', shifts=', '.join(shifts))}" if shifts else first


def _change(own: Interval, base: Interval, said: Words) -> str:
    """How a payoff differs from the one at the base values; empty if it does not."""
    low, high = own[0] - base[0], own[1] - base[1]
    if max(abs(low), abs(high)) <= NOISE:
        return ""
    return signed(low) if abs(high - low) <= NOISE else said("explore.was", was=interval(base))


def table(
    scenario: Scenario,
    standings: Mapping[str, Standing],
    base: Mapping[str, Standing],
    chosen: Iterable[str],
    marks: Mapping[str, OutcomeMark],
    colours: Mapping[str, str],
    scales: Mapping[str, Interval],
    said: Words,
    waiting: bool = False,
) -> str:
    """Every structure: its equilibrium outcomes, each player's payoff on a scale of its own, and what is new."""
    labels, chosen = scenario.labels, set(chosen)
    head = "".join(f'<th scope="col">{escape(labels.player(player))}</th>' for player in scenario.players)
    body = []
    for name, standing in standings.items():
        cells = "".join(
            _payoff(standing, base[name], player, labels.player(player), colours[player], scales[player], said)
            for player in scenario.players
        )
        row = ' class="chosen"' if name in chosen else ""
        doubt = " *" if standing.outcomes and standing.reason else ""
        body.append(
            f'<tr{row}><th scope="row">{escape(labels.structure(name))}{doubt}</th>'
            f'<td data-label="">{_ends(scenario, standing, base[name], marks, said)}</td>{cells}</tr>'
        )
    starred = any(each.outcomes and each.reason for each in standings.values())
    note = f"<p><small>* {said('explore.further')}</small></p>" if starred else ""
    caption = said("explore.waiting") if waiting else said("explore.caption")
    first = "".join(f'<th scope="col">{said(f"explore.{each}")}</th>' for each in ("structure", "outcomes"))
    return true_minus(
        f"<table><caption>{caption}</caption><thead><tr>{first}{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>{note}"
    )


def _ends(scenario: Scenario, standing: Standing, base: Standing, marks: Mapping[str, OutcomeMark], said: Words) -> str:
    shown = "<br>".join(_swatch(scenario, each, marks) for each in standing.outcomes) or _reason(standing, said)
    if standing.outcomes == base.outcomes:
        return shown
    was = ", ".join(_outcome(scenario, each) for each in base.outcomes) or said("explore.none")
    return f'{shown}<br><span class="moved">{said("explore.was", was=was)}</span>'


def _payoff(
    standing: Standing, base: Standing, player: str, label: str, colour: str, scale: Interval, said: Words
) -> str:
    if player not in standing.values:
        return "<td></td>"
    own = standing.values[player]
    was = base.values.get(player)
    change = _change(own, was, said) if was is not None else ""
    moved = f' <span class="moved">{change}</span>' if change else ""
    track = _track(own, scale, colour, was if change else None)
    return f'<td data-label="{escape(label)}">{interval(own)}{moved}{track}</td>'


def claims(
    scenario: Scenario, here: Situation, base: Situation, drawn: QuickPass | None, said: Words, waiting: bool = False
) -> str:
    """Each claim with its verdict at the point, the one at the base values where it differs, and its share of draws."""
    if not here.verdicts:
        return ""
    shares = drawn.shares.claims if drawn is not None and drawn.shares is not None else {}
    items = []
    for name, verdict in here.verdicts.items():
        was = base.verdicts[name]
        notes = ""
        if was != verdict:
            notes += f' <span class="moved">{said("explore.was", was=said(f"claims.verdict_{was}"))}</span>'
        if name in shares:
            notes += f" <small>{said('explore.share', share=percent(shares[name].holds.share))}</small>"
        swatch = f'<span class="swatch" style="background:{VERDICT_MARKS[verdict][0]}"></span>'
        told = f'<span class="verdict">{swatch}{said(f"claims.verdict_{verdict}")}</span>'
        items.append(f'<li dir="auto">{told} {escape(scenario.labels.claim(name, full=True))}{notes}</li>')
    count = sum(base.verdicts[name] != verdict for name, verdict in here.verdicts.items())
    note = said("explore.waiting") if waiting else said("explore.turned", count=count)
    if drawn is not None:
        note += " " + (said("explore.draws", draws=drawn.draws) if drawn.shares else escape(sentence(drawn.why_not)))
    return true_minus(f"<h2>{said('whynot.claims')}</h2><p><small>{note}</small></p><ul>{''.join(items)}</ul>")


def key(scenario: Scenario, regimes: Iterable[tuple[str, ...]], marks: Mapping[str, OutcomeMark], said: Words) -> str:
    """The map's colours by name, in the scenario's order."""
    shown = {name for names in regimes for name in names}
    items = "".join(f'<span class="item">{_swatch(scenario, name, marks)}</span>' for name in marks if name in shown)
    return f'<div class="key">{items}<br><small>{said("explore.key")}</small></div>'


def code(command: str, said: Words) -> str:
    """A command that gives the same, and what the page's address is good for."""
    return (
        f"<h2>{said('explore.command')}</h2><p><code>{escape(command)}</code></p>"
        f"<p><small>{said('explore.link')}</small></p>"
    )


def lost_parts(parts: Iterable[str], said: Words) -> str:
    """That a link speaks of what is not in the scenario."""
    return f'<p role="alert">{said("explore.lost", what=escape(", ".join(parts)))}</p>'


def about(scenario: Scenario, parameter: Parameter, said: Words) -> list[str]:
    """What stands behind a parameter's value, line by line, as plain text."""
    low, high = map(number, parameter.range)
    lines = [
        sentence(parameter.label),
        said("explore.value", value=number(parameter.value), low=low, high=high, unit=parameter.unit).rstrip(),
        parameter.because,
    ]
    lines += [f"{each.title}: {each.fact}" for name in parameter.evidence if (each := scenario.evidence.get(name))]
    return [true_minus(line) for line in lines if line]


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


def _track(bounds: Interval, scale: Interval, colour: str, base: Interval | None) -> str:
    """A bar for a payoff, a thin line at 0 and thick ones where the payoff was at the base values."""
    low, high = scale
    width = (high - low) or 1.0

    def place(value: float) -> float:
        return 100 * (min(max(value, low), high) - low) / width

    left, right = map(place, bounds)
    span = max(right - left, 2.0)
    begin = min(max(left - 1.0, 0.0), 100.0 - span)
    ticks = "".join(f'<b style="left:{place(each):.1f}%"></b>' for each in dict.fromkeys(base or ()))
    return (
        f'<div class="track" aria-hidden="true"><i style="left:{place(0.0):.1f}%"></i>'
        f'<span style="left:{begin:.1f}%;width:{span:.1f}%;background:{colour}"></span>{ticks}</div>'
    )


def _swatch(scenario: Scenario, outcome: str, marks: Mapping[str, OutcomeMark]) -> str:
    mark = marks[outcome]
    colour = f'<span class="swatch" style="background:{mark.colour}"></span>'
    return f'{colour}<span aria-hidden="true">{SIGNS[mark.marker]}</span> {_outcome(scenario, outcome)}'


def _outcome(scenario: Scenario, name: str) -> str:
    return escape(scenario.labels.outcome(name))


def _reason(standing: Standing, said: Words) -> str:
    """Why there is no solution, or why there may be more; the engine's own clause is in English."""
    told = said("explore.further") if standing.outcomes else said("explore.unsolved")
    return f"{told} {escape(sentence(standing.reason))}" if said.lang == DEFAULT else told
