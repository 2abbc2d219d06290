"""Games in extensive form from textbooks, as .efg text."""

from __future__ import annotations

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
