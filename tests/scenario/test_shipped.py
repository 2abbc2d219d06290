"""Shipped files by their bare names, wherever one is."""

from __future__ import annotations

from pathlib import Path

import pytest

import kgsim
from kgsim.scenario.shipped import located, shipped_names


def test_a_bare_name_means_the_shipped_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "bypass" in shipped_names()
    assert kgsim.load("bypass").digest == kgsim.load(located("bypass")).digest
    assert located("korea_2025", "events").name == "korea_2025.yaml"


def test_ones_own_file_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("bypass").write_text("mine")
    assert located("bypass") == Path("bypass")
    assert located("bypass.yaml") == Path("bypass.yaml")
    assert located("folder/bypass") == Path("folder/bypass")


def test_a_name_that_is_not_shipped_is_a_missing_file_and_the_shipped_ones_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kgsim.ScenarioError, match="there is no such file") as caught:
        kgsim.load("bypas")
    assert "bypass" in caught.value.problems[0].remedy
