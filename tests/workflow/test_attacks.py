"""Table 3 in the workflow: the models are Table 2's, and an attack is redone alone."""

import json

import pandas as pd
from test_reruns import run_commands


def test_without_perturbation_accuracies_are_exactly_those_of_table_2(project):
    found = sorted(project.root.glob("results/demo/fgsm/vision/*/ff/fold0/seed0/accuracies.csv"))
    assert len(found) == 2
    for path in found:
        run = project.root / "results/demo" / path.parent.relative_to(project.root / "results/demo/fgsm")
        expected = json.loads((run / "metrics.json").read_text())
        unperturbed = pd.read_csv(path).query("epsilon == 0")
        assert len(unperturbed) >= 6
        assert set(unperturbed["accuracy"]) == {expected["test_accuracy"]}
        assert set(unperturbed["decisions"]) == {expected["decisions"]}


def test_an_attack_is_redone_alone(project):
    accuracies = "results/demo/fgsm/vision/eprop/ff/fold0/seed0/accuracies.csv"
    (project.root / accuracies).unlink()
    redone = {command for command in run_commands("eprop", "vision") if command.startswith("fgsm")}
    assert project.planned(accuracies, "reports/table3.csv") == redone | {"table3"}


def test_another_strength_reruns_the_attacks_and_no_training(project):
    project.edit_params(lambda params: params["fgsm"].update(pgd_steps=3))
    attacks = {
        command for rule in ("bptt", "eprop") for command in run_commands(rule, "vision") if command.startswith("fgsm")
    }
    # Representations under attack are measured with the same attacks, and descents are on what withstood them.
    others = {command.replace("fgsm", name, 1) for command in attacks for name in ("shift", "descend")}
    assert project.planned() == attacks | others | {
        "table3",
        "robust",
        "learning-rates",
        "figure3",
        "spectrum",
        "cuts",
        "claims",
        "index",
    }
