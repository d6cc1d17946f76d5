"""The numerical libraries: versions installed and locked, and which of their code paths they take."""

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from snnlocality import paths, plugins

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


@cache
def installed_versions() -> dict[str, str | None]:
    """Installed versions of the numerical libraries, None for one that is not.

    By the names of the folders that installers leave (``plugins.installed``).
    """
    found: dict[str, str] = {}
    for _, name in plugins.installed():
        package, _, version = name.removesuffix(".dist-info").partition("-")
        if version and name.endswith(".dist-info"):
            found.setdefault(package.lower().replace("_", "-"), version)
    return {name: found.get(name) for name in NUMERICAL}


def locked_versions(lock: Path = LOCK) -> dict[str, list[str]]:
    """Locked versions of the numerical libraries; several where the lock distinguishes Python versions.

    Of the working directory's lock, else of the package's.
    """
    text = (lock if lock.exists() else paths.shipped(LOCK)).read_text(encoding="utf-8")
    pins = [line.split()[0].partition("==") for line in text.splitlines() if line[:1].isalpha()]
    return {name: sorted(version for package, _, version in pins if package == name) for name in NUMERICAL}


def not_as_locked() -> str:
    """A sentence that names the numerical libraries of which other versions are installed than locked; "" if none."""
    locked = locked_versions()
    others = [
        f"{name} {version or 'none'} (locked: {' or '.join(locked[name]) or 'none'})"
        for name, version in installed_versions().items()
        if version not in locked[name]
    ]
    return f"Installed are {', '.join(others)}, which may change numbers; make setup installs {LOCK}." if others else ""


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
