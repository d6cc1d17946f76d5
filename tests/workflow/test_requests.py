"""What is asked of the workflow and cannot be is told in one sentence, before anything starts."""

import re

import pytest

from snnlocality import parameters
from snnlocality.errors import UserError
from snnlocality.provenance import requests
from snnlocality.study import catalogue

RUN = "ff/fold0/seed0/model.safetensors"


@pytest.fixture
def demo(root, monkeypatch):
    monkeypatch.chdir(root)
    return parameters.load(study="demo")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"sudy": "sample"}, ["no key 'sudy'", "did you mean 'study'?"]),
        ({"study": "demo", "quiet": True}, ["no key 'quiet' (it has study, scale, engine)."]),
        ({"study": 5}, ["'5' is unknown", "demo, sample"]),
        ({"study": None, "scale": "x"}, ["'scale'", "valid number"]),
    ],
)
def test_a_choice_that_is_none_is_refused(demo, config, words):
    with pytest.raises(UserError) as error:
        requests.parameters_of(config)
    for word in words:
        assert word in str(error.value)


def test_choices_choose(demo):
    assert requests.parameters_of({"engine": "cpu"}) == parameters.load()
    assert requests.parameters_of({"study": "paper", "scale": 0.1}).label == "paper-x0.1"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (
            "results/sample/vision/bptt/runs.csv",
            "is of study 'sample', but 'demo' is chosen; .* --config study=sample.",
        ),
        ("results/paper-x0.1/vision/data.safetensors", "--config study=paper scale=0.1."),
        (f"results/demo/vision/nope/{RUN}", "'nope' is not in .*; choose one of bptt,"),
        ("results/demo/fgsm/vision/nope/ff/fold0/seed0/accuracies.csv", "'nope' is not in .*; choose one of bptt,"),
        ("results/demo/backdoor/vision/nope/ff/visible/rate0.1/pair0/metrics.json", "'nope' is not in"),
        (
            "results/demo/vision/bptt/nope/fold0/seed0/metrics.json",
            "'nope' is no architecture of vision; choose one of",
        ),
        ("results/demo/tutorial/nope/found.csv", "'nope' is not in .*; choose one of adaptation,"),
    ],
)
def test_a_target_of_another_study_or_of_no_rule_is_refused(demo, target, words):
    with pytest.raises(UserError, match=words):
        requests.check_targets(demo, ["-n", target])


def test_other_words_of_a_command_pass(demo):
    made = [str(path) for job in catalogue.everything(demo) for path in job.output_paths]
    own = [
        "-n",
        "--",
        "all",
        "",
        "/",
        "results",
        "results/",
        "results/demo",
        "results/elsewhere/x",
        "reports/table1.csv",
    ]
    requests.check_targets(demo, [*own, *made, f"results/demo/vision/rtrl/{RUN}"])


def test_missing_raw_data_are_told_before_any_job_starts(project, monkeypatch, tmp_path):
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))
    reason = f"results/paper/vision/data.safetensors cannot be prepared: {tmp_path}/n-mnist does not exist"
    planned = project.run("snakemake", "-n", "--config", "study=paper", "--", "reports/table2.csv")
    assert reason in planned.stdout + planned.stderr
    before = project.executions()
    done = project.run("snakemake", "--config", "study=paper", "--", "reports/table2.csv", check=False)
    assert done.returncode == 1
    assert re.search(rf"WorkflowError.*\n{re.escape(reason)}; put the data", done.stderr)
    assert "Traceback" not in done.stderr
    assert project.executions() == before
    project.run("snakemake", "--config", "study=paper", "--", "reports/table1.csv")


def test_who_has_the_results_needs_no_raw_data(project, monkeypatch, tmp_path):
    """Digits that the workflow takes for recordings on the disk, and which are not there."""
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path / "data"))
    project.run("snnlocality", "export", "nmnist", str(tmp_path / "data"), "--count", "140")
    project.edit_params(lambda params: params["studies"]["demo"]["tasks"]["vision"]["data"].update(source="nmnist"))
    target = "results/demo/vision/baseline.csv"
    project.run("snakemake", target)
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path / "nowhere"))
    done = project.run("snakemake", target)
    assert "Nothing to be done" in done.stdout + done.stderr
    assert "cannot be prepared" not in done.stderr
    (project.root / "results/demo/vision/data.safetensors").unlink()
    done = project.run("snakemake", target)
    assert "Nothing to be done" in done.stdout + done.stderr
