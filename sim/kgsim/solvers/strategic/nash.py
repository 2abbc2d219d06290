"""Nash equilibria of a finite game in strategic form: the face of the solvers.

`nash` takes any payoff array, reduces it without losing an equilibrium, lets the solver for its number of
players work, maps the answer back, and measures every profile's regret in the game as it was written. The
answer is a `NashSet`, which says whether it is complete and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgsim.errors import GameError
from kgsim.games.exact import as_fractions
from kgsim.games.reduction import MOST_SPLITS, Reduction, reduce_game
from kgsim.games.strategic import as_payoffs, compared, expected_payoffs, ranges, regrets_of_many
from kgsim.showing import Shown
from kgsim.solvers.effort import WORK_LIMIT, Effort, check_limits
from kgsim.solvers.equilibria import Profile, RawEquilibria, pure_strategy
from kgsim.solvers.strategic.nash_subsets import merged
from kgsim.solvers.strategic.refined_continua import RefinedContinuum, refine_continuum
from kgsim.solvers.strategic.refinements import Refinement, refine
from kgsim.tolerances import REGRET, REGRET_OF_SIZE

Method = Literal["auto", "engine", "nashpy"]

CLOSE = (
    "Some payoffs differ by so small a part of their range that floats are too coarse to find every mixed equilibrium; "
    "pure ones are exact."
)

#: Total number of actions, after reduction, up to which ``"auto"`` asks Nashpy too, and up to which it can
#: be asked.
CHEAP_FOR_NASHPY = 6
MOST_FOR_NASHPY = 12


@dataclass(frozen=True)
class NashSet(Shown):
    """Nash equilibria of one game, with the account of how they were found.

    Attributes
    ----------
    payoffs
        The game, shape (players, a1, ..., an).
    equilibria
        Profiles: one array of probabilities per player. Never empty.
    complete
        Whether every isolated equilibrium is listed; for one and two players, every extreme equilibrium.
    reason
        A sentence: why the set is complete, or what may be missing.
    method
        The algorithm.
    components
        Groups of indices into `equilibria`, each marking a continuum of equilibria. Where they are `spanned`, a group
        lists the extreme points of a product of polytopes (for two players, a maximal Nash subset): all products of
        their convex combinations are equilibria.
    spanned
        Whether continua hold mixtures of their groups' members alone: so for two players, and for more where no more
        than two of them mix in a continuum and no other's incentives cut it.
    regrets
        Largest gain of each player from deviating alone, shape (equilibria, players), payoff units.
    relative_regrets
        The same as a share of that player's payoff range.
    indices
        Index of each equilibrium (Shapley 1974), +1 or -1; None where degenerate.
    index_sum_agrees
        Whether the number of equilibria is odd and the indices sum to +1, as in every nondegenerate game;
        None if an index is not defined.
    duplicates
        For each player the groups of identical actions (same payoffs to everyone against everything).
    supports_examined
        How many candidate supports, or pairs of vertices, were examined.
    roots
        Counts of the candidates by kind.
    connected
        The connected components of the set of equilibria that hold more than one, as groups of indices; None where the
        set is not known to be complete.
    """

    payoffs: NDArray[np.float64]
    equilibria: tuple[Profile, ...]
    complete: bool
    reason: str
    method: str
    components: tuple[tuple[int, ...], ...]
    spanned: bool
    regrets: NDArray[np.float64]
    relative_regrets: NDArray[np.float64]
    indices: tuple[int | None, ...]
    index_sum_agrees: bool | None
    duplicates: tuple[tuple[tuple[int, ...], ...], ...]
    supports_examined: int = 0
    roots: dict[str, int] = field(default_factory=dict)
    connected: tuple[tuple[int, ...], ...] | None = None

    @property
    def max_regret(self) -> float:
        """Largest regret of any player at any equilibrium, in payoff units."""
        return float(self.regrets.max())

    @property
    def expected_payoffs(self) -> NDArray[np.float64]:
        """Payoff of each player at each equilibrium, shape (equilibria, players)."""
        return np.array([expected_payoffs(self.payoffs, profile) for profile in self.equilibria])

    @cached_property
    def refinements(self) -> tuple[Refinement, ...]:
        """Whether each equilibrium listed is trembling-hand perfect and proper; for two players.

        A proper equilibrium may lie inside a continuum, between listed ones that are not: see `refined_continua`.
        """
        return tuple(refine(self.payoffs, profile) for profile in self.equilibria)

    def refined_continua(self, most: int | None = None) -> tuple[RefinedContinuum, ...]:
        """How many of the equilibria of each continuum are perfect and proper, of the first `most`; for two players."""
        groups = self.components[:most] if len(self.payoffs) == 2 else ()
        return tuple(refine_continuum(self.payoffs, [self.equilibria[number] for number in group]) for group in groups)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __str__(self) -> str:
        count = len(self.equilibria)
        noun = "equilibrium" if count == 1 else "equilibria"
        head = f"{count} Nash {noun}, {'complete' if self.complete else 'incomplete'}"
        lines = [f"{head} ({self.method})", self.reason]
        for number, row in enumerate(self._rows()):
            lines.append(f"  {number}: " + "  ".join(row))
        lines += [f"  continuum through {', '.join(map(str, group))}" for group in self.components]
        lines.append(f"largest regret {self.max_regret:.1e}")
        return "\n".join(lines)

    __repr__ = __str__

    def _rows(self) -> list[list[str]]:
        return [
            ["(" + ", ".join(f"{p:.4g}" for p in strategy) + ")" for strategy in profile]
            + [f"index {index:+d}" if index is not None else "degenerate"]
            for profile, index in zip(self.equilibria, self.indices, strict=True)
        ]


def nash(
    payoffs: ArrayLike,
    *,
    method: Method = "auto",
    work_limit: float = WORK_LIMIT,
    time_limit: float | None = None,
) -> NashSet:
    """Nash equilibria, pure and mixed, of a finite game with any number of players.

    Parameters
    ----------
    payoffs
        Shape (players, a1, ..., an); for two players ``[A, B]``. Fractions, integers of any size and texts such as
        "1/3" count exactly for two players, and for more where pure equilibria are told.
    method
        ``"engine"`` for kgsim's own solvers; ``"nashpy"`` for the Nashpy library, two players only;
        ``"auto"`` for the engine, cross-checked with Nashpy where a two-player game is small enough for that
        to be cheap.
    work_limit
        Steps of work after which the search stops and the set is marked incomplete. A step takes about a
        microsecond; being counted, they end the search at the same place on every machine.
    time_limit
        Seconds after which it stops as well; None, the default, leaves the clock out of it.

    Returns
    -------
    NashSet

    Raises
    ------
    GameError
        If an argument is not valid.

    Examples
    --------
    >>> found = nash([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], method="engine")
    >>> found.equilibria
    ((array([0.5, 0.5]), array([0.5, 0.5])),)
    >>> found.complete
    True
    """
    game = as_payoffs(payoffs)
    if method not in ("auto", "engine", "nashpy"):
        raise GameError(f'method: expected "auto", "engine" or "nashpy", got {method!r}.')
    check_limits(time_limit, work_limit)
    if method == "nashpy" and game.shape[0] != 2:
        raise GameError(f'method: "nashpy" solves two-player games, and this one has {game.shape[0]}; use "engine".')
    fractions = as_fractions(payoffs, "payoffs")
    reduction = reduce_game(game if fractions is None else fractions)
    raw, name = _solve_reduced(reduction, method, Effort(work_limit, time_limit))
    return _certify(game, _expand(reduction, raw), name, reduction)


def _solve_reduced(reduction: Reduction, method: Method, effort: Effort) -> tuple[RawEquilibria, str]:
    """Solve among the players who have a choice left, and put the others' only action back in."""
    scaled, payoffs = reduction.scaled, reduction.payoffs
    movers = [player for player, count in enumerate(scaled.shape[1:]) if count > 1]
    if not movers:
        only = tuple(np.ones(1) for _ in scaled.shape[1:])
        reason = "Deleting strictly dominated actions and merging identical ones leaves one profile."
        return RawEquilibria((only,), (), True, reason, 1, {}, (1,)), "iterated strict dominance"
    shape = (len(movers), *(scaled.shape[player + 1] for player in movers))
    game, unscaled = scaled[movers].reshape(shape), payoffs[movers].reshape(shape)
    if len(movers) == 1:
        raw, name = _best_actions(unscaled[0]), "best actions"
    elif len(movers) == 2:
        raw, name = _solve_two(game, unscaled if reduction.close else None, method, effort)
    else:
        from kgsim.solvers.nplayer import solve as nplayer

        raw, name = nplayer.solve(game, effort=effort), "support enumeration"
        if reduction.close:
            raw = replace(raw, complete=False, reason=CLOSE)
        elif raw.open_supports:
            from kgsim.solvers.nplayer.continua import described

            raw = described(game, raw)
    if len(movers) == scaled.shape[0]:
        return raw, name

    def with_others(profile: Profile) -> Profile:
        full = [np.ones(1)] * scaled.shape[0]
        for player, strategy in zip(movers, profile, strict=True):
            full[player] = strategy
        return tuple(full)

    return replace(raw, equilibria=tuple(map(with_others, raw.equilibria))), name


