"""What a search may cost, counted in steps of work, so that no answer depends on how busy the machine is."""

from __future__ import annotations

import time

from kgsim.errors import GameError, KgsimError

#: Steps that one game may take unless told otherwise. A step is worth about a microsecond of plain Python.
WORK_LIMIT = 20_000_000


class OutOfEffort(KgsimError):
    """The work allowed is done; what was found so far is not known to be complete. The message says what ended it."""


class Effort:
    """An allowance that the parts of a search draw on.

    Parameters
    ----------
    steps
        Steps of work, in trees visits of nodes; they alone decide unless the caller sets a clock.
    seconds
        Seconds from now after which the search stops all the same; None for no clock.
    """

    def __init__(self, steps: float = WORK_LIMIT, seconds: float | None = None) -> None:
        self.steps = self.left = float(steps)
        self._whole = self.steps
        self.seconds = seconds
        self._begun = time.monotonic()

    def spend(self, steps: float) -> None:
        """Note work that is about to be done.

        Raises
        ------
        OutOfEffort
            If it is more than is left, or the clock has run out.
        """
        self.left -= steps
        if self.left < 0:
            raise OutOfEffort(f"the search ended at its limit of {self._whole:,.0f} steps of work")
        self.remaining()

    def remaining(self) -> float | None:
        """Seconds that are left, None if there is no clock; raises OutOfEffort if none is."""
        if self.seconds is None:
            return None
        left = self.seconds * (1.0 - self.overtime())
        if left <= 0.0:
            raise OutOfEffort(f"the clock cut the search at the time limit of {self.seconds:g} s")
        return left

    def overtime(self) -> float:
        """How much of the clock's time has gone, 1 when it has run out; 0 if there is no clock."""
        return 0.0 if self.seconds is None else (time.monotonic() - self._begun) / self.seconds

    def part(self, steps: float) -> Effort:
        """A smaller allowance under the same clock, for an attempt that something else can replace."""
        part = Effort(min(steps, self.left), self.seconds)
        part._begun = self._begun
        if part.steps == self.left:
            part._whole = self._whole
        return part


def check_limits(time_limit: float | None, work_limit: float) -> None:
    """Raise GameError unless a limit in seconds is positive or None, and one in steps positive."""
    if time_limit is not None and not time_limit > 0:
        raise GameError(f"time_limit: expected a positive number of seconds or None, got {time_limit!r}.")
    if not work_limit > 0:
        raise GameError(f"work_limit: expected a positive number of steps, got {work_limit!r}.")
