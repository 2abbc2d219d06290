"""Scenario files damaged at random: whatever comes of them, the only errors are those that name what to mend."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import kgsim
from kgsim.errors import KgsimError
from kgsim.report.explain import explain_payoff, of_payoff
from kgsim.report.plain import render
from kgsim.report.story import of_scenario
from kgsim.scenario.lint import lint
from kgsim.scenario.payoffs import actions_of, profile_count

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / "tests" / "data" / "border.yaml",
    ROOT / "sim" / "kgsim" / "cli" / "templates" / "bypass.yaml",
    *(
        ROOT / "scenarios" / f"{name}.yaml"
        for name in ("letter_2025", "loudspeaker_reciprocity", "drift", "six_party_2005")
    ),
]

#: What a person, or a program that writes files, puts where something else belongs.
HOSTILE = [
    0, 1, -1, 2, 1.5, 1e308, -1e308, 5e-324, 10**400, True, None, "", " ", "x", "2", "1 + 1", "1/0", "0/0", "1e308*10",
    "exp(1e9)", "log(0)", "((", "not", "a.b", "otherwise", [], {}, [[]], [1, 2], {"a": 1}, {"a": {"b": []}}, "é\u202e",
    "A+B", "A+A", "value(A, once)", "0.1 + 0.2", [None], "true", "1 < 2", "-", "null",
]  # fmt: skip

PIECES = ["0", "1", "2.5", "1e300", "-", "(", ")", "*", "/", "**", "<", ",", " and ", "not ", " if 1 else 0", '"x"']
CONSTANTS = ["2", "1 + 1", "0", "1e308", "0/1"]

#: Profiles of a structure up to which a mutant is solved.
FEW = 400

Mutate = Callable[[str, random.Random], str]


def in_bytes(text: str, chance: random.Random) -> str:
    raw = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(raw))
        match chance.randrange(3):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                del raw[at : at + chance.randint(1, 12)]
            case 2:
                raw[at:at] = raw[at : at + chance.randint(1, 40)]
    return bytes(raw).decode("utf-8", "surrogateescape")


def in_tokens(text: str, chance: random.Random) -> str:
    tokens = re.findall(r"\w+|\s+|[^\w\s]", text)
    words = [place for place, token in enumerate(tokens) if not token.isspace()]
    for _ in range(chance.randint(1, 3)):
        here, there = chance.choice(words), chance.choice(words)
        tokens[here] = chance.choice([tokens[there], "", tokens[here] * 2, str(chance.choice(HOSTILE))])
    return "".join(tokens)


def in_structure(text: str, chance: random.Random) -> str:
    data = YAML(typ="safe", pure=True).load(text)
    for _ in range(chance.randint(1, 2)):
        holder, key = chance.choice(list(places(data)))
        match chance.randrange(4):
            case 0:
                del holder[key]
            case 1:
                other, its = chance.choice(list(places(data)))
                holder[key] = json.loads(json.dumps(other[its], default=str))
            case _:
                holder[key] = chance.choice(HOSTILE)
        if not data:
            break
    return json.dumps(data, ensure_ascii=False, default=str)


def in_expressions(text: str, chance: random.Random) -> str:
    data = YAML(typ="safe", pure=True).load(text)
    texts = [(holder, key) for holder, key in places(data) if isinstance(holder[key], str)]
    holder, key = chance.choice([(holder, key) for holder, key in texts if re.search(r"[*/+<>=(]", holder[key])])
    parts = re.findall(r"\w+|\s+|[^\w\s]", holder[key])
    parts[chance.randrange(len(parts))] = chance.choice([*PIECES, chance.choice(parts)])
    holder[key] = "".join(parts) if chance.random() < 0.8 else chance.choice(CONSTANTS)
    return json.dumps(data, ensure_ascii=False, default=str)


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every entry below the top, as its holder and its key or index."""
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from places(data[key])


def put_through(text: str, directory: Path) -> None:
    """Load a file and do with it what is quick."""
    scenario = kgsim.loads(text.encode("utf-8", "surrogateescape"), directory=directory)
    lint(scenario)
    render(of_scenario(scenario, {}))
    for rule in scenario.outcomes[:2]:
        for player in scenario.players:
            render(of_payoff(scenario, explain_payoff(scenario, player, rule.name, {}), {}))
    small = [name for name, each in scenario.structures.items() if profile_count(actions_of(scenario, each)) <= FEW]
    str(kgsim.solve(scenario, structures=small))
    for game in scenario.repeated:
        kgsim.repeated(scenario, game)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("mutate", [in_bytes, in_tokens, in_structure, in_expressions])
def test_a_damaged_file_is_told_what_is_wrong_with_it(mutate: Mutate, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for seed in range(100):
        mutant = mutate(text, random.Random(seed))
        try:
            with suppress(KgsimError):
                put_through(mutant, path.parent)
        except Exception as fault:
            raise AssertionError(f"{path.name}, seed {seed}: {fault!r}") from fault
