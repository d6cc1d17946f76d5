"""The tutorial's figure 6 on DVS Gesture: what is read, recorded and redone."""

import json
from pathlib import Path

import numpy as np
import pandas as pd


def test_figure_6_is_drawn_from_gestures_and_from_no_other_file_beside_them(project, monkeypatch, tmp_path):
    root = tmp_path / "dvs-gesture" / "DVSGesture"
    random = np.random.default_rng(0)
    for user in (1, 2):
        (root / "ibmGestureTrain" / f"user{user:02d}_led").mkdir(parents=True)
        for label in range(5):
            time = np.sort(random.integers(0, 300, 200))
            events = np.column_stack([*random.integers(0, [128, 128, 2], (200, 3)).T, time])
            np.save(root / "ibmGestureTrain" / f"user{user:02d}_led" / f"{label}.npy", events)
    monkeypatch.setenv("SNNLOCALITY_DATA", str(tmp_path))

    def of_gestures(raw):
        chosen = raw["tutorial"]["convolution"]
        chosen |= {"recordings": "gestures", "shrink": 4, "batch_size": 5}
        chosen["gestures"] |= {"steps": 10, "duration_ms": 300, "validation_users": 1}

    project.edit_params(of_gestures)
    table = Path("results/demo/tutorial/convolution/found.csv")
    project.run("snakemake", str(table), "reports/tutorial/figure6.svg")
    assert set(pd.read_csv(project.root / table)["recordings"]) == {"gestures"}
    record = json.loads((project.root / table.with_name("tutorial.record.json")).read_text())
    folder = "data/dvs-gesture/DVSGesture/ibmGestureTrain"
    assert sorted(record["raw"]) == [f"{folder}/user0{user}_led/{label}.npy" for user in (1, 2) for label in range(5)]
    (root / "ibmGestureTrain.tar.gz").write_bytes(b"as it was downloaded")
    (root / "ibmGestureTest" / "user24_led").mkdir(parents=True)
    (root / "ibmGestureTest" / "user24_led" / "0.npy").write_bytes(b"never read")
    assert project.planned(str(table)) == set()
    np.save(root / "ibmGestureTrain" / "user02_led" / "5.npy", events)
    assert project.planned(str(table)) == {"tutorial --experiment convolution"}
