"""Named arrays as files: whole or not at all, without pickle, memory-mappable.

They are stored as safetensors: an 8-byte little-endian header length, a JSON header, then the raw
arrays. Reading maps the file into memory, so a data set larger than memory costs only what is touched.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from snnlocality.errors import UserError
from snnlocality.storage import atomic_path, open_regular

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
# The format allows no longer header.
_LONGEST_HEADER = 100_000_000


def write_tensors(
    path: str | Path, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write named arrays (and string metadata) to one safetensors file, atomically."""
    # Only who writes needs the library: reading is done here.
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    with atomic_path(path) as temporary:
        temporary.touch()  # with the user's usual permissions; safetensors would make it private
        mode = temporary.stat().st_mode
        try:
            save_file(contiguous, temporary, dict(metadata or {}))
        except SafetensorError as error:  # so it calls a full disk
            raise OSError(str(error)) from error
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
        with open_regular(path) as stream:
            raw = np.memmap(stream, dtype=np.uint8, mode="r")
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; run the workflow that makes it first.") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}); remove it and run the workflow again.") from None
    try:
        header_length = int.from_bytes(raw[:8].tobytes(), "little")
        if header_length > min(raw.size - 8, _LONGEST_HEADER):
            raise ValueError("header longer than the file")
        header = json.loads(raw[8 : 8 + header_length].tobytes())
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
            raise ValueError("metadata that is no text")
        body = raw[8 + header_length :]
        return {name: _array(body, name, entry) for name, entry in header.items()}, metadata
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UserError(
            f"{path} is not a whole safetensors file ({error}); remove it and run the workflow again."
        ) from None


def _array(body: np.ndarray, name: str, entry: dict[str, Any]) -> np.ndarray:
    begin, end = entry["data_offsets"]
    shape, dtype = tuple(entry["shape"]), np.dtype(_DTYPES[entry["dtype"]])
    if not all(type(number) is int and number >= 0 for number in (begin, end, *shape)):
        raise ValueError(f"array {name} of a size that is none")
    if not begin <= end <= body.size or (end - begin) != dtype.itemsize * math.prod(shape):
        raise ValueError(f"array {name} does not fit the file")
    # The header is padded to 8 bytes, but arrays after an odd-sized one may be misaligned.
    return np.ndarray(shape, dtype, buffer=body, offset=begin)
