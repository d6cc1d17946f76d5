"""Files as this project writes them: whole or not at all, without pickle, memory-mappable.

Arrays are stored as safetensors: an 8-byte little-endian header length, a JSON header, then the raw
arrays. Reading maps the file into memory, so a data set larger than memory costs only what is touched.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from snnlocality.errors import UserError

_DTYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "U16": np.uint16,
    "U8": np.uint8,
    "BOOL": np.bool_,
}


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it to ``path`` on success, remove it on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: object) -> None:
    """Write ``value`` as sorted, indented JSON, so that equal values give equal bytes."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: str | Path) -> dict:
    """Read a JSON object; raises UserError naming the file if it is absent or not JSON."""
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; run the workflow that makes it first.") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path} is not readable JSON ({error}); remove it and run the workflow again.") from None
    if not isinstance(value, dict):
        raise UserError(f"{path} holds no JSON object; remove it and run the workflow again.")
    return value


def write_tensors(
    path: str | Path, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write named arrays (and string metadata) to one safetensors file, atomically."""
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with atomic_path(path) as temporary:
        temporary.touch()  # with the user's usual permissions; safetensors would make it private
        mode = temporary.stat().st_mode
        save_file(contiguous, temporary, dict(metadata or {}))
        _sort_metadata(temporary)
        temporary.chmod(mode)


def _sort_metadata(path: Path) -> None:
    # safetensors writes them in an order of chance, which would give equal values different bytes.
    with open(path, "r+b") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        if "__metadata__" in header:
            header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
            text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
            file.seek(8)
            file.write(text.ljust(length))


def read_tensors(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Map a safetensors file: (arrays by name, read-only views of the mapped file; metadata).

    Raises UserError, naming the file, if it is absent, truncated or not safetensors.
    """
    path = Path(path)
    try:
        raw = np.memmap(path, dtype=np.uint8, mode="r")
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; run the workflow that makes it first.") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}); remove it and run the workflow again.") from None
    try:
        header_length = int.from_bytes(raw[:8].tobytes(), "little")
        if header_length > raw.size - 8:
            raise ValueError("header longer than the file")
        header = json.loads(raw[8 : 8 + header_length].tobytes())
        metadata = header.pop("__metadata__", {})
        body = raw[8 + header_length :]
        arrays = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            shape = tuple(entry["shape"])
            dtype = np.dtype(_DTYPES[entry["dtype"]])
            if not 0 <= begin <= end <= body.size or (end - begin) != dtype.itemsize * int(np.prod(shape)):
                raise ValueError(f"array {name} does not fit the file")
            # The header is padded to 8 bytes, but arrays after an odd-sized one may be misaligned.
            arrays[name] = np.ndarray(shape, dtype, buffer=body, offset=begin)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is not a whole safetensors file ({error}); remove it and run the workflow again."
        ) from None
    return arrays, metadata


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
