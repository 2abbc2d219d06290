"""How far a search in a tree may go: so much work, which every machine counts alike, and so long if that is asked."""

from __future__ import annotations

import time

from kgsim.errors import KgsimError


class Spent(KgsimError):
    """A limit of work or of time was met; the message says which."""


class Limits:
    """Work that is left, counted in visits of nodes, and the seconds that are.

    Parameters
    ----------
    work
        Visits of nodes; a linear programme counts for `LINEAR_PROGRAMME` of them.
    deadline
        Reading of `time.monotonic` at which to stop; None to count work alone.
    """

    def __init__(self, work: float, deadline: float | None = None) -> None:
        self.work = work
        self.deadline = deadline

    @classmethod
    def within(cls, seconds: float | None) -> Limits:
        """No limit of work, and one of time if `seconds` are given."""
        return cls(float("inf"), None if seconds is None else time.monotonic() + seconds)

    def of(self, work: float) -> Limits:
        """The same limit of time with so much work."""
        return Limits(work, self.deadline)

    def spend(self, work: float) -> None:
        """Count work about to be done; raises `Spent` if none or no time is left."""
        self.work -= work
        if self.work < 0:
            raise Spent("the limit of work was met")
        self.seconds()

    def seconds(self) -> float | None:
        """Seconds that are left, None if they are not limited; raises `Spent` if none is."""
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Spent("the time limit was met")
        return left


#: What a linear programme costs, in visits of nodes.
LINEAR_PROGRAMME = 500
