"""The scorecard of back-tests as blocks and as a JSON document: failures first among equals, nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kgsim.analysis.backtest_score import Score, Share
from kgsim.analysis.priors import PRIORS
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, Tone
from kgsim.report.document import Json
from kgsim.report.provenance import versions
from kgsim.scenario.model import path_told
from kgsim.wording import counted, listed, number, percent, quoted, rounded, sentence

_TONES: dict[str, Tone] = {"passes": "good", "fails": "bad", "open": "unsure"}

_COLUMNS = (
    Column("scenario"),
    Column("history"),
    Column("verdict"),
    Column("success", "right"),
    Column("excludes", "right"),
    Column("history in", "right"),
    Column("rival in", "right"),
    Column("mean success", "right"),
    Column("fitted", "right"),
    Column("frozen"),
)

_NOTE = (
    "Verdict: whether an equilibrium at the file's values reaches what happened, and none a rival, and no rival is "
    "admitted in more draws. Success: 1 if history is admitted, less the share of outcomes admitted (Selten 1991); a "
    "model that admits everything scores 0. Excludes: outcomes of the structure that no equilibrium reaches. History "
    "in, rival in: share of draws from the parameter ranges in which an equilibrium reaches it; not a probability of "
    "anything in the world. * admitted in every draw: it cannot miss. Fitted: parameters whose evidence is an event "
    "that the back-test cites. Frozen: whether a digest proves that nothing was touched since the freeze."
)


def of_scores(scores: Sequence[Score], seed: int) -> list[Block]:
    """Return the report on all scores."""
    return [
        Heading("Back-tests", 1),
        Paragraph(in_short(scores)),
        Paragraph(
            f"Up to {max(score.draws for score in scores):,} draws of the parameters each, seed {seed}, "
            f"{' or '.join(PRIORS[name] for name in PRIORS if name in {score.prior for score in scores})}."
        ),
        Table(_COLUMNS, tuple(_row(score) for score in scores), _NOTE),
        *(block for score in scores for block in _told(score)),
    ]


def of_score(score: Score) -> list[Block]:
    """Return the report on one score."""
    return [*_told(score), Table(_COLUMNS, (_row(score),), _NOTE)]


def in_short(scores: Sequence[Score]) -> str:
    """How many histories pass and how selective that is, and how many of them are no test."""
    passed = [score for score in scores if score.verdict == "passes"]
    mean = sum(score.success for score in scores) / len(scores)
    told = (
        f"{len(passed)} of {counted(len(scores), 'history', 'histories')} passed, with a mean success of {mean:.2f} "
        "(Selten's measure: 1 at most, 0 for a model that admits everything)"
    )
    some = (
        (sum(score.cannot_miss for score in passed), "could not miss, being admitted in every draw"),
        (sum(bool(score.fitted) for score in passed), "rest on parameters fitted on the history itself"),
        (sum(not score.frozen for score in passed), "have a freeze that is not verified"),
    )
    of_these = [f"{count} {what}" for count, what in some if count]
    return f"{told}. Of those passed, {listed(of_these)}." if of_these else f"{told}."


def document(scores: Sequence[Score], seed: int) -> Json:
    """Return the scores as plain data."""
    return {
        "schema_version": 1,
        "versions": versions(),
        "seed": seed,
        "backtests": [_entry(score) for score in scores],
    }


def _row(score: Score) -> tuple[Cell, ...]:
    return (
        Cell(score.scenario.title),
        Cell(_history(score)),
        Cell(score.verdict, tone=_TONES[score.verdict]),
        Cell(f"{score.success:.2f}"),
        Cell(f"{score.excluded} of {len(score.feasible)}"),
        Cell(_share(score.history), score.cannot_miss),
        Cell(_share(score.rival)),
        Cell(f"{score.mean_success:.2f}"),
        Cell(f"{len(score.fitted)} of {len(score.scenario.parameters)}"),
        Cell("verified" if score.frozen else "not verified"),
    )


def _history(score: Score) -> str:
    return score.scenario.labels.of("backtests", score.backtest.name)


def _where(score: Score) -> str:
    test, said = score.backtest, score.scenario.labels
    return said.of("repeated", test.repeated) if test.repeated else said.structure(test.structure)


def _ending(score: Score) -> Callable[[str], str]:
    """What an outcome, or a path of them, is told as."""
    said = score.scenario.labels.outcome
    return lambda name: path_told(map(said, name.split(path_told(("", "")))))


def _told(score: Score) -> list[Block]:
    test = score.backtest
    lines = [f"What happened: {sentence(test.says)}", f"Counts as: {listed(map(_ending(score), test.observed), 'or')}."]
    rivals = f"Rivals: {listed(map(_ending(score), test.rivals))}."
    lines.append(f"{rivals} {sentence(test.because)}" if test.because else rivals)
    lines.append(
        f"{'Sustained profiles' if test.repeated else 'Equilibria'} of {quoted(_where(score))} reach "
        f"{_predictions(score)}."
    )
    if score.admits_history:
        lines.append("What happened is among them.")
    else:
        lines.append("What happened is NOT among them.")
    for rival in test.rivals:
        if rival in score.predicted:
            lines.append(
                f"The rival {quoted(_ending(score)(rival))} is among them{' too' if score.admits_history else ''}."
            )
    if not score.complete:
        lines.append("The set may not be complete.")
    if score.outdone:
        shares = f"{_share(score.rival)} against {_share(score.history)}"
        lines.append(f"A rival is admitted in more draws than history: {shares}.")
    if score.cannot_miss:
        lines.append("It cannot miss: history is admitted in every draw, so this is no test.")
    lines += [*_fitted(score), _frozen(score)]
    return [Heading(f"{score.scenario.title}: {_history(score)}", 2), Bullets(tuple(lines))]


def _fitted(score: Score) -> Iterator[str]:
    """Which parameters were fitted on the history, and how it fares without the events that they were fitted on."""
    if not score.fitted:
        return
    label = score.scenario.labels.parameter
    yield (
        f"Fitted on what it is scored on: {len(score.fitted)} of "
        f"{counted(len(score.scenario.parameters), 'parameter')} ({listed(map(label, score.fitted))})."
    )
    for each in score.left_out:
        free = listed(map(label, each.parameters))
        yield (
            f"Without {listed(each.events)}, with {free} anywhere in their ranges and the others as the file has "
            f"them: history in {_share(each.history)} of draws, a rival in {_share(each.rival)}, mean success "
            f"{each.success:.2f}."
        )


def _frozen(score: Score) -> str:
    """What is known of the freeze."""
    said = f"Said to be frozen since {score.backtest.frozen}"
    if score.frozen:
        told = f"{said}, and its digest verifies that nothing was touched since; the date itself is the file's word."
        return f"{told} What it is scored on had happened by then." if score.hindsight else told
    if score.later:
        return f"{said}: not verified, since parameters rest on what is dated later ({listed(score.later)})."
    if score.backtest.digest:
        return f"{said}: not verified, the digest does not fit what the file says now."
    return f"{said}: not verified, as no digest is stated (kgsim backtest --digest)."


def _predictions(score: Score) -> str:
    if not score.predicted:
        return "nothing"
    return listed(
        _ending(score)(outcome)
        if probability > 1.0 - 1e-9
        else f"{_ending(score)(outcome)} (with probability up to {number(probability)})"
        for outcome, probability in score.predicted.items()
    )


def _share(share: Share) -> str:
    told = percent(share.low) if share.low == share.high else f"{percent(share.low)} to {percent(share.high)}"
    return f"{told} ±{100 * share.error:.1f}"


def _entry(score: Score) -> Json:
    return {
        "scenario": score.scenario.name,
        "digest": score.scenario.digest,
        "backtest": score.backtest.name,
        "says": score.backtest.says,
        "structure": score.backtest.structure or None,
        "repeated": score.backtest.repeated or None,
        "happened": list(score.backtest.happened),
        "rival": list(score.backtest.rival),
        "frozen": {
            "date": score.backtest.frozen,
            "digest": score.backtest.digest or None,
            "verified": score.frozen,
            "after_the_event": score.hindsight,
            "evidence_dated_later": list(score.later),
        },
        "cannot_miss": score.cannot_miss,
        "rival_in_more_draws": score.outdone,
        "fitted": list(score.fitted),
        "left_out": [
            {
                "events": list(each.events),
                "parameters": list(each.parameters),
                "history": _bounds(each.history),
                "rival_share": _bounds(each.rival),
                "mean_success": rounded(each.success),
            }
            for each in score.left_out
        ],
        "verdict": score.verdict,
        "why": score.why,
        "complete": score.complete,
        "predicted": {outcome: rounded(probability) for outcome, probability in score.predicted.items()},
        "feasible": list(score.feasible),
        "success": rounded(score.success),
        "draws": score.draws,
        "prior": score.prior,
        "history": _bounds(score.history),
        "rival_share": _bounds(score.rival),
        "area": rounded(score.area),
        "mean_success": rounded(score.mean_success),
    }


def _bounds(share: Share) -> Json:
    return {"low": rounded(share.low), "high": rounded(share.high), "standard_error": rounded(share.error, 4)}
