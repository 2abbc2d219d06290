"""Conflicts from the literature in option form, read from files, against the stable states that were published.

Options are numbered from the right as their authors do: state 6 is the second and third option taken. What is done
with an option marked "!" cannot be undone.
"""

from __future__ import annotations

import pytest

import kgsim

#: Options by player, infeasible combinations, rankings (best first) or priorities, stable states by concept.
CONFLICTS = {
    # The Cuban missile crisis (Fraser and Hipel 1984): an air strike or a blockade; withdraw or escalate.
    "Cuba": (
        {"us": ["strike", "blockade"], "ussr": ["withdraw", "escalate"]},
        ["--YY"],
        {"us": [4, 6, 5, 7, 2, 1, 3, 0, 11, 9, 10, 8], "ussr": [0, 4, 6, 2, 5, 1, 7, 3, 11, 9, 10, 8]},
        {},
        {"seq": [4, 6], "nash": []},
    ),
    # Syria and Iraq over the Euphrates, 1975 (data and answers of the program gmcr-py).
    "Euphrates": (
        {"syria": ["release", "escalate"], "iraq": ["attack"]},
        ["YY-"],
        {"syria": [0, 2, 6, 1, 4, 5], "iraq": [1, 4, 6, 0, 5, 2]},
        {},
        {"nash": [6], "seq": [6], "gmr": [0, 6], "smr": [6]},
    ),
    # The same, as the players' wishes in order of importance.
    "Euphrates by wishes": (
        {"syria": ["release", "escalate"], "iraq": ["attack"]},
        ["YY-"],
        {},
        {
            "syria": ["not (release or escalate or attack)", "escalate", "not attack", "not release"],
            "iraq": [
                "release and not escalate and not attack", "not release and not escalate and attack",
                "not release and escalate and attack", "not (release or escalate or attack)",
                "release and not escalate and attack",
            ],
        },
        {"nash": [6], "seq": [6], "gmr": [0, 6], "smr": [6]},
    ),
    # Dividing the St. Mary and Milk rivers, four players (data and answers of the program gmcr-py).
    "Milk River": (
        {
            "us": ["petition"], "canada": ["object"], "commission": ["reject", "task_force"],
            "force": ["for_us", "for_canada", "no_agreement"],
        },
        ["----YY-", "----Y-Y", "-----YY", "--YY---", "-Y---Y-", "-Y----Y"],
        {},
        {
            "us": ["for_us", "task_force and for_us"],
            "canada": [
                "not (petition or object or reject or task_force or for_us or for_canada or no_agreement)",
                "petition and for_canada", "not no_agreement", "reject",
            ],
            "commission": ["not petition and not object"],
            "force": ["not petition and not object"],
        },
        {"nash": "all but 2", "seq": "all but 2", "gmr": "all", "smr": "all"},
    ),
    # The Korean standoff of October 2017 (Jacobi 2017): a nuclear strike or withdrawal; an invasion, or giving
    # up nuclear arms. The author varies both rankings. In his first table a conventional war (4) is stable too, as both
    # sides move at the same moment, which the graph model does not know.
    "Korea 2017": (
        {"us": ["strike!", "withdraw"], "nk": ["invade", "abandon"]},
        ["YY--"],
        {"us": [8, 0, 9, 10, 12, 5, 4, 13, 14, 1, 2, 6], "nk": [6, 14, 2, 10, 0, 4, 12, 5, 1, 13, 8, 9]},
        {},
        {"seq": [0, 5, 10], "smr": [0, 4, 5, 10, 12]},
    ),
    "Korea 2017, both after all they want": (
        {"us": ["strike!", "withdraw"], "nk": ["invade!", "abandon"]},
        ["YY--"],
        {"us": [8, 9, 0, 10, 13, 12, 5, 4, 1, 2, 14, 6], "nk": [6, 14, 4, 12, 5, 13, 2, 0, 10, 1, 9, 8]},
        {},
        {"seq": [5, 12], "smr": [5, 12]},
    ),
    "Korea 2017, the north fearing a strike": (
        {"us": ["strike!", "withdraw"], "nk": ["invade!", "abandon"]},
        ["YY--"],
        {"us": [8, 9, 0, 10, 13, 12, 5, 4, 1, 2, 14, 6], "nk": [6, 14, 4, 12, 0, 10, 5, 13, 2, 1, 9, 8]},
        {},
        {"seq": [0, 5, 10, 12], "smr": [0, 5, 10, 12]},
    ),
    "Korea 2017, both averse to war": (
        {"us": ["strike!", "withdraw"], "nk": ["invade!", "abandon"]},
        ["YY--"],
        {"us": [8, 0, 10, 2, 9, 12, 4, 5, 14, 13, 6, 1], "nk": [6, 14, 2, 10, 0, 8, 4, 12, 5, 1, 9, 13]},
        {},
        {"seq": [0, 4, 5], "smr": [0, 2, 4, 5, 8, 10, 12]},
    ),
}  # fmt: skip


def number(letters: str) -> int:
    return sum(1 << place for place, letter in enumerate(letters) if letter == "Y")


def letters(state: int, options: int) -> str:
    return "".join("Y" if state >> place & 1 else "N" for place in range(options))


@pytest.fixture(params=CONFLICTS)
def conflict(request, tmp_path):
    options, infeasible, rankings, wishes, expected = CONFLICTS[request.param]
    count = sum(map(len, options.values()))
    lasting = [option.rstrip("!") for own in options.values() for option in own if option.endswith("!")]
    lines = [
        "kgsim: 1",
        f"title: {request.param}",
        "graph:",
        f"  players: {{{', '.join(f'{p}: {p}' for p in options)}}}",
    ]
    lines += ["  options:", *(f"    {player}: [{', '.join(own).replace('!', '')}]" for player, own in options.items())]
    lines += [f"  irreversible: [{', '.join(lasting)}]"] if lasting else []
    lines += [f"  infeasible: [{', '.join(f'{pattern!r}' for pattern in infeasible)}]"]
    for section, stated in (
        ("preferences", {player: [letters(state, count) for state in own] for player, own in rankings.items()}),
        ("priorities", wishes),
    ):
        lines += [f"  {section}:", *(f"    {player}: {own!r}" for player, own in stated.items())] if stated else []
    file = tmp_path / "conflict.yaml"
    file.write_text("\n".join(lines) + "\n")
    return kgsim.stability(file), expected


def test_the_published_states_are_stable_and_no_others(conflict) -> None:
    found, expected = conflict
    everything = {number(name) for name in found.told.groups}
    for concept, states in expected.items():
        wanted = everything - {2} if states == "all but 2" else everything if states == "all" else set(states)
        assert {number(name) for name in found.outcomes(concept)} == wanted, concept
