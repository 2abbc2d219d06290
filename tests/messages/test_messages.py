"""What figures and sections say in their titles follows from the result, and claims no more than it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kgsim
import made_up
from first_edition import FIRST_EDITION
from kgsim.analysis.bargaining import BargainingSpace, Region
from kgsim.analysis.stretches import refined, stretches
from kgsim.language import words
from kgsim.messages.bargaining import space_message
from kgsim.messages.draws import claims_message, most_frequent, shares_message
from kgsim.messages.play import gains, play_message, ranks_message, surely_worst, worth_message
from kgsim.messages.studies import map_message, sweep_message
from kgsim.messages.worlds import hypotheses_message, regret_message, shifts_message, survival_message
from kgsim.plots.regimes import regime_figure
from kgsim.plots.sweeps import labels_of, sweep_figure
from kgsim.results import Result

SAID = words("en")


def only(*names: str, complete: bool = True) -> Result:
    found = made_up.result()
    chosen = {name: replace(found.structures[name], complete=complete) for name in names}
    return replace(found, structures=chosen)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (only("coordinated"), "“structure number 2” ends in front deal"),
        (only("simultaneous"), "“structure number 4” has no solution"),
        (
            only("bypass", complete=False),
            "“structure number 3” ends in bypass deal, as far as equilibria are known",
        ),
        # Washington: 2.5 and 12.5; Seoul: -32.5 and -3.5; Pyongyang: 5.25 and 2.25. The first whose worst is one.
        (
            only("coordinated", "bypass"),
            "2 ways to play, 2 endings: United States fares worst under “structure number 3”",
        ),
    ],
)
def test_a_payoff_figure_says_where_play_ends_or_who_fares_worst(result: Result, told: str) -> None:
    assert play_message(result, SAID) == told


def test_the_worst_is_named_only_where_some_structure_is_surely_better() -> None:
    both = only("bypass", "coordinated")
    alike = {**both.structures, "coordinated": replace(both.structures["bypass"], name="coordinated")}
    assert surely_worst(both, "ROK") == ("bypass",)
    assert surely_worst(replace(both, structures=alike), "ROK") == ()
    assert play_message(replace(both, structures=alike), SAID) == "2 ways to play, worth the same to everybody"


def test_worth_sorts_players_by_the_sign_of_what_is_sure() -> None:
    result = only("bypass", "coordinated", "parallel")
    assert gains(result, "bypass", "coordinated") == {"US": (10.0, 10.0), "ROK": (29.0, 29.0), "DPRK": (-3.0, -3.0)}
    told = worth_message(result, "bypass", "coordinated", SAID)
    assert "United States and Republic of Korea" in told.split(",")[0] and told.endswith("loses")
    # Under parallel play one equilibrium is calm (0) and another the bypass (5.25): what it is worth is open.
    assert "North Korea" in worth_message(result, "parallel", "coordinated", SAID).split(",")[-1]


def test_ranks_name_a_worst_case_only_if_it_is_a_single_outcome() -> None:
    told = ranks_message(made_up.result(), SAID)
    assert told.startswith("4 of 4 outcomes come about; the worst that may happen is bypass deal for United States")


@pytest.fixture(scope="module")
def bypass() -> kgsim.Scenario:
    return kgsim.load(FIRST_EDITION / "bypass.yaml")


@pytest.mark.parametrize("points", [7, 10, 31])
def test_a_sweep_is_cut_where_threshold_says_whatever_its_grid(bypass: kgsim.Scenario, points: int) -> None:
    study = kgsim.sweep(bypass, structures=["bypass"], A=np.linspace(0, 45, points))
    before, after = stretches(refined(study, "bypass", bypass), "A")
    assert before.high == after.low == pytest.approx(22.5, abs=1e-5)
    assert before.outcomes != after.outcomes
    told = sweep_message(study.sel(structure="bypass"), (before, after), labels_of(study), SAID)
    assert told.count("22.5") == 2 and "“bypass deal” up to 22.5" in told


def test_without_the_scenario_a_cut_lies_between_points(bypass: kgsim.Scenario) -> None:
    study = kgsim.sweep(bypass, structures=["bypass"], A=np.linspace(0, 45, 10))
    before, _ = stretches(refined(study, "bypass"), "A")
    assert before.high == 22.5 and len(refined(study, "bypass").A) == 10


def test_a_map_tells_the_outcome_on_which_structures_differ_most(bypass: kgsim.Scenario) -> None:
    study = kgsim.sweep(bypass, structures=["bypass", "front"], A=[0.0, 45.0], h=[20.0, 80.0])
    apart = np.ptp(study.reached.mean(("A", "h")).transpose("structure", "outcome").values, axis=0)
    told = map_message(study, ("A", "h"), labels_of(study), SAID)
    outcome = str(study.outcome.values[int(apart.argmax())])
    assert told.endswith(f"“{labels_of(study).outcome(outcome)}”")
    assert str(regime_figure(study).texts[0].get_text()).split()[:4] == told.split()[:4]


def test_titles_of_draws_count_structures_and_claims() -> None:
    found = kgsim.robustness(kgsim.load(FIRST_EDITION / "freeze_for_freeze.yaml"), draws=128)
    tops = most_frequent(found)
    told = shares_message(found, SAID)
    assert told.startswith(f"Most often, of {len(tops)} ways to play") or len(tops) == 1
    counted = [int(word) for word in told.split(", ", 2)[-1].split() if word.isdigit()]
    assert sum(counted) == len(tops)
    claims = next(iter(found.priors.values())).claims
    assert f" of {len(claims)} claim" in claims_message(found, SAID)


def test_a_figures_first_text_is_what_it_found_and_its_second_what_was_asked(bypass: kgsim.Scenario) -> None:
    study = kgsim.sweep(bypass, structures=["bypass"], A=np.linspace(0, 45, 6))
    found, asked = (text.get_text() for text in sweep_figure(study, "bypass", titled=True, size="slide").texts[:2])
    assert found.startswith("As ") and not asked.startswith("As ")


@pytest.mark.parametrize(
    ("deals", "corners", "both"),
    [
        ([(3.0, -1.0), (-1.0, 3.0)], [], False),  # two deals on a list are no mixture
        ([], [(3.0, -1.0), (-1.0, 3.0)], True),  # on terms from an interval they are: half of each gives 1 to both
        ([], [(1.0, -1.0), (-1.0, 1.0)], False),  # the best mixture gives nothing to both
        ([(0.0, 5.0)], [], False),  # no worse for one is not better for both
        ([(0.1, 0.1)], [], True),
    ],
)
def test_both_gain_by_a_deal_or_by_a_mixture_where_terms_come_from_an_interval(deals, corners, both: bool) -> None:
    region = Region("deal", np.array(corners).reshape(-1, 2), np.array(corners).reshape(-1, 2))
    space = BargainingSpace(
        ("US", "ROK"), ("deal",) * len(deals), np.array(deals).reshape(-1, 2), np.ones(len(deals), bool),
        (region,), np.zeros((1, 2)), "status quo", {}, {},
    )  # fmt: skip
    told = space_message(space, made_up.scenario().labels, "status quo", SAID)
    assert told.startswith("Some deal" if both else "No deal")


def test_titles_of_worlds_name_what_ranks_first(bypass: kgsim.Scenario) -> None:
    events = kgsim.load_events(FIRST_EDITION.parent / "events" / "korea_2025.yaml")
    found = kgsim.update(bypass, events, draws=64)
    most = max(found.survival.values(), key=lambda each: each.last)
    assert most.last == 0.0 or bypass.labels.structure(most.name) in survival_message(found)
    fewest = min(each.inconsistent for each in found.hypotheses.values())
    named = [bypass.labels.structure(each.name) for each in found.hypotheses.values() if each.inconsistent == fewest]
    told = hypotheses_message(found)
    assert all(name in told for name in named) or f"{len(named)} hypotheses" in told
    assert shifts_message((), bypass.labels) == "No world survives"
    advice = kgsim.advise(bypass, "ROK", draws=64, structures=["bypass", "coordinated"])
    assert advice.ranked[0].says in regret_message(advice) or "choices" in regret_message(advice)
