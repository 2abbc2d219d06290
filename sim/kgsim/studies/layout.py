"""How a study is laid out as an xarray Dataset: coordinates with labels and units, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kgsim.errors import GameError
from kgsim.results import VERDICTS
from kgsim.scenario.model import Scenario
from kgsim.scenario.on_the_table import offer_label
from kgsim.studies import design
from kgsim.studies.gathering import Memory, Tally
from kgsim.studies.inactive import idle
from kgsim.studies.points import Sweep
from kgsim.studies.table import REASONS
from kgsim.versions import versions_of

if TYPE_CHECKING:
    from xarray import Dataset

#: Version of the layout.
FORMAT = 3

#: Names of the dimensions that are not swept; no swept parameter may have one of them.
DIMENSIONS = ("structure", "outcome", "player", "offer", "claim")

#: What the numbers of the variable ``verdict`` mean, as the CF conventions write it.
VERDICT_FLAGS = {"flag_values": np.arange(len(VERDICTS), dtype=np.int8), "flag_meanings": " ".join(VERDICTS)}


def dataset(job: Sweep, memory: Memory, tally: Tally, command: str) -> Dataset:
    """A study held in memory."""
    shape = job.grid.shape
    variables = {
        name: (dimensions(job, name), array.reshape(*array.shape[:-1], *shape), about(job, name))
        for name, array in memory.arrays.items()
    }
    import xarray as xr

    return xr.Dataset(variables, coords=coordinates(job), attrs=provenance(job, tally, command))


def dimensions(job: Sweep, name: str) -> tuple[str, ...]:
    """Names of a variable's dimensions."""
    return (*job.variables()[name].leading, *job.grid.coordinates)


def about(job: Sweep, name: str) -> dict[str, Any]:
    """A variable's attributes."""
    return {"long_name": job.variables()[name].about, **(VERDICT_FLAGS if name == "verdict" else {})}


def coordinates(job: Sweep) -> dict[str, tuple[str, Any, Mapping[str, Any]]]:
    """Every dimension's values and attributes."""
    scenario = job.scenario
    found: dict[str, tuple[str, Any, Mapping[str, Any]]] = {
        name: (name, values, _of_move(scenario, name) if name in job.grid.switches else _of_parameter(scenario, name))
        for name, values in job.grid.coordinates.items()
    }
    found["structure"] = ("structure", list(job.structures), {"long_name": "structure of play"})
    found["outcome"] = ("outcome", [rule.name for rule in scenario.outcomes], {"long_name": "outcome"})
    found["player"] = ("player", list(scenario.players), {"long_name": "player"})
    if job.offers:
        found["offer"] = ("offer", list(job.offers), {"long_name": "what is offered"})
    if job.claims:
        found["claim"] = ("claim", list(job.claims), {"long_name": "claim"})
    return found


def _of_parameter(scenario: Scenario, name: str) -> dict[str, Any]:
    parameter = scenario.parameters[name]
    told = {"long_name": parameter.label, "units": parameter.unit or "1", "plausible": list(parameter.range)}
    # A term of a menu is chosen in the game; the file gives it no base value.
    return told if "." in name else {**told, "base": parameter.value}


def _of_move(scenario: Scenario, name: str) -> dict[str, Any]:
    owner, move = name.split(".")
    label = scenario.decisions[owner].moves[move]
    return {
        "long_name": f"whether {owner} can {label}",
        "units": "1",
        "base": 1.0,
        "plausible": [0.0, 1.0],
        "flag_values": np.array([0.0, 1.0]),
        "flag_meanings": f"{design.OFF} {design.ON}",
    }


def provenance(job: Sweep, tally: Tally, command: str) -> dict[str, Any]:
    """The attributes of the whole."""
    scenario, grid = job.scenario, job.grid
    others = {**scenario.base, **grid.fixed}
    return {
        "kgsim_study": FORMAT,
        "title": scenario.title,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_text": "\n---\n".join(scenario.text),
        "values": json.dumps({name: value for name, value in others.items() if name not in grid.axes}),
        "mixed": job.mixed,
        "reasons": json.dumps(REASONS),
        "idle": json.dumps(idle_axes(job)),
        "beyond_range": json.dumps(design.outside(scenario, {**grid.axes, **grid.fixed})),
        "otherwise": json.dumps([rule.name for rule in scenario.outcomes if not rule.when]),
        "players": json.dumps(dict(scenario.players)),
        "structures": json.dumps({name: scenario.structures[name].label for name in job.structures}),
        "outcomes": json.dumps({rule.name: rule.label for rule in scenario.outcomes}),
        "offers": json.dumps({offer: offer_label(scenario, offer) for offer in job.offers}),
        "labels": json.dumps(scenario.labels.within("players", "parameters", "outcomes", "structures")),
        "claims": json.dumps({name: scenario.claims[name].says for name in job.claims}),
        "versions": json.dumps(versions_of("numpy", "scipy", "xarray")),
        "command": command,
        "seed": "none: nothing is drawn at random",
    }


def idle_axes(job: Sweep) -> list[str]:
    """What is swept and changes no game that is solved."""
    scenario = job.scenario
    parameters = [name for name, values in job.grid.axes.items() if idle(scenario, name, values)]
    return [name for name in job.grid.switches if not _played(job, name)] + parameters


def _played(job: Sweep, switch: str) -> bool:
    """Whether some structure that is solved admits a move."""
    owner, move = switch.split(".")
    structures = (job.scenario.structures[name] for name in job.solved)
    return any(owner not in each.fixed and move in each.only.get(owner, {move}) for each in structures)


def check_names(job: Sweep) -> None:
    """Raise GameError if what is swept has the name of another dimension."""
    for name in job.grid.coordinates:
        if name in DIMENSIONS:
            raise GameError(f"a parameter named {name!r} cannot be swept: rename it in the scenario")
