"""An estimate is of the processor's own time."""

import pytest

from jobs import job_of
from snnlocality import estimate, parameters
from snnlocality.provenance.records import execution_log
from snnlocality.storage import write_json


def test_a_busy_machine_is_no_slow_one(root, tmp_path, monkeypatch):
    demo = parameters.load(root / "params.yaml", study="demo")
    monkeypatch.chdir(tmp_path)
    facts = {
        0: {"seconds": 90.0, "processor_seconds": 10.0},
        1: {"seconds": 30.0, "processor_seconds": 20.0},
        2: {"seconds": 15.0},  # a log of before
        3: {"seconds": 0.1, "processor_seconds": 0.1, "taken_from": "run cache"},
    }
    for seed, known in facts.items():
        write_json(execution_log(job_of(demo, "train", "vision", "bptt", "ff", 0, seed)), known)
    assert estimate.measured(demo) == {"train vision": pytest.approx(15)}


def test_two_amounts_of_work_tell_a_start_from_a_rate():
    assumed = estimate.Law(100, 100)
    assert estimate.law([(1000, 7.0), (10, 2.05), (500, 4.0)], assumed) == pytest.approx((2, 0.005))
    assert estimate.law([(10, 3.0), (1000, 2.0)], assumed) == (3, 0)  # noise: no work is done in less than no time


def test_one_amount_of_work_leaves_the_start_to_be_assumed():
    assert estimate.law([(10, 3.0)], estimate.Law(1, 100)) == pytest.approx((1, 0.2))
    assert estimate.law([(10, 3.0)], estimate.Law(5, 100)) == (3, 0)  # a faster machine


def test_a_study_and_a_scaled_one_give_this_machines_law(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_bytes((root / "params.yaml").read_bytes())
    expected = estimate.Law(2, 1e-6)
    (tmp_path / "logs/results/no_study_any_more").mkdir(parents=True)
    for study in ("demo", "paper-x0.5"):
        chosen = parameters.load(study=study)
        seconds = expected.start + expected.rate * estimate.work_of(chosen, "train", "vision")
        write_json(
            execution_log(job_of(chosen, "train", "vision", "bptt", "ff", 0, 0)),
            {"seconds": seconds, "processor_seconds": seconds},
        )
    laws, machine = estimate.known_laws()
    assert laws["train vision"] == pytest.approx(expected)
    assert "fgsm vision" in laws  # from the table
    assert machine == "what ran here"


def test_a_job_starts_when_its_inputs_are_made_and_a_processor_is_free(root):
    tiny = parameters.load(root / "params.yaml", study="mnist")
    jobs = [
        job_of(tiny, "prepare", "vision"),
        *(job_of(tiny, "train", "vision", "bptt", "ff", 0, seed) for seed in range(3)),
    ]
    jobs.append(job_of(tiny, "evaluate", "vision", "bptt", "ff", 0, 2))
    seconds = {("prepare", "vision"): 10.0, ("train", "vision"): 5.0, ("evaluate", "vision"): 1.0}
    assert estimate.elapsed(jobs, seconds, 1) == 26
    assert estimate.elapsed(jobs, seconds, 2) == 21  # two trainings, the third, its evaluation
    assert estimate.elapsed(jobs, seconds, 100) == 16  # the longest chain
    assert estimate.elapsed(jobs, seconds | {("train", "vision"): float("nan")}, 100) == 11
