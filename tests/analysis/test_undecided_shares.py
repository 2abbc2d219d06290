"""Draws in which a claim is undecided are told beside those in which it holds."""

import numpy as np

from kgsim.analysis.robustness_result import ClaimShares
from kgsim.analysis.shares import share


def test_what_is_undecided_widens_the_share_that_holds():
    def shares(holds: int, undecided: int) -> str:
        counts = [holds, 100 - holds - undecided, 0, undecided, 0]
        every = (share(np.array([count]), np.array([100]), replicates=False) for count in counts)
        return ClaimShares("c", "c", *every, None).span

    assert shares(30, 0) == "30%"
    assert shares(0, 100) == "0% to 100%"
    assert shares(30, 11) == "30% to 41%"
