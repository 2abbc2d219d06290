"""Warnings about a valid scenario: things that are allowed and still probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kgsim.errors import Problem
from kgsim.scenario.expressions import Expression, references
from kgsim.scenario.levers import idle_levers
from kgsim.scenario.lint_chances import out_of_limits
from kgsim.scenario.lint_kinds import doubtful_kinds
from kgsim.scenario.model import Scenario
from kgsim.scenario.payoffs import actions_of, payoffs_at, profile_count, type_points
from kgsim.scenario.possible import possible
from kgsim.scenario.references import expand

Payoffs = NDArray[np.float64]

SAMPLE = 12
"""Points of the parameter ranges at which a parameter is moved, to see whether any payoff moves."""

STEPS = 4
"""Values that a parameter takes across its range at each of those points."""

MAX_CELLS = 5_000_000
"""Payoffs computed at once, to bound memory."""


def lint(scenario: Scenario) -> tuple[Problem, ...]:
    """Return warnings, in the order of the files.

    Reported are: parameters used nowhere, parameters that move no payoff although they are used,
    terms never set or never used, payoffs that are not finite and probabilities and discounts that leave their
    limits somewhere in the parameter ranges, claims that cannot be of the kind declared, levers that move nothing,
    moves that no structure lets anyone play, and moves that are strictly dominated, or worth the same to everyone as
    another move of the same decision, in every structure where they can be played. Dominance is judged at the base
    values, and not where private types decide.
    """
    found = [
        *_unused_parameters(scenario),
        *_terms(scenario),
        *_idle_parameters(scenario),
        *_infinite_payoffs(scenario),
        *(
            _warn(scenario, key, message, "Narrow the range, or mend the formula.")
            for key, message in out_of_limits(scenario)
        ),
        *(_warn(scenario, *doubt) for doubt in doubtful_kinds(scenario)),
        *(_warn(scenario, *idle) for idle in idle_levers(scenario)),
        *(() if scenario.types else _moves(scenario)),
    ]
    return tuple(sorted(found, key=lambda problem: (str(problem.path), problem.line or 0, problem.column or 0)))


def _warn(scenario: Scenario, key: str, message: str, remedy: str) -> Problem:
    return scenario.problem(key, message, remedy)


def _payoff_formulas(scenario: Scenario) -> Iterator[Expression]:
    yield from scenario.utilities.values()
    for rule in scenario.outcomes:
        yield from rule.terms.values()
    for structure in scenario.structures.values():
        for bloc in structure.blocs.values():
            yield from bloc.weights.values()
            if bloc.disagreement is not None and not isinstance(bloc.disagreement, str):
                yield from bloc.disagreement.values()
    yield from _priors(scenario)


def _priors(scenario: Scenario) -> Iterator[Expression]:
    for kinds in scenario.types.values():
        for kind in kinds.values():
            yield kind.prior
    for happenings in scenario.chance.values():
        yield from happenings.values()


def _round_formulas(scenario: Scenario) -> Iterator[Expression]:
    """Formulas of what is played over several rounds; they move no payoff of a single one."""
    for strategy in scenario.strategies.values():
        for state in strategy.states.values():
            yield from state.play.values()
    for game in scenario.repeated.values():
        yield from (game.discount, game.noise)
        if game.generosity is not None:
            yield game.generosity
    if scenario.dynamics is not None:
        yield from scenario.dynamics.discount.values()
        for variable in scenario.dynamics.states.values():
            yield variable.update
            if variable.initial is not None:
                yield variable.initial
        for shock in scenario.dynamics.shocks.values():
            yield from (*shock.numbers.values(), *shock.values, *shock.chances)
        if scenario.dynamics.end_when is not None:
            yield scenario.dynamics.end_when


def _used(scenario: Scenario) -> tuple[set[str], set[str]]:
    """Names that formulas of the game depend on, and names that claims do, quantities followed to parameters."""
    formulas = {name: quantity.formula for name, quantity in scenario.quantities.items()}
    game = {name for formula in _payoff_formulas(scenario) for name in expand(formula, formulas)}
    claims: set[str] = set()
    if scenario.briefing.price is not None:
        claims |= expand(scenario.briefing.price.rate, formulas)
        claims.add(scenario.briefing.price.along)
    for claim in scenario.claims.values():
        claims.update(*(expand(expression, formulas) for expression in claim.expressions))
        for node in claim.calls:
            if node.function in {"rises", "falls"}:
                for argument in node.arguments:
                    names, _, _ = references(argument)
                    claims |= names
                    claims.update(*(expand(formulas[name], formulas) for name in names if name in formulas))
    return game, claims


def _unused_parameters(scenario: Scenario) -> Iterator[Problem]:
    game, claims = _used(scenario)
    quantities = {name for quantity in scenario.quantities.values() for name in quantity.formula.names}
    over_rounds = {name for formula in _round_formulas(scenario) for name in formula.names}
    for name in scenario.parameters:
        if name not in game | claims | quantities | over_rounds:
            message = f"no formula and no claim uses the parameter {name!r}"
            yield _warn(scenario, f"parameters.{name}", message, "Use it, or delete it.")


def _terms(scenario: Scenario) -> Iterator[Problem]:
    updates = () if scenario.dynamics is None else [each.update for each in scenario.dynamics.states.values()]
    used = {name for formula in (*scenario.utilities.values(), *updates) for name in formula.names}
    set_somewhere = {term for rule in scenario.outcomes for term in rule.terms}
    for term in scenario.terms:
        faults = [
            message
            for fault, message in (
                (term not in set_somewhere, f"no outcome sets the term {term!r}"),
                (term not in used, f"no utility uses the term {term!r}"),
            )
            if fault
        ]
        if faults:
            yield _warn(scenario, f"terms.{term}", " and ".join(faults), "Mend that, or delete the term.")


def _idle_parameters(scenario: Scenario) -> Iterator[Problem]:
    """Move each parameter that payoffs use across its range, at several points of the others, and watch them."""
    formulas = {name: quantity.formula for name, quantity in scenario.quantities.items()}
    blocs = {
        name
        for structure in scenario.structures.values()
        for bloc in structure.blocs.values()
        for formula in (*bloc.weights.values(), *_points(bloc.disagreement))
        for name in expand(formula, formulas)
    }
    blocs |= {name for prior in _priors(scenario) for name in expand(prior, formulas)}
    game, _ = _used(scenario)
    for name in scenario.parameters:
        if name in game and name not in blocs and not _moves_payoffs(scenario, name):
            low, high = scenario.parameters[name].range
            what = (
                f"the parameter {name!r} has a range of a single point"
                if low == high
                else f"the parameter {name!r} moves no payoff anywhere in its range, although formulas use it"
            )
            yield _warn(scenario, f"parameters.{name}", what, "Widen the range or mend the formulas, or delete it.")


def _points(disagreement: object) -> tuple[Expression, ...]:
    return tuple(disagreement.values()) if isinstance(disagreement, dict) else ()


def _moves_payoffs(scenario: Scenario, name: str) -> bool:
    low, high = scenario.parameters[name].range
    steps = np.linspace(low, high, STEPS)
    for count in (1, SAMPLE):  # one point settles it for nearly every parameter
        sample = _sample(scenario, count)
        points = {other: np.repeat(values, STEPS) for other, values in sample.items()}
        points[name] = np.tile(steps, count)
        for structure in scenario.structures:
            for payoffs in _payoffs_of_groups(scenario, structure, points):
                if not np.allclose(payoffs, payoffs[:, :1], rtol=1e-12, atol=1e-12, equal_nan=True):
                    return True
    return False


def _sample(scenario: Scenario, count: int) -> dict[str, NDArray[np.float64]]:
    """The base values, then points spread evenly over the box of ranges by an additive recurrence."""
    steps = np.arange(count)
    points = {}
    for index, (name, parameter) in enumerate(scenario.parameters.items()):
        low, high = parameter.range
        share = (0.5 + steps * np.sqrt(2.0 + index)) % 1.0
        points[name] = np.where(steps == 0, parameter.value, low + share * (high - low))
    for kinds in scenario.types.values():
        for place, kind in enumerate(kinds):
            points[kind] = (steps % len(kinds) == place).astype(float)
    return points


def _payoffs_of_groups(scenario: Scenario, structure: str, points: dict[str, NDArray[np.float64]]) -> Iterator[Payoffs]:
    """Yield payoffs with the axes (group, point of the group, players, a1, ..., an), as many as memory allows."""
    count = len(next(iter(points.values())))
    cells = profile_count(actions_of(scenario, scenario.structures[structure])) * len(scenario.players)
    size = max(1, MAX_CELLS // (cells * STEPS)) * STEPS
    for start in range(0, count, size):
        part = {name: values[start : start + size] for name, values in points.items()}
        payoffs = payoffs_at(scenario, structure, part)
        yield payoffs.reshape(-1, STEPS, *payoffs.shape[1:])


def _infinite_payoffs(scenario: Scenario) -> Iterator[Problem]:
    """Payoffs are finite at the base values; here each parameter goes to the ends of its range by itself."""
    ends = [(name, end) for name, parameter in scenario.parameters.items() for end in parameter.range]
    points = {name: np.full(len(ends), parameter.value) for name, parameter in scenario.parameters.items()}
    for row, (name, end) in enumerate(ends):
        points[name][row] = end
    broken: dict[tuple[str, float], dict[str, None]] = {}
    for structure, types in product(scenario.structures, type_points(scenario).values()):
        cells = profile_count(actions_of(scenario, scenario.structures[structure])) * len(scenario.players)
        size = max(1, MAX_CELLS // cells)
        for start in range(0, len(ends), size):
            part = {name: values[start : start + size] for name, values in points.items()} | types
            payoffs = payoffs_at(scenario, structure, part)
            finite = np.isfinite(payoffs).all(axis=tuple(range(2, payoffs.ndim)))
            for row, column in np.argwhere(~finite):
                broken.setdefault(ends[start + row], {})[list(scenario.players)[column]] = None
    for (name, end), players in broken.items():
        yield _warn(
            scenario,
            f"parameters.{name}.range",
            f"at {name} = {end:g} not all payoffs of {', '.join(players)} are finite",
            "Narrow the range, or guard the formula: `a/b if b != 0 else 0`.",
        )


def _moves(scenario: Scenario) -> Iterator[Problem]:
    for axis, (name, decision) in enumerate(scenario.decisions.items()):
        if name in scenario.chance:
            continue
        player = list(scenario.players).index(decision.player)
        dominators: dict[str, list[set[str]]] = {move: [] for move in decision.moves}
        twins: dict[str, list[set[str]]] = {move: [] for move in decision.moves}
        playable = {structure.fixed[name].move for structure in scenario.structures.values() if name in structure.fixed}
        for structure in scenario.structures.values():
            if name in structure.fixed:
                continue
            if structure.name in {game.stage for game in scenario.repeated.values()}:
                playable.update(action.move for action in actions_of(scenario, structure)[axis])
                continue  # repetition gives a reason to play what is worse in a single round
            actions = actions_of(scenario, structure)
            moves = [action.move for action in actions[axis]]
            if possible(scenario, structure, actions) is not None:
                playable.update(moves)
                for move in decision.moves:  # there need not be anything else to choose when it can be made
                    dominators[move].append(set())
                    twins[move].append(set())
                continue
            table = np.moveaxis(payoffs_at(scenario, structure.name, {})[0], axis + 1, 0)
            rows = {move: table[[own == move for own in moves]] for move in dict.fromkeys(moves)}
            playable.update(rows)
            for move, payoffs in rows.items():
                others = {other: row for other, row in rows.items() if other != move}
                dominators[move].append(_dominators(payoffs, others, player))
                twins[move].append({other for other, row in others.items() if np.array_equal(row, payoffs)})
        for move in decision.moves:
            key = f"moves.{name}.{move}"
            if move not in playable:
                message = f"no structure lets {name} play {move!r}"
                yield _warn(scenario, key, message, "Delete it, or let a structure play it.")
            elif dominators[move] and all(dominators[move]):
                by = " or ".join(repr(other) for other in sorted(set.union(*dominators[move])))
                yield _warn(
                    scenario,
                    key,
                    f"at the base values {move!r} is strictly worse for {decision.player} than {by}, "
                    "whatever the other decisions are",
                    "Check the payoffs; if this is meant, leave it.",
                )
            earlier = list(decision.moves)[: list(decision.moves).index(move)]
            same = set.intersection(*twins[move]) & set(earlier) if twins[move] else set()
            if same:
                yield _warn(
                    scenario,
                    key,
                    f"at the base values {move!r} is worth the same to everyone as {min(same, key=earlier.index)!r}, "
                    "whatever the other decisions are",
                    "Let an outcome tell them apart, or delete one.",
                )


def _dominators(payoffs: Payoffs, others: dict[str, Payoffs], player: int) -> set[str]:
    """The moves that strictly dominate a move, action by action; empty if one of its actions is undominated.

    Payoffs have the axes (actions of the move, players, the other decisions' actions).
    """
    found: set[str] = set()
    for action in payoffs[:, player]:
        better = {
            other
            for other, row in others.items()
            if (row[:, player] > action).all(axis=tuple(range(1, row.ndim - 1))).any()
        }
        if not better:
            return set()
        found |= better
    return found
