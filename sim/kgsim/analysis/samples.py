"""A table of draws looked at one by one: what Sobol' indices and scenario discovery are computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgsim.analysis.evaluator import Evaluation, Evaluator
from kgsim.analysis.priors import Prior
from kgsim.arrays import Floats
from kgsim.engine.engine import CHUNK
from kgsim.execution.run import Progress, run


@dataclass(frozen=True, eq=False)
class Samples:
    """Draws of a prior at given points of the unit cube, and what is held; a job in chunks.

    Attributes
    ----------
    cube
        Shape (draws, parameters of the prior).
    """

    trial: Evaluator
    prior: Prior
    held: Mapping[str, float]
    cube: Floats

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-len(self.cube) // CHUNK)

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything the results depend on."""
        return {
            "study": "cases",
            "scenario": self.trial.scenario.digest,
            "structures": ", ".join(self.trial.structures),
            "claims": ", ".join(self.trial.claims),
            "prior": self.prior.name,
            "held": ", ".join(f"{name}={value!r}" for name, value in self.held.items()),
            "draws": sha256(self.cube.tobytes()).hexdigest(),
        }

    def __call__(self, chunk: int) -> dict[str, NDArray[Any]]:
        """Look at the draws of one chunk."""
        drawn = self.prior.draw(self.cube[chunk * CHUNK : (chunk + 1) * CHUNK])
        count = len(next(iter(drawn.values())))
        looks = self.trial.at({**drawn, **{name: np.full(count, value) for name, value in self.held.items()}})
        return {field.name: getattr(looks, field.name) for field in fields(Evaluation)}

    def looked_at(self, workers: int, progress: Progress | None) -> Evaluation:
        """Look at all draws, in order."""
        parts = [arrays for _, arrays in run(self, workers=workers, progress=progress)]
        return Evaluation(**{name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]})
