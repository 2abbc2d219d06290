"""Worlds: every structure of play at the same draws of all parameters, those that `kgsim.robustness` makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from kgsim.analysis.evaluator import Evaluator, claims_on
from kgsim.analysis.priors import Correlations, Prior, default_priors, prior, to_draw
from kgsim.analysis.sampling import SampleDesign, cubes
from kgsim.arrays import Floats
from kgsim.results import UNDECIDED
from kgsim.scenario.arguments import structures_given
from kgsim.scenario.model import Scenario
from kgsim.studies.limits import check_count
from kgsim.worlds.conditions import Bound, Looks, bind
from kgsim.worlds.events import Events


@dataclass(frozen=True)
class Drawing:
    """How worlds are drawn.

    Attributes
    ----------
    draws, seed
        Worlds of each structure, rounded up to whole blocks, and what they are drawn from.
    structures
        Names; all if None.
    prior, correlations, sampling
        As `kgsim.robustness` has them; the file's own distributions, or uniform, if no prior is named.
    """

    draws: int
    seed: int = 0
    structures: str | Sequence[str] | None = None
    prior: str | None = None
    correlations: Correlations | None = None
    sampling: str = "sobol"


@dataclass(frozen=True, eq=False)
class Worlds:
    """Worlds in numbered blocks, each a pure function of its number.

    Attributes
    ----------
    scenario
        Its own outcomes; those of `apart` may be split by moves.
    plays, apart
        What looks at play and claims with outcomes whole, and with outcomes split; the same if none is.
    events, seen
        What happened, and what could be seen next, ready to be held against worlds.
    prior, design, held
        How parameters are drawn, and the values of those that are not.
    """

    scenario: Scenario
    plays: Evaluator
    apart: Evaluator
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
        return self.plays.claims

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

    def drawn(self, group: int) -> dict[str, Floats]:
        """The parameters drawn in a group of blocks; shape (draws,) each."""
        return self.prior.draw(self.design.group(group))

    def at(self, drawn: Mapping[str, Floats]) -> Looks:
        """Look at worlds with these parameters.

        What is proven of an outcome's parts is proven of the whole, which is looked at only where something is not.
        """
        count = len(next(iter(drawn.values())))
        points = {**drawn, **{name: np.full(count, value) for name, value in self.held.items()}}
        found = self.apart.at(points)
        if self.apart.parts is None:
            return Looks(found, found)
        whole = found.joined(self.apart.parts.origin, len(self.scenario.outcomes))
        again = np.flatnonzero((~found.proven & ~found.unsolved).any(axis=0) | (found.verdict == UNDECIDED).any(axis=0))
        if len(again):
            whole = whole.with_draws(again, self.plays.at({name: values[again] for name, values in points.items()}))
        return Looks(whole, found)


def worlds_of(scenario: Scenario, events: Events, values: Mapping[str, float], drawing: Drawing) -> Worlds:
    """Lay out the worlds of a scenario in view of what events and observations name.

    Raises
    ------
    GameError
        If a structure, parameter, prior or sampling is unknown, a number is not usable, or nothing can be drawn.
    ScenarioError
        If the events name what the scenario does not have, or one of them can be expressed by no structure.
    """
    draws = drawing.draws
    check_count(draws, "draws")
    chosen = structures_given(scenario, drawing.structures)
    names = to_draw(scenario, values)
    claims = claims_on(scenario, chosen)
    cut, told, seen = bind(events, scenario, chosen, claims)
    plays = Evaluator(scenario, chosen, claims, draws)
    return Worlds(
        scenario,
        plays,
        plays if cut.scenario is scenario else Evaluator(scenario, chosen, claims, draws, cut),
        told,
        seen,
        prior(scenario, drawing.prior or default_priors(scenario)[0], names, drawing.correlations),
        cubes(drawing.sampling, len(names), draws, drawing.seed),
        dict(values),
    )
