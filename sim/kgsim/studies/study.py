"""Studies as data: a sweep as an xarray Dataset that says where it comes from, saved and read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from kgsim.errors import GameError, OutputError
from kgsim.scenario.model import Scenario
from kgsim.studies import design
from kgsim.studies.design import Grid
from kgsim.studies.idle import idle
from kgsim.studies.table import Mixed, Table, tabulate
from kgsim.versions import versions_of

if TYPE_CHECKING:
    from xarray import Dataset

#: Version of the study's layout.
FORMAT = 1

#: Names of the Dataset's other dimensions; no swept parameter may have one of them.
DIMENSIONS = ("structure", "outcome", "player")


def sweep(
    scenario: Scenario,
    /,
    *,
    structures: Sequence[str] | None = None,
    mixed: Mixed = "auto",
    beyond_range: bool = False,
    command: str = "",
    progress: Callable[[int], None] | None = None,
    **values: ArrayLike,
) -> Dataset:
    """Solve a scenario's structures at every point of a grid of parameter values.

    Parameters
    ----------
    scenario
        As `kgsim.load` gives it.
    structures
        Names of the structures to solve; all of them if not given.
    mixed
        Where mixed equilibria may add outcomes or values: ``"auto"`` settles a few such points with the solver of
        single points, ``"always"`` all of them, ``"never"`` none. Points that stay open are marked: there the pure
        equilibria are reported and ``complete`` is False.
    beyond_range
        Whether values may leave the ranges that the scenario gives as plausible.
    command
        The command line behind the study, for its record.
    progress
        Called with the number of points done since the last call.
    **values
        Parameter to several values (swept) or to one (set).

    Returns
    -------
    xarray.Dataset
        Dimensions: the swept parameters, ``structure``, ``outcome`` and ``player``. Variables: ``reached`` (whether
        some equilibrium reaches an outcome), ``low`` and ``high`` (a player's payoff over all equilibria),
        ``complete``, ``equilibria`` (distinct pure ends), ``residual``, ``exact`` and ``reason`` (index into the
        JSON list ``attrs["reasons"]``). The attributes hold the scenario's text and digest, versions and the command.

    Raises
    ------
    GameError
        If a parameter or structure is unknown, values are not usable, or the grid is too large for memory.

    Examples
    --------
    >>> import kgsim, numpy as np
    >>> study = kgsim.sweep(kgsim.load("scenarios/bypass.yaml"), A=np.linspace(0, 45, 91))  # doctest: +SKIP
    >>> study.reached.sel(structure="bypass", outcome="bypass deal", A=10).item()  # doctest: +SKIP
    True
    """
    return study_of(
        scenario,
        values,
        structures=structures,
        mixed=mixed,
        beyond_range=beyond_range,
        command=command,
        progress=progress,
    )


def study_of(
    scenario: Scenario,
    values: Mapping[str, ArrayLike],
    *,
    structures: Sequence[str] | None = None,
    mixed: Mixed = "auto",
    beyond_range: bool = False,
    command: str = "",
    progress: Callable[[int], None] | None = None,
) -> Dataset:
    """Do the same as `sweep` for parameters of any name, such as ``progress``, given as a mapping."""
    _xarray()
    grid = design.grid(scenario, values, beyond_range=beyond_range)
    for name in grid.axes:
        if name in DIMENSIONS:
            raise GameError(f"a parameter named {name!r} cannot be swept: rename it in the scenario")
    table = tabulate(scenario, grid, structures, mixed=mixed, progress=progress)
    return _dataset(scenario, grid, table, command)


def save_study(study: Dataset, path: str | Path) -> None:
    """Write a study as a NetCDF file.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        Path(path).write_bytes(study_bytes(study))
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error


def study_bytes(study: Dataset) -> bytes:
    """A study as the content of a NetCDF file (version 3, which SciPy reads and writes)."""
    return bytes(study.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))


