"""Compile kernels on demand, from the one source that also runs without a compiler."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from kgsim import tolerances


def available() -> bool:
    """Whether numba (the optional extra ``fast``) is installed; does not import it."""
    return importlib.util.find_spec("numba") is not None


@functools.cache
def compiled(name: str, *, allocates: bool = True) -> SimpleNamespace:
    """The functions of a kernel module, and of those it takes functions from, compiled on their first call.

    The plain functions stay as they are: each is copied, and the copies see one another compiled. No fast-math, so
    that the results are those of plain Python to the last bit. What is compiled is cached on disk
    (`kgsim.solvers.kept`).

    Parameters
    ----------
    name
        The module. It names in ``ENTRY_POINTS`` what Python calls; this is what is returned. Every module may name
        in ``INLINE`` what to compile into its callers, and in ``COUNTERS`` integer variables that begin at a
        constant: undeclared, numba compiles what they are passed to twice, for the constant too.
    allocates
        Whether the functions make arrays of their own. If not, they run up to twice as fast without numba's counting
        of references to arrays.
    """
    from numba import int64, njit

    from kgsim.solvers.kept import Kept

    modules = list(_reached(import_module(name)))
    # numba looks for changes in the file of a function alone, not in those of the functions it calls, nor where the
    # numbers and options come from that it is compiled with.
    files = [*(str(module.__file__) for module in (*modules, tolerances)), __file__]
    version = hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()[:12]
    entries = modules[0].ENTRY_POINTS
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
    if not allocates:
        options["_nrt"] = False
    spaces = [dict(vars(module)) for module in modules]
    kernels: dict[Any, Any] = {}
    for module, space in zip(modules, spaces, strict=True):
        for function in _functions(module):
            if function.__module__ != module.__name__:
                continue
            copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__)
            copy.__module__ = function.__module__
            copy.__qualname__ = f"{function.__qualname__}_{version}"
            local = function.__code__.co_varnames[function.__code__.co_argcount :]
            own: dict[str, Any] = {
                "locals": {variable: int64 for variable in getattr(module, "COUNTERS", ()) if variable in local},
                "inline": "always" if function.__name__ in getattr(module, "INLINE", ()) else "never",
                # What unpacks Python's objects takes long to compile, and only Python needs it.
                "no_cpython_wrapper": module is not modules[0] or function.__name__ not in entries,
            }
            kernels[function] = njit(**options, **own)(copy)
            kernels[function]._cache = Kept(copy)  # type: ignore[no-untyped-call]
    for space in spaces:
        for key, value in space.items():
            if isinstance(value, FunctionType) and value in kernels:
                space[key] = kernels[value]
    return SimpleNamespace(**{entry: spaces[0][entry] for entry in entries})


def _functions(module: ModuleType) -> list[FunctionType]:
    return [value for value in vars(module).values() if isinstance(value, FunctionType)]


def _reached(module: ModuleType) -> Iterator[ModuleType]:
    """The module and, once each, those of this package that its functions come from."""
    seen = [module]
    for reached in seen:
        yield reached
        for function in _functions(reached):
            home = import_module(function.__module__)
            if home not in seen and home.__name__.startswith(__package__ or ""):
                seen.append(home)
