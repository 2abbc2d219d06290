"""The answer in a few sentences: where each structure ends, who gains where, what the claims say, what to distrust."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kgsim.analysis.quick import QuickPass
from kgsim.ranking import all_same, solved
from kgsim.report.robustness import told
from kgsim.results import Result, StructureSolution
from kgsim.scenario.model import KINDS, UNDECLARED, counted_claims
from kgsim.wording import close, counted, interval, listed, number, quoted, sentence

_UNTOLD = "In which share of the parameter ranges a claim holds"


def headlines(result: Result, drawn: QuickPass | None = None) -> tuple[str, ...]:
    """Return the sentences a reader should see first."""
    return (*_endings(result), *_gains(result), *_claims(result, drawn), *_doubts(result))


def bottom_line(result: Result) -> tuple[str, ...]:
    """Return the answer to the scenario's own question in a sentence or two: the author's, or where play ends."""
    written = result.scenario.briefing
    if written.headline:
        return (sentence(written.headline),)
    asked = (written.ask.structure if written.ask else None, *(written.compare or ()))
    wanted = [name for name in dict.fromkeys(asked) if name in solved(result)] or list(solved(result))[:3]
    parts = [f"{_quoted(result.structures[name])} ends in {endings(result.structures[name])}" for name in wanted]
    told = (f"At these values {listed(parts)}.",) if parts else ("No structure is solved at these values.",)
    return (*told, *_doubts(result))


def beyond_range(result: Result) -> tuple[str, ...]:
    """Return the parameters whose value lies outside the range that the scenario gives as plausible."""
    ranges = {name: parameter.range for name, parameter in result.scenario.parameters.items()}
    return tuple(name for name, value in result.values.items() if not ranges[name][0] <= value <= ranges[name][1])


def endings(solution: StructureSolution) -> str:
    """Return what a structure's equilibria end in, as prose."""
    if not solution.equilibria:
        return "not solved"
    told = solution.labels.outcome
    sure = [told(outcome) for each in solution.equilibria if len(each.outcomes) == 1 for outcome in each.outcomes]
    mixed = [
        told(outcome)
        for equilibrium in solution.equilibria
        if len(equilibrium.outcomes) > 1
        for outcome in equilibrium.outcomes
    ]
    parts = list(dict.fromkeys(sure))
    if mixed:
        parts.append(f"a lottery over {listed(dict.fromkeys(mixed))}")
    return listed(parts, "or")


def _endings(result: Result) -> Iterable[str]:
    groups: dict[str, list[StructureSolution]] = {}
    for solution in solved(result).values():
        groups.setdefault(endings(solution), []).append(solution)
    for ending, solutions in groups.items():
        names = listed(_quoted(solution) for solution in solutions)
        certain = all(len({equilibrium.name for equilibrium in each.equilibria}) == 1 for each in solutions)
        verb = "ends" if len(solutions) == 1 else "end"
        if certain:
            yield f"{names} {verb} in {ending}."
        else:
            yield f"{names} {verb} in {ending}, depending on which equilibrium is played."


def _gains(result: Result) -> Iterable[str]:
    values = {name: solution.values for name, solution in solved(result).items()}
    if len(values) < 2:
        return
    for player, label in result.scenario.players.items():
        bounds = {name: by_player[player] for name, by_player in values.items()}
        if all_same(value for pair in bounds.values() for value in pair):
            yield f"{label} gets {number(next(iter(bounds.values()))[0])} under every structure."
            continue
        most = max(upper for _, upper in bounds.values())
        least = min(lower for lower, _ in bounds.values())
        named = {name: _quoted(result.structures[name]) for name in bounds}
        top = listed((named[name] for name, pair in bounds.items() if close(pair[1], most)), "or")
        bottom = listed((named[name] for name, pair in bounds.items() if close(pair[0], least)), "or")
        sure = all(interval(pair) == number(pair[0]) for pair in bounds.values())
        verb = "gets" if sure else "can get"
        yield f"{label} {verb} at most {number(most)} ({top}) and at least {number(least)} ({bottom})."


