"""Games in extensive form from textbooks, as .efg text."""

from __future__ import annotations

from itertools import permutations

#: Myerson (1991, section 2.1): Fred sees a card, red or black, and raises or folds; Alice meets or passes.
POKER = """EFG 2 R "Myerson's poker" { "Fred" "Alice" }
c "" 1 "" { "red" 1/2 "black" 1/2 } 0
p "" 1 1 "red" { "raise" "fold" } 0
p "" 2 1 "after a raise" { "meet" "pass" } 0
t "" 1 "great gain" { 2, -2 }
t "" 2 "gain" { 1, -1 }
t "" 2
p "" 1 2 "black" { "raise" "fold" } 0
p "" 2 1 0
t "" 3 "great loss" { -2, 2 }
t "" 2
t "" 4 "loss" { -1, 1 }
"""

#: Selten (1975, figure 1).
HORSE = """EFG 2 R "Selten's horse" { "1" "2" "3" }
p "" 1 1 "1" { "across" "down" } 0
p "" 2 1 "2" { "across" "down" } 0
t "" 1 "" { 1 1 1 }
p "" 3 1 "3" { "left" "right" } 0
t "" 2 "" { 4 4 0 }
t "" 3 "" { 0 0 1 }
p "" 3 1 0
t "" 4 "" { 3 3 2 }
t "" 5 "" { 0 0 0 }
"""

#: A public teaching model of the missile crisis, payoffs (USSR, US).
CRISIS = """EFG 2 R "Missile crisis" { "USSR" "US" }
p "" 1 1 "root" { "nothing" "missiles" } 0
t "" 1 "no missiles" { -2 1 }
p "" 2 1 "answer" { "nothing" "blockade" "strike" } 0
t "" 2 "missiles stay" { -1 -1 }
p "" 1 2 "blockaded" { "agree" "escalate" } 0
t "" 3 "agreement" { 0 0 }
t "" 4 "war" { -100 -100 }
p "" 1 3 "struck" { "pull out" "escalate" } 0
t "" 5 "withdrawal" { -2 1 }
t "" 6 "war" { -100 -100 }
"""

#: Cho and Kreps (1987, figure I): 2 for not being challenged, 1 for the preferred breakfast.
BEER_QUICHE = """EFG 2 R "Beer and quiche" { "sender" "receiver" }
c "" 1 "" { "strong" 0.9 "weak" 0.1 } 0
p "" 1 1 "strong" { "beer" "quiche" } 0
p "" 2 1 "beer" { "duel" "not" } 0
t "" 1 "" { 1 0 }
t "" 2 "" { 3 1 }
p "" 2 2 "quiche" { "duel" "not" } 0
t "" 3 "" { 0 0 }
t "" 4 "" { 2 1 }
p "" 1 2 "weak" { "beer" "quiche" } 0
p "" 2 1 0
t "" 5 "" { 0 1 }
t "" 6 "" { 2 0 }
p "" 2 2 0
t "" 7 "" { 1 1 }
t "" 8 "" { 3 0 }
"""

#: After Kreps and Wilson (1982): an outside option, and two ways in that the incumbent cannot tell apart. Yielding is
#: better against both, so (out, fight) is Nash and subgame perfect, and only (right, yield) is sequential.
UNTOLD_ENTRY = """EFG 2 R "Entry that is not told apart" { "entrant" "incumbent" }
p "" 1 1 "entrant" { "out" "left" "right" } 0
t "" 1 "" { 2 2 }
p "" 2 1 "incumbent" { "fight" "yield" } 0
t "" 2 "" { -1 -1 }
t "" 3 "" { 1 1 }
p "" 2 1 0
t "" 4 "" { -2 0 }
t "" 5 "" { 3 1 }
"""

#: After Kreps and Wilson (1982b), with one town: the incumbent is tough with probability 1/4, and then likes to fight.
CHAIN_STORE = """EFG 2 R "One town" { "entrant" "incumbent" }
c "" 1 "" { "weak" 3/4 "tough" 1/4 } 0
p "" 1 1 "entrant" { "stay out" "enter" } 0
t "" 1 "" { 0 3 }
p "" 2 1 "weak" { "fight" "yield" } 0
t "" 2 "" { -1 -1 }
t "" 3 "" { 1 1 }
p "" 1 1 0
t "" 4 "" { 0 3 }
p "" 2 2 "tough" { "fight" "yield" } 0
t "" 5 "" { -1 2 }
t "" 6 "" { 1 1 }
"""


