"""Claims whose declared kind does not fit what they speak of."""

from __future__ import annotations

from collections.abc import Iterator

from kgsim.scenario.model import Scenario


def doubtful_kinds(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Yield key, message and remedy for each of them."""
    for name, claim in scenario.claims.items():
        key = f"claims.{name}.kind"
        if claim.kind == "result" and not claim.of_play:
            yield (
                key,
                f"the claim {name!r} is declared a result, and no play can change its verdict: it speaks of the "
                "parameters and payoffs alone",
                "Call it an assumption, or an identity if it is true by construction.",
            )
        elif claim.kind == "assumption" and claim.of_play:
            yield (
                key,
                f"the claim {name!r} is declared an assumption, and what it speaks of depends on play, which is found "
                "and not assumed",
                "Call it a result.",
            )
