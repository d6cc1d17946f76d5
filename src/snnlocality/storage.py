"""Files as this project writes them: whole or not at all. Arrays are in ``tensors``."""

import errno
import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from snnlocality.errors import UserError

# Texts of this project (JSON, YAML, labels) are far smaller.
LONGEST_TEXT = 100_000_000
PART = ".part"  # ends the names of folders in which files are written


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path; what was written there is renamed to ``path`` on success and removed on failure.

    It lies in a folder of its own beside ``path``, so that whatever a library leaves there is removed too. Raises
    UserError if the file cannot be written (full disk, read-only folder).
    """
    path = Path(path)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        scratch.mkdir(parents=True)
        yield scratch / path.name
        os.replace(scratch / path.name, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def user_cache() -> Path | None:
    """Where a user keeps what can be made anew: below XDG_CACHE_HOME or ~/.cache; None if there is no such place."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "snnlocality"
        home.mkdir(parents=True, exist_ok=True)
        return home if os.access(home, os.W_OK) else None
    except (OSError, RuntimeError):  # read-only, or a user without a home
        return None


def check_writable(path: str | Path) -> None:
    """Raise UserError if ``path`` cannot be written, before hours of work go into it; make its folder."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=Path(path).parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: str | Path, error: OSError) -> UserError:
    return UserError(
        f"{path} could not be written ({error.strerror or error}); see to it that there is room and that you may write "
        "there, then run the same command again."
    )


def remove_leftovers(path: str | Path) -> None:
    """Remove what a process that was killed while it wrote ``path`` left beside it; nobody may be writing it now.

    The name may be a pattern.
    """
    for scratch in Path(path).parent.glob(f".{Path(path).name}.????????{PART}"):
        shutil.rmtree(scratch, ignore_errors=True)


def settle(path: str | Path) -> None:
    """Wait until a file is on the disk; only then do some file systems notice that they are full (UserError)."""
    try:
        with open_regular(path) as stream:
            os.fsync(stream.fileno())
    except OSError as error:
        raise _unwritable(path, error) from error


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: object) -> None:
    """Write ``value`` as sorted, indented JSON, so that equal values give equal bytes."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_text(path: str | Path, longest: int = LONGEST_TEXT) -> str:
    """Read a text in UTF-8; raises UserError naming the file if it is absent, no text or longer than any should be."""
    try:
        return read_bytes(path, longest).decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no text in UTF-8 ({error.reason} at byte {error.start}); correct it.") from None


def read_bytes(path: str | Path, longest: int) -> bytes:
    """Read a regular file; raises UserError naming it if it is absent, something else or too long to be right."""
    try:
        with open_regular(path) as stream:
            if (size := os.fstat(stream.fileno()).st_size) > longest:
                raise UserError(f"{path} is {size} bytes long, more than the {longest} that it can have; replace it.")
            return stream.read(longest)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; check the path, or run the workflow that makes it first.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check the path and its permissions.") from None


def open_regular(path: str | Path) -> BufferedReader:
    """Open a file to read; raises OSError for a pipe, a socket or a device, which could be read for ever."""
    # Without O_NONBLOCK, opening a pipe would wait for somebody to write to it; for a file it means nothing.
    stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return stream


def read_json(path: str | Path) -> dict[str, Any]:
    """Read a JSON object; raises UserError naming the file if it is absent or not JSON."""
    text = read_text(path)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not readable JSON ({error}); remove it and run the workflow again.") from None
    if not isinstance(value, dict):
        raise UserError(f"{path} holds no JSON object; remove it and run the workflow again.")
    return value


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a regular file's bytes."""
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
