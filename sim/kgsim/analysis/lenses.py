"""The same situation through several solution concepts: does the answer depend on the concept?

Each lens says which outcomes it admits, and why in a sentence. One reads the structure of play (subgame perfection,
noisy play), the others what everybody can do and what that is worth, whoever moves when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

import numpy as np

from kgsim.analysis.noisy import played
from kgsim.analysis.plain import Plain
from kgsim.analysis.stability import Stability, stability
from kgsim.arrays import Bools, Floats, Integers
from kgsim.errors import GameError, StructureError, UnknownNameError
from kgsim.evaluate import solve
from kgsim.games.objectives import KalaiSmorodinsky, NashProduct, Objective
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.payoffs import outcomes_of, structure_of
from kgsim.scenario.unfit import unfit_for_noise
from kgsim.showing import Told
from kgsim.solvers.graph.stability import Concept
from kgsim.solvers.strategic.cautious import Cautious, levels, maximin, minimax_regret
from kgsim.solvers.strategic.correlated import MOST_PROFILES, correlated
from kgsim.solvers.strategic.rationalizable import rationalizable
from kgsim.structures.conflict import STEPS, Profiles, in_steps
from kgsim.structures.offers.boxes import has_intervals
from kgsim.tolerances import MEDIATED, POSITIVE
from kgsim.wording import interval, listed, number, percent

#: Precisions at which noisy play is looked at, per range of each mover's payoffs.
PRECISIONS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True)
class View(Plain):
    """What one lens sees.

    Attributes
    ----------
    name, label
        Of the lens.
    outcomes
        The outcomes that it admits.
    says
        Why, or what it comes to, in a sentence.
    refused
        Why the lens cannot take this situation; empty if it can.
    """

    name: str
    label: str
    outcomes: tuple[str, ...]
    says: str
    refused: str = ""


@dataclass(frozen=True, eq=False)
class Lenses(Told, Plain):
    """A situation through several lenses.

    Attributes
    ----------
    scenario, structure
        Names.
    label
        Of the structure.
    outcomes
        Every outcome that can come about, in the order of the file.
    views
        Lens by lens.
    stepped
        Whether terms from intervals were looked at in steps.
    """

    scenario: str
    structure: str
    label: str
    outcomes: tuple[str, ...]
    views: tuple[View, ...]
    stepped: bool = False

    @property
    def seeing(self) -> tuple[View, ...]:
        """The lenses that could take the situation."""
        return tuple(view for view in self.views if not view.refused)

    def admitted_by(self, outcome: str) -> tuple[str, ...]:
        """The lenses that admit an outcome."""
        return tuple(view.name for view in self.seeing if outcome in view.outcomes)

    @property
    def everywhere(self) -> tuple[str, ...]:
        """Outcomes that every lens admits."""
        return tuple(each for each in self.outcomes if len(self.admitted_by(each)) == len(self.seeing) > 0)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The headline: what every lens admits, what one alone does, what none does."""
        return (*self._headline(), *self._refusals())

    def _refusals(self) -> list[str]:
        refused: dict[str, list[str]] = {}
        for view in self.views:
            if view.refused:
                refused.setdefault(view.refused, []).append(view.name)
        return [f"Not asked: {listed(names)}, since {why}." for why, names in refused.items()]

    def _headline(self) -> list[str]:
        if not self.seeing:
            return ["No lens asked for can take this situation."]
        by = {outcome: self.admitted_by(outcome) for outcome in self.outcomes}
        most = max(map(len, by.values()), default=0)
        widely = listed(outcome for outcome, names in by.items() if len(names) == most)
        alone = {outcome: names[0] for outcome, names in by.items() if len(names) == 1}
        none = [outcome for outcome, names in by.items() if not names]
        count = f"{most} of {len(self.seeing)} lenses"
        depends = f"The answer depends on the concept: {count} admit {widely}, and no outcome is admitted by all."
        said = [f"Every lens admits {listed(self.everywhere)}." if self.everywhere else depends]
        if alone and len(self.seeing) > 1:
            said.append(f"One lens alone admits {listed(f'{outcome} ({name})' for outcome, name in alone.items())}.")
        if none:
            said.append(f"No lens admits {listed(none, 'or')}.")
        if self.stepped:
            said.append(f"Every lens but perfect looks at terms from intervals at {max(STEPS)} even values or fewer.")
        return said


