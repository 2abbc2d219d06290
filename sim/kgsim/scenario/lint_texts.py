"""Which texts of a scenario are missing in a language that others of it are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kgsim.errors import Problem
from kgsim.language import LANGUAGES
from kgsim.language.texts import DEFAULT, Translated
from kgsim.scenario.model import Scenario


def untranslated(scenario: Scenario) -> tuple[Problem, ...]:
    """Say once for each language in which only some texts stand: how many do not, and where the first of them is."""
    texts = [(key, text) for key, text in _texts(scenario) if text]
    known = Counter(lang for _, text in texts if isinstance(text, Translated) for lang in text.said)
    found = []
    for lang in known:
        without = [key for key, text in texts if not isinstance(text, Translated) or lang not in text.said]
        if lang not in LANGUAGES:
            without = [key for key, text in texts if isinstance(text, Translated) and lang in text.said]
            message = f"{len(without)} of {len(texts)} texts are in {lang!r}, a language that kgsim has no words in"
            found.append(scenario.problem(without[0], message, f"There are {', '.join(LANGUAGES)}."))
        elif without and lang != DEFAULT:
            message = f"{len(without)} of {len(texts)} texts are not in {lang!r}, this one among them"
            found.append(scenario.problem(without[0], message, "What stands there instead is the other language."))
    return tuple(found)


def _texts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Every text that people read, with the place where it is written; those of ledgers are not the scenario's."""
    yield from (("title", scenario.title), ("question", scenario.question))
    for name, label in (*scenario.players.items(), *scenario.terms.items()):
        yield ("players" if name in scenario.players else "terms") + f".{name}", label
    for parameter in scenario.parameters.values():
        key = f"parameters.{parameter.name}"
        yield from ((f"{key}.label", parameter.label), (f"{key}.unit", parameter.unit))
        yield f"{key}.because", parameter.because
    for decision in scenario.decisions.values():
        if decision.player:
            yield from ((f"moves.{decision.name}.{move}", label) for move, label in decision.moves.items())
    for section, labelled in (("outcomes", scenario.outcomes), ("structures", scenario.structures.values())):
        yield from ((f"{section}.{each.name}", each.label) for each in labelled)
    yield from ((f"{section}.{name}", text) for section, own in scenario.shorts.items() for name, text in own.items())
    for claim in scenario.claims.values():
        yield from ((f"claims.{claim.name}.says", claim.says), (f"claims.{claim.name}.because", claim.because))
    for test in scenario.backtests.values():
        yield from ((f"backtests.{test.name}.says", test.says), (f"backtests.{test.name}.because", test.because))
    for part in ("headline", "so_what", "dissent", "confidence"):
        yield f"briefing.{part}", getattr(scenario.briefing, part)
