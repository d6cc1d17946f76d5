"""The folders of artifacts, relative to the working directory, and the files that come with the package.

Where each artifact lies is in its step (``study``).
"""

from pathlib import Path

RESULTS = Path("results")
REPORTS = Path("reports")
LOGS = Path("logs")
CHECKPOINTS = Path(".checkpoints")
DATA_FILE = "data.safetensors"
PACKAGE = Path(__file__).parent
_WHEEL = PACKAGE / "project"  # as pyproject.toml says


def shipped(name: str | Path = "") -> Path:
    """A file of the project, by its place in the repository: of the checkout, or as the wheel holds it."""
    return (_WHEEL if _WHEEL.is_dir() else PACKAGE.parents[1]) / name


def log(output: str | Path, suffix: str = "") -> Path:
    """Volatile companion of an output (log, benchmark, execution), below ``logs/`` at the same relative place."""
    output = Path(output)
    return LOGS / output.parent / (output.name + suffix)


def checkpoints(output: str | Path, step: str) -> Path:
    """The folder of a step's checkpoints, below ``.checkpoints/`` at the same relative place as its output."""
    return CHECKPOINTS / Path(output).parent / step
