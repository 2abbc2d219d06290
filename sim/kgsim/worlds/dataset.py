"""What worlds say as an xarray Dataset."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kgsim.worlds.conditions import ANSWERS

if TYPE_CHECKING:
    import xarray as xr

    from kgsim.worlds.result import Update

_SPREAD = ("low", "quarter", "median", "three_quarters", "high")


def of_update(result: Update) -> xr.Dataset:
    """Shares by structure and event, hypotheses against events, and the spread of parameters before and after."""
    import numpy as np
    import xarray as xr

    events, structures = list(result.events.events), list(result.structures)
    nothing = dict.fromkeys(_SPREAD, np.nan)

    def shares(of: str) -> list[list[float]]:
        return [[getattr(each, of)[event].share for event in events] for each in result.survival.values()]

    ordered = {name: {each.parameter: each for each in some} for name, some in result.beliefs.items()}
    spreads = [
        [
            [[(each.to_dict() if each else nothing)[key] for key in _SPREAD] for each in (known.before, known.after)]
            for known in (ordered[name][parameter] for parameter in result.parameters)
        ]
        for name in ("", *structures)
    ]
    answers = [
        [[getattr(each.events[event], answer) for answer in ANSWERS] for event in events]
        for each in result.hypotheses.values()
    ]
    count = len(result.hypotheses)
    return xr.Dataset(
        {
            "left": (("structure", "event"), np.array(shares("left")).reshape(len(structures), len(events))),
            "open": (("structure", "event"), np.array(shares("open")).reshape(len(structures), len(events))),
            "answer_share": (
                ("hypothesis", "event", "answer"),
                np.array(answers).reshape(count, len(events), len(ANSWERS)),
            ),
            "spread": (("among", "parameter", "when", "quantity"), np.array(spreads)),
        },
        {
            "structure": structures,
            "event": events,
            "date": ("event", [each.date for each in result.events.events.values()]),
            "hypothesis": list(result.hypotheses),
            "answer": list(ANSWERS),
            "among": ["all", *structures],
            "parameter": list(result.parameters),
            "when": ["before", "after"],
            "quantity": list(_SPREAD),
        },
        {"scenario": result.scenario.digest, "events": result.events.digest, "findings": json.dumps(result.to_dict())},
    )
