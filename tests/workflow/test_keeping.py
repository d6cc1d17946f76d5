"""A long study in pieces: what is small of it lies in Git, and another day goes on from there."""

import shutil
from pathlib import Path

PIECE = "docs/demo/kept/001.zip"


def test_another_day_computes_what_was_not_kept_and_nothing_else(project):
    said = project.run("snnlocality", "keep").stdout
    assert said.startswith(f"{PIECE}: ")
    reports = {path.name: path.read_bytes() for path in (project.root / "reports").glob("*.csv")}
    for folder in ("results", "reports", "logs", ".snakemake", ".run-cache", ".checkpoints"):
        shutil.rmtree(project.root / folder, ignore_errors=True)
    data = ("results/demo/speech/data.safetensors", "results/demo/vision/data.safetensors")
    done = project.run("snnlocality", "restore", check=False)
    assert done.returncode
    assert f"snakemake -c2 --config study=demo -- {' '.join(data)}" in done.stderr
    project.run("snakemake", *data)

    said = project.run("snnlocality", "restore").stdout
    assert "are back, of " in said
    assert "other code" not in said
    targets = ("reports/claims.csv", "reports/table2.csv")
    assert sorted(project.planned(*targets)) == ["claims", "table2"]
    project.run("snakemake", *targets)
    assert all((project.root / name).read_bytes() == reports[Path(name).name] for name in targets)
    assert not list((project.root / "results").rglob("vision/*/ff/*/*/model.safetensors"))
    assert "holds all that is small" in project.run("snnlocality", "keep").stdout

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


def test_what_was_computed_anew_takes_the_place_of_what_was_kept(project):
    project.run("snnlocality", "keep")
    project.edit_params(lambda params: params["studies"]["demo"]["tasks"]["vision"]["training"].update(epochs=2))
    cell = ("results/demo/vision/bptt/ff/fold0/seed0/metrics.json",)
    project.run("snakemake", *cell)
    metrics = (project.root / cell[0]).read_bytes()
    assert project.run("snnlocality", "keep").stdout.startswith("docs/demo/kept/002.zip: ")
    shutil.rmtree(project.root / "results/demo/vision/bptt/ff/fold0")
    project.run("snnlocality", "restore")
    assert (project.root / cell[0]).read_bytes() == metrics