@dataclass(frozen=True, eq=False)
class Situation:
    """A structure at one parameter point, as the lenses look at it.

    Attributes
    ----------
    scenario, structure, values
        What is looked at.
    exact
        The scenario with terms from intervals as they are; in `scenario` they take `STEPS` values each, since most
        lenses need finitely many actions.
    """

    scenario: Scenario
    structure: str
    values: Mapping[str, float]
    exact: Scenario

    @cached_property
    def profiles(self) -> Profiles:
        """What everybody can do, each player's decisions taken together."""
        return Profiles.of(self.exact, self.structure)

    @cached_property
    def payoffs(self) -> Floats:
        """What every profile is worth; shape (players, a1, ..., an)."""
        found = self.profiles.worth({name: np.array([value]) for name, value in self.values.items()})[..., 0]
        if not np.isfinite(found).all():
            raise StructureError(f"structure {self.structure}: a payoff is not a finite number at these values")
        return found

    @property
    def ends(self) -> Integers:
        """The outcome of every profile, shape (a1, ..., an)."""
        return self.profiles.outcomes

    @cached_property
    def stability(self) -> Stability:
        """The same as a conflict in graph form."""
        return stability(self.scenario, self.values, structure=self.structure)

    def outcomes(self, profiles: Bools) -> tuple[str, ...]:
        """Outcomes of some profiles, in the order of the file; shape (a1, ..., an)."""
        return tuple(self.scenario.outcomes[index].name for index in np.unique(self.ends[profiles]))

    def of_actions(self, actions: Sequence[Sequence[int]]) -> Bools:
        """The profiles in which everybody takes one of some actions."""
        chosen = np.zeros(self.ends.shape, dtype=bool)
        chosen[np.ix_(*actions)] = True
        return chosen

    def worths(self, numbers: Sequence[float]) -> str:
        """A number of each player's, in words."""
        return ", ".join(f"{player} {number(own)}" for player, own in zip(self.scenario.players, numbers, strict=True))

    def possible(self) -> tuple[str, ...]:
        """Every outcome that some profile leads to."""
        reached = np.unique(outcomes_of(self.exact, self.exact.structures[self.structure]))
        return tuple(self.scenario.outcomes[index].name for index in reached if index >= 0)


#: What a lens makes of a situation: outcomes, and why.
Look: TypeAlias = Callable[[Situation], tuple[tuple[str, ...], str]]


def _perfect(at: Situation) -> tuple[tuple[str, ...], str]:
    found = solve(at.exact, at.values, structures=[at.structure]).structures[at.structure]
    if not found.equilibria:
        raise GameError(found.unsolved)
    reached = {name for each in found.equilibria for name, share in each.outcomes.items() if share > POSITIVE}
    whole = "the set is complete" if found.complete else "there may be more"
    values = ", ".join(f"{player} {interval(bounds)}" for player, bounds in found.values.items())
    return tuple(reached), f"everybody looks ahead in the stated order of play; worth {values}; {whole}"


def _noisy(at: Situation) -> tuple[tuple[str, ...], str]:
    unfit = unfit_for_noise(at.scenario, at.scenario.structures[at.structure])
    if unfit:
        raise GameError(unfit)
    found = played(at.scenario, at.structure, at.profiles.deals, at.values, np.array(PRECISIONS))
    likeliest: dict[str, list[float]] = {}
    for precision, outcome in zip(PRECISIONS, found.shares.argmax(axis=0), strict=True):
        likeliest.setdefault(found.outcomes[outcome], []).append(precision)
    told = "; ".join(f"{name} at {listed(map(number, each))}" for name, each in likeliest.items())
    return tuple(likeliest), (
        "better moves are likelier and none is excluded (quantal response); likeliest by precision, per range of "
        f"payoffs: {told}; off by {found.residual.max():.0e} at most"
    )


