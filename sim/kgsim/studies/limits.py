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

#: Draws, runs or values of one parameter that a study takes: with so many draws, no share is off by 0.01 percentage
#: points, and computing them takes days.
MOST = 10**9

_ADVICE = "take fewer values of a parameter, or fewer structures"


def study_size(job: Sweep) -> int:
    """Bytes of everything that a study says, before compression."""
    lengths = job.lengths()
    each = sum(
        prod(lengths[name] for name in variable.leading) * np.dtype(variable.dtype).itemsize
        for variable in job.variables().values()
    )
    return each * job.grid.size


def check_count(count: int, what: str) -> None:
    """Raise GameError if there are more draws, runs or the like than any study takes."""
    if count > MOST:
        raise GameError(f"{count:,} {what} are more than a study takes, {MOST:,}: take fewer")


def check_room(needed: float, what: str, advice: str) -> None:
    """Raise GameError if something would take more than its share of this machine's memory, in bytes."""
    try:
        memory = float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # a system that does not tell
        return
    if needed > SHARE * memory:
        raise GameError(
            f"{what} would take about {size(needed)} of memory, more than half of this machine's "
            f"{size(memory)}: {advice}"
        )


def check_memory(job: Sweep) -> None:
    """Raise GameError if a study would not fit into memory."""
    stream = "or stream it to disk with --format zarr (path=... in Python)"
    check_room(COPIES * study_size(job), _told(job), f"{_ADVICE}, {stream}")


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
            f"{_told(job)} would take up to {size(needed)} of disk while it runs, and {place} has {size(free)} free: "
            f"{_ADVICE}, or name another place with --out"
        )


def size(count: float) -> str:
    """Return a number of bytes as people read it.

    >>> size(3 * 2**30), size(200_000), size(0)
    ('3.0 GiB', '195.3 KiB', '0 bytes')
    """
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if count >= 2**power:
            return f"{count / 2**power:,.1f} {unit}"
    return f"{count:.0f} bytes"


def _told(job: Sweep) -> str:
    return f"the grid has {job.grid.size:,} points and"
