"""How results show themselves: as text when printed, as HTML in a notebook.

They ask `kgsim.report.display` at that moment and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


class Shown:
    """What prints itself, and shows itself in a notebook, as the report on it."""

    def __str__(self) -> str:
        from kgsim.report import display

        return display.text_of(self)

    def _repr_html_(self) -> str:
        from kgsim.report import display

        return display.html_of(self)


class Told(Shown):
    """What prints itself as its sentences; the whole report is for notebooks and the command line."""

    if TYPE_CHECKING:

        @property
        def sentences(self) -> tuple[str, ...]:
            """What there is to say, most important first."""

    def __str__(self) -> str:
        return "\n".join(self.sentences)
