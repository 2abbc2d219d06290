"""A simulation in words: what occurs in which share of runs, how exact the policy is, and one run round by round."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, cells
from kgsim.scenario.model import Scenario
from kgsim.wording import counted, listed, number, percent

if TYPE_CHECKING:
    from xarray import Dataset

#: What a policy's measures of accuracy say.
_MEASURES = {
    "residual": "largest gain from one deviation in a stage game",
    "several": "share of rounds and states at which an equilibrium had to be selected",
    "open": "share at which mixed equilibria with other outcomes or values are not ruled out",
    "off_grid": "largest error of values between the grid's states, as a share of a player's range",
    "off_grid_mean": "mean error of values between the grid's states",
    "switched": "share of states off the grid that their nearest neighbour plays differently",
    "unsettled": "share of rounds and states at which the response of simultaneous movers did not settle",
}
_SHARES = frozenset({"several", "open", "switched", "off_grid", "off_grid_mean", "unsettled"})


def of_simulation(scenario: Scenario, found: Dataset, told: int = 1) -> list[Block]:
    """Return the report on a simulation, with run `told` (from 1) of the first way to play told as a story."""
    rounds, told_as = int(found.sizes["round"]), _told_as(scenario, found)
    about = json.loads(found.attrs["policies"])
    first = next(iter(about.values()))
    blocks: list[Block] = [
        Heading(f"{scenario.title}: {counted(rounds, 'round')}", 1),
        Paragraph(scenario.question),
        Paragraph(
            f"{found.attrs['runs']:,} runs, seed {found.attrs['seed']}; policy {found.attrs['policy']}: "
            f"{first['policy']}." if found.attrs["policy"] != "automaton" else
            f"{found.attrs['runs']:,} runs, seed {found.attrs['seed']}; strategies play as automata."
        ),
        Heading("In which share of runs an outcome has been reached"),
        _by_round(scenario, found),
        Heading("What it is worth"),
        _worth(scenario, found),
    ]  # fmt: skip
    notes = [
        f"{told_as(name)}: {_measured(details['accuracy'])}"
        for name, details in about.items()
        if details.get("accuracy")
    ]
    clamped = {
        str(name): float(found.clamped.sel(structure=name).any("round").mean()) for name in found.structure.values
    }
    notes += [
        f"{told_as(name)}: in {percent(share)} of runs an update left its bounds and was clamped"
        for name, share in clamped.items()
        if share
    ]
    if notes:
        blocks += [Heading("How exact this is"), Bullets(tuple(notes))]
    way = str(found.structure.values[0])
    blocks += [Heading(f"Run {told} under {told_as(way)}"), Bullets(tuple(events(scenario, found, way, told - 1)))]
    return blocks


def _told_as(scenario: Scenario, found: Dataset) -> Callable[[str], str]:
    """What a way to play is told as: a structure, or a profile of strategies."""
    section = "structures" if found.attrs["policy"] != "automaton" else "profiles"
    return lambda name: scenario.labels.of(section, name)


def _measured(accuracy: Mapping[str, float]) -> str:
    return listed(
        f"{_MEASURES[name]} {percent(value) if name in _SHARES else number(value)}" for name, value in accuracy.items()
    )


def _by_round(scenario: Scenario, found: Dataset) -> Table:
    rounds, told_as, said = int(found.sizes["round"]), _told_as(scenario, found), scenario.labels
    marks = [mark for mark in dict.fromkeys((1, 2, 5, 10, 20, 50, 100, rounds)) if mark <= rounds]
    columns = (
        Column("structure" if found.attrs["policy"] != "automaton" else "profile"),
        Column("outcome"),
        *(Column(f"by {mark}", "right") for mark in sorted(marks)),
    )
    rows = []
    for way in map(str, found.structure.values):
        for outcome in map(str, found.outcome.values):
            share = found.by_round.sel(structure=way, outcome=outcome)
            if not float(share[-1]):
                continue
            reached = (percent(float(share.sel(round=mark))) for mark in sorted(marks))
            rows.append(cells(told_as(way), said.outcome(outcome), *reached))
    note = "Shares of simulated runs, which are no probabilities of anything in the world."
    return Table(columns, tuple(rows), note)


def _worth(scenario: Scenario, found: Dataset) -> Table:
    said, told_as = scenario.labels, _told_as(scenario, found)
    columns = (Column("way to play"), *(Column(said.player(str(player)), "right") for player in found.player.values))
    rows = []
    for way in map(str, found.structure.values):
        total = found.total.sel(structure=way)
        texts = []
        for player in found.player.values:
            values = total.sel(player=player).values
            low, high = np.quantile(values, [0.05, 0.95])
            spread = f" ({number(low)} to {number(high)})" if number(low) != number(high) else ""
            texts.append(f"{number(values.mean())}{spread}")
        rows.append((Cell(told_as(way)), *cells(*texts)))
    note = (
        "Mean discounted sum of payoffs, with the middle nine tenths of runs; compare down a column, never across two."
    )
    return Table(columns, tuple(rows), note)


def events(scenario: Scenario, found: Dataset, way: str, run: int) -> Iterator[str]:
    """Tell one run, counted from 0, round by round; rounds in which nothing new happens are told together."""
    one = found.sel(structure=way).isel(run=run)
    assert scenario.dynamics is not None or found.attrs["policy"] == "automaton"
    label = scenario.labels.parameter
    names = [] if scenario.dynamics is None else list(scenario.dynamics.states)
    ends = {} if scenario.dynamics is None else dict(scenario.dynamics.end)
    deals = json.loads(found.attrs["policies"])[way]["deals"]
    outcomes = [int(value) for value in one.outcome_index.values]
    numbers = [int(value) for value in one.deal.values]
    last = len(outcomes) - 1
    begun = 0
    for place, index in enumerate(outcomes):
        if index < 0:
            last = place - 1
            break
    for place in range(last + 1):
        if place < last and numbers[place + 1] == numbers[place]:
            continue
        rule = scenario.outcomes[outcomes[place]]
        when = f"Round {place + 1}" if begun == place else f"Rounds {begun + 1} to {place + 1}"
        moved = listed(_moved(one, name, label(name), begun, place) for name in names) if names else ""
        what = rule.label + _on(scenario, deals[numbers[place]])
        yield f"{when}{f' ({moved})' if moved else ''}: {what}."
        begun = place + 1
    if last < len(outcomes) - 1:
        how = ends.get(scenario.outcomes[outcomes[last]].name)
        after = {
            "lasts": "It lasts for the rounds that are left",
            "stops": "Nothing follows",
        }.get(how or "", "The condition for an end is met, and play is over")
        yield f"{after}."


def _moved(one: Any, name: str, label: str, first: int, last: int) -> str:
    values = one[name].values
    before, after = number(float(values[first])), number(float(values[last]))
    return f"{label} {before}" if before == after else f"{label} {before} to {after}"


def _on(scenario: Scenario, menu: Mapping[str, float]) -> str:
    told = [f"{scenario.labels.term(name.split('.', 1)[1])} {number(value)}" for name, value in menu.items() if value]
    return f" with {listed(told)}" if told else ""
