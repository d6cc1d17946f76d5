"""Give one reader damaged and hostile files, in a process that has little memory and tells what goes wrong.

    python -m fuzz.worker READER SEED COUNT DONE

leaves out the first DONE cases and prints a line of JSON before and after each other one. The process that started it
sees by the last line which case crashed it or did not end.
"""

import contextlib
import json
import os
import random
import re
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.readers import READERS, Reader, strange_files
from snnlocality.errors import UserError

MEMORY = 1 << 30  # bytes that a case may take beside what the program itself has
# Python says so (PEP 578) before it does one of these. No reader has a reason to.
_FORBIDDEN = {
    "os.exec",
    "os.posix_spawn",
    "os.system",
    "subprocess.Popen",
    "pickle.find_class",
    "os.fork",
    "socket.connect",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGING = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate"}


def damaged(good: list[bytes], chance: random.Random) -> bytes:
    """A good file with one to four faults of the kinds that disks, networks and people make."""
    content = bytearray(chance.choice(good))
    for _ in range(chance.randint(1, 4)):
        chance.choice(_DAMAGES)(content, chance, good)
    return bytes(content)


def _flip(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    if content:
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _overwrite(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    size = chance.choice((1, 2, 4, 8))
    number = chance.choice((0, 1, -1, 1 << (8 * size - 1), (1 << (8 * size - 1)) - 1, chance.getrandbits(8 * size)))
    at = chance.randrange(len(content) + 1)
    content[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, chance.choice(("little", "big")))


def _cut(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    del content[chance.randrange(len(content) + 1) :]


def _remove(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    at = chance.randrange(len(content) + 1)
    del content[at : at + chance.randrange(1, 40)]


def _insert(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    at = chance.randrange(len(content) + 1)
    content[at:at] = chance.randbytes(chance.randrange(1, 40))


def _repeat(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    at = chance.randrange(len(content) + 1)
    content[at:at] = content[at : at + chance.randrange(1, 200)] * chance.randrange(1, 5)


def _splice(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    other = chance.choice(good)
    at = chance.randrange(min(len(content), len(other)) + 1)
    content[at:] = other[at:]


def _change_number(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    numbers = list(re.finditer(rb"\d+", content))
    if numbers:
        place = chance.choice(numbers)
        news = (b"0", b"-1", b"4294967295", b"18446744073709551616", b"9" * 30, b"1e999", b"0.5", b"null", b"[]", b"")
        content[slice(*place.span())] = chance.choice(news)


def _swap_words(content: bytearray, chance: random.Random, good: list[bytes]) -> None:
    words = list(re.finditer(rb"\w+", content))
    if words:
        content[slice(*chance.choice(words).span())] = chance.choice(words)[0]


_DAMAGES: tuple[Callable, ...] = (
    _flip,
    _overwrite,
    _cut,
    _remove,
    _insert,
    _repeat,
    _splice,
    _change_number,
    _swap_words,
)


def cases(reader: Reader, path: Path, seed: int, count: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Name and how to put the file there: good ones first, strange and hostile ones, then ``count`` damaged ones."""
    good = reader.good()
    for number, content in enumerate(good):
        yield f"good {number}", lambda content=content: path.write_bytes(content)
    if not reader.served:
        yield from strange_files(path)
    for name, content in reader.hostile():
        yield name, lambda content=content: path.write_bytes(content)
    for number in range(seed, seed + count):
        content = damaged(good, random.Random(f"{reader.name} {number}"))
        yield f"damaged {number}", lambda content=content: path.write_bytes(content)


def fault(reader: Reader, path: Path, name: str) -> tuple[str, str]:
    """("", "read" or "refused"), or what went wrong and where."""
    try:
        reader.read(path)
    except UserError as error:
        sentence = str(error)
        if name.startswith("good "):
            return "a good file is refused", sentence
        if not any(part in sentence for part in (path.name, path.parent.name)):
            return "the file is not named", sentence
        if "\n" in sentence or not sentence.endswith(".") or len(sentence) > 2000:
            return "not one sentence", sentence[:200]
        return "", "refused"
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in where if "snnlocality" in frame.filename] or where
        return type(error).__name__, f"{Path(own[-1].filename).name}, {own[-1].name}: {str(error)[:200]}"
    return "", "read"


def main(name: str, seed: int, count: int, done: int) -> None:
    """See the module."""
    (reader,) = (one for one in READERS if one.name == name)
    os.environ.pop("SNNLOCALITY_RUN_CACHE", None)
    with tempfile.TemporaryDirectory() as scratch:
        box = Path(scratch).resolve()
        os.chdir(box)
        forbidden: list[str] = []
        for number, (case, put) in enumerate(cases(reader, box / "0" / reader.file, seed, count)):
            if 0 < number < done:  # the first one loads everything
                continue
            folder = box / "0"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            reader.furnish(folder)
            put()
            if number >= done:
                print(json.dumps({"case": case}), flush=True)
            problem, detail = fault(reader, folder / reader.file, case)
            if forbidden:
                problem, detail = "forbidden", "; ".join(forbidden)
                forbidden.clear()
            if number >= done:
                print(json.dumps({"case": case, "problem": problem, "detail": detail}), flush=True)
            if number == 0:  # everything is loaded now
                _watch(box, forbidden, _FORBIDDEN - ({"socket.connect"} if reader.served else set()))
                _limit()


def _limit() -> None:
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # A mapped file counts as well, though it takes no memory: room for the terabyte of nothing.
    resource.setrlimit(resource.RLIMIT_AS, (own + MEMORY, own + MEMORY))


def _watch(box: Path, forbidden: list[str], events: set[str]) -> None:
    def hook(event: str, arguments: tuple) -> None:
        if event in events or (event == "open" and _writes(arguments)) or event in _CHANGING:
            with contextlib.suppress(Exception):
                paths = [os.fspath(one) for one in arguments if isinstance(one, str | bytes | os.PathLike)]
                outside = [one for one in paths[:2] if not str(Path(os.fsdecode(one)).absolute()).startswith(str(box))]
                if event in events or (outside and not outside[0].startswith("/dev/")):
                    forbidden.append(f"{event} {arguments!r:.200}")

    sys.addaudithook(hook)


def _writes(arguments: tuple) -> bool:
    return len(arguments) > 2 and isinstance(arguments[2], int) and bool(arguments[2] & _WRITING)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