def held_together(result: Result, drawn: QuickPass | None) -> tuple[str, ...]:
    """Return how many claims hold, and in which share of draws they do so together; or why that is not told."""
    found = list(_claims(result, drawn))
    return tuple(each for each in found if each.startswith(("Of ", _UNTOLD)))


def _claims(result: Result, drawn: QuickPass | None) -> Iterable[str]:
    """The claims by verdict; counted only beside the share of draws in which those that hold do so together."""
    claims, said = result.claims, result.scenario.labels.claim
    if not claims:
        return
    counted_ones = counted_claims({name: claim.kind for name, claim in claims.items()})
    holding = [name for name in counted_ones if claims[name].verdict == "holds"]
    if drawn is not None and drawn.shares is not None and counted_ones:
        results = claims[counted_ones[0]].kind == "result"
        nouns = ("result", "results") if results else ("claim of undeclared kind", "claims of undeclared kind")
        all_ = counted(len(counted_ones), *nouns)
        yield f"Of {all_}, {len(holding)} {_verb(holding)} at these values{_jointly(holding, drawn)}."
    elif holding:
        yield f"{_count(holding, 'claim')} {_verb(holding)} at these values."
    parts = []
    for verdict, one, several in (
        ("fails", "fails", "fail"),
        ("depends", "depends on the equilibrium played", "depend on the equilibrium played"),
        ("undecided", "cannot be decided", "cannot be decided"),
        ("vacuous", "is vacuous", "are vacuous"),
    ):
        names = [name for name in counted_ones if claims[name].verdict == verdict]
        if names:
            told = "; ".join(quoted(said(name)) for name in names)
            parts.append(f"{len(names)} {one if len(names) == 1 else several}: {told}.")
    yield from parts
    others = [name for name in claims if name not in counted_ones]
    if others:
        by = {_NOUNS[kind]: [name for name in others if claims[name].kind == kind] for kind in (*KINDS, UNDECLARED)}
        yield f"Not counted: {listed(_count(names, each) for each, names in by.items() if names)}."
    if drawn is None:
        yield f"{_UNTOLD} was not looked at here; kgsim robustness does."
    elif drawn.shares is None:
        yield f"{_UNTOLD} is not told: {drawn.why_not}."


_NOUNS = {"assumption": "assumption", "identity": "identity", "result": "result", UNDECLARED: "undeclared claim"}


def _count(names: Sequence[str], noun: str) -> str:
    return counted(len(names), noun, "identities" if noun == "identity" else "")


def _quoted(solution: StructureSolution) -> str:
    return quoted(solution.labels.structure(solution.name))


def _verb(names: Sequence[str]) -> str:
    return "holds" if len(names) == 1 else "hold"


def _jointly(holding: Sequence[str], drawn: QuickPass) -> str:
    """In which share of draws the claims that hold do so together, if the draws counted the same ones."""
    assert drawn.shares is not None
    if not holding or set(holding) != set(drawn.together) or drawn.shares.together is None:
        return ""
    they = "it holds" if len(holding) == 1 else "they hold together"
    return f"; {they} in {told(drawn.shares.together)} % of {drawn.draws:,} draws from the ranges"


def _doubts(result: Result) -> Iterable[str]:
    incomplete = [_quoted(solution) for solution in solved(result).values() if not solution.complete]
    if incomplete:
        yield f"There may be further equilibria in {listed(incomplete)}; the reasons are given below."
    for solution in result.structures.values():
        if not solution.equilibria:
            yield f"{_quoted(solution)} is not solved; the reason is given below."
    for name in beyond_range(result):
        told = result.scenario.labels.value(name, result.values[name])
        spread = interval(result.scenario.parameters[name].range)
        yield f"{told} lies outside the plausible range {spread} that the scenario gives."