def _stable(concept: Concept) -> Look:
    def look(at: Situation) -> tuple[tuple[str, ...], str]:
        says: dict[Concept, str] = {
            "nash": "nobody has anything better to move to, by rankings alone",
            "seq": "who would leave has to expect answers that the others want to give",
            "gmr": "who would leave can be answered so that it gains nothing, threats included",
        }
        return at.stability.outcomes(concept), says[concept]

    return look


def _core(at: Situation) -> tuple[tuple[str, ...], str]:
    worth = at.payoffs
    players = range(len(worth))
    held = np.ones(worth.shape[1:], dtype=bool)
    for size in range(1, len(worth) + 1):
        for members in combinations(players, size):
            held &= ~_blocked(worth, members)
    says = "no player or coalition can assure all its members of more, whatever the others do (alpha core)"
    return at.outcomes(held), says


def _blocked(worth: Floats, members: tuple[int, ...]) -> Bools:
    """At which profiles a coalition can assure each of its members of more."""
    others = tuple(axis for axis in range(worth.ndim - 1) if axis not in members)
    assured = np.array([worth[member].min(axis=others).ravel() for member in members])
    # Assurances that another one betters for every member block nothing that it does not.
    assured = assured[:, _undominated(assured)]
    blocked = np.zeros(worth.shape[1:], dtype=bool)
    for each in assured.T:
        better = [gain > worth[member] for gain, member in zip(each, members, strict=True)]
        blocked |= np.logical_and.reduce(better)
    return blocked


def _undominated(vectors: Floats) -> Integers:
    """Columns that no other is at least as good as in every row; one of each that occurs."""
    _, first = np.unique(vectors, axis=1, return_index=True)
    kept = [
        column
        for column in first
        if not ((vectors[:, first] >= vectors[:, [column]]).all(axis=0) & (first != column)).any()
    ]
    return np.array(kept, dtype=np.intp)


def _bargain(rule: type[Objective]) -> Look:
    def look(at: Situation) -> tuple[tuple[str, ...], str]:
        worth = np.moveaxis(at.payoffs, 0, -1)
        fallback = maximin(at.payoffs).worth
        objective = rule(tuple(range(worth.shape[-1])), fallback)
        flat = worth.reshape(-1, worth.shape[-1])
        if objective.chooses:
            picked = objective.choose(flat, np.abs(flat), np.ones(len(flat), dtype=bool))
        else:
            score = objective.score(flat)
            if not score.max() > objective.floor:
                return (), "no outcome gives everybody more than it can assure itself of alone"
            picked = score == score.max()
        chosen = at.outcomes(picked.reshape(worth.shape[:-1]))
        return chosen, f"all parties agree by {objective.title} on what exceeds the assured ({at.worths(fallback)})"

    return look


def _rational(at: Situation) -> tuple[tuple[str, ...], str]:
    found = rationalizable(at.payoffs)
    gone = sum(len(actions) for each in found.rounds for actions in each)
    left = "; ".join(
        f"{player} {len(own)} of {count}"
        for player, own, count in zip(at.scenario.players, found.actions, at.payoffs.shape[1:], strict=True)
    )
    says = f"all choose at once and nobody takes what is worse against everything: {gone} actions go, left are {left}"
    return at.outcomes(at.of_actions(found.actions)), says