def _solve_two(
    game: NDArray[np.float64], unscaled: NDArray[Any] | None, method: Method, effort: Effort
) -> tuple[RawEquilibria, str]:
    """Solve a game of two players; `unscaled` where its payoffs have to be taken as they stand."""
    from kgsim.solvers.strategic import bimatrix

    raw = bimatrix.solve(game, unscaled, effort=effort)
    name = "vertex enumeration in exact arithmetic"
    actions = game.shape[1] + game.shape[2]
    if method == "engine" or (method == "auto" and actions > CHEAP_FOR_NASHPY):
        return raw, name
    if actions > MOST_FOR_NASHPY:
        return _not_asked(raw, f"{actions} actions are more than the {MOST_FOR_NASHPY} it can do"), name
    if unscaled is not None:
        return _not_asked(raw, "some payoffs differ by less than it can tell beside the others"), name
    from kgsim.solvers.strategic.nashpy_check import cross_check, nashpy_profiles

    raw = cross_check(raw, nashpy_profiles(game), prefer_nashpy=method == "nashpy")
    if method == "nashpy":
        return raw, f"Nashpy's vertex enumeration, checked by {name}"
    return raw, f"{name}, checked by Nashpy"


def _not_asked(raw: RawEquilibria, why: str) -> RawEquilibria:
    return replace(raw, reason=f"{raw.reason} Nashpy was not asked: {why}.")


