"""Records name the libraries that are installed, whatever the lock file says."""

import sys
from importlib import metadata

import pytest

from snnlocality.provenance import environment


@pytest.fixture
def installed(monkeypatch):
    """Have other libraries installed: folders as installers leave them."""
    environment.installed_versions.cache_clear()
    yield lambda folder: monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    environment.installed_versions.cache_clear()


def test_versions_are_those_that_python_finds(installed):
    for name, version in environment.installed_versions().items():
        assert version == metadata.version(name)


def test_what_is_installed_counts_and_the_lock_is_compared(installed, root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    assert environment.not_as_locked() == ""
    (tmp_path / "scikit_learn-99.0.1+local.dist-info").mkdir()
    (tmp_path / "numpy-99.dist-info").mkdir()
    environment.installed_versions.cache_clear()
    installed(tmp_path)
    assert environment.installed_versions()["scikit-learn"] == "99.0.1+local"
    told = environment.not_as_locked()
    assert "numpy 99 (locked: 2." in told
    assert "torch" not in told
    assert "make setup" in told
    assert len(told.splitlines()) == 1


def test_one_that_is_not_installed_is_told(installed, root, monkeypatch):
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "path", ["nowhere"])
    assert environment.installed_versions()["numpy"] is None
    assert "numpy none (locked" in environment.not_as_locked()


def test_a_study_without_a_lock_has_the_packages(tmp_path, root, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert environment.locked_versions() == environment.locked_versions(root / "envs/requirements.lock")
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/requirements.lock").write_text("numpy==99.0 \\\n")
    assert environment.locked_versions()["numpy"] == ["99.0"]
