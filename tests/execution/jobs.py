"""Jobs small enough for tests; worker processes import this file."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import kgsim
from kgsim.execution.run import Arrays


@dataclass(frozen=True)
class Draws:
    """Numbers drawn at random, and the process that drew them."""

    chunks: int = 12
    seed: int = 7
    pause: float = 0.0

    @property
    def identity(self) -> Mapping[str, str]:
        return {"seed": str(self.seed)}

    def __call__(self, chunk: int) -> Arrays:
        time.sleep(self.pause)
        draw = np.random.default_rng(np.random.SeedSequence((self.seed, chunk)))
        return {"drawn": draw.random(5), "by": np.array(os.getpid())}


@dataclass(frozen=True)
class Deadly(Draws):
    """Kills the process that computes chunk 5: the first time only, or every time if no path is given."""

    once: Path | None = None

    def __call__(self, chunk: int) -> Arrays:
        if chunk == 5 and (self.once is None or not self.once.exists()):
            if self.once is not None:
                self.once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(chunk)


@dataclass(frozen=True)
class Faulty(Draws):
    """Raises an error in chunk 5."""

    def __call__(self, chunk: int) -> Arrays:
        if chunk == 5:
            raise kgsim.StructureError("this chunk has no answer")
        return super().__call__(chunk)
