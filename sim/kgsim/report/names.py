"""The appendix of a report: which names of the file stand behind the labels, for those who type commands."""

from __future__ import annotations

from collections.abc import Iterable

from kgsim.report.content import Block, Column, Heading, Table, cells
from kgsim.scenario.labels import Labels

TITLE = "Names to type"


def of_names(said: Labels, *sections: str, only: Iterable[str] | None = None) -> list[Block]:
    """Return sections' names beside what is told in their place; nothing if all stand for themselves.

    `only` leaves out every other name.
    """
    wanted = None if only is None else set(only)
    rows = tuple(
        cells(said.of(section, name), name)
        for section in sections
        for name in said.full.get(section, {})
        if said.of(section, name) != name and (wanted is None or name in wanted)
    )
    return [Heading(TITLE), Table((Column("told as"), Column("in the file")), rows)] if rows else []
