"""How far an offer may be changed before it is answered otherwise, against answers worked out place by place."""

from __future__ import annotations

import numpy as np
import pytest
from offer_games import TERMS, OfferGame, random_offer_game, solved

import kgsim
from kgsim.report.sections import of_structure


def answer(game: OfferGame, place: np.ndarray) -> tuple[int, int]:
    """D's reply and R's reaction to an offer."""
    worth = game.worth @ np.array([1.0, *place])  # (players, replies, reactions)
    reactions = worth[2].argmax(axis=1)
    reply = int(worth[1, np.arange(len(reactions)), reactions].argmax())
    return reply, int(reactions[reply])


def test_inside_the_answer_is_the_same_and_outside_it_is_not() -> None:
    assert sum(bounds_checked(random_offer_game(seed, 3, terms=1 + seed % 2)) for seed in range(24)) > 8


def bounds_checked(game: OfferGame) -> int:
    """Hold what is told of an offer against answers around it; how many bounds there were inside an interval."""
    inner = 0
    for equilibrium in solved(game).equilibria:
        offered = {each.term: each.offered for each in equilibrium.answered}
        spans = equilibrium.answered if len(offered) == game.terms else ()
        for each in (each for each in spans if others_at_ends(equilibrium, each.term)):
            (course,) = equilibrium.courses
            here = int(course.moves["D"][1:]), int(course.moves["R"][1:])

            def at(value: float, term: str = each.term, offered: dict[str, float] = offered) -> tuple[int, int]:
                place = {**offered, term: value}
                return answer(game, np.array([place[name] for name in TERMS[: game.terms]]))

            assert each.low <= each.offered <= each.high
            assert {at(value) for value in np.linspace(each.low, each.high, 9)[1:-1]} == {here}
            assert each.low == 0.0 or at(each.low - 1e-6) != here
            assert each.high == 1.0 or at(each.high + 1e-6) != here
            inner += (each.low > 0.0) + (each.high < 1.0)
    return inner


def others_at_ends(equilibrium: kgsim.results.Equilibrium, term: str) -> bool:
    """Whether no answer is a tie because of the other terms."""
    return all(each.term == term or each.offered in (0.0, 1.0) for each in equilibrium.answered)


def test_the_responder_takes_all_above_what_it_has_outside_and_the_report_says_so() -> None:
    worth = np.array([[[[1.0, -1.0]], [[0.0, 0.0]]], [[[0.0, 1.0]], [[0.2, 0.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    solution = solved(OfferGame(worth, np.zeros(3)))
    (equilibrium,) = solution.equilibria
    (span,) = equilibrium.answered
    assert (span.decision, span.term) == ("P", "x")
    assert (span.offered, span.low, span.high) == pytest.approx((0.2, 0.2, 1.0), abs=1e-12)
    told = " ".join(line for block in of_structure(solution) for line in getattr(block, "items", ()))
    assert "answered so from x 20% (the least that is) upwards" in told


def test_an_offer_that_anybody_takes_has_no_bounds() -> None:
    worth = np.array([[[[1.0, -1.0]], [[0.0, 0.0]]], [[[1.0, 1.0]], [[0.2, 0.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    solution = solved(OfferGame(worth, np.zeros(3)))
    (equilibrium,) = solution.equilibria
    assert [(each.low, each.high) for each in equilibrium.answered] == [(0.0, 1.0)]
    assert "answered so" not in str(of_structure(solution))
