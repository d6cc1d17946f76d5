"""Where every artifact lies, relative to the root of the project. The Snakefile uses these too."""

from pathlib import Path

RESULTS = Path("results")
REPORTS = Path("reports")
LOGS = Path("logs")
CHECKPOINTS = Path(".checkpoints")
DATA_FILE = "data.safetensors"


def data(study: str, task: str) -> Path:
    """The prepared data of a task."""
    return RESULTS / study / task / DATA_FILE


def run(study: str, task: str, rule: str, architecture: str, fold: int | str, seed: int | str) -> Path:
    """The folder of one run: its model, training curve, milestones and metrics."""
    return RESULTS / study / task / rule / architecture / f"fold{fold}" / f"seed{seed}"


def runs(study: str, task: str, rule: str) -> Path:
    """All metrics of one rule on one task, a row per run."""
    return RESULTS / study / task / rule / "runs.csv"


def search(study: str, task: str, rule: str, architecture: str) -> Path:
    """The trials of one cell's hyper-parameter search."""
    return RESULTS / study / "search" / task / rule / architecture / "trials.csv"


def fgsm(study: str, task: str, rule: str, architecture: str, fold: int | str, seed: int | str) -> Path:
    """Accuracies of one run under attack."""
    return _measured(study, "fgsm", task, rule, architecture, fold, seed) / "accuracies.csv"


def shift(study: str, task: str, rule: str, architecture: str, fold: int | str, seed: int | str) -> Path:
    """CKA between one run's representations of clean and of attacked samples."""
    return _measured(study, "shift", task, rule, architecture, fold, seed) / "cka.csv"


def fisher(study: str, task: str, rule: str, architecture: str, fold: int | str, seed: int | str) -> Path:
    """Fisher information in one run's weights."""
    return _measured(study, "fisher", task, rule, architecture, fold, seed) / "fisher.csv"


def _measured(study: str, measure: str, *of_run: str | int) -> Path:
    """Where a measure has its folder of a run: below a folder of its own, which is laid out as the runs are."""
    return RESULTS / study / measure / run(study, *of_run).relative_to(RESULTS / study)


def backdoor(study: str, rule: str, architecture: str, trigger: str, rate: str, pair: int | str) -> Path:
    """The folder of one run on poisoned data."""
    return RESULTS / study / "backdoor" / rule / architecture / trigger / f"rate{rate}" / f"pair{pair}"


def conversion(study: str, fold: int | str, seed: int | str) -> Path:
    """The folder of one ReLU network and its conversion."""
    return RESULTS / study / "conversion" / f"fold{fold}" / f"seed{seed}"


def cka(study: str, architecture: str, fold: int | str, seed: int | str) -> Path:
    """CKA between the networks of one seed."""
    return RESULTS / study / "cka" / architecture / f"fold{fold}" / f"seed{seed}" / "cka.csv"


def tutorial(study: str, experiment: str) -> Path:
    """What an experiment of the tutorial found."""
    return RESULTS / study / "tutorial" / experiment / "found.csv"


def log(output: str | Path, suffix: str = "") -> Path:
    """Volatile companion of an output (log, benchmark, execution), below ``logs/`` at the same relative place."""
    output = Path(output)
    return LOGS / output.parent / (output.name + suffix)


def checkpoints(output: str | Path, step: str) -> Path:
    """The folder of a step's checkpoints, below ``.checkpoints/`` at the same relative place as its output."""
    return CHECKPOINTS / Path(output).parent / step
