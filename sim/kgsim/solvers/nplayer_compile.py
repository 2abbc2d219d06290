"""Compile the n-player kernels on demand, from the one source that also runs without a compiler."""

from __future__ import annotations

import functools
import importlib.util
import types
from typing import Any

from kgsim.solvers import nplayer_eliminate, nplayer_search, nplayer_supports


@functools.cache
def compiled() -> types.SimpleNamespace | None:
    """Return the kernels of ``nplayer_supports`` compiled, or None where numba is not installed.

    Every function of the kernel modules is compiled anew in a namespace of its own, so that the plain functions
    stay as they are. Compilation is lazy and cached on disk; no fast-math, hence the same bits as plain Python.
    """
    if importlib.util.find_spec("numba") is None:
        return None
    from numba import njit

    namespace: dict[str, Any] = {}
    for module in (nplayer_search, nplayer_eliminate, nplayer_supports):
        namespace.update(vars(module))
    for module in (nplayer_search, nplayer_eliminate, nplayer_supports):
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                clone = types.FunctionType(value.__code__, namespace, name, value.__defaults__)
                clone.__module__ = value.__module__
                clone.__qualname__ = value.__qualname__
                namespace[name] = njit(cache=True, nogil=True, error_model="numpy")(clone)
    return types.SimpleNamespace(**{name: namespace[name] for name in nplayer_supports.ENTRY_POINTS})
