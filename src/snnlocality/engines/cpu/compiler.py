"""C of this package as libraries: compiled for this machine, once, and kept in the user's cache.

The compiler (Zig's Clang) comes with the Python dependencies, so a machine needs none of its own.
"""

import ctypes
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path

from snnlocality.errors import UserError
from snnlocality.storage import user_cache

FLAGS = ("-O3", "-mcpu=native", "-std=c11", "-shared", "-fPIC", "-fno-math-errno", "-fno-trapping-math")


def library(source: Path, definitions: tuple[str, ...] = ()) -> ctypes.CDLL:
    """A C file as a loaded library; ``definitions`` are the compiler's ``-DNAME=VALUE``.

    Raises UserError if it cannot be compiled.
    """
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, *definitions, str(source)]
    # Everything that decides the machine code is in the name: the cache is never stale, and nodes of a cluster
    # with different processors or systems can share it.
    system = " ".join((platform.system(), *platform.libc_ver()))
    key = "\n".join([*FLAGS, *definitions, source.read_text(encoding="utf-8"), _compiler(), processor(), system])
    path = (
        user_cache() or _folder_of_this_process()
    ) / f"{source.stem}-{hashlib.sha256(key.encode()).hexdigest()[:20]}.so"
    if not path.exists():
        _compile(command, path)
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise UserError(f"The CPU engine's {source.name} cannot be loaded here ({error}).") from None


@cache
def _folder_of_this_process() -> Path:
    # A name that others could foresee would let them put a library there.
    return Path(tempfile.mkdtemp(prefix="snnlocality-"))


def _compile(command: list[str], library: Path) -> None:
    # Under a name of its own first: several runs that start at once must not see each other's half-written file.
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        draft = Path(scratch) / library.name
        caches = {name: str(library.parent / "zig") for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")}
        done = subprocess.run(
            [*command, "-o", str(draft)], capture_output=True, text=True, env={**os.environ, **caches}, check=False
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no message"])[0]
            raise UserError(f"The CPU engine could not be compiled here ({reason}).")
        os.replace(draft, library)


def _compiler() -> str:
    try:
        return metadata.version("ziglang")
    except metadata.PackageNotFoundError:
        raise UserError("The CPU engine needs the package ziglang, which is not installed; run make setup.") from None


def processor() -> str:
    """What distinguishes processors for a compiler."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("vendor_id", "cpu family", "model\t", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(wanted)}))
