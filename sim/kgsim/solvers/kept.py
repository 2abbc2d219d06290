"""Where compiled kernels are kept: in the user's cache folder, whatever folder the package is installed in.

numba keeps them beside the source by itself, and compiles anew after every installation, for half a minute. Here what
was compiled is found again by the names of functions, which state the digest of their sources.
"""

from __future__ import annotations

from pathlib import Path
from types import FunctionType
from typing import Any

from numba import config
from numba.core.caching import CacheImpl, CompileResultCacheImpl, FunctionCache, _CacheLocator
from numba.misc.appdirs import AppDirs


class _Locator(_CacheLocator):
    def __init__(self, function: FunctionType) -> None:
        self._line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, py_func: FunctionType, py_file: str) -> _Locator | None:
        """Return the place for a function, None if nothing can be written there: numba then has others."""
        found = cls(py_func)
        try:
            found.ensure_cache_path()  # type: ignore[no-untyped-call]
        except OSError:
            return None
        return found

    def get_cache_path(self) -> str:
        """Return the folder: that of the variable NUMBA_CACHE_DIR if it is set."""
        own = AppDirs(appname="kgsim", appauthor=False).user_cache_dir  # type: ignore[no-untyped-call]
        return str(Path(config.CACHE_DIR or own) / "kernels")  # type: ignore[attr-defined]

    def get_source_stamp(self) -> str:
        """Return nothing: the function's name says which source it is compiled from."""
        return ""

    def get_disambiguator(self) -> str:
        """Tell functions of one name apart."""
        return str(self._line)


#: In order of preference; the first that can be written to is taken.
_PLACES: list[Any] = [_Locator, *CacheImpl._locator_classes]


class _Place(CompileResultCacheImpl):
    _locator_classes = _PLACES


class Kept(FunctionCache):
    """What is compiled of one function, on disk."""

    _impl_class = _Place
