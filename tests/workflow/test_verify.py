"""A spot check finds what nobody computed, and leaves everything as it was."""

import csv
import json
import re
from pathlib import Path

from snnlocality import parameters
from snnlocality.provenance.verify import allowed, sample
from snnlocality.storage import sha256
from snnlocality.study import catalogue
from snnlocality.study.commands import arguments

RUN = "results/demo/vision/bptt/ff/fold0/seed0"
DECISIONS = {"vision": 360, "speech": 17_451}  # of the demo study's test parts


def state(project):
    """Digests and time stamps of everything that a verification could touch."""
    files = [path for folder in ("results", "reports", "logs") for path in (project.root / folder).rglob("*")]
    return {path: (path.stat().st_mtime_ns, sha256(path)) for path in files if path.is_file()}


def test_every_step_has_a_command_of_its_own():
    chosen = parameters.load()
    commands = [tuple(arguments(job, chosen.label)) for job in catalogue.everything(chosen)]
    assert len(set(commands)) == len(commands)


def test_where_it_was_computed_everything_comes_out_the_same(project):
    before = state(project)
    done = project.run("snnlocality", "verify", "--sample", "2", "--seed", "3")
    number = done.stdout.count("identical")
    assert number >= 2
    assert f"{number} of {number} agree." in done.stdout
    assert project.run("snnlocality", "verify", "--sample", "2", "--seed", "3").stdout == done.stdout
    assert state(project) == before


def test_the_number_of_threads_of_libraries_decides_nothing(project, monkeypatch):
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(variable, "2")  # Snakemake had set 1, as for every job
    done = project.run("snnlocality", "verify", "results/demo/conversion/vision/fold0/seed0/relu.safetensors")
    assert "identical" in done.stdout


def forge(project, folder, output, step, change):
    """Change a result as a careful forger would: with its record, and the log as if of another machine."""
    path, record = project.root / folder / output, project.root / folder / f"{step}.record.json"
    path.write_text(change(path.read_text()))
    told = json.loads(record.read_text())
    told["outputs"][output] = sha256(path)
    record.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")
    log = project.root / "logs" / folder / f"{step}.execution.json"
    log.write_text(json.dumps(json.loads(log.read_text()) | {"record": sha256(record), "libc": "another"}))
    return log


def polished(metrics):
    """Metrics whose accuracy is a little better, by 12 of 90 decisions."""
    figures = json.loads(metrics)
    figures["test_accuracy"] += 12 / 90
    return json.dumps(figures, indent=2, sort_keys=True) + "\n"


def test_a_result_forged_with_its_record_is_found(project):
    log = forge(project, RUN, "metrics.json", "evaluate", polished)
    done = project.run("snnlocality", "verify", f"{RUN}/metrics.json", check=False)
    assert done.returncode == 1
    assert "another platform computed it (libc another there" in done.stdout
    assert "12 of 90 decisions, 1 allowed" in done.stdout
    log.unlink()
    done = project.run("snnlocality", "verify", f"{RUN}/metrics.json", check=False)
    assert done.returncode == 1
    assert "no log says what platform computed it" in done.stdout


def test_accuracies_that_a_model_does_not_have_are_found_with_the_model(project):
    forge(project, RUN, "metrics.json", "evaluate", polished)
    run = RUN.replace("demo/", "demo/fgsm/")
    forge(
        project,
        run,
        "accuracies.csv",
        "fgsm",
        lambda table: re.sub(r"(?m)^(counterpart,0\.05,)[^,]+", r"\g<1>1", table),
    )
    done = project.run("snnlocality", "verify", f"{RUN}/model.safetensors", check=False)
    assert done.returncode == 1
    assert f"differs          {RUN}/metrics.json" in done.stdout
    assert f"differs          {run}/accuracies.csv" in done.stdout


def test_another_engine_agrees_within_the_tolerance(project):
    done = project.run("env", "SNNLOCALITY_ENGINE=reference", "snnlocality", "verify", f"{RUN}/model.safetensors")
    assert "within tolerance" in done.stdout
    assert "engine cpu there, reference here" in done.stdout
    assert "of 90 decisions" in done.stdout


def test_what_is_stale_or_edited_is_not_computed_again(project):
    (project.root / RUN / "curve.csv").write_text("edited")
    done = project.run("snnlocality", "verify", f"{RUN}/model.safetensors", check=False)
    assert done.returncode == 1
    assert "is tampered" in done.stdout
    done = project.run("snnlocality", "verify", "README.md", check=False)
    assert done.returncode == 2
    assert "made by no step" in done.stderr


def test_what_is_allowed_covers_all_that_was_measured(root):
    with open(root / "benchmarks/agreement.csv", encoding="utf-8", newline="") as lines:
        runs = {
            (*(row[key] for key in ("task", "rule", "arch", "seed", "settings")), row["engine"]): row
            for row in csv.DictReader(lines)
        }
    pairs = [
        (run[0], row, runs[*run[:-1], "cpu"])
        for run, row in runs.items()
        if run[-1] == "reference" and (*run[:-1], "cpu") in runs
    ]
    assert len(pairs) > 300
    for task, one, other in pairs:
        a, b = float(one["test_accuracy"]), float(other["test_accuracy"])
        moved = round(abs(a - b) * DECISIONS[task])
        assert moved <= allowed((a + b) / 2, DECISIONS[task])
    # And it is no carte blanche: five points of a thousand decisions at 97 % would be found.
    assert allowed(0.97, 1_000) < 50


def test_a_draw_is_the_same_for_the_same_seed(project, monkeypatch):
    monkeypatch.chdir(project.root)
    chosen = parameters.load()
    drawn = {tuple(job.output for job in sample(chosen, 3, seed)) for seed in (0, 0, 1, 2)}
    assert len(drawn) == 3


def test_every_step_whose_data_are_here_can_be_drawn(project, monkeypatch):
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SNNLOCALITY_DATA", "nowhere")
    everything = list(catalogue.everything(parameters.load()))
    drawn = {job.output for job in sample(parameters.load(), 1000, 0)}
    assert drawn == {job.output for job in everything}
    project.edit_params(lambda params: params["studies"]["demo"]["tasks"]["vision"]["data"].update(source="nmnist"))
    drawn_without_data = {job.output for job in sample(parameters.load(), 1000, 0)}
    assert drawn - drawn_without_data == {Path("results/demo/vision/data.safetensors")}


def test_commands_are_those_of_the_workflow(project, monkeypatch):
    monkeypatch.chdir(project.root)
    chosen = parameters.load()
    ours = {" ".join(arguments(job, "demo")).replace(" --study demo", "") for job in catalogue.everything(chosen)}
    for folder in ("results", "reports"):
        Path(folder).rename(f"old-{folder}")
    assert project.planned() == ours
