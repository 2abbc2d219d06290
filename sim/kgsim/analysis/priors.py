"""Priors: how parameters are drawn, each alone and together.

A prior says which distribution each parameter has within its declared range. Draws start as points of the unit cube,
one coordinate a parameter; the quantile function of its distribution turns a coordinate into a value. So one point of
the cube gives a draw under every prior, and priors are compared on the same random numbers.

Parameters are independent unless a rank correlation is stated. Dependence is then that of a Gaussian copula: normal
scores with correlation ``2 sin(pi rho / 6)`` have Spearman's rank correlation ``rho`` (Kruskal 1958, J. Am. Stat.
Assoc. 53), whatever the distributions are. Unlike a reordering of a whole sample (Iman and Conover 1982, Commun. Stat.
B 11) it works point by point, so draws can be made in parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.evaluate import check_values
from kgsim.scenario.model import Distribution, Parameter, Scenario
from kgsim.scenario.names import suggestion
from kgsim.wording import number

PriorName: TypeAlias = Literal["declared", "uniform", "triangular"]
Correlations: TypeAlias = Mapping[tuple[str, str], float]

#: Each prior with what it means.
PRIORS: Mapping[str, str] = {
    "declared": "the file's own distributions, uniform over the range where it states none",
    "uniform": "uniform over every range",
    "triangular": "triangular over every range, peaked at the base value",
}

#: Coordinates are kept this far from 0 and 1, where normal scores are infinite.
_EDGE = 2.0**-40


@dataclass(frozen=True, eq=False)
class Prior:
    """A distribution for each drawn parameter.

    Attributes
    ----------
    name
        One of `PRIORS`.
    parameters
        The drawn parameters, in the order of the coordinates.
    distributions
        Their distributions.
    mixing
        Lower triangular factor of the correlation of the normal scores; None if all are independent.
    """

    name: str
    parameters: tuple[Parameter, ...]
    distributions: tuple[Distribution, ...]
    mixing: Floats | None = None

    def draw(self, cube: Floats) -> dict[str, Floats]:
        """Turn points of the unit cube, shape (draws, parameters), into values, shape (draws,) a parameter."""
        if self.mixing is not None:
            cube = ndtr(ndtri(np.clip(cube, _EDGE, 1.0 - _EDGE)) @ self.mixing.T)
        return {
            parameter.name: quantile(distribution, parameter.range, cube[:, axis])
            for axis, (parameter, distribution) in enumerate(zip(self.parameters, self.distributions, strict=True))
        }


def prior(scenario: Scenario, name: str, drawn: Sequence[str], correlations: Correlations | None = None) -> Prior:
    """Make a prior over some parameters.

    Parameters
    ----------
    scenario, name
        The scenario, and one of `PRIORS`.
    drawn
        The parameters that are drawn.
    correlations
        Pairs of drawn parameters to Spearman's rank correlation, in (-1, 1).

    Raises
    ------
    GameError
        If there is no such prior, or the correlations are not usable.
    """
    if name not in PRIORS:
        raise GameError(f"there is no prior {name!r}. {suggestion(name, PRIORS, 'prior')}")
    parameters = tuple(scenario.parameters[each] for each in drawn)
    return Prior(
        name,
        parameters,
        tuple(_distribution(name, parameter) for parameter in parameters),
        _mixing(scenario, drawn, correlations) if correlations else None,
    )


def default_priors(scenario: Scenario) -> tuple[PriorName, PriorName]:
    """The two priors that are set side by side if none is named."""
    declared = any(parameter.distribution for parameter in scenario.parameters.values())
    return ("declared" if declared else "uniform", "triangular")


def drawable(scenario: Scenario, fixed: Mapping[str, float]) -> tuple[str, ...]:
    """The parameters that can be drawn: all but those that are set, or whose range is one value."""
    return tuple(
        name
        for name, parameter in scenario.parameters.items()
        if name not in fixed and parameter.range[0] < parameter.range[1]
    )


def to_draw(scenario: Scenario, values: Mapping[str, float]) -> tuple[str, ...]:
    """The parameters to draw, given those that are held; raises GameError if there are none or values are unusable."""
    check_values(scenario, values)
    names = drawable(scenario, values)
    if not names:
        why = (
            "every parameter is set, or its range is a single value" if scenario.parameters else "there is no parameter"
        )
        raise GameError(
            f"nothing can be drawn: {why}. Name numbers as parameters with a range; what rests on rankings alone is "
            "told by `kgsim stability`"
        )
    return names


def quantile(distribution: Distribution, bounds: tuple[float, float], share: Floats) -> Floats:
    """Value below which a share of the distribution lies; shares in [0, 1], any shape."""
    low, high = bounds
    match distribution.shape:
        case "uniform":
            values = low + (high - low) * share
        case "triangular":
            assert distribution.mode is not None
            peak = (distribution.mode - low) / (high - low)
            left = np.sqrt(share * peak)
            right = 1.0 - np.sqrt((1.0 - share) * (1.0 - peak))
            values = low + (high - low) * np.where(share <= peak, left, right)
        case "normal":
            assert distribution.mean is not None and distribution.sd is not None
            first, last = ((bound - distribution.mean) / distribution.sd for bound in bounds)
            # The far tail loses its digits above the mean and not below it, so the upper one is reflected.
            sign = -1.0 if first > 0.0 else 1.0
            if first > 0.0:
                first, last, share = -last, -first, 1.0 - share
            values = distribution.mean + sign * distribution.sd * ndtri(
                ndtr(first) + share * (ndtr(last) - ndtr(first))
            )
    return np.asarray(np.clip(values, low, high))


def _distribution(name: str, parameter: Parameter) -> Distribution:
    if name == "triangular":
        return Distribution("triangular", mode=parameter.value)
    if name == "declared" and parameter.distribution is not None:
        return parameter.distribution
    return Distribution("uniform")


def _mixing(scenario: Scenario, drawn: Sequence[str], correlations: Correlations) -> Floats:
    matrix = np.eye(len(drawn))
    for (one, other), rank in correlations.items():
        for name in (one, other):
            if name not in scenario.parameters:
                hint = suggestion(name, scenario.parameters, "parameter")
                raise GameError(f"correlation of {one} and {other}: there is no parameter {name!r}. {hint}")
            if name not in drawn:
                raise GameError(f"correlation of {one} and {other}: {name} is not drawn, so it has none; leave it out")
        if one == other:
            raise GameError(f"correlation of {one} with itself: name two different parameters")
        if not -1.0 < rank < 1.0:
            raise GameError(
                f"correlation of {one} and {other}: a rank correlation lies strictly between -1 and 1, not at "
                f"{number(rank)}"
            )
        place = drawn.index(one), drawn.index(other)
        matrix[place] = matrix[place[::-1]] = 2.0 * np.sin(np.pi * rank / 6.0)
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        told = ", ".join(f"{one} and {other} {number(rank)}" for (one, other), rank in correlations.items())
        raise GameError(
            f"no distribution has these rank correlations together ({told}): make some of them weaker"
        ) from None
