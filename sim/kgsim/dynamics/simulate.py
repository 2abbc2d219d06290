"""A scenario simulated over rounds: policies found, runs played, all of it as one Dataset."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kgsim.automata.check import game_of
from kgsim.dynamics.actors import Actor, Automata, Follower, Learners
from kgsim.dynamics.grid import StateGrid
from kgsim.dynamics.logit import solve_logit, tree_of
from kgsim.dynamics.markov import Selection, solve_markov
from kgsim.dynamics.play import Simulation
from kgsim.dynamics.world import World
from kgsim.errors import GameError
from kgsim.execution.run import Job, run
from kgsim.execution.store import Store
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.scenario.rounds import Dynamics
from kgsim.studies.limits import COPIES, check_count, check_room
from kgsim.versions import versions_of

if TYPE_CHECKING:
    from xarray import Dataset

#: Version of the Dataset's layout.
FORMAT = 1

POLICIES = ("markov", "logit", "adaptive", "automaton")

#: Rounds played by automata where a scenario has no dynamics.
ROUNDS = 20


@dataclass(frozen=True)
class Options:
    """How a scenario is simulated.

    Attributes
    ----------
    policy
        One of `POLICIES`.
    rounds, runs, seed
        Rounds of a run (the scenario's horizon if None), number of runs, seed.
    selection
        For markov: `first`, `uniform` or `best:PLAYER`.
    precision
        For logit.
    learning, memory
        For adaptive: `fictitious` or `reinforcement`, and what a round weighs beside the next.
    game
        For automaton: the repeated game whose profiles are played.
    grid
        States along every axis, or by state variable; as suits the number of variables if None.
    """

    policy: str = "markov"
    rounds: int | None = None
    runs: int = 10_000
    seed: int = 0
    selection: str = "first"
    precision: float = 10.0
    learning: str = "fictitious"
    memory: float = 1.0
    game: str | None = None
    grid: int | Mapping[str, int] | None = None


def simulate(
    scenario: Scenario,
    options: Options | None = None,
    given: Mapping[str, float] | None = None,
    /,
    *,
    structures: str | Sequence[str] | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    store: Callable[[Job], Store] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    **values: float,
) -> Dataset:
    """Simulate a scenario over rounds, under several structures of play.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it, with a section `dynamics`; for automata a section `repeated` is enough.
    options
        Policy, rounds, runs, seed and what else the policy needs.
    structures
        Structures of play to compare; all if not given. For automata: profiles of the repeated game.
    workers, scheduler
        Who plays the runs, see `kgsim.execution.run.run`; the result is the same.
    store
        Makes the store that keeps finished chunks, from the job.
    progress
        Told what is being done, how much of it is done and how much there is.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to change.

    Returns
    -------
    xarray.Dataset
        Dimensions ``structure``, ``run``, ``round`` (from 1), ``player`` and ``outcome``. Variables: every state
        variable at the start of each round (NaN once play is over), ``outcome_index`` (-1 once it is over), ``payoff``
        of each round, ``total`` (discounted), ``clamped``, and over all runs ``occurs`` (share of runs in which an
        outcome is reached in a round), ``by_round`` (in that round or before), ``open`` (number of runs still going in
        which it has not occurred yet) and ``hazard`` (share of those in which it occurs). Attributes hold what the
        policy is and how exact.

    Raises
    ------
    GameError
        If a name or option is unknown, or the scenario has nothing to simulate.
    StructureError
        If a stage game has no pure equilibrium under a Markov policy, or an update leaves its bounds.

    Examples
    --------
    >>> import kgsim
    >>> scenario = kgsim.load("scenarios/drift.yaml")  # doctest: +SKIP
    >>> found = kgsim.simulate(scenario, structures=["bypass"])  # doctest: +SKIP
    >>> found.by_round.sel(structure="bypass", outcome="bypass deal", round=20).item()  # doctest: +SKIP
    """
    values = together(scenario, given, values)
    chosen = options or Options()
    _check(scenario, chosen, values)
    told = progress or (lambda what, done, of: None)
    _check_size(scenario, chosen, structures)
    ways = ways_to_play(scenario, chosen, structures)
    parts, about = [], {}
    for name in ways:
        world, actor, notes = _actor(scenario, chosen, name, values, told)
        job = Simulation(world, actor, chosen.runs, chosen.seed)
        kept = None if store is None else store(job)
        chunks = run(
            job,
            workers=workers,
            scheduler=scheduler,
            store=kept,
            progress=lambda done, of, name=name: told(f"playing {name}", done, of),  # type: ignore[misc]
        )
        arrays = [found for _, found in chunks]
        whole = {key: np.concatenate([found[key] for found in arrays], axis=-1) for key in arrays[0]}
        whole["total"] = job.totals(whole["payoff"])
        parts.append(whole)
        about[name] = {**notes, "deals": _deals(world)}
    return _dataset(scenario, chosen, ways, parts, about, world, values)


def _check_size(scenario: Scenario, options: Options, structures: str | Sequence[str] | None) -> None:
    """Refuse, with the number, what would not fit: every round of every run is kept."""
    rounds = options.rounds or (scenario.dynamics.horizon if scenario.dynamics else ROUNDS)
    plays = options.runs * rounds * len(ways_to_play(scenario, options, structures))
    check_count(options.runs, "runs")
    states = len(scenario.dynamics.states) if scenario.dynamics else 0
    numbers = COPIES * (len(scenario.players) + states + 3)
    check_room(8.0 * plays * numbers, f"{plays:,} rounds of play", "take fewer runs or rounds")


def ways_to_play(scenario: Scenario, options: Options, names: str | Sequence[str] | None) -> tuple[str, ...]:
    """The structures, or for automata the profiles, to compare; raises GameError if one is unknown."""
    if options.policy == "automaton":
        known, kind = tuple(game_of(scenario, _game(scenario, options)).profiles), "profile"
    else:
        known, kind = tuple(scenario.structures), "structure"
    names = (names,) if isinstance(names, str) else names
    for name in names or ():
        if name not in known:
            raise GameError(f"there is no {kind} {name!r}. {suggestion(name, known, kind)}")
    return known if names is None else tuple(dict.fromkeys(names))


def _game(scenario: Scenario, options: Options) -> str:
    if not scenario.repeated:
        raise GameError(
            f"scenario {scenario.name} has no automata to play: add a section `repeated`, or use another policy"
        )
    return options.game or next(iter(scenario.repeated))


def _check(scenario: Scenario, options: Options, values: Mapping[str, float]) -> None:
    if options.policy not in POLICIES:
        raise GameError(f"there is no policy {options.policy!r}; the policies are {', '.join(POLICIES)}")
    if options.runs < 1 or (options.rounds is not None and options.rounds < 1):
        raise GameError("the numbers of runs and of rounds must be 1 or more")
    if options.learning not in {"fictitious", "reinforcement"}:
        raise GameError(f"learning {options.learning!r} is unknown; it is fictitious or reinforcement")
    if not 0.0 < options.memory <= 1.0:
        raise GameError(f"the memory must lie above 0 and be at most 1, not {options.memory:g}")
    for name, value in values.items():
        if name not in scenario.parameters:
            raise GameError(f"there is no parameter {name!r}. {suggestion(name, scenario.parameters, 'parameter')}")
        if not np.isfinite(value):
            raise GameError(f"parameter {name}: expected a finite number, got {value!r}")


def _actor(
    scenario: Scenario,
    options: Options,
    name: str,
    values: Mapping[str, float],
    told: Callable[[str, int, int], None],
) -> tuple[World, Actor, dict[str, Any]]:
    """The world and actor of one way to play, and notes on the policy."""
    if options.policy == "automaton":
        game = game_of(scenario, _game(scenario, options))
        if scenario.dynamics is None:
            still = Dynamics({}, {}, dict.fromkeys(scenario.players, game.discount), options.rounds or ROUNDS)
            scenario = replace(scenario, dynamics=still)
        world = World.of(scenario, game.stage, options.rounds, **values)
        return world, Automata(world, game.name, name), {"policy": f"strategies {dict(game.profiles[name])}"}
    world = World.of(scenario, name, options.rounds, **values)
    if options.policy == "adaptive":
        tree_of(world).objectives(world.engine.payoffs({}))  # bargaining blocs are refused before anything is played
        told_as = {"fictitious": "fictitious play", "reinforcement": "reinforcement learning"}[options.learning]
        rest = "" if options.memory == 1.0 else f", older rounds weighing {options.memory:g} each"
        return world, Learners(world, options.learning, options.memory), {"policy": f"{told_as}{rest}"}
    grid = StateGrid.of(world.dynamics, options.grid)

    def solving(done: int, of: int) -> None:
        told(f"solving {name}", done, of)

    if options.policy == "markov":
        selection = Selection.read(options.selection, tuple(scenario.players))
        policy = solve_markov(world, grid, selection, solving)
    else:
        policy = solve_logit(world, grid, options.precision, solving)
    notes = {"policy": policy.told, "grid": list(grid.shape), "accuracy": dict(policy.accuracy)}
    return world, Follower(policy), notes


def _deals(world: World) -> list[dict[str, float]]:
    """The menu values of each deal, by ``decision.term``."""
    deals = world.engine.deals
    found: list[dict[str, float]] = [{} for _ in deals.outcomes]
    for rule, menus in deals.menus.items():
        for name, column in menus.items():
            for place, deal in enumerate(np.flatnonzero(deals.outcomes == rule)):
                found[deal][name] = float(column[place])
    return found


def _dataset(
    scenario: Scenario,
    options: Options,
    ways: tuple[str, ...],
    parts: list[dict[str, Any]],
    about: dict[str, Any],
    world: World,
    values: Mapping[str, float],
) -> Dataset:
    rounds = world.horizon
    outcome = np.stack([part["outcome"] for part in parts])  # structure, round, run
    count = len(scenario.outcomes)
    occurs = np.stack([(outcome == index).mean(axis=2) for index in range(count)], axis=1)
    first = np.stack([_first(outcome == index) for index in range(count)], axis=1)
    by_round = np.stack([(first <= number).mean(axis=2) for number in range(rounds)], axis=2)
    going = outcome >= 0
    hazard = np.full(occurs.shape, np.nan)
    at_stake = np.zeros(occurs.shape, dtype=np.int64)
    for number in range(rounds):
        open_ = going[:, None, number] & (first >= number)
        fresh = (first == number) & open_
        at_stake[:, :, number] = size = open_.sum(axis=2)
        hazard[:, :, number] = np.divide(fresh.sum(axis=2), size, out=np.full(size.shape, np.nan), where=size > 0)
    states = {
        name: (("structure", "run", "round"), np.stack([part[f"state_{name}"].T for part in parts]),
               {"long_name": scenario.parameters[name].label, "units": scenario.parameters[name].unit or "1"})
        for name in world.dynamics.states
    }  # fmt: skip
    shape = ("structure", "outcome", "round")
    data: dict[str, Any] = {
        **states,
        "outcome_index": (("structure", "run", "round"), outcome.transpose(0, 2, 1), {"long_name": "outcome reached"}),
        "deal": (("structure", "run", "round"), np.stack([part["deal"].T for part in parts])),
        "payoff": (
            ("structure", "player", "run", "round"), np.stack([part["payoff"].transpose(0, 2, 1) for part in parts]),
            {"long_name": "payoff of the round"},
        ),
        "total": (("structure", "player", "run"), np.stack([part["total"] for part in parts]),
                  {"long_name": "discounted sum of payoffs"}),
        "clamped": (("structure", "run", "round"), np.stack([part["clamped"].T for part in parts])),
        "occurs": (shape, occurs, {"long_name": "share of runs in which the outcome is reached in the round"}),
        "by_round": (shape, by_round, {"long_name": "share of runs in which it is reached by the round"}),
        "hazard": (shape, hazard, {"long_name": "share of runs still open in which it is reached"}),
        "open": (shape, at_stake, {"long_name": "runs still open: going on, and without it so far"}),
    }  # fmt: skip
    import xarray as xr

    return xr.Dataset(
        data,
        coords={
            "structure": list(ways),
            "outcome": [rule.name for rule in scenario.outcomes],
            "player": list(scenario.players),
            "round": np.arange(1, rounds + 1),
        },
        attrs={
            "kgsim_simulation": FORMAT,
            "title": scenario.title,
            "scenario": scenario.name,
            "scenario_digest": scenario.digest,
            "policy": options.policy,
            "policies": json.dumps(about),
            "seed": options.seed,
            "runs": options.runs,
            "values": json.dumps({**world.scenario.base, **dict(values)}),
            "bounds": json.dumps({name: state.bounds for name, state in world.dynamics.states.items()}),
            "otherwise": json.dumps([rule.name for rule in scenario.outcomes if not rule.when]),
            "players": json.dumps(dict(scenario.players)),
            "outcomes": json.dumps({rule.name: rule.label for rule in scenario.outcomes}),
            "labels": json.dumps(scenario.labels.within("players", "parameters", "outcomes", "structures")),
            "versions": json.dumps(versions_of("numpy", "scipy", "xarray")),
        },
    )


def _first(where: Any) -> Any:
    """The round in which something first holds, one past the last if never; the axis of rounds, the second, goes."""
    return np.where(where.any(axis=1), where.argmax(axis=1), where.shape[1])
