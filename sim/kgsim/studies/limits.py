"""Whether a study has room, in memory or on a disk: estimated before anything is solved."""

from __future__ import annotations

import os
import shutil
from math import prod
from pathlib import Path

import numpy as np

from kgsim.errors import GameError, OutputError
from kgsim.studies.points import Sweep

#: Share of the machine's memory that a study may fill.
SHARE = 0.5

#: A study is held up to this many times at once while it is made and written in one piece.
COPIES = 3

#: Bytes of a study above which it is streamed to disk unless told otherwise.
LARGE = 2**28

#: Bytes that a NetCDF file of version 3 may hold.
NETCDF_MOST = 2**31

_ADVICE = "take fewer values of a parameter, or fewer structures"


def study_size(job: Sweep) -> int:
    """Bytes of everything that a study says, before compression."""
    lengths = job.lengths()
    each = sum(
        prod(lengths[name] for name in variable.leading) * np.dtype(variable.dtype).itemsize
        for variable in job.variables().values()
    )
    return each * job.grid.size


def check_memory(job: Sweep) -> None:
    """Raise GameError if a study would not fit into memory."""
    needed = COPIES * study_size(job)
    memory = float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    if needed > SHARE * memory:
        raise GameError(
            f"{_told(job)} would take about {needed / 2**30:,.1f} GiB of memory, more than half of this machine's "
            f"{memory / 2**30:.1f} GiB: {_ADVICE}, or stream it to disk with --format zarr (path=... in Python)"
        )


def check_netcdf(job: Sweep) -> None:
    """Raise GameError if a study is too large for one NetCDF file, or for memory."""
    if study_size(job) > NETCDF_MOST:
        raise GameError(
            f"{_told(job)} would take about {study_size(job) / 2**30:,.1f} GiB, more than the "
            f"{NETCDF_MOST / 2**30:.0f} GiB of one NetCDF file: {_ADVICE}, or stream it with --format zarr"
        )
    check_memory(job)


def check_disk(job: Sweep, path: Path) -> None:
    """Raise OutputError if a streamed study might not fit on the disk that `path` lies on.

    Finished chunks are kept beside the study until it is whole, so it takes up to twice its size.
    """
    place = next(each for each in (path, *path.absolute().parents) if each.exists())
    needed, free = 2.0 * study_size(job), shutil.disk_usage(place).free
    if needed > free:
        raise OutputError(
            f"{_told(job)} would take up to {needed / 2**30:,.1f} GiB of disk while it runs, and {place} has "
            f"{free / 2**30:.1f} GiB free: {_ADVICE}, or name another place with --out"
        )


def _told(job: Sweep) -> str:
    return f"the grid has {job.grid.size:,} points and"
