"""Worlds: every structure of play at the same draws of all parameters, those that `kgsim.robustness` makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from kgsim.analysis.evaluator import Evaluation, Evaluator, claims_on
from kgsim.analysis.priors import Correlations, Prior, default_priors, prior, to_draw
from kgsim.analysis.sampling import SampleDesign, cubes
from kgsim.arrays import Floats
from kgsim.scenario.arguments import structures_given
from kgsim.scenario.model import Scenario
from kgsim.studies.limits import check_count
from kgsim.worlds.conditions import Bound, Split, bind
from kgsim.worlds.events import Events


@dataclass(frozen=True, eq=False)
class Worlds:
    """Worlds in numbered blocks, each a pure function of its number.

    Attributes
    ----------
    scenario
        Its own outcomes; those of `plays` may be split by moves.
    plays, judges
        What looks at play and at claims; one and the same unless outcomes are split.
    split
        How they are.
    events, seen
        What happened, and what could be seen next, ready to be held against worlds.
    prior, design, held
        How parameters are drawn, and the values of those that are not.
    """

    scenario: Scenario
    plays: Evaluator
    judges: Evaluator
    split: Split
    events: tuple[Bound, ...]
    seen: tuple[Bound, ...]
    prior: Prior
    design: SampleDesign
    held: Mapping[str, float]

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures of play."""
        return self.plays.structures

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims judged."""
        return self.judges.claims

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters drawn."""
        return tuple(each.name for each in self.prior.parameters)

    @property
    def identity(self) -> Mapping[str, str]:
        """Everything that the worlds depend on."""
        correlated = self.prior.mixing
        return {
            "scenario": self.scenario.digest,
            "structures": ", ".join(self.structures),
            "prior": self.prior.name,
            "parameters": ", ".join(self.parameters),
            "held": ", ".join(f"{name}={value!r}" for name, value in self.held.items()),
            "correlation": "none" if correlated is None else sha256(correlated.tobytes()).hexdigest(),
            "sampling": self.design.sampling,
            "draws": str(self.design.draws),
            "seed": str(self.design.seed),
        }

    def drawn(self, block: int) -> dict[str, Floats]:
        """The parameters drawn in a block; shape (draws,) each."""
        return self.prior.draw(self.design.block(block))

    def at(self, drawn: Mapping[str, Floats]) -> Evaluation:
        """Look at worlds with these parameters; outcomes are those of the split scenario."""
        count = len(next(iter(drawn.values())))
        points = {**drawn, **{name: np.full(count, value) for name, value in self.held.items()}}
        looks = self.plays.at(points)
        if self.judges is self.plays:
            return looks
        return replace(looks, verdict=self.judges.at(points).verdict)


def worlds_of(
    scenario: Scenario,
    events: Events,
    values: Mapping[str, float],
    *,
    draws: int,
    seed: int,
    structures: str | Sequence[str] | None,
    prior_name: str | None,
    correlations: Correlations | None,
    sampling: str,
) -> Worlds:
    """Lay out the worlds of a scenario in view of what events and observations name.

    Raises
    ------
    GameError
        If a structure, parameter, prior or sampling is unknown, a number is not usable, or nothing can be drawn.
    ScenarioError
        If the events name what the scenario does not have, or one of them can be expressed by no structure.
    """
    check_count(draws, "draws")
    chosen = structures_given(scenario, structures)
    names = to_draw(scenario, values)
    claims = claims_on(scenario, chosen)
    cut, told, seen = bind(events, scenario, chosen, claims)
    whole = cut.scenario is scenario
    plays = Evaluator(cut.scenario, chosen, claims if whole else (), draws)
    return Worlds(
        scenario,
        plays,
        plays if whole else Evaluator(scenario, chosen, claims, draws),
        cut,
        told,
        seen,
        prior(scenario, prior_name or default_priors(scenario)[0], names, correlations),
        cubes(sampling, len(names), draws, seed),
        dict(values),
    )
