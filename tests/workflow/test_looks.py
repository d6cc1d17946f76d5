"""A study that is looked at more than once: seeds are added to what undecided claims rest on, and to nothing else."""

import pytest

from snnlocality import parameters as params
from snnlocality.reports.undecided import _pairs, _seeds

EXPLORED = ("transfer", "descend", "corrupt", "true_fisher")  # what no claim asks
SEEDED = ("fgsm", "shift", "fisher", "cka", "convert", *EXPLORED)


def test_seeds_are_added_to_what_undecided_claims_rest_on(project):
    project.edit_params(lambda table: table["studies"]["demo"]["analyses"].update(looks=[2, 3]))
    told = project.run("snnlocality", "undecided").stdout
    assert "testable claims of 'demo' are undecided after 1 seeds: " in told
    assert "rest on the tutorial's experiments" in told  # with BPTT and e-prop alone, FF
    of_another = project.run("snnlocality", "undecided", "--study", "paper", check=False)
    assert of_another.returncode != 0
    assert "reports/claims.csv is of the study 'demo'; render that of 'paper': snakemake" in of_another.stderr

    def follow(table):
        table["studies"]["demo"] |= {"seeds": 2}
        table["studies"]["demo"]["analyses"]["seeds"] = dict.fromkeys(SEEDED, 1)

    project.edit_params(follow)
    added = {command.split()[0] for command in project.planned() if command.endswith("--seed 1")}
    assert added == {"train", "evaluate"}
    project.edit_params(lambda table: table["studies"]["demo"]["analyses"]["seeds"].pop("fisher"))
    added = {command.split()[0] for command in project.planned() if command.endswith("--seed 1")}
    assert added == {"train", "evaluate", "fisher"}


def test_the_advice_leaves_as_it_is_what_no_undecided_claim_rests_on(project, monkeypatch):
    project.edit_params(lambda table: table["studies"]["demo"]["analyses"].update(looks=[1, 10]))
    monkeypatch.chdir(project.root)
    demo = params.load()
    seeds, of_steps = _seeds(demo, {"table3"}, 1)
    assert seeds == "  studies.demo.seeds: 10"
    assert of_steps.startswith("  studies.demo.analyses.seeds: {")
    assert {step for step in SEEDED if f" {step}: 1" in of_steps} == {*SEEDED} - {"fgsm"}
    _, of_steps = _seeds(demo, {"table4", "figure2", "figure4"}, 1)
    assert {step for step in SEEDED if f" {step}: 1" in of_steps} == {"fgsm", "shift", *EXPLORED}
    assert _pairs(demo, 1) == ["  studies.demo.analyses.pairs: 10"]
    assert _seeds(demo, {"table3"}, 10) == _pairs(demo, 10) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"looks": [10, 5]}, "looks are at more seeds each time"),
        ({"seeds": {"fishr": 3}}, "fishr"),
        ({"learning_rates": [0]}, "learning_rates"),
    ],
)
def test_a_mistake_is_named(project, change, told):
    project.edit_params(lambda table: table["studies"]["demo"]["analyses"].update(change))
    done = project.run("snnlocality", "study", check=False)
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
