"""The libraries whose versions can change a number, as the lock file fixes them."""

import re
from pathlib import Path

from snnlocality.errors import UserError

LOCK = Path("envs/requirements.lock")
NUMERICAL = (
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "seaborn",
    "soundfile",
    "torch",
    "torchaudio",
    "ziglang",
)


def locked_versions(lock: Path = LOCK) -> dict[str, list[str]]:
    """Locked versions of the numerical libraries; several where the lock distinguishes Python versions."""
    try:
        text = lock.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{lock} does not exist; run from the root of the project.") from None
    return {
        name: sorted(re.findall(rf"^{re.escape(name)}==([^\s;\\]+)", text, flags=re.MULTILINE)) for name in NUMERICAL
    }
