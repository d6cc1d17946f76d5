"""Every command that computes by an engine, one after the other in one process, on recordings of a handful of events.

Run as a script in a project that ``shrink`` has made so small that Triton's interpreter takes seconds. The recordings
are written here, since the interpreter's time goes with the number of input units, and a camera has 2312.
"""

import sys
import time

import numpy as np

CELL = ("--task", "vision", "--rule", "bptt", "--arch", "rec")
COMMANDS = (
    ("train", *CELL),
    ("train", "--task", "vision", "--rule", "decolle", "--arch", "rec"),
    ("train-many", *CELL),
    ("evaluate", *CELL),
    ("fgsm", *CELL),
    ("shift", *CELL),
    ("descend", *CELL),
    ("corrupt", *CELL),
    ("fisher", *CELL),
    ("true-fisher", *CELL),
    ("convert", "--task", "vision"),
    ("cka", "--task", "vision", "--arch", "rec"),
    ("ceiling", *CELL),
    ("transfer", "--task", "vision"),
    ("train-at-activity", *CELL, "--firing_rate", "0.1"),
    ("backdoor", *CELL, "--trigger", "visible", "--rate", "0.5"),
    ("search-cell", *CELL),
    ("tutorial", "--experiment", "adaptation"),
    ("tutorial", "--experiment", "superspike"),
    ("tutorial", "--experiment", "surrogates"),
)
_INPUTS, _CLASSES, _STEPS, _SAMPLES = 9, 3, 3, 17


def shrink(params: dict) -> None:
    """Make the demo study as small as the commands allow."""
    params["rules"] = ["bptt", "decolle"]
    params["neuron"]["drive"] = 2.0  # so that neurons fire within so few steps
    params["tasks"]["vision"] |= {"hidden": [4, 3], "architectures": ["rec"]}
    params["search"] |= {"seeds": [1000], "learning_rate": [0.02]}
    params["fgsm"] |= {"epsilon": [0, 0.05], "fixed_point_iterations": 2, "pgd_steps": 1}
    params["robust"] |= {"epsilon": [0.05], "surrogates": {"fast_sigmoid": [10]}, "losses": ["margin"]}
    params["robust"] |= {"steps": 1, "starts": 1}
    params["corruptions"] = {"added": [0.5], "missing": [0.5], "jitter_ms": [5]}
    params["backdoor"] = {"pixels": [[0, 0], [1, 0]], "polarity": 0}
    params["representations"]["batch"] = 4
    params["conversion"] |= {"balance_samples": 3, "steps": 2}
    study = params["studies"]["demo"]
    study["seeds"] = 1
    study["analyses"] = {"poison_rates": [0.5], "pairs": 1, "cka_samples": 4, "fisher_samples": 1}
    study["analyses"]["firing_rates"] = [0.1]
    study["tasks"]["vision"]["data"]["steps"] = _STEPS
    study["tasks"]["vision"]["training"] |= {"epochs": 1, "batch_size": 3, "tuned": {}}
    study["tasks"]["vision"]["training"]["default"]["learning_rate"] = 0.02
    tutorial = params["tutorial"]
    tutorial["adaptation"] |= {"seeds": 1, "rules": ["eprop"], "channels": 3, "hidden": 4, "shown": 2, "delay": 1}
    tutorial["adaptation"] |= {"samples": 4, "epochs": 2}
    tutorial["superspike"] |= {"seeds": 1, "inputs": 6, "hidden": 5, "outputs": 2, "steps": 8, "input_rate": 0.5}
    tutorial["superspike"] |= {"target_spikes": 2, "epochs": 2}
    tutorial["surrogates"] |= {"seeds": 1, "surrogates": ["fast_sigmoid"], "hidden": [4], "samples": 4, "tested": 4}
    tutorial["surrogates"] |= {"epochs": 1, "batch_size": 4}


def write_recordings() -> None:
    """Prepared data of the study, as ``snnlocality prepare`` would leave them; units of a class fire more often."""
    from snnlocality import parameters
    from snnlocality.data.splits import Part
    from snnlocality.provenance.records import recorded
    from snnlocality.study.steps import prepare
    from snnlocality.tensors import write_tensors

    random, labels = np.random.default_rng(0), np.arange(_SAMPLES) % _CLASSES
    rates = np.where(np.arange(_INPUTS) % _CLASSES == labels[:, None], 0.8, 0.3)
    active = (random.random((_SAMPLES, _STEPS, _INPUTS)) < rates[:, None]).reshape(-1, _INPUTS)
    parts = np.repeat([Part.TRAIN, Part.VALIDATION, Part.TEST], [9, 4, 4]).astype(np.uint8)
    arrays = {"units": np.nonzero(active)[1].astype(np.uint16), "labels": labels.astype(np.uint8), "fold0": parts}
    arrays["offsets"] = np.concatenate([[0], np.cumsum(active.sum(axis=1))])
    metadata = {"kind": "events", "steps": str(_STEPS), "duration_ms": "12", "notice": "Made for a test."}
    prepared = prepare.STEP.job(parameters.load(), task="vision")
    with recorded(prepared):
        sizes = {"inputs": str(_INPUTS), "classes": str(_CLASSES)}
        write_tensors(prepared.output, arrays, metadata | sizes)


def main() -> None:
    """Run all commands with the engine that the environment names."""
    from snnlocality.cli import main as program

    write_recordings()
    for command in COMMANDS:
        begin = time.perf_counter()
        program(command, standalone_mode=False)
        print(f"{time.perf_counter() - begin:.1f} s: {' '.join(command)}", file=sys.stderr)


if __name__ == "__main__":
    main()
