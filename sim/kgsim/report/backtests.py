"""The scorecard of back-tests as blocks and as a JSON document: failures first among equals, nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

from kgsim.analysis.backtests import Score, Share
from kgsim.analysis.priors import PRIORS
from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, Tone
from kgsim.report.document import Json
from kgsim.report.provenance import versions
from kgsim.wording import counted, listed, number, percent, rounded, sentence

_TONES: dict[str, Tone] = {"passes": "good", "fails": "bad", "open": "unsure"}

_COLUMNS = (
    Column("scenario"),
    Column("history"),
    Column("verdict"),
    Column("excludes", "right"),
    Column("success", "right"),
    Column("history in", "right"),
    Column("rival in", "right"),
    Column("mean success", "right"),
)

_NOTE = (
    "Verdict: whether an equilibrium at the file's values reaches what happened, and none a rival. Excludes: outcomes "
    "of the structure that no equilibrium reaches. Success: 1 if history is admitted, less the share of outcomes "
    "admitted (Selten 1991); a model that admits everything scores 0. History in, rival in: share of draws from the "
    "parameter ranges in which an equilibrium reaches it; not a probability of anything in the world."
)


def of_scores(scores: Sequence[Score], seed: int) -> list[Block]:
    """Return the report on all scores."""
    passed = sum(score.verdict == "passes" for score in scores)
    return [
        Heading("Back-tests", 1),
        Paragraph(
            f"{passed} of {counted(len(scores), 'history', 'histories')} passed; up to "
            f"{max(score.draws for score in scores):,} draws of the parameters each, seed {seed}, "
            f"{' or '.join(PRIORS[name] for name in PRIORS if name in {score.prior for score in scores})}."
        ),
        Table(_COLUMNS, tuple(_row(score) for score in scores), _NOTE),
        *(block for score in scores for block in _told(score)),
    ]


def of_score(score: Score) -> list[Block]:
    """Return the report on one score."""
    return [*_told(score), Table(_COLUMNS, (_row(score),), _NOTE)]


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
        Cell(score.scenario.name),
        Cell(score.backtest.name),
        Cell(score.verdict, tone=_TONES[score.verdict]),
        Cell(f"{score.excluded} of {len(score.feasible)}"),
        Cell(f"{score.success:.2f}"),
        Cell(_share(score.history)),
        Cell(_share(score.rival)),
        Cell(f"{score.mean_success:.2f}"),
    )


def _told(score: Score) -> list[Block]:
    test = score.backtest
    lines = [f"What happened: {sentence(test.says)}", f"Counts as: {listed(test.observed, 'or')}."]
    rivals = f"Rivals: {listed(test.rivals)}."
    lines.append(f"{rivals} {sentence(test.because)}" if test.because else rivals)
    lines.append(
        f"{'Sustained profiles' if test.repeated else 'Equilibria'} of {test.where} reach {_predictions(score)}."
    )
    if score.admits_history:
        lines.append("What happened is among them.")
    else:
        lines.append("What happened is NOT among them.")
    for rival in test.rivals:
        if rival in score.predicted:
            lines.append(f"The rival {rival} is among them{' too' if score.admits_history else ''}.")
    if not score.complete:
        lines.append("The set may not be complete.")
    lines.append(f"Parameters untouched since {test.frozen}.")
    return [Heading(f"{score.scenario.title}: {test.name}", 2), Bullets(tuple(lines))]


def _predictions(score: Score) -> str:
    if not score.predicted:
        return "nothing"
    return listed(
        outcome if probability > 1.0 - 1e-9 else f"{outcome} (with probability up to {number(probability)})"
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
        "frozen": score.backtest.frozen,
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
