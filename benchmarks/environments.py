"""An environment of its own for every peer, made from the pinned ``environments/<name>.txt`` when first needed.

The PyTorch libraries see the project's own packages too, so that all run on the same PyTorch; those of JAX bring all
they need. Nothing but what the files pin is installed (``--no-deps``).
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
OWN = "snnlocality"  # needs no environment but the project's
WHOLE = ("spyx", "jaxpike", "rockpool", "braintrace")


class Unavailable(Exception):
    """Why a contender cannot take part, in one line."""


def interpreter(name: str) -> Path:
    """The Python of this environment; made if absent or out of date. Raises Unavailable if that fails."""
    if name == OWN:
        return Path(sys.executable)
    folder, pins = HERE / ".environments" / name, HERE / "environments" / f"{name}.txt"
    python, done = folder / "bin" / "python", folder / "installed.txt"
    if not done.is_file() or done.read_text() != pins.read_text():
        _run(sys.executable, "-m", "venv", "--clear", folder)
        if name not in WHOLE:
            packages = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
            Path(packages, "project.pth").write_text(
                f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
            )
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", pins)
        done.write_text(pins.read_text())
    return python


def _run(*command: object) -> str:
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()] or ["no message"]
        errors = [line for line in lines if line.startswith("ERROR")]
        raise Unavailable(f"not installed: {(errors or lines)[-1].strip()}")
    return result.stdout
