"""Spot checks: compute steps again, in a folder of their own, and compare with what their records say.

On the platform that computed a result, by the log of its execution, it must come out the same to the bit. Elsewhere
sums have another order, a spike flips now and then, and a training drifts away from the recorded one. What may differ
there is stated for accuracies: ``allowed`` after a training, ``allowed_at_rest`` of a recorded network.
"""

import csv
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import snnlocality
from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.data.source import DATA_VARIABLE, data_folder
from snnlocality.errors import UserError
from snnlocality.provenance import audit, raw, run_cache
from snnlocality.provenance.environment import astray
from snnlocality.provenance.manifest import Manifest
from snnlocality.provenance.records import execution_log, execution_of
from snnlocality.storage import read_json, sha256
from snnlocality.study import catalogue
from snnlocality.study.commands import arguments
from snnlocality.study.step import Job
from snnlocality.study.steps import evaluate, fgsm

_JUDGED = ("train", "backdoor", "evaluate", "fgsm")  # on any platform
_PLATFORM = ("machine", "system", "libc", "python", "libraries", "engine", "code_path")
_PROJECT = ("params.yaml", "envs", "plugins", "published")  # what a step reads besides data and results
_DEVIATIONS = 3
# Shares of the decisions of a recorded network. Measured between two engines: none of 54 500 on nine test parts; under
# attack, where the sign of a gradient near zero decides too, at most 2 of 360.
_MOVED = {"evaluate": 0.001, "fgsm": 0.01}

_Shares = dict[str, tuple[float, int]]  # accuracies by what they are of: share, number of decisions


class Outcome(StrEnum):
    """How a result came out the second time."""

    IDENTICAL = "identical"  # every output to the bit
    WITHIN = "within tolerance"  # elsewhere, and no accuracy differs by more than is allowed
    DIFFERS = "differs"
    UNJUDGED = "not judged"  # elsewhere, and no tolerance is stated for such a step


AGREED = (Outcome.IDENTICAL, Outcome.WITHIN)


class Check(NamedTuple):
    """What came of computing one step again."""

    step: str
    output: str
    outcome: Outcome
    reasons: tuple[str, ...]


def sample(parameters: params.Parameters, number: int, seed: int) -> list[Job]:
    """Steps of the study of any kind, drawn at random; the same for the same seed.

    Those whose raw data are not here are left out. Raises UserError if nothing is there to draw from.
    """
    there = [
        one for one in catalogue.everything(parameters) if one.record.exists() and (not one.raw or raw.files(one.raw))
    ]
    if not there:
        raise UserError(f"There is no result of the study '{parameters.label}' to verify; dvc pull, or compute it.")
    return random.Random(seed).sample(there, min(number, len(there)))


def makers(parameters: params.Parameters, targets: Iterable[str]) -> list[Job]:
    """The steps that make these files. Raises UserError for a file that no step makes."""
    jobs = audit.chosen(parameters)
    return [audit.chain(jobs, target)[0] for target in targets]


def with_measures(parameters: params.Parameters, jobs: Iterable[Job]) -> list[Job]:
    """These steps, each once, every training followed by what was measured of its network.

    A training that comes out the same says nothing of the accuracies that are recorded of it.
    """
    found: dict[Path, Job] = {}
    for job in jobs:
        measures = _measures(parameters, job) if job.name == "train" else ()
        found |= {one.output: one for one in (job, *measures) if one is job or one.record.exists()}
    return list(found.values())


def verify(parameters: params.Parameters, job: Job, remembered: Manifest, threads: int = 1) -> Check:
    """Compute a step again from its recorded inputs; nothing below results/ or reports/ is touched.

    With a training, its new network is evaluated, and judged by its accuracy. What is measured of a network is measured
    of the recorded one. Raises UserError if the step cannot be computed here.
    """

    def check(outcome: Outcome, *reasons: str) -> Check:
        return Check(job.name, str(job.output), outcome, reasons)

    jobs = [job, *(_measures(parameters, job)[:1] if job.name == "train" else ())]
    for one in jobs:
        finding = audit.examined(one, remembered)
        if finding.verdict not in audit.SOUND:
            return check(Outcome.DIFFERS, f"{finding.output} is {finding.verdict.value}:", *finding.reasons)
    with tempfile.TemporaryDirectory(prefix="snnlocality-verify-") as folder:
        root = Path(folder)
        _mirror(root, parameters, {path for one in jobs for path in (*one.output_paths, one.record)})
        for one in jobs:
            _execute(root, arguments(one, parameters.label, threads))
        changed = [path for one in jobs for path in one.output_paths if sha256(root / path) != audit.digest(path)]
        if not changed:
            return check(Outcome.IDENTICAL)
        reasons = [f"{path} has other bytes" for path in changed]
        recorded, here = execution_of(job), read_json(root / execution_log(job))
        if recorded and not (others := _other_platform(recorded, here)):
            return check(Outcome.DIFFERS, "this is the platform that computed it, and", *reasons)
        where = f"another platform computed it ({others})" if recorded else "no log says what platform computed it"
        if job.name not in _JUDGED:
            return check(Outcome.UNJUDGED, where, *reasons, "only on that platform must it be the same to the bit")
        within, words = _compared(job.name, jobs[-1].output, root)
        return check(Outcome.WITHIN if within else Outcome.DIFFERS, where, words)


