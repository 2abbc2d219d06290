import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from kgsim.solvers.compiled import available

SOURCE = "def twice_0123456789ab(number):\n    return 2 * number\n"


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A kernel, ready to be compiled, of a package that is installed in a folder."""
    from numba import njit

    from kgsim.solvers.kept import Kept

    folder.mkdir()
    file = folder / "doubling.py"
    file.write_text(SOURCE, encoding="utf-8")
    spec = spec_from_file_location("doubling", file)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "doubling", module)
    kernel = njit(module.twice_0123456789ab)
    kernel._cache = Kept(module.twice_0123456789ab)
    return kernel


@pytest.mark.skipif(not available(), reason="needs numba")
def test_what_was_compiled_is_found_by_another_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))
    found = []
    for place in ("first", "second"):
        kernel = installed(tmp_path / place, monkeypatch)
        assert kernel(21) == 42
        found.append(len(kernel.stats.cache_hits))
    assert found == [0, 1]
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "another"))
    kernel = installed(tmp_path / "third", monkeypatch)
    assert kernel(21) == 42 and not kernel.stats.cache_hits


@pytest.mark.skipif(not available(), reason="needs numba")
def test_a_cache_that_cannot_be_written_to_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr("numba.config.CACHE_DIR", "")
    monkeypatch.setattr("numba.misc.appdirs.AppDirs.user_cache_dir", str(tmp_path / "file"))
    assert installed(tmp_path / "package", monkeypatch)(21) == 42
    assert list((tmp_path / "package" / "__pycache__").glob("*.nbi"))
