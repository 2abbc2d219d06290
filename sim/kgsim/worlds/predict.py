"""Predictions: what the worlds that survive so far say of a day to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kgsim.errors import GameError
from kgsim.scenario.model import Scenario
from kgsim.scenario.names import suggestion
from kgsim.worlds.conditions import outcomes_to_see
from kgsim.worlds.events import Events, Observation
from kgsim.worlds.result import Answers, Update
from kgsim.worlds.sealed import Meaning, Says, Sealed, Statement, event_digest, meaning_of, seen_in
from kgsim.worlds.update import update


def predict(
    scenario: Scenario,
    events: Events,
    until: str,
    *,
    quiet: Sequence[str] = (),
    today: str | None = None,
    given: Mapping[str, float] | None = None,
    **how: Any,
) -> Sealed:
    """Say what the surviving worlds expect, exclude and admit by a day.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    events
        What is known, as `kgsim.load_events` gives it.
    until
        The day by which it says something, YYYY-MM-DD; after every event.
    quiet
        Outcomes in which nothing is agreed, for the baseline that always says so; what happens otherwise if not given.
    today
        The day it is sealed; the clock's if not given.
    given, **how
        As for `kgsim.update`: values of parameters; draws, seed, prior and so on.

    Returns
    -------
    Sealed
        Write it with its method `write`.

    Raises
    ------
    GameError
        If the day is none or not after the last event and today, an outcome is unknown, or no world survives.
    ScenarioError
        As for `kgsim.update`.
    """
    sealed = today or date.today().isoformat()
    latest = max([sealed, *(each.date or "" for each in events.events.values())])
    events.until(until)  # raises if it is no date
    if until <= latest:
        raise GameError(f"{until} is not after what is known ({latest}): a prediction is for a later day")
    names = tuple(rule.name for rule in scenario.outcomes)
    for name in quiet:
        if name not in names:
            raise GameError(f"there is no outcome {name!r}. {suggestion(name, names, 'outcome')}")
    result = update(scenario, events, given, **how)
    if not result.left:
        raise GameError("no world survives what happened, so there is nothing to predict from")
    moves = {name: tuple(each.moves) for name, each in scenario.decisions.items()}
    known = [meaning for each in events.events.values() if (meaning := meaning_of(each, names, moves))]
    statements = []
    for each in (*events.watch.values(), *outcomes_to_see(scenario)):
        meaning = meaning_of(each, names, moves)
        if meaning is not None and (statement := _statement(result, each)) is not None:
            statements.append(Statement(each.name, each.says, meaning, *statement))
    last = {each.name: seen for each in statements if (seen := _last_seen(each, known))}
    return Sealed(
        scenario=scenario.name,
        digest=scenario.digest,
        title=events.title,
        events={name: event_digest(each) for name, each in events.events.items()},
        sealed=sealed,
        until=until,
        settings={
            "draws": str(result.draws),
            "seed": str(result.seed),
            "prior": result.prior,
            "sampling": result.sampling,
            "structures": ", ".join(result.structures),
            "held": ", ".join(f"{name}={value!r}" for name, value in result.values.items()),
        },
        outcomes=names,
        moves=moves,
        quiet=tuple(quiet) or tuple(rule.name for rule in scenario.outcomes if not rule.when),
        known=last,
        statements=tuple(statements),
    )


def _last_seen(statement: Statement, known: Sequence[Meaning]) -> str:
    """What the last event that tells had seen."""
    told = (seen_in(statement.meaning, [each]) for each in reversed(known))
    return next((seen for seen in told if seen), "")


def _statement(result: Update, observation: Observation) -> tuple[Says, dict[str, Says]] | None:
    """What survivors say of an observation, all together and by structure; None if none could see it."""
    signal = next((each for each in result.watch if each.name == observation.name), None)
    if signal is None:
        return None
    return _says(signal.among), {name: _says(each) for name, each in signal.structures.items()}


def _says(answers: Answers) -> Says:
    if answers.silent == 1.0:
        return "silent"
    if answers.excludes == 1.0:
        return "excluded"
    return "expected" if answers.expects == 1.0 else "admitted"
