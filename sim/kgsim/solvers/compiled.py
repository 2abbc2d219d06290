"""Compile kernels on demand, from the one source that also runs without a compiler."""

from __future__ import annotations

import functools
import importlib.util
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import Any, Literal


def available() -> bool:
    """Whether numba (the optional extra ``fast``) is installed; does not import it."""
    return importlib.util.find_spec("numba") is not None


@functools.cache
def compiled(*modules: str) -> SimpleNamespace:
    """All functions of some kernel modules, compiled by numba on their first call and cached on disk.

    The plain functions stay as they are: each is copied into one common namespace, where the copies see each
    other compiled. A module may name in ``INLINE`` what to compile into its callers. No fast-math, so that
    the results are those of plain Python to the last bit.
    """
    from numba import njit

    loaded = [import_module(module) for module in modules]
    namespace: dict[str, Any] = {}
    for module in loaded:
        namespace.update(vars(module))
    for module in loaded:
        for name, value in vars(module).items():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                copy = FunctionType(value.__code__, namespace, name, value.__defaults__)
                copy.__module__ = module.__name__
                copy.__qualname__ = value.__qualname__
                inline: Literal["always", "never"] = "always" if name in getattr(module, "INLINE", ()) else "never"
                namespace[name] = njit(cache=True, nogil=True, error_model="numpy", inline=inline)(copy)
    return SimpleNamespace(**namespace)
