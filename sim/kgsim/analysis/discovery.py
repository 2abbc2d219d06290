"""Scenario discovery: in which boxes of parameters an answer occurs (`kgsim.analysis.prim` on draws of a scenario)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kgsim.analysis.evaluator import Evaluator
from kgsim.analysis.plain import Plain
from kgsim.analysis.prim import Box, Peeled, discover
from kgsim.analysis.priors import Prior
from kgsim.analysis.samples import Samples
from kgsim.analysis.sampling import cubes
from kgsim.errors import GameError
from kgsim.execution.run import Progress
from kgsim.results import UNDECIDED, VERDICTS, Verdict
from kgsim.wording import counted, percent, quoted, rounded


@dataclass(frozen=True)
class Discovery(Plain):
    """Boxes in which an answer occurs.

    Attributes
    ----------
    question
        What the cases of interest are, as a clause.
    chosen
        Why this question, if nobody asked it.
    prior, draws
        How parameters were drawn, and how many draws there are (a Latin hypercube).
    share
        Draws that are of interest.
    unproven
        Draws in which an equilibrium that is not ruled out might change the answer.
    density
        That was asked of a box.
    boxes
        Found one after the other, each in what the earlier ones leave; empty if the draws hold no contrast.
    ranges
        PriorResult parameter to its range.
    """

    question: str
    chosen: str
    prior: str
    draws: int
    share: float
    unproven: float
    density: float
    boxes: tuple[Peeled, ...]
    ranges: Mapping[str, tuple[float, float]]

    @property
    def no_box(self) -> str:
        """Why there are no boxes, where there are none, as a clause."""
        return f"No box: {self.question} in {percent(self.share)} of {counted(self.draws, 'draw')}"

    def within(self, box: Box, parameter: str) -> tuple[float, float]:
        """A box's limits on a parameter, its range where the box has none."""
        low, high = box.limits.get(parameter, (-np.inf, np.inf))
        least, most = self.ranges[parameter]
        return max(low, least), min(high, most)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "question": self.question,
            "chosen": self.chosen,
            "prior": self.prior,
            "draws": self.draws,
            "share": rounded(self.share),
            "unproven": rounded(self.unproven),
            "density_asked": self.density,
            "boxes": [
                {**self._plain(each.box), "trajectory": [self._measures(box) for box in each.trajectory]}
                for each in self.boxes
            ],
        }

    def _plain(self, box: Box) -> dict[str, Any]:
        return {
            **self._measures(box),
            "limits": {name: [rounded(bound) for bound in self.within(box, name)] for name in box.limits},
            "quasi_p": {
                name: [None if p is None else rounded(p, 4) for p in pair] for name, pair in box.quasi_p.items()
            },
        }

    def _measures(self, box: Box) -> dict[str, Any]:
        return {
            "coverage": rounded(box.coverage),
            "density": rounded(box.density),
            "mass": rounded(box.mass),
            "cases": box.cases,
            "restricted": sorted(box.limits),
        }


@dataclass(frozen=True)
class Interest:
    """Which draws are of interest: an outcome of a structure, or a claim's verdict.

    Attributes
    ----------
    outcome
        In the structure of the trial; None for the one most in doubt, reached in the share of draws nearest one half.
    claim, verdict
        Instead: the draws in which the claim's verdict is this.
    """

    outcome: str | None = None
    claim: str | None = None
    verdict: Verdict = "holds"


def boxes(
    trial: Evaluator,
    prior: Prior,
    held: Mapping[str, float],
    interest: Interest,
    draws: int,
    seed: int,
    density: float = 0.8,
    workers: int = 1,
    progress: Progress | None = None,
) -> Discovery:
    """Find boxes of draws of interest.

    Raises
    ------
    GameError
        If the density is not a share, or the draws are too few.
    """
    if not 0.0 < density <= 1.0:
        raise GameError(f"the density asked of a box is a share above 0 and up to 1, not {density:g}")
    design = cubes("latin", len(prior.parameters), max(draws, 1), seed, stream=2)
    cube = np.concatenate([design.block(number) for number in range(design.blocks)])
    cases = Samples(trial, prior, held, cube)
    looks = cases.looked_at(workers, progress)
    chosen = ""
    if interest.claim is not None:
        of_interest, sure = looks.verdict[0] == VERDICTS.index(interest.verdict), looks.verdict[0] != UNDECIDED
        question = f"{quoted(trial.scenario.labels.claim(interest.claim))} {interest.verdict}"
    else:
        names = [rule.name for rule in trial.scenario.outcomes]
        shares = looks.reached[0].mean(axis=1)
        outcome = interest.outcome or names[int(np.abs(shares - 0.5).argmin())]
        if interest.outcome is None:
            chosen = "No outcome or claim was named: of this structure's outcomes it is the one most in doubt."
        of_interest = looks.reached[0, names.index(outcome)]
        sure = of_interest | looks.proven[0]
        said = trial.scenario.labels
        under = quoted(said.structure(trial.structures[0]))
        question = f"{quoted(said.outcome(outcome))} is an equilibrium outcome under {under}"
    values = prior.draw(cube)
    found: tuple[Peeled, ...] = ()
    if of_interest.any() and not of_interest.all():
        found = discover(np.column_stack(list(values.values())), of_interest, list(values), density=density)
    return Discovery(
        question=question,
        chosen=chosen,
        prior=prior.name,
        draws=len(cube),
        share=float(of_interest.mean()),
        unproven=float(1.0 - sure.mean()),
        density=density,
        boxes=found,
        ranges={parameter.name: parameter.range for parameter in prior.parameters},
    )