def two_towns(tough: float) -> str:
    """Kreps and Wilson (1982b) with two towns, b = 1/2 for an entrant not fought and a = 2 for a town left alone.

    The weak incumbent gets 0 for yielding and -1 for fighting, the tough one the other way round. The second entrant
    sees what happened in the first town.
    """
    lines = ['EFG 2 R "Two towns" { "first" "second" "incumbent" }']
    lines.append(f'c "" 1 "" {{ "weak" {1 - tough!r} "tough" {tough!r} }} 0')
    ends = 0

    def end(first: float, second: float, incumbent: float) -> None:
        nonlocal ends
        ends += 1
        lines.append(f't "" {ends} "" {{ {first} {second} {incumbent} }}')

    for kind, (fight, submit) in enumerate([(-1, 0), (0, -1)]):
        name = ("weak", "tough")[kind]

        def town(past: str, number: int, first: float, so_far: float, *, own: tuple[str, int, int, int]) -> None:
            name, kind, fight, submit = own
            lines.append(f'p "" 2 {number} "second after {past}" {{ "out" "enter" }} 0')
            end(first, 0, so_far + 2)
            lines.append(f'p "" 3 {10 * kind + number + 1} "{name} after {past}" {{ "fight" "yield" }} 0')
            end(first, -0.5, so_far + fight)
            end(first, 0.5, so_far + submit)

        own = (name, kind, fight, submit)
        lines.append('p "" 1 1 "first" { "out" "enter" } 0')
        town("out", 1, 0, 2, own=own)
        lines.append(f'p "" 3 {10 * kind + 1} "{name}" {{ "fight" "yield" }} 0')
        town("a fight", 2, -0.5, fight, own=own)
        town("yielding", 3, 0.5, submit, own=own)
    return "\n".join(lines)


def kuhn(cards: str) -> str:
    """Kuhn (1950): three cards or more, one each, an ante of one and a bet of one."""
    lines = ['EFG 2 R "Kuhn poker" { "1" "2" }']
    deals = list(permutations(cards, 2))
    shares = " ".join(f'"{a}{b}" 1/{len(deals)}' for a, b in deals)
    lines.append(f'c "" 1 "" {{ {shares} }} 0')
    ends = 0
    for a, b in deals:
        own, other = cards.index(a) + 1, cards.index(b) + 1
        won = 1 if own > other else -1

        def end(worth: int) -> str:
            nonlocal ends
            ends += 1
            return f't "" {ends} "" {{ {worth} {-worth} }}'

        lines += [
            f'p "" 1 {own} "{a}" {{ "check" "bet" }} 0',
            f'p "" 2 {other} "{b} after a check" {{ "check" "bet" }} 0',
            end(won),
            f'p "" 1 {own + len(cards)} "{a} after a bet" {{ "fold" "call" }} 0',
            end(-1),
            end(2 * won),
            f'p "" 2 {other + len(cards)} "{b} after a bet" {{ "fold" "call" }} 0',
            end(1),
            end(2 * won),
        ]
    return "\n".join(lines)


KUHN = kuhn("JQK")

#: After Fudenberg and Tirole (1991, section 8.3): the first mover does not know how chance fell, so the second cannot
#: learn it from the move. A fight is worth it only if heads are likely.
NOBODY_KNOWS = """EFG 2 R "Nobody knows" { "1" "2" }
c "" 1 "" { "heads" 1/2 "tails" 1/2 } 0
p "" 1 1 "one" { "out" "in" } 0
t "" 1 "" { 0 2 }
p "" 2 1 "two" { "fight" "yield" } 0
t "" 2 "" { -1 1 }
t "" 3 "" { 1 0.5 }
p "" 1 1 0
t "" 1
p "" 2 1 0
t "" 4 "" { -1 -1 }
t "" 5 "" { 1 0.5 }
"""

#: A driver who does not recall whether the first exit has passed (Piccione and Rubinstein 1997).
ABSENT_MINDED = """EFG 2 R "Absent-minded driver" { "driver" }
p "" 1 1 "crossing" { "exit" "on" } 0
t "" 1 "" { 0 }
p "" 1 1 0
t "" 2 "" { 4 }
t "" 3 "" { 1 }
"""

ALL = {
    "poker": POKER,
    "horse": HORSE,
    "crisis": CRISIS,
    "beer": BEER_QUICHE,
    "entry": UNTOLD_ENTRY,
    "chain": CHAIN_STORE,
}
