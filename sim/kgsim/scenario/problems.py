"""Collects everything that is wrong with a scenario, each thing with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kgsim.errors import Problem, ScenarioError
from kgsim.scenario.expressions import Expression, ExpressionError, constant, parse
from kgsim.scenario.references import unknown_names
from kgsim.scenario.source import Key, Place, Source, dotted


class Report:
    """The problems found so far in one scenario.

    Checks go on after a problem. What a problem leaves undefined is skipped, never reported a second time:
    a check that needs sections to be sound asks `sound` first.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._sections: set[str] = set()
        self._seen: set[Problem] = set()

    def add(self, key: Key, message: str, remedy: str = "", *, at_key: bool = False, offset: int | None = None) -> None:
        """Report a problem with the entry at `key`.

        Parameters
        ----------
        key
            Path of the entry; if it is missing from the file, the nearest entry above it gives the place.
        message, remedy
            As in `kgsim.errors.Problem`.
        at_key
            Whether the key itself is meant, and not its value.
        offset
            For a text, how many characters into it the problem lies.
        """
        place = self.place(key, at_key=at_key)
        column = place.column
        if offset is not None and key in self.source.inset:
            column += self.source.inset[key] + offset
        problem = Problem(message, remedy, dotted(key), place.path, place.line, column)
        self._sections.add(str(key[0]) if key else "")
        if problem not in self._seen:
            self._seen.add(problem)
            self.problems.append(problem)

    def extend(self, section: str, problems: Iterable[Problem]) -> None:
        """Take over problems that were found elsewhere, such as in a ledger, on account of a section."""
        for problem in problems:
            self._sections.add(section)
            self.problems.append(problem)

    def place(self, key: Key, *, at_key: bool = False) -> Place:
        """Return where an entry is written, or else the nearest entry above it."""
        places = self.source.keys if at_key else self.source.values
        if key in places:
            return places[key]
        while key and key not in self.source.keys:
            key = key[:-1]
        return self.source.keys[key]

    def sound(self, *sections: str) -> bool:
        """Whether no problem has been found in any of these sections of the file."""
        return self._sections.isdisjoint(sections)

    def raise_if_any(self) -> None:
        """Raise ScenarioError with all problems in the order of the files, if there are any."""
        if self.problems:
            files = list(dict.fromkeys(place.path for place in self.source.keys.values()))
            rank = {path: index for index, path in enumerate(files)}
            raise ScenarioError(
                sorted(
                    self.problems,
                    key=lambda p: (rank.get(p.path, len(rank)), str(p.path), p.line or 0, p.column or 0),
                )
            )

    def formula(
        self,
        key: Key,
        value: str | float,
        known: Mapping[str, Iterable[str]],
        *,
        refused: Mapping[str, str] | None = None,
        attributes: bool = False,
        functions: Iterable[str] = (),
    ) -> Expression | None:
        """Parse an expression and check its plain names; problems are reported and give None.

        Parameters
        ----------
        key, value
            The entry; a number is an expression too.
        known
            Names that may be used, by kind (``{"parameter": [...], ...}``).
        refused
            Names that exist and still have no place here, each with the reason.
        attributes, functions
            As for `kgsim.scenario.expressions.parse`.
        """
        if not isinstance(value, str):
            return constant(value)
        try:
            expression = parse(value, functions=tuple(functions), attributes=attributes)
        except ExpressionError as error:
            self.add(
                key,
                f"this expression cannot be read: {error.message} (column {error.column} of the expression)",
                f"Mend `{value}`." if 0 < len(value) <= 80 else "",
                offset=error.column - 1,
            )
            return None
        faults = list(unknown_names(expression.root, known, refused or {}))
        for node, message, remedy in faults:
            self.add(key, message, remedy, offset=node.start)
        return None if faults else expression
