"""All cells of a study at one learning rate: the control of what compares cells at rates of their own."""

import pandas as pd
import pytest

from snnlocality import parameters as params
from snnlocality.claims.asked import PAPERS_TRIGGER
from snnlocality.runs.outcomes import read_outcomes
from snnlocality.study import catalogue
from snnlocality.study.steps import activity, equal_rate, train

OWN, OTHER = 0.004, 0.001  # the tiny study's, of every cell; and the control


def test_a_job_at_the_cells_own_rate_is_the_same_and_at_another_it_is_not(finished, monkeypatch):
    monkeypatch.chdir(finished.root)
    parameters = params.load()
    on_networks = (step for step in catalogue.steps() if not step.like and not callable(step.inputs))
    measured = {step.name for step in on_networks if {"model", "models"} & step.inputs.keys()}
    assert {step.like.name for step in equal_rate.STEPS} >= measured - {"ceiling"} | {"train", "collect", "backdoor"}
    for step in equal_rate.STEPS:
        own = next(step.like.jobs(parameters))
        same, other = (next(step.jobs(parameters, learning_rate=rate)) for rate in (OWN, OTHER))
        assert own.settings == same.settings
        assert own.code == same.code == other.code
        assert (own.settings == other.settings) == (step.like.name == "collect")  # whose settings are names
        assert same.outputs.keys() == own.outputs.keys()
        assert not set(same.output_paths) & {*own.output_paths, *other.output_paths}
        of_networks = {path for path in same.input_paths if "equal_rate" in path.parts}
        assert all(f"lr{OWN}" in path.parts for path in of_networks)
        assert bool(of_networks) == (step.like.name not in ("train", "backdoor"))


def test_what_is_measured_at_a_firing_rate_is_of_networks_pulled_to_it(finished, monkeypatch):
    monkeypatch.chdir(finished.root)
    parameters = params.load()
    for step in activity.STEPS:
        own = next(step.like.jobs(parameters))
        pulled = step.made(parameters, {"firing_rate": 0.05, **own.key})
        of_networks = {path for path in pulled.input_paths if "activity" in path.parts}
        assert all("fires0.05" in path.parts for path in (*of_networks, *pulled.output_paths))
        assert bool(of_networks) == (step.like is not train.STEP)
        assert (pulled.settings == own.settings) == (step.like is not train.STEP)


def test_claims_are_judged_at_equal_rates_too(project):
    def change(table):
        table["rules"].append("decolle")
        table["studies"]["demo"]["analyses"].update(learning_rates=[OTHER])

    project.edit_params(change)
    before = project.executions()
    project.run("snnlocality", "generate")
    project.run("snakemake", "reports/claims.csv")
    executed = project.executed(before)
    run = "--task vision --rule eprop --arch ff --fold 0 --seed 0"
    assert f"train-equal-rate --learning_rate {OTHER} {run}" in executed
    assert f"train {run}" not in executed
    poisoned = {command.partition("--trigger ")[2].split()[0] for command in executed if "backdoor" in command}
    assert poisoned == {PAPERS_TRIGGER}  # claims ask no other, so no network is trained for it
    assert not project.planned("reports/claims.csv")
    ledger = pd.read_csv(project.root / "reports/claims.csv").set_index("id")
    contrasts = pd.read_csv(project.root / "reports/claims_contrasts.csv", dtype={"learning_rate": str})
    assert "at 0.001: W1, " in ledger.loc["C34", "equal_rates_say"]
    of_layer = contrasts[contrasts["contrast"] == "W1, BPTT - e-prop, FF"].set_index("learning_rate")["effect"]
    assert of_layer["own"] != of_layer["0.001"]
    assert "not controlled" not in (project.root / "reports/claims.md").read_text()
    project.run("snnlocality", "audit", "--skip-lock", "--skip-raw", "reports/claims.csv")


def test_an_accuracy_is_the_mean_over_recordings(finished, monkeypatch):
    monkeypatch.chdir(finished.root)
    parameters = params.load()
    for job in catalogue.by_name()["evaluate"].jobs(parameters):
        metrics = pd.read_json(job.outputs["metrics"], typ="series")
        right = read_outcomes(job.outputs["right"])["clean"]
        assert right.mean() == pytest.approx(metrics["test_accuracy"])
    for job in catalogue.by_name()["fgsm"].jobs(parameters):
        table = pd.read_csv(job.output)
        right = read_outcomes(job.outputs["right"])
        assert len(right) == len(table)
        for row in table.itertuples():
            assert right[f"{row.attack} {row.epsilon:g}"].mean() == row.accuracy
            assert set(right[f"{row.attack} {row.epsilon:g}"]) <= {0.0, 1.0}


def test_without_equal_rates_there_is_nothing_of_them(finished):
    assert not (finished.root / "results/demo/equal_rate").exists()
    assert "equal_rate" not in (finished.root / "dvc.yaml").read_text()
    assert "not controlled" in (finished.root / "reports/claims.md").read_text()