def _best_actions(own: NDArray[Any]) -> RawEquilibria:
    best = np.flatnonzero(own == own.max())
    single = len(best) == 1
    return RawEquilibria(
        equilibria=tuple((pure_strategy(len(own), action),) for action in best.tolist()),
        components=() if single else (tuple(range(len(best))),),
        complete=True,
        reason="One player is left to choose, and all best actions are listed.",
        supports_examined=len(own),
        indices=(1,) if single else (None,) * len(best),
    )


def _expand(reduction: Reduction, raw: RawEquilibria) -> RawEquilibria:
    """Map equilibria of the reduced game to the full one, splitting weight among identical actions."""
    if not any(reduction.duplicates):
        return replace(raw, equilibria=reduction.place(raw.equilibria))
    counts = [reduction.count(profile) for profile in raw.equilibria]
    splits = sum(counts) <= MOST_SPLITS or sum(counts) == len(counts)
    equilibria: list[Profile] = []
    images: list[tuple[int, ...]] = []
    for profile in raw.equilibria:
        pure = all(strategy.max() == 1.0 for strategy in profile)
        expanded = reduction.expand(profile, limit=None if splits or pure else 1)
        images.append(tuple(range(len(equilibria), len(equilibria) + len(expanded))))
        equilibria += expanded
    covered = {number for group in raw.components for number in group}
    groups = [tuple(k for number in group for k in images[number]) for group in raw.components]
    groups += [images[number] for number, count in enumerate(counts) if count > 1 and number not in covered]
    connected = raw.connected and tuple(tuple(k for number in group for k in images[number]) for group in raw.connected)
    reason = raw.reason
    if not splits:
        reason += (
            f" Identical actions allow {sum(counts)} extreme equilibria; of each mixed one a single way of splitting"
            " weight among them is listed (see `duplicates`)."
        )
    return replace(
        raw,
        equilibria=tuple(equilibria),
        components=tuple(groups),
        connected=connected,
        complete=raw.complete and splits,
        reason=reason,
        indices=tuple(
            index if count == 1 else None
            for index, count, image in zip(raw.indices, counts, images, strict=True)
            for _ in image
        ),
    )


