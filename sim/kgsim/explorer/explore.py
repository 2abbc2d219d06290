"""`kgsim.explore`, which imports Panel when it is called and says what to install if it is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from kgsim.errors import KgsimError
from kgsim.language.texts import DEFAULT
from kgsim.scenario.arguments import together
from kgsim.scenario.model import Scenario
from kgsim.versions import install

if TYPE_CHECKING:
    from kgsim.explorer.page import Explorer


def explore(
    scenario: Scenario,
    given: Mapping[str, float] | None = None,
    /,
    *,
    structures: str | Sequence[str] | None = None,
    axes: tuple[str, str] | None = None,
    lang: str = DEFAULT,
    **values: float,
) -> Explorer:
    """Play with a scenario: sliders, a regime map and payoffs that follow.

    Show what this returns in a notebook by making it the last line of a cell; ``kgsim explore FILE`` serves the same
    as a page.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    structures
        Names of the structures to offer; all if not given.
    axes
        The two parameters that the map starts with, across and up. If not given, the two along whose ranges the first
        structure's outcomes change most often.
    lang
        ``en`` or ``ko``; a text of the scenario that is not in it stands in English.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameters to start from another value than the scenario's.

    Returns
    -------
    Explorer
        A Panel `Viewer`; its ``sliders`` can be set from Python too.

    Raises
    ------
    GameError
        If a structure or parameter is unknown, or there are not two parameters to move.
    KgsimError
        If Panel is not installed.

    Notes
    -----
    Everything shown comes from the engine for many points (`kgsim.engine.engine`): pure equilibria are complete, and
    where mixed ones could add outcomes or values this is said. `kgsim.solve` settles such a point.
    """
    values = together(scenario, given, values)
    with needed():
        from kgsim.explorer.page import Explorer, explorer_of, prepare
    prepare()
    return explorer_of(scenario, structures, axes, values, make=partial(Explorer, lang=lang))


@contextmanager
def needed() -> Iterator[None]:
    """Turn a failed import into a message that says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("panel", "bokeh"):
            raise
        raise KgsimError(f"exploring needs Panel; install it with: {install('notebook')}") from None