def _compared(step: str, recorded: Path, root: Path) -> tuple[bool, str]:
    """Whether the accuracies of a file are near enough to those of the same file below ``root``, and how near."""
    before, after = _shares(recorded), _shares(root / recorded)
    if {name: number for name, (_, number) in before.items()} != {name: number for name, (_, number) in after.items()}:
        return False, f"{recorded} has accuracies of other things or of other numbers of decisions"
    differences = []
    for name, (then, number) in before.items():
        now = after[name][0]
        moved, most = round(abs(now - then) * number), limit(step, (then + now) / 2, number)
        words = f"{name} {then:.4f} then, {now:.4f} now: {moved} of {number} decisions, {most} allowed"
        differences.append((moved - most, words))
    over, words = max(differences)
    return over <= 0, words if len(differences) == 1 else f"{words}; nearest to its limit of {len(differences)}"


def limit(step: str, accuracy: float, decisions: int) -> int:
    """How many more or fewer of the decisions may be right on another platform, after the step of this name."""
    if step in _MOVED:
        return allowed_at_rest(_MOVED[step], decisions)
    return allowed(accuracy, decisions)


def allowed(accuracy: float, decisions: int) -> int:
    """How many more or fewer of the decisions may be right if the network was trained on another platform.

    Three standard deviations of the difference between two networks of this accuracy whose errors are independent, by
    the draw of test samples alone: 3 sqrt(2 p (1 - p) n). A drifted training errs on much the same samples, so it
    differs by less: 388 pairs of trainings with two engines (benchmarks/agreement.csv) had 0.6 of this deviation, and
    none exceeded 2.3 of the three. One decision more, for p near 0 or 1.
    """
    return 1 + math.floor(_DEVIATIONS * math.sqrt(2 * accuracy * (1 - accuracy) * decisions))


def allowed_at_rest(share: float, decisions: int) -> int:
    """How many more or fewer of the decisions may be right if the recorded network itself decides, elsewhere."""
    return 1 + math.floor(share * decisions)


def _measures(parameters: params.Parameters, training: Job) -> list[Job]:
    """What is measured of a training's network: its evaluation, then its accuracies under attack if there are any."""
    return [job for step in (evaluate.STEP, fgsm.STEP) for job in step.jobs(parameters, **training.key)]


def _mirror(root: Path, parameters: params.Parameters, left_out: set[Path]) -> None:
    """Links to the project's data and results in another folder, but for what is to be made there."""
    for name in filter(os.path.exists, _PROJECT):
        (root / name).symlink_to(Path(name).absolute())
    for folder in (paths.RESULTS / parameters.label, paths.REPORTS):
        for path in folder.rglob("*"):
            if path.is_file() and path not in left_out:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).symlink_to(path.absolute())


def _execute(root: Path, command: Sequence[str]) -> None:
    # The cache of runs would give the recorded result back.
    environment = {key: value for key, value in os.environ.items() if key != run_cache.VARIABLE} | {
        DATA_VARIABLE: str(data_folder().absolute()),
        "PYTHONPATH": os.pathsep.join(
            [str(Path(snnlocality.__file__).absolute().parents[1]), os.environ.get("PYTHONPATH", "")]
        ),
    }
    done = subprocess.run(
        [sys.executable, "-m", "snnlocality.cli", *command], cwd=root, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise UserError(f"'snnlocality {' '.join(command)}' failed here: {last.removeprefix('snnlocality: ')}")


def _other_platform(recorded: dict[str, Any], here: dict[str, Any]) -> str:
    """What tells two platforms apart, in words; "" if nothing does. The common code path makes processors alike."""
    portable_here = here.get("code_path") and not astray(here["code_path"])
    keys = _PLATFORM if portable_here else (*_PLATFORM, "processor")
    return ", ".join(
        f"{key} {recorded.get(key)} there, {here.get(key)} here"
        for key in keys
        if not _alike(recorded.get(key), here.get(key))
    )


def _alike(there: Any, here: Any) -> bool:
    """Whether two values are the same; of code paths, those of libraries that both processes had loaded."""
    if isinstance(there, dict) and isinstance(here, dict):
        return all(there[name] == here[name] for name in there.keys() & here.keys())
    return there == here


def _shares(path: Path) -> _Shares:
    """Accuracies in metrics or in a table of attacks."""
    if path.name == "accuracies.csv":
        with open(path, encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return {
            f"{row['attack']} at {row['epsilon']}": (float(row["accuracy"]), int(row["decisions"]))
            for row in rows
            if "decisions" in row
        }
    if path.name != "metrics.json":
        return {}
    figures = read_json(path)
    if "test_accuracy" in figures:
        return {"test_accuracy": (figures["test_accuracy"], figures["decisions"])}
    of_source = ("source_accuracy", "attack_success_rate", "source_to_target")
    return {"accuracy": (figures["accuracy"], figures["test_samples"])} | {
        name: (figures[name], figures["source_samples"]) for name in of_source
    }