def _certify(game: NDArray[np.float64], raw: RawEquilibria, method: str, reduction: Reduction) -> NashSet:
    """Measure every profile in the game as written, leave out what is none, and check count and index sum."""
    if not raw.equilibria:
        raise AssertionError("every finite game has an equilibrium (Nash 1951), and none was found")
    strategies = [np.array(own) for own in zip(*raw.equilibria, strict=True)]
    gains = regrets_of_many(game, strategies)
    spans = ranges(game)
    relative = np.divide(gains, spans, out=np.zeros_like(gains), where=spans > 0)
    fine = gains <= (0.0 if reduction.close else REGRET * spans)
    if not fine.all():
        fine |= gains <= REGRET_OF_SIZE * compared(game, strategies)
    kept = np.flatnonzero(fine.all(axis=1))
    if len(kept) < len(gains):
        raw, kept = _only(raw, kept, relative.max(axis=1))
        gains, relative = gains[kept], relative[kept]
    complete, reason = raw.complete, raw.reason
    agrees = index_sum_agrees(raw.indices)
    if complete and agrees is False:
        complete = False
        reason = f"An equilibrium must be missing, since the indices do not sum to +1. {reason}"
    return NashSet(
        payoffs=game,
        equilibria=raw.equilibria,
        complete=complete,
        reason=reason,
        method=method,
        components=raw.components,
        spanned=raw.spanned,
        regrets=gains,
        relative_regrets=relative,
        indices=raw.indices,
        index_sum_agrees=agrees,
        duplicates=reduction.duplicates,
        supports_examined=raw.supports_examined,
        roots=raw.roots,
        connected=None if raw.connected is None or not complete else merged((*raw.components, *raw.connected)),
    )


def _only(
    raw: RawEquilibria, kept: NDArray[np.intp], relative: NDArray[np.float64]
) -> tuple[RawEquilibria, NDArray[np.intp]]:
    """The equilibria that prove to be some, or the profile that comes nearest to one; and their numbers."""
    left = len(raw.equilibria) - len(kept)
    reason = f"{raw.reason} Profiles left out, since floats are too coarse to tell whether they are equilibria: {left}."
    if not len(kept):
        kept = np.array([relative.argmin()])
        reason = f"{raw.reason} Floats are too coarse for this game: what is listed comes nearest to an equilibrium."
    place = {int(number): new for new, number in enumerate(kept)}
    groups = (tuple(place[number] for number in group if number in place) for group in raw.components)
    some = replace(
        raw,
        equilibria=tuple(raw.equilibria[number] for number in kept),
        indices=tuple(raw.indices[number] for number in kept),
        components=tuple(group for group in groups if group),
        connected=None,
        complete=False,
        reason=reason,
    )
    return some, kept


def index_sum_agrees(indices: Sequence[int | None]) -> bool | None:
    """Whether indices sum to +1 over an odd number of equilibria; None if one of them is not defined."""
    known = [index for index in indices if index is not None]
    if len(known) < len(indices):
        return None
    return sum(known) == 1 and len(known) % 2 == 1
