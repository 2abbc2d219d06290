"""What choices give over surviving worlds, as blocks."""

from __future__ import annotations

from collections.abc import Sequence

from kgsim.report.content import Block, Bullets, Cell, Column, Heading, Paragraph, Table, cells
from kgsim.report.worlds import of_one_round
from kgsim.wording import counted, number, percent
from kgsim.worlds.advice import Advice, Prospect, Signpost, signpost_told

#: Signposts of a kind that are told; the others are in the JSON document.
MOST_SIGNPOSTS = 8

_TAKES = {"low": "worst", "high": "best"}


def of_advice(result: Advice) -> list[Block]:
    """Return the whole report on a player's choices."""
    player = result.scenario.players[result.player]
    blocks: list[Block] = [Heading(f"Choices of {player}: {result.scenario.title}", 1)]
    blocks.append(
        Paragraph(
            "Each choice is played in every world that survives what happened. No world counts as likelier than "
            "another: means and shares describe the ranges that the scenario states and are no probabilities of "
            "anything in the world."
        )
    )
    blocks += [Heading("In short"), Bullets(result.sentences), Bullets(_design(result))]
    if not result.worlds:
        return blocks
    blocks += [Heading("Choices"), _choices(result)]
    for title, kinds in (("Where the choice switches", ("parameter", "structure")), ("Signposts", ("observation",))):
        some = [each for each in result.signposts if each.kind in kinds][:MOST_SIGNPOSTS]
        if some:
            blocks += [Heading(title), _signposts(result, some)]
    return blocks


def _design(result: Advice) -> tuple[str, ...]:
    lines = [
        f"{counted(len(result.structures), 'structure')} of {result.draws:,} worlds each, {result.prior} prior, seed "
        f"{result.seed}. Of several equilibria in a world the {_TAKES[result.take]} for the player counts."
    ]
    lines += of_one_round(result.scenario)
    if result.left_out:
        lines.append(
            f"{counted(result.left_out, 'surviving world')} left out, in which some choice leaves a structure without "
            "a solution."
        )
    if result.unproven:
        lines.append(f"In {percent(result.unproven)} of the worlds not all equilibria are known after every choice.")
    return tuple(lines)


def _choices(result: Advice) -> Table:
    return Table(
        (
            Column("choice"),
            Column(""),
            Column("possible", "right"),
            Column("worst", "right"),
            Column("median", "right"),
            Column("mean regret", "right"),
            Column("largest regret", "right"),
            Column("as good", "right"),
            Column("better", "right"),
        ),
        tuple(_choice(result, each) for each in result.ranked),
        "Payoffs in the player's own points. Possible: share of worlds whose structure leaves the choice; elsewhere "
        "play goes on as it is. Regret: what the best choice in the same world gives beyond this one (Savage 1951). As "
        "good, better: share of worlds in which it gives at least as much, and more, than leaving things as they are. "
        "Least mean regret first; a star marks a choice that moves nothing.",
    )


def _choice(result: Advice, each: Prospect) -> tuple[Cell, ...]:
    numbers = (each.worst, each.median, each.mean_regret, each.most_regret)
    name = Cell(each.name, marked=each.name in result.idle, tone="good" if each.name in result.unregretted else "")
    return (name, *cells(each.says, percent(each.possible), *map(number, numbers), percent(each.as_good),
                         percent(each.better)))  # fmt: skip


def _signposts(result: Advice, some: Sequence[Signpost]) -> Table:
    return Table(
        (Column("signpost"), Column("takes off the mean regret", "right"), Column("share", "right")),
        tuple(
            cells(signpost_told(each, result.scenario.labels), number(each.gain), percent(each.share)) for each in some
        ),
        "Share of survivors: below the threshold, under the structure, or left if it is seen. For an observation the "
        "regret is that of the survivors which it, or its contrary, leaves.",
    )
