"""The folders of artifacts, relative to the root of the project; where each one lies is in its step (``study``)."""

from pathlib import Path

RESULTS = Path("results")
REPORTS = Path("reports")
LOGS = Path("logs")
CHECKPOINTS = Path(".checkpoints")
DATA_FILE = "data.safetensors"


def log(output: str | Path, suffix: str = "") -> Path:
    """Volatile companion of an output (log, benchmark, execution), below ``logs/`` at the same relative place."""
    output = Path(output)
    return LOGS / output.parent / (output.name + suffix)


def checkpoints(output: str | Path, step: str) -> Path:
    """The folder of a step's checkpoints, below ``.checkpoints/`` at the same relative place as its output."""
    return CHECKPOINTS / Path(output).parent / step
