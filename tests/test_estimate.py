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
    rates = estimate.measured(demo)
    assert rates == {"train vision": pytest.approx(15 / estimate.work_of(demo, "train", "vision"))}