def open_study(path: str | Path) -> Dataset:
    """Read a study that `kgsim sweep` or `save_study` has written.

    Parameters
    ----------
    path
        The file, or the directory that holds it as ``study.nc``.

    Raises
    ------
    OutputError
        If there is no such file, or it holds no study of this version.
    """
    file = Path(path) / "study.nc" if Path(path).is_dir() else Path(path)
    try:
        study: Dataset = _xarray().load_dataset(file, engine="scipy")
    except FileNotFoundError:
        raise OutputError(f"there is no study at {path}; `kgsim sweep` writes one as study.nc") from None
    except (OSError, TypeError, ValueError) as error:
        raise OutputError(f"{file} is not a study that kgsim can read ({error})") from error
    if study.attrs.get("kgsim_study") != FORMAT:
        raise OutputError(f"{file} is not a study of this version of kgsim; run the sweep again")
    return study


def _dataset(scenario: Scenario, grid: Grid, table: Table, command: str) -> Dataset:
    swept = tuple(grid.axes)

    def laid(array: Any, *leading: str, **about: str) -> tuple[Any, ...]:
        shape = array.shape[:-1]
        return (*leading, *swept), array.reshape(*shape, *grid.shape), about

    coordinates: dict[str, Any] = {name: (name, values, _about(scenario, name)) for name, values in grid.axes.items()}
    coordinates["structure"] = ("structure", list(table.structures), {"long_name": "structure of play"})
    coordinates["outcome"] = ("outcome", [rule.name for rule in scenario.outcomes], {"long_name": "outcome"})
    coordinates["player"] = ("player", list(scenario.players), {"long_name": "player"})
    return _xarray().Dataset(  # type: ignore[no-any-return]
        {
            "reached": laid(table.reached, "structure", "outcome", long_name="some equilibrium reaches the outcome"),
            "low": laid(table.low, "structure", "player", long_name="least payoff over all equilibria"),
            "high": laid(table.high, "structure", "player", long_name="largest payoff over all equilibria"),
            "equilibria": laid(table.equilibria, "structure", long_name="distinct pure ends of equilibria"),
            "complete": laid(table.complete, "structure", long_name="every equilibrium is accounted for"),
            "exact": laid(table.exact, "structure", long_name="settled by the solver of single points"),
            "residual": laid(table.residual, "structure", long_name="bound on the largest gain from a deviation"),
            "reason": laid(table.reason, "structure", long_name="why not complete or not solved, 0 if neither"),
        },
        coords=coordinates,
        attrs=_provenance(scenario, grid, table, command),
    )


def _about(scenario: Scenario, name: str) -> dict[str, Any]:
    parameter = scenario.parameters[name]
    return {
        "long_name": parameter.label,
        "units": parameter.unit or "1",
        "base": parameter.value,
        "plausible": list(parameter.range),
    }


def _provenance(scenario: Scenario, grid: Grid, table: Table, command: str) -> dict[str, Any]:
    others = {**scenario.base, **grid.fixed}
    return {
        "kgsim_study": FORMAT,
        "title": scenario.title,
        "scenario": scenario.name,
        "scenario_digest": scenario.digest,
        "scenario_text": "\n---\n".join(scenario.text),
        "values": json.dumps({name: value for name, value in others.items() if name not in grid.axes}),
        "reasons": json.dumps(table.reasons),
        "idle": json.dumps([name for name, values in grid.axes.items() if idle(scenario, name, values)]),
        "beyond_range": json.dumps(design.outside(scenario, {**grid.axes, **grid.fixed})),
        "otherwise": json.dumps([rule.name for rule in scenario.outcomes if not rule.when]),
        "players": json.dumps(dict(scenario.players)),
        "structures": json.dumps({name: scenario.structures[name].label for name in table.structures}),
        "outcomes": json.dumps({rule.name: rule.label for rule in scenario.outcomes}),
        "versions": json.dumps(versions_of("numpy", "scipy", "xarray")),
        "command": command,
        "seed": "none: nothing is drawn at random",
    }


def _xarray() -> Any:
    try:
        import xarray
    except ImportError:
        raise GameError("studies are xarray Datasets; install it with: pip install 'kgsim[data]'") from None
    return xarray
