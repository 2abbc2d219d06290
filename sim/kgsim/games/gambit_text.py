"""Games as the text of Gambit's files: .efg for trees, .nfg for strategic forms."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from kgsim.games.extensive import ExtensiveGame
from kgsim.games.gambit import StrategicGame

#: Probabilities with a denominator up to this are written as the fraction they are.
LARGEST_DENOMINATOR = 100_000


def efg_text(game: ExtensiveGame) -> str:
    """Return a tree as an .efg file; floats are written in full, so reading it back gives the same game."""
    lines = [f"EFG 2 R {_quoted(game.title)} {{ {_names(game.players)} }}", '""', ""]
    numbers = _numbers(game)
    chances: dict[tuple[tuple[str, ...], tuple[float, ...]], int] = {}
    outcome = 0
    for node in game.nodes:
        if not node.children:
            outcome += 1
            payoffs = ", ".join(_number(payoff) for payoff in node.payoffs)
            lines.append(f't "" {outcome} {_quoted(node.label)} {{ {payoffs} }}')
        elif node.information is None:
            key = (node.actions, node.probabilities)
            number = chances.setdefault(key, len(chances) + 1)
            shares = _exact(node.probabilities)
            pairs = " ".join(f"{_quoted(name)} {share}" for name, share in zip(node.actions, shares, strict=True))
            lines.append(f'c "" {number} "" {{ {pairs} }} 0')
        else:
            each = game.information[node.information]
            head = f'p "" {each.player + 1} {numbers[node.information]}'
            lines.append(f"{head} {_quoted(each.label)} {{ {_names(each.actions)} }} 0")
    return "\n".join(lines) + "\n"


def nfg_text(game: StrategicGame) -> str:
    """Return a strategic form as an .nfg file with a list of payoffs, the first player's strategies fastest."""
    strategies = " ".join(f"{{ {_names(own)} }}" for own in game.strategies)
    lines = [f"NFG 1 R {_quoted(game.title)} {{ {_names(game.players)} }}", f"{{ {strategies} }}", '""', ""]
    rows = game.payoffs.transpose(*reversed(range(game.payoffs.ndim))).reshape(-1, len(game.players))
    lines += [" ".join(_number(float(payoff)) for payoff in row) for row in rows]
    return "\n".join(lines) + "\n"


def _numbers(game: ExtensiveGame) -> list[int]:
    """Information sets counted for each player by itself."""
    counts = [0] * len(game.players)
    numbers = []
    for each in game.information:
        counts[each.player] += 1
        numbers.append(counts[each.player])
    return numbers


def _exact(probabilities: Iterable[float]) -> list[Fraction]:
    """Fractions that sum to exactly one, as Gambit demands; the last takes up the rounding."""
    shares = [_fraction(share) for share in probabilities]
    shares[-1] = 1 - sum(shares[:-1], Fraction(0))
    if shares[-1] < 0:  # rounding of a last share of 0
        largest = max(range(len(shares)), key=lambda i: shares[i])
        shares[largest] += shares[-1]
        shares[-1] = Fraction(0)
    return shares


def _fraction(share: float) -> Fraction:
    simple = Fraction(share).limit_denominator(LARGEST_DENOMINATOR)
    return simple if float(simple) == share else Fraction(repr(float(share)))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else np.format_float_positional(value)


def _names(names: Iterable[str]) -> str:
    return " ".join(map(_quoted, names))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
