"""Every notebook runs from a clean kernel, draws its figures, and is kept without outputs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

#: Fewest figures that each shows, by the number it starts with.
FIGURES = {"01": 4, "02": 2, "03": 8, "04": 4, "05": 4}


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder laid out as the repository is, and settings of nobody's home."""
    for name in ("events", "scenarios", "seeds", "tests/fixtures"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    (tmp_path / "notebooks").mkdir()
    return tmp_path / "notebooks"


def test_there_are_the_five_notebooks():
    assert [path.name[:2] for path in NOTEBOOKS] == list(FIGURES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_a_clean_kernel(path, folder):
    # A socket's path may have some hundred characters, fewer than that of `folder`.
    with TemporaryDirectory() as sockets:
        command = [sys.executable, Path(__file__).with_name("executed.py"), path, folder, sockets]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.reads(done.stdout, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output.text for output in outputs if output.get("name") == "stderr"], "a cell warns"
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= FIGURES[path.name[:2]]
    assert not list(folder.iterdir()), "a notebook leaves files behind"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    for cell in notebook.cells:
        assert not cell.metadata
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_states_its_numbers(path):
    code = [cell.source for cell in read(path).cells if cell.cell_type == "code"]
    assert sum(source.count("assert ") for source in code) >= 8
