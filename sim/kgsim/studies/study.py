"""Studies: a sweep as an xarray Dataset that says where it comes from, saved and read again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from kgsim.errors import GameError, OutputError
from kgsim.execution.run import Progress
from kgsim.execution.store import Store
from kgsim.scenario.arguments import structures_given, together
from kgsim.scenario.model import Scenario
from kgsim.studies import design, points
from kgsim.studies.gathering import Memory, Tally, gather
from kgsim.studies.layout import FORMAT, check_names, dataset
from kgsim.studies.limits import check_disk, check_memory
from kgsim.studies.points import Mixed, Sweep
from kgsim.versions import install

if TYPE_CHECKING:
    from xarray import Dataset

#: Names of a study's file within its directory.
NETCDF, ZARR = "study.nc", "study.zarr"


def sweep(
    scenario: Scenario,
    given: Mapping[str, ArrayLike] | None = None,
    /,
    *,
    structures: str | Sequence[str] | None = None,
    mixed: Mixed = "auto",
    beyond_range: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
    path: str | Path | None = None,
    command: str = "",
    progress: Progress | None = None,
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
        Where further equilibria are not ruled out: ``"auto"`` settles as many such points as the work allows with the
        solver of single points, ``"always"`` all of them, ``"never"`` none. Points that stay open are marked: there
        ``complete`` is False, and claims that turn on it are undecided.
    beyond_range
        Whether values may leave the ranges that the scenario gives as plausible.
    workers, scheduler
        Processes of this machine, or the address of a Dask scheduler (see `kgsim.execution.run.run`). They change
        nothing but the time a study takes.
    path
        A Zarr directory, not there yet, to write the study to block by block; it is then read as needed and need not
        fit into memory.
    command
        The command line behind the study, for its record.
    progress
        Called with the number of chunks done and the number of all.
    given
        The same as `**values` in a mapping, for a parameter that has the name of an argument.
    **values
        Parameter to several values (swept) or to one (set). Names with dots, given as ``**{"US.icbm_only.relief":
        [0, 1]}``, sweep the term of a menu, ``decision.move.term``, or take a move away, ``decision.move=["on",
        "off"]``; see `kgsim.scenario.transforms`.

    Returns
    -------
    xarray.Dataset
        Dimensions: what is swept, ``structure``, ``outcome``, ``player`` and ``claim``. Variables: ``reached``
        (whether some equilibrium reaches an outcome), ``low`` and ``high`` (a player's payoff over all equilibria),
        ``complete``, ``equilibria`` (distinct pure ends), ``residual``, ``exact``, ``reason`` (index into the JSON
        list ``attrs["reasons"]``), ``verdict`` (of a claim: 0 fails, 1 holds, 2 depends on which equilibrium is
        played, 3 undecided, 4 vacuous). The attributes hold the scenario's text and digest, versions and the command.

    Raises
    ------
    GameError
        If a parameter or structure is unknown, values are not usable, or the grid is too large for memory.
    ExecutionError
        If workers keep dying or the scheduler fails.
    OutputError
        If `path` exists or is too small a disk.

    Examples
    --------
    >>> import kgsim, numpy as np
    >>> study = kgsim.sweep(kgsim.load("scenarios/bypass.yaml"), A=np.linspace(0, 45, 91))  # doctest: +SKIP
    >>> study.reached.sel(structure="bypass", outcome="bypass deal", A=10).item()  # doctest: +SKIP
    True
    """
    values = together(scenario, given, values)
    job = planned(scenario, values, structures=structures, mixed=mixed, beyond_range=beyond_range)
    if path is None:
        check_memory(job)
        memory = Memory(job)
        tally = gather(job, memory, workers=workers, scheduler=scheduler, progress=progress)
        return dataset(job, memory, tally, command)
    place = Path(path)
    if place.exists():
        raise OutputError(f"{place} is there already; name another place, or remove it")
    check_disk(job, place)
    try:
        stream(job, place, command, workers=workers, scheduler=scheduler, progress=progress)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return open_study(place)


def planned(
    scenario: Scenario,
    values: Mapping[str, ArrayLike],
    *,
    structures: str | Sequence[str] | None = None,
    mixed: Mixed = "auto",
    beyond_range: bool = False,
) -> Sweep:
    """Check what is asked for and lay it out, without solving anything; arguments as for `sweep`."""
    names = structures_given(scenario, structures)
    scenario = design.with_terms(scenario, list(values))
    grid = design.grid(scenario, values, beyond_range=beyond_range)
    job = Sweep(scenario, names, grid, mixed, points.FEW if mixed == "always" or scenario.types else points.POINTS)
    check_names(job)
    job.check_moves()
    return job


def stream(
    job: Sweep,
    path: Path,
    command: str,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Compute a sweep into a new Zarr directory; arguments as for `sweep` and `kgsim.execution.run.run`."""
    from kgsim.studies.zarr_sink import ZarrSink

    try:
        sink = ZarrSink(job, path)
        tally = gather(job, sink, workers=workers, scheduler=scheduler, store=store, progress=progress)
        sink.finish(tally, command)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    return tally


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
    """Read a study that `kgsim sweep`, `sweep` or `save_study` has written.

    Parameters
    ----------
    path
        The NetCDF file or Zarr directory, or the directory that holds it as ``study.nc`` or ``study.zarr``.

    Returns
    -------
    xarray.Dataset
        In memory if it was NetCDF, read as needed if it was Zarr.

    Raises
    ------
    OutputError
        If there is no such file, or it holds no study of this version.
    """
    import xarray as xr

    file = next((Path(path) / name for name in (NETCDF, ZARR) if (Path(path) / name).exists()), Path(path))
    if not file.exists() or (file.is_dir() and not (file / ".zgroup").exists()):
        raise OutputError(f"there is no study at {path}; `kgsim sweep` writes one as {NETCDF} or {ZARR}")
    try:
        study: Dataset = xr.open_zarr(file, chunks=None) if file.is_dir() else xr.load_dataset(file, engine="scipy")
    except ImportError:
        raise GameError(f"Zarr is not installed; install it with: {install('data')}") from None
    except (OSError, TypeError, ValueError, KeyError) as error:
        raise OutputError(f"{file} is not a study that kgsim can read ({error})") from error
    if study.attrs.get("kgsim_study") != FORMAT:
        raise OutputError(f"{file} is not a study of this version of kgsim; run the sweep again")
    return study
