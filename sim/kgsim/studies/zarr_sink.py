"""Results streamed into a Zarr directory, in blocks of points, so that memory does not grow with the study."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from kgsim.errors import GameError
from kgsim.execution.run import Arrays
from kgsim.studies.gathering import Tally
from kgsim.studies.layout import about, coordinates, dimensions, provenance
from kgsim.studies.points import Sweep
from kgsim.versions import install

#: Points of a block, about.
BLOCK = 32768

#: Version of the Zarr format: the one that all of its readers know.
ZARR = 2


class ZarrSink:
    """A Zarr directory being filled with the points of a grid, in order.

    Parameters
    ----------
    job
        The study.
    path
        The directory, which must not exist.

    Raises
    ------
    GameError
        If Zarr is not installed.
    """

    def __init__(self, job: Sweep, path: Path) -> None:
        import xarray as xr

        self._zarr = _zarr()
        self._job, self._path = job, path
        shell = xr.Dataset(coords=coordinates(job))
        shell.to_zarr(path, mode="w-", zarr_format=ZARR, consolidated=False)
        self._group = self._zarr.open_group(path, mode="r+", zarr_format=ZARR)
        lengths, shape = job.lengths(), job.grid.shape
        chunks = block_shape(shape, BLOCK)
        self._block = prod(chunks)
        self._position = 0
        self._buffer: Arrays = {}
        for name, variable in job.variables().items():
            leading = tuple(lengths[each] for each in variable.leading)
            self._group.create_array(
                name,
                shape=(*leading, *shape),
                chunks=(*leading, *chunks),
                dtype=variable.dtype,
                fill_value=None,
                attributes={"_ARRAY_DIMENSIONS": list(dimensions(job, name)), **_plain(about(job, name))},
            )
            self._buffer[name] = np.zeros((*leading, self._block), dtype=variable.dtype)

    def write(self, first: int, arrays: Arrays) -> None:
        """See `kgsim.studies.gathering.Sink`; points must come in order."""
        assert first == self._position
        count = next(iter(arrays.values())).shape[-1]
        taken = 0
        while taken < count:
            begin, end = self._bounds()
            take = min(end - self._position, count - taken)
            at = self._position - begin
            for name, array in arrays.items():
                self._buffer[name][..., at : at + take] = array[..., taken : taken + take]
            taken += take
            if self._position + take == end:
                self._keep(begin, end)
            self._position += take

    def finish(self, tally: Tally, command: str) -> None:
        """Write what is known at the end."""
        self._group.attrs.update(provenance(self._job, tally, command))
        self._zarr.consolidate_metadata(self._path, zarr_format=ZARR)

    def _bounds(self) -> tuple[int, int]:
        """First point of the block that the position is in, and the one after its last."""
        shape = self._job.grid.shape
        chunks = block_shape(shape, BLOCK)
        # Blocks run along one axis and span the axes after it; rows of that axis may end with a shorter block.
        axis = next((at for at, length in enumerate(chunks) if length > 1), len(shape) - 1)
        row = prod(shape[axis:])
        start = self._position // row * row
        begin = start + (self._position - start) // self._block * self._block
        return begin, min(begin + self._block, start + row)

    def _keep(self, begin: int, end: int) -> None:
        shape = self._job.grid.shape
        low = np.unravel_index(begin, shape)
        high = np.unravel_index(end - 1, shape)
        region = tuple(slice(int(a), int(b) + 1) for a, b in zip(low, high, strict=True))
        lengths = tuple(part.stop - part.start for part in region)
        for name, array in self._buffer.items():
            leading = array.shape[:-1]
            values = array[..., : end - begin].reshape(*leading, *lengths)
            self._group[name][(*(slice(None),) * len(leading), *region)] = values


def block_shape(shape: tuple[int, ...], most: int) -> tuple[int, ...]:
    """The shape of blocks of at most about `most` points that lie together in C order."""
    chunks = list(shape)
    for axis in range(len(shape)):
        rest = prod(shape[axis + 1 :])
        chunks[axis] = min(shape[axis], max(1, most // rest))
        if rest <= most:
            break
    return tuple(chunks)


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes as JSON has them."""
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in attributes.items()}


def _zarr() -> Any:
    try:
        import zarr
    except ImportError:
        raise GameError(f"Zarr is not installed; install it with: {install('data')}") from None
    return zarr
