"""Compile the n-player kernels on demand, from the one source that also runs without a compiler."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import types
from pathlib import Path
from typing import Any

from kgsim.solvers import nplayer_closed, nplayer_eliminate, nplayer_plane, nplayer_search, nplayer_supports

_MODULES = (nplayer_search, nplayer_eliminate, nplayer_plane, nplayer_closed, nplayer_supports)

# Variables that begin at a constant: undeclared, numba compiles what they are passed to twice, for the constant too.
COUNTERS = ("level", "place", "mixing", "second", "third", "hidden", "chosen", "left", "right", "origin")


@functools.cache
def compiled() -> types.SimpleNamespace | None:
    """Return the kernels of ``nplayer_supports`` compiled, or None where numba is not installed.

    Every function of the kernel modules is compiled anew in a namespace of its own, so that the plain functions
    stay as they are. Compilation is lazy and cached on disk; no fast-math, hence the bits of plain Python.
    """
    if importlib.util.find_spec("numba") is None:
        return None
    from numba import int64, njit

    # numba looks for changes in the file of a function alone, not in those of the functions it calls
    sources = b"".join(Path(str(module.__file__)).read_bytes() for module in _MODULES)
    version = hashlib.sha256(sources).hexdigest()[:12]
    # the kernels allocate nothing, and without its reference counting of arrays they run twice as fast
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    namespace: dict[str, Any] = {}
    for module in _MODULES:
        namespace.update(vars(module))
    for module in _MODULES:
        for name, value in vars(module).items():
            if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
                clone = types.FunctionType(value.__code__, namespace, name, value.__defaults__)
                clone.__module__ = value.__module__
                clone.__qualname__ = f"{name}_{version}"
                local = value.__code__.co_varnames[value.__code__.co_argcount :]
                stated = {variable: int64 for variable in COUNTERS if variable in local}
                options["inline"] = "always" if name in nplayer_supports.INLINE else "never"
                # what unpacks Python's objects takes long to compile, and only Python needs it
                options["no_cfunc_wrapper"] = True
                options["no_cpython_wrapper"] = name not in nplayer_supports.ENTRY_POINTS
                namespace[name] = njit(locals=stated, **options)(clone)
    return types.SimpleNamespace(**{name: namespace[name] for name in nplayer_supports.ENTRY_POINTS})
