"""Random scenarios with ties, mixtures, blocs, fallbacks and several structures, and claims about all of them."""

from __future__ import annotations

import numpy as np

import kgsim

#: Structures of two players and of three; a fallback names the one before.
PLAYS = {
    2: (
        "{play: [A, B]}",
        "{play: [[A, B]]}",
        "{play: [B, A]}",
        "{play: [A+B], blocs: {A+B: {rule: weighted, weights: {A: 1, B: 2}}}}",
        "{play: [A+B], blocs: {A+B: {rule: nash, disagreement: FALLBACK}}}",
        "{play: [A+B], blocs: {A+B: {rule: veto, disagreement: FALLBACK}}}",
    ),
    3: (
        "{play: [A, B, C]}",
        "{play: [[A, B], C]}",
        "{play: [C, [A, B]]}",
        "{play: [[A, B, C]]}",
        "{play: [A+B, C], blocs: {A+B: {rule: nash, disagreement: FALLBACK}}}",
        "{play: [A+B, C], blocs: {A+B: {rule: veto, disagreement: FALLBACK}}}",
    ),
}

#: Structures with a chance event `luck`, with conditions and with hidden moves.
UNSURE = {
    2: (
        "{play: [luck, A, B]}",
        "{play: [A, {who: luck, if: {A: m0}}, B]}",
        "{play: [A, {who: B, if: {A: m1}}], fixed: {luck: bad}}",
        "{play: [[A, B], luck]}",
        "{play: [{who: luck, if: {A: m0}}, {who: B, if: {luck: good}}], fixed: {A: m0}}",
        "{play: [{who: luck, seen by: []}, A, {who: B, if: {A: m0}}]}",
    ),
    3: (
        "{play: [luck, [A, B], C]}",
        "{play: [A, {who: luck, if: {A: m1}}, {who: B, if: {luck: good}}, C]}",
        "{play: [A, {who: [B, C], if: {A: m0}}], fixed: {luck: good}}",
        "{play: [A+B, luck, {who: C, if: {luck: bad}}], blocs: {A+B: {rule: weighted, weights: {A: 1, B: 2}}}}",
        "{play: [A+B, {who: C, if: {A: m0}}], blocs: {A+B: {rule: nash, disagreement: FALLBACK}}, fixed: {luck: bad}}",
        "{play: [luck, {who: A, seen by: [C]}, B, C]}",
    ),
}

CLAIMS = (
    "value({p}, {s}) {c} {k}",
    "value({p}, {s}) {c} value({p}, {t})",
    "value({p}, {s}) + value({q}, {t}) {c} {k}",
    "value({p}, {s})*value({q}, {s}) {c} {k}",
    "abs(value({p}, {s}) - {k}) > 0.1",
    "prob({s}, {o}) {c} {k}/4",
    "not reached({s}, {o})",
    "reached({s}, {o}) or value({p}, {t}) {c} {k}",
    "prob({s}, {o}) {c} prob({t}, {o})",
    "value({p}, {s}) {c} x + worst({p})",
)


def random_scenario(seed: int, *, unsure: bool = False) -> kgsim.Scenario:
    """Small whole payoffs, so that ties are the rule; `x` moves some of them and `z` none.

    With `unsure` there is a chance event and there are conditions.
    """
    plays = UNSURE if unsure else PLAYS
    draw = np.random.default_rng(seed)
    players = "ABC"[: int(draw.integers(2, 4))]
    moves = {player: int(draw.integers(2, 4 if len(players) == 2 else 3)) for player in players}
    profiles = list(np.ndindex(*moves.values()))
    names = [f"o{number}" for number in range(int(draw.integers(3, 1 + len(profiles))))]
    rules, seen = [], set()
    for number, name in enumerate(names[:-1]):
        profile = profiles[int(draw.integers(len(profiles)))]
        if profile not in seen:
            seen.add(profile)
            when = ", ".join(f"{player}: m{move}" for player, move in zip(players, profile, strict=True))
            if unsure and number % 2:
                when = f"luck: good, {when}"
            rules.append(f"  {name}: {{when: {{{when}}}, terms: {{t{number}: 1}}}}")
    last = len(names) - 1
    rules.append(f"  {names[-1]}: {{otherwise: true, terms: {{t{last}: 1}}}}")
    kept = [rule.split(":")[0].strip() for rule in rules]
    terms = [f"t{name[1:]}" for name in kept]
    utilities = [
        f"  {player}: "
        + " + ".join(f"({draw.integers(0, 4)}{' + x' if draw.random() < 0.2 else ''})*{term}" for term in terms)
        for player in players
    ]
    structures, fallback = [], "{" + ", ".join(f"{player}: 0" for player in "AB") + "}"
    order = draw.permutation(len(plays[len(players)]))[: int(draw.integers(1, 4))]
    if unsure:
        order = np.array([0, *order[order > 0]])  # in the first structure everything may happen
    for number, place in enumerate(order):
        text = plays[len(players)][place]
        structures.append(f"  s{number}: {text.replace('FALLBACK', fallback)}")
        if draw.random() < 0.7:
            fallback = f"s{number}"
    claims = [
        f"  c{number}: {{says: x, holds: '{_claim(draw, players, len(structures), kept)}'}}" for number in range(3)
    ]
    given = _claim(draw, players, len(structures), kept)
    claims += [f"  given: {{says: x, given: '{given}', holds: '{_claim(draw, players, len(structures), kept)}'}}"]
    return kgsim.loads(
        "\n".join(
            [
                "kgsim: 1",
                "title: Random",
                "question: Do all commands agree?",
                f"players: {{{', '.join(f'{player}: {player}{player}' for player in players)}}}",
                "parameters:",
                "  x: {label: x, value: 0, range: [0, 1], because: x, certainty: judgement}",
                "  z: {label: z, value: 0, range: [0, 1], because: x, certainty: judgement}",
                *(["chance: {luck: {good: (1 + x)/4, bad: (3 - x)/4}}"] if unsure else []),
                f"terms: {{{', '.join(f'{term}: x' for term in terms)}, idle: x}}",
                "moves:",
                *(
                    f"  {player}: {{{', '.join(f'm{move}: x' for move in range(count))}}}"
                    for player, count in moves.items()
                ),
                "outcomes:",
                *rules,
                "utilities:",
                *(f"{utility} + 0*z" for utility in utilities),
                "structures:",
                *structures,
                "claims:",
                *claims,
            ]
        ),
        name=f"random{seed}",
    )


def _worth(draw: np.random.Generator) -> str:
    return f"({draw.integers(0, 4)}{' + x' if draw.random() < 0.2 else ''})"


def _claim(draw: np.random.Generator, players: str, structures: int, outcomes: list[str]) -> str:
    p, q = draw.choice(list(players), 2)
    s, t = (f"s{draw.integers(structures)}" for _ in range(2))
    return str(draw.choice(CLAIMS)).format(
        p=p,
        q=q,
        s=s,
        t=t,
        o=draw.choice(outcomes),
        c=draw.choice(["<", "<=", ">", ">=", "==", "!="]),
        k=int(draw.integers(0, 5)),
    )
