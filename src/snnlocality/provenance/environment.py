"""The numerical libraries: which versions the lock file fixes, and which of their code paths they take."""

import os
import re
import sys
from pathlib import Path
from typing import Any

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


# What libraries say of themselves where ``portable.choose`` was called before they were loaded.
_COMMON = {"numpy": ["X86_V3"], "openblas": ["Haswell"], "torch": "AVX2", "mkl": "COMPATIBLE"}


def code_path() -> dict[str, Any]:
    """Which of their versions the numerical libraries loaded in this process take, as they themselves say."""
    found: dict[str, Any] = {}
    if "numpy" in sys.modules:
        from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
        from threadpoolctl import threadpool_info

        found["numpy"] = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
        found["openblas"] = sorted({pool["architecture"] for pool in threadpool_info() if "architecture" in pool})
    if torch := sys.modules.get("torch"):
        found["torch"] = torch.backends.cpu.get_cpu_capability()
        found["mkl"] = os.environ.get("MKL_CBWR", "")
    return found


def astray(taken: dict[str, Any]) -> dict[str, str]:
    """What of a ``code_path`` is not the common one, and what that would be."""
    return {
        f"{library} {path}": str(_COMMON[library])
        for library, path in taken.items()
        if path != _COMMON.get(library, path)
    }
