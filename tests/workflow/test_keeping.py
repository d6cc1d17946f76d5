"""A long study in pieces: what is small of it lies in Git, and another day goes on from there."""

import shutil

import pytest

PIECE = "docs/demo/kept/001.zip"


@pytest.fixture
def other_day(project):
    """The finished study after ``keep``, its results gone, its data prepared again; the reports as they were."""
    said = project.run("snnlocality", "keep").stdout
    assert said.startswith(f"{PIECE}: ")
    reports = {path.name: path.read_bytes() for path in (project.root / "reports").glob("*.csv")}
    for folder in ("results", "reports", "logs", ".snakemake", ".run-cache", ".checkpoints"):
        shutil.rmtree(project.root / folder, ignore_errors=True)
    project.run("snakemake", "results/demo/vision/data.safetensors", "results/demo/speech/data.safetensors")
    return project, reports


def test_what_was_kept_is_not_computed_again(other_day):
    project, reports = other_day
    said = project.run("snnlocality", "restore").stdout
    assert "are back, of " in said
    assert "other code" not in said
    planned = project.planned("reports/claims.csv", "reports/table2.csv", "reports/curves.csv")
    assert sorted(planned) == ["claims", "curves", "table2"]
    project.run("snakemake", "reports/claims.csv", "reports/table2.csv")
    for name in ("claims.csv", "table2.csv"):
        assert (project.root / "reports" / name).read_bytes() == reports[name]
    assert not list((project.root / "results").rglob("vision/*/ff/*/*/model.safetensors"))
    assert "holds all that is small" in project.run("snnlocality", "keep").stdout


def test_more_seeds_are_all_that_is_computed(other_day):
    project, _ = other_day
    project.run("snnlocality", "restore")
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=2))
    runs = [command for command in project.planned("reports/table2.csv") if "--seed" in command]
    assert runs
    assert all("--seed 1" in command for command in runs)


def test_what_is_no_piece_is_named(project):
    done = project.run("snnlocality", "restore", check=False)
    assert done.returncode
    assert "docs/demo/kept holds no piece" in done.stderr
    (project.root / PIECE).parent.mkdir(parents=True)
    (project.root / PIECE).write_bytes(b"PK")
    for command in ("keep", "restore"):
        done = project.run("snnlocality", command, check=False)
        assert done.returncode
        assert f"{PIECE} cannot be read" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_changed_result_is_not_kept(project):
    metrics = next((project.root / "results").rglob("metrics.json"))
    metrics.write_text("{}")
    done = project.run("snnlocality", "keep", check=False)
    assert done.returncode
    assert "was changed after it was made" in done.stderr
    assert not (project.root / PIECE).exists()
