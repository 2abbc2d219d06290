"""What a scenario says beside a single round, told: repeated games, what changes from round to round, and histories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kgsim.report.content import Block, Bullets, Heading
from kgsim.scenario.expressions import Expression, formula_text
from kgsim.scenario.model import Briefing, Scenario
from kgsim.scenario.rounds import Dynamics, RepeatedGame, Shock, StateVariable, Strategy, Transition
from kgsim.wording import interval, listed, sentence


def later_rounds(scenario: Scenario) -> Iterator[Block]:
    """Yield the sections on repeated play, dynamics, back-tests and briefings that the scenario has."""
    if scenario.repeated:
        yield Heading("Repeated play")
        yield Bullets(tuple(map(_repeated, scenario.repeated.values())))
    if scenario.strategies:
        yield Heading("Strategies for repeated play")
        yield Bullets(tuple(map(_strategy, scenario.strategies.values())))
    if scenario.dynamics is not None:
        yield Heading("What changes from round to round")
        yield Bullets(tuple(_dynamics(scenario.dynamics)))
    if scenario.backtests:
        yield Heading("Histories it is held against")
        yield Bullets(
            tuple(
                f"{test.name}: {sentence(test.says)} In {test.where} that is {listed(test.observed, 'or')}, and not "
                f"{listed(test.rivals, 'or')}. {sentence(test.because)} Parameters untouched since {test.frozen}."
                for test in scenario.backtests.values()
            )
        )
    told = tuple(_briefing(scenario.briefing))
    if told:
        yield Heading("What a briefing puts in the foreground")
        yield Bullets(told)


def _repeated(game: RepeatedGame) -> str:
    text = f"{_titled(game.name, game.label)} Structure {game.stage} is played round after round; the next round "
    text += f"weighs {formula_text(game.discount)} beside this one."
    if formula_text(game.noise) != "0":
        text += f" A move comes out as another with probability {formula_text(game.noise)}."
    for what, moves in (("Cooperation", game.cooperate), ("Defection", game.defect)):
        if moves:
            text += f" {what} is {listed(f'{move} for {decision}' for decision, move in moves.items())}."
    if game.generosity is not None:
        text += f" `generous` forgives with probability {formula_text(game.generosity)}."
    profiles = "; ".join(f"{name} ({_followed(who)})" for name, who in game.profiles.items())
    return f"{text} Profiles of strategies: {profiles}."


def _followed(who: Mapping[str, str]) -> str:
    strategies = dict.fromkeys(who.values())
    if len(strategies) == 1:
        return f"all {next(iter(strategies))}"
    return ", ".join(f"{decision} {strategy}" for decision, strategy in who.items())


def _strategy(strategy: Strategy) -> str:
    states = " ".join(
        f"In {state.name}: {_shares(state.play)}; then {_transitions(state.next)}."
        for state in strategy.states.values()
    )
    return (
        f"{_titled(strategy.name, strategy.label)} Followed by {strategy.decision}, from {strategy.start} on. {states}"
    )


def _shares(play: Mapping[str, Expression]) -> str:
    """What is played: one move, or moves with their probabilities."""
    if len(play) == 1:
        return next(iter(play))
    return listed(f"{move} with probability {formula_text(share)}" for move, share in play.items())


def _transitions(rules: Sequence[Transition]) -> str:
    return ", ".join(
        _transition(rule) if rule.when else f"otherwise {rule.to}" if len(rules) > 1 else rule.to for rule in rules
    )


def _transition(rule: Transition) -> str:
    moves = listed(f"{decision} played {listed(sorted(moves), 'or')}" for decision, moves in rule.when.items())
    return f"{rule.to} if {moves}"


def _dynamics(dynamics: Dynamics) -> Iterator[str]:
    yield from map(_state, dynamics.states.values())
    yield from map(_shock, dynamics.shocks.values())
    weights = dict.fromkeys(map(formula_text, dynamics.discount.values()))
    if len(weights) == 1:
        yield f"The next round weighs {next(iter(weights))} beside this one."
    else:
        told = listed(f"{formula_text(weight)} for {player}" for player, weight in dynamics.discount.items())
        yield f"The next round weighs {told}."
    yield f"{dynamics.horizon} rounds are played at most."
    for after, what in (("stops", "ends play"), ("lasts", "is worth the same in every round that is left")):
        outcomes = [outcome for outcome, follows in dynamics.end.items() if follows == after]
        if outcomes:
            yield f"{listed(outcomes, 'or')} {what}."
    if dynamics.end_when is not None:
        yield f"Play ends once {dynamics.end_when.text}."
    for profile in dynamics.history:
        yield f"Played before: {', '.join(f'{decision} {move}' for decision, move in profile.items())}."


def _state(variable: StateVariable) -> str:
    start = "" if variable.initial is None else f", starting at {formula_text(variable.initial)}"
    beyond = "kept at the bound it would pass" if variable.clamp else "refused if it would leave them"
    return (
        f"{variable.name} becomes {formula_text(variable.update)}{start}; within {interval(variable.bounds)}, {beyond}."
    )


def _shock(shock: Shock) -> str:
    if shock.shape == "discrete":
        pairs = zip(shock.values, shock.chances, strict=True)
        numbers = listed(f"{formula_text(value)} with probability {formula_text(chance)}" for value, chance in pairs)
    else:
        numbers = ", ".join(f"{name} {formula_text(number)}" for name, number in shock.numbers.items())
    return f"{_titled(shock.name, shock.label)} Drawn afresh in every round, {shock.shape}: {numbers}."


def _briefing(briefing: Briefing) -> Iterator[str]:
    ask, price = briefing.ask, briefing.price
    if ask is not None:
        what = f"the claim {ask.claim}" if ask.claim else f"whether {ask.structure} ends in {ask.outcome}"
        yield f"The question: {what}{f', along {ask.parameter}' if ask.parameter else ''}."
    if briefing.compare is not None:
        yield f"What {briefing.compare[1]} is worth beside {briefing.compare[0]}."
    if briefing.today:
        yield f"What holds today: {briefing.today}."
    for what, text in (
        ("Bottom line", briefing.headline),
        ("So what", briefing.so_what),
        ("Confidence", briefing.confidence),
        ("Watch", " · ".join(briefing.watch)),
        ("Dissent", briefing.dissent),
        ("Authors", listed(briefing.authors) if briefing.authors else ""),
    ):
        if text:
            yield f"{what}: {text}"
    if briefing.map is not None:
        yield f"The map: {listed(briefing.map)}."
    if price is not None:
        yield (
            f"What {price.payee} must be paid to prefer {price.to} to {price.origin}, and what {price.payer} would "
            f"give; {formula_text(price.rate)} points of {price.payee} to one of {price.payer}, along {price.along}."
        )


def _titled(name: str, label: str) -> str:
    return f"{name}:" if label in ("", name) else f"{name}: {sentence(label)}"