def _mediated(at: Situation) -> tuple[tuple[str, ...], str]:
    kept = rationalizable(at.payoffs).actions
    payoffs = np.array([own[np.ix_(*kept)] for own in at.payoffs])
    if payoffs[0].size > MOST_PROFILES:
        raise GameError(f"{payoffs[0].size:,} profiles are too many for its linear programmes")
    found = correlated(payoffs)
    outcomes = at.ends[np.ix_(*kept)]
    most = {int(index): -found.extreme(-(outcomes == index).astype(float))[0] for index in np.unique(outcomes)}
    admitted = {index: share for index, share in most.items() if share > MEDIATED}
    told = ", ".join(f"{at.scenario.outcomes[index].name} {percent(share)}" for index, share in admitted.items())
    says = f"all choose at once and a mediator tells each its part (correlated equilibrium); at most {told}"
    return tuple(at.scenario.outcomes[index].name for index in admitted), says


ASSURED = "everybody makes its worst case best (maximin): assured are"
MISSED = "everybody keeps what it may miss small (minimax regret): at most"


def _by_rule(rule: Callable[[Floats], Cautious], says: str) -> Look:
    def look(at: Situation) -> tuple[tuple[str, ...], str]:
        found = rule(at.payoffs)
        return at.outcomes(at.of_actions(found.actions)), f"{says} {at.worths(found.worth)}"

    return look


def _thinking(at: Situation) -> tuple[tuple[str, ...], str]:
    found = levels(at.payoffs)
    each = [at.outcomes(at.of_actions(actions)) for actions in found]
    told = "; ".join(f"level {level} {listed(names, 'or')}" for level, names in enumerate(each, 1))
    says = f"all choose at once, level 0 at random, each level answers the one below: {told}"
    return tuple(dict.fromkeys(name for names in each for name in names)), says


#: Name to label and what it does; told in this order.
LENSES: dict[str, tuple[str, Look]] = {
    "perfect": ("subgame perfection", _perfect),
    "noisy": ("quantal response", _noisy),
    "nash": ("Nash stability", _stable("nash")),
    "seq": ("sequential stability", _stable("seq")),
    "gmr": ("general metarationality", _stable("gmr")),
    "core": ("core", _core),
    "bargain": ("Nash bargaining", _bargain(NashProduct)),
    "shares": ("Kalai-Smorodinsky", _bargain(KalaiSmorodinsky)),
    "rational": ("rationalizable", _rational),
    "mediated": ("correlated equilibrium", _mediated),
    "cautious": ("maximin", _by_rule(maximin, ASSURED)),
    "regret": (
        "minimax regret",
        _by_rule(minimax_regret, MISSED),
    ),
    "thinking": ("levels 1 to 3", _thinking),
}


def lenses(
    scenario: Scenario,
    values: Mapping[str, float] | None = None,
    *,
    structure: str | None = None,
    lens: Iterable[str] | None = None,
    **more: float,
) -> Lenses:
    """Look at one structure of a scenario through several solution concepts.

    Parameters
    ----------
    scenario
        The scenario.
    values, **more
        Parameter values; parameters left out stay at their base values.
    structure
        The structure of play; the first one if left out.
    lens
        Names of lenses (`LENSES`); all if left out.

    Raises
    ------
    GameError
        If a name is unknown. A lens that cannot take the situation says so in its view.
    """
    given = together(scenario, values, more)
    asked = list(LENSES) if lens is None else list(lens)
    for name in asked:
        if name not in LENSES:
            raise UnknownNameError(f"there is no lens {name!r}. {suggestion(name, LENSES, 'lens')}")
    chosen = structure_of(scenario, structure or next(iter(scenario.structures))).name
    at = Situation(in_steps(scenario, chosen), chosen, {**scenario.base, **given}, scenario)
    order = {rule.name: place for place, rule in enumerate(scenario.outcomes)}
    views = []
    for name in asked:
        called, look = LENSES[name]
        try:
            outcomes, says = look(at)
        except (GameError, StructureError) as error:
            views.append(View(name, called, (), "", str(error).rstrip(".")))
            continue
        views.append(View(name, called, tuple(sorted(outcomes, key=order.__getitem__)), says))
    label = scenario.structures[chosen].label
    return Lenses(
        scenario.name, chosen, label, at.possible(), tuple(views), has_intervals(scenario, scenario.structures[chosen])
    )
