"""Private types where moves have conditions: what is not done tells nothing, and trees are as small as the game."""

from __future__ import annotations

import pytest

import kgsim

#: Kreps and Wilson (1982): one entrant comes twice, and the incumbent may be one that likes to fight.
REPUTATION = """
kgsim: 1
title: Reputation over two towns
question: Is the first entry fought?
players: {E: entrant, I: incumbent}
decisions: {I1: I, E2: E, I2: I}
parameters:
  d: {label: prior of the tough, value: 0.1, range: [0, 1], because: Kreps and Wilson, certainty: judgement}
types: {I: {tough: d, weak: 1 - d}}
terms: {f: fought, y: yielded, o: stayed out}
moves:
  E: {out: out, in: in}
  I: {idle: idle}
  I1: {fight: fight, yield: yield}
  E2: {out: out, in: in}
  I2: {fight: fight, yield: yield}
outcomes:
  OO: {when: {E: out, E2: out}, terms: {o: 2}}
  OF: {when: {E: out, I2: fight}, terms: {o: 1, f: 1}}
  OY: {when: {E: out}, terms: {o: 1, y: 1}}
  FO: {when: {I1: fight, E2: out}, terms: {f: 1, o: 1}}
  FF: {when: {I1: fight, I2: fight}, terms: {f: 2}}
  FY: {when: {I1: fight}, terms: {f: 1, y: 1}}
  YO: {when: {E2: out}, terms: {y: 1, o: 1}}
  YF: {when: {I2: fight}, terms: {y: 1, f: 1}}
  YY: {otherwise: true, terms: {y: 2}}
utilities: {E: y/2 - f/2, I: 2*o - f*weak - y*tough}
structures:
  towns: {play: [E, {who: I1, if: {E: in}}, E2, {who: I2, if: {E2: in}}], fixed: {I: idle}}
"""

#: A deal that ends where it is refused, kept or answered: five ends, and nobody moves after any of them.
TALKS = """
kgsim: 1
title: A refusal that ends the game
question: How much is played after the end?
players: {A: A, B: B}
decisions: {B2: B, A2: A}
types: {A: {keen: 1/2, cool: 1/2}}
terms: {a: a, b: b}
moves:
  A: {leave: leave, offer: offer}
  B: {no: no, "yes": accept}
  A2: {keep: keep, cheat: cheat}
  B2: {punish: punish, forgive: forgive}
outcomes:
  left: {when: {A: leave}}
  refused: {when: {B: no}}
  kept: {when: {A2: keep}, terms: {a: 2, b: 2}}
  punished: {when: {B2: punish}, terms: {a: -1, b: -1}}
  cheated: {otherwise: true, terms: {a: 3, b: -2}}
utilities: {A: "a + 0.5*a*keen", B: b}
structures: {talks: {play: [A, {who: B, if: {A: offer}}, {who: A2, if: {B: "yes"}}, {who: B2, if: {A2: cheat}}]}}
"""

#: The informed can warn only if it is allowed to: where it is not, its silence says nothing.
WARNING = """
kgsim: 1
title: A warning that may be forbidden
question: What does silence say?
players: {G: guard, S: sender, R: receiver}
types: {S: {danger: 1/2, calm: 1/2}}
terms: {hit: hit, stopped: stopped, muted: muted}
moves:
  G: {allow: allow, mute: mute}
  S: {warn: {label: warn, if: {G: allow}}, silent: say nothing}
  R: {stop: stop, go: go}
outcomes:
  muted stop: {when: {G: mute, R: stop}, terms: {stopped: 1, muted: 1}}
  muted go: {when: {G: mute}, terms: {hit: 1, muted: 1}}
  stop: {when: {R: stop}, terms: {stopped: 1}}
  go: {otherwise: true, terms: {hit: 1}}
utilities: {G: 0 - muted, S: 0 - 3*hit*danger - stopped, R: 0 - 3*hit*danger - stopped}
structures: {post: {play: [G, S, R]}}
"""


def test_reputation_has_the_mixtures_of_the_paper() -> None:
    solution = kgsim.solve(kgsim.loads(REPUTATION)).structures["towns"]
    (found,) = solution.equilibria
    # The weak fights with 1/9, so that the second entrant is indifferent; it stays out half the time after a fight.
    assert found.outcomes == pytest.approx({"YY": 0.8, "FO": 0.1, "FF": 0.05, "FY": 0.05})
    assert found.residual == pytest.approx(0.0, abs=1e-9)
    assert all(("I1" in course.moves) == (course.moves["E"] == "in") for course in found.courses)
    assert all(("I2" in course.moves) == (course.moves["E2"] == "in") for course in found.courses)


def test_the_tree_of_a_reputation_holds_no_move_that_cannot_be_made() -> None:
    tree = kgsim.tree(kgsim.loads(REPUTATION), "towns")
    assert (len(tree.information), sum(not node.children for node in tree.nodes)) == (12, 18)


def test_nobody_moves_after_the_end() -> None:
    solution = kgsim.solve(kgsim.loads(TALKS)).structures["talks"]
    assert solution.complete
    (found,) = solution.equilibria
    assert [dict(course.moves) for course in found.courses] == [{"A": "offer", "B": "yes", "A2": "keep"}] * 2
    assert not any("leave" in belief.after.values() for belief in found.beliefs)
    assert len(kgsim.tree(kgsim.loads(TALKS), "talks").information) == 6


def test_a_message_that_cannot_be_sent_says_nothing() -> None:
    solution = kgsim.solve(kgsim.loads(WARNING)).structures["post"]
    values = [round(each.payoffs["R"], 9) for each in solution.equilibria]
    # Muted, the receiver stops for fear: -1. With words it need not: -1/2.
    assert max(values) == pytest.approx(-0.5)
    assert all(course.moves.get("S") != "warn" for each in solution.equilibria for course in each.courses
               if course.moves["G"] == "mute")  # fmt: skip
    muted = kgsim.solve(kgsim.loads(WARNING.replace("G: 0 - muted", "G: muted"))).structures["post"]
    assert [each.payoffs["R"] for each in muted.equilibria] == pytest.approx([-1.0] * len(muted.equilibria))
