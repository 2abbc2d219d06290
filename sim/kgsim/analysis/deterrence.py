"""The price of deterrence: what one player must be paid to forgo a course of play, and what another would give.

Points of two players have no common unit, so the comparison rests on a stated exchange rate, and is shown over the
rate's whole range too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.arrays import Floats
from kgsim.errors import GameError
from kgsim.scenario.arguments import together
from kgsim.scenario.evaluation import evaluate
from kgsim.scenario.model import Price, Scenario
from kgsim.scenario.payoffs import parameter_values
from kgsim.scenario.references import expand
from kgsim.studies.gathering import Memory, gather
from kgsim.studies.points import Sweep
from kgsim.studies.study import planned

#: Points along the parameter.
POINTS = 121


@dataclass(frozen=True, eq=False)
class Deterrence:
    """What has to be paid and what would be given along a parameter, in points of the payee.

    Attributes
    ----------
    scenario, price
        Whose price this is.
    values
        Of the parameter `price.along`, ascending; shape (points,).
    base
        The parameter's value at which the briefing stands.
    asked
        The payee's gain from the course to be deterred, lowest and highest over the equilibria of both structures;
        shape (2, points). Not positive where nothing need be paid.
    given
        The payer's gain from deterring it, at the exchange rate; shape (2, points).
    given_at
        The same at the lowest and the highest exchange rate; shape (2 rates, 2, points).
    rate, rates
        The exchange rate, and its lowest and highest value.
    complete
        Whether every equilibrium is accounted for; shape (points,).
    """

    scenario: Scenario
    price: Price
    values: Floats
    base: float
    asked: Floats
    given: Floats
    given_at: Floats
    rate: float
    rates: tuple[float, float]
    complete: NDArray[np.bool_]

    @property
    def affordable(self) -> NDArray[np.bool_]:
        """Whether the payer would give what is asked whichever equilibria are played; shape (points,)."""
        return np.asarray(self.given[0] >= np.maximum(self.asked[1], 0.0) - 1e-9)

    def at_base(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """What is asked and what would be given at the base value, each from lowest to highest."""
        place = int(np.argmin(np.abs(self.values - self.base)))
        (low, high), (least, most) = self.asked[:, place], self.given[:, place]
        return (float(low), float(high)), (float(least), float(most))


def price_of_deterrence(
    scenario: Scenario,
    price: Price | None = None,
    given: Mapping[str, float] | None = None,
    /,
    *,
    points: int = POINTS,
    **values: float,
) -> Deterrence:
    """Find what deterrence costs and what would be paid for it, along a parameter.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    price
        Who pays whom for what; the one in the scenario's `briefing` section if not given.
    points
        Values of the parameter, its base value besides.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to set.

    Returns
    -------
    Deterrence

    Raises
    ------
    GameError
        If neither the call nor the scenario says who pays whom, a parameter is unknown, or the exchange rate is not
        positive.
    """
    values = together(scenario, given, values)
    price = price or scenario.briefing.price
    if price is None:
        raise GameError(
            f"scenario {scenario.name} does not say who would pay whom to deter what; add `price` to its `briefing` "
            "section"
        )
    base = {**scenario.base, **{name: float(value) for name, value in values.items()}}
    low, high = scenario.parameters[price.along].range
    along = np.union1d(np.linspace(low, high, points), [base[price.along]])
    fixed = {name: value for name, value in values.items() if name != price.along}
    job = planned(scenario, {**fixed, price.along: along}, structures=(price.origin, price.to), beyond_range=True)
    table = Memory(job)
    gather(job, table)
    points_at = {**{name: np.full(len(along), value) for name, value in base.items()}, price.along: along}
    rate = _rate(scenario, price, points_at)
    lowest, highest = _rates(scenario, price, points_at)
    gain = _gain(job, table, price.payer, price.to, price.origin)
    return Deterrence(
        scenario=scenario,
        price=price,
        values=along,
        base=base[price.along],
        asked=_gain(job, table, price.payee, price.origin, price.to),
        given=gain * rate,
        given_at=np.stack([gain * lowest, gain * highest]),
        rate=float(rate[np.argmin(np.abs(along - base[price.along]))]),
        rates=(float(lowest.min()), float(highest.max())),
        complete=np.asarray(table.arrays["complete"].all(axis=0)),
    )


def _gain(job: Sweep, table: Memory, player: str, rather: str, than: str) -> Floats:
    """The least and largest gain of one structure over another."""
    row = list(job.scenario.players).index(player)
    first, second = job.structures.index(rather), job.structures.index(than)
    low, high = table.arrays["low"][:, row], table.arrays["high"][:, row]
    return np.stack([low[first] - high[second], high[first] - low[second]])


def _rate(scenario: Scenario, price: Price, points: dict[str, Floats]) -> Floats:
    count = len(points[price.along])
    rate = np.broadcast_to(evaluate(price.rate.root, parameter_values(scenario, points)), (count,))
    if not (rate > 0.0).all():
        raise GameError(f"the exchange rate `{price.rate.text}` of the briefing's price must be above 0 throughout")
    return np.asarray(rate, dtype=np.float64)


def _rates(scenario: Scenario, price: Price, points: dict[str, Floats]) -> tuple[Floats, Floats]:
    """The lowest and highest rate while the parameters it is made of run over the corners of their ranges."""
    formulas = {name: quantity.formula for name, quantity in scenario.quantities.items()}
    used = expand(price.rate, formulas)
    names = [name for name in scenario.parameters if name in used and name != price.along]
    corners = [
        _rate(scenario, price, {**points, **{name: np.full_like(points[name], end) for name, end in corner.items()}})
        for ends in product(*(scenario.parameters[name].range for name in names))
        for corner in [dict(zip(names, ends, strict=True))]
    ]
    return np.min(corners, axis=0), np.max(corners, axis=0)
