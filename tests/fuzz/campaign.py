"""Give every reader damaged and hostile files.

    make fuzz

runs many thousands (minutes) and writes the table of docs/reliability.md; it fails if a reader did not read or refuse
one of them as it should.
"""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from faults.campaign import PAGE, write_into
from fuzz.readers import READERS

CASES = 3000  # damaged files per reader
PATIENCE = 60.0  # seconds that a case may take on a busy machine; most take a thousandth of one


class Finding(NamedTuple):
    """What became of one case."""

    case: str
    problem: str  # "" if there was none
    detail: str  # "read" or "refused" then


def findings(reader: str, seed: int, count: int) -> Iterator[Finding]:
    """Give a reader its cases; after one that ended the process, the others in a new one."""
    done = 0
    while True:
        command = (sys.executable, "-m", "fuzz.worker", reader, str(seed), str(count), str(done))
        # A file takes any number of complaints and progress bars; a pipe that nobody reads would stop the process.
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment())
            begun, problem = None, "crash"
            try:
                for line in _lines(process):
                    told = json.loads(line)
                    begun = None if "problem" in told else told["case"]
                    if begun is None:
                        done += 1
                        yield Finding(**told)
            except subprocess.TimeoutExpired:
                process.kill()
                problem = f"no end after {PATIENCE:.0f} s"
            if process.wait() == 0:
                return
            errors.seek(0)
            noise = errors.read().strip()[-300:]
        if begun is None:
            sys.exit(f"The process that reads {reader} failed: {noise}")
        done += 1
        yield Finding(begun, problem, noise)


def _environment() -> dict[str, str]:
    """The worker finds what this process finds: the tests' folder is on its path by pytest's or the caller's doing."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _lines(process: subprocess.Popen) -> Iterator[str]:
    """Lines as they come; raises TimeoutExpired if none comes for too long."""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(PATIENCE):
                raise subprocess.TimeoutExpired(process.args, PATIENCE)
            if not (line := process.stdout.readline()):
                return
            yield line


def table(found: dict[str, list[Finding]]) -> str:
    """Figures of every reader as Markdown."""
    lines = ["| reader | files | read | refused with a sentence | anything else |", "|---|---|---|---|---|"]
    for reader, all_of_it in found.items():
        counts = Counter(one.problem or one.detail for one in all_of_it)
        wrong = sum(bool(one.problem) for one in all_of_it)
        lines.append(f"| {reader} | {len(all_of_it)} | {counts['read']} | {counts['refused']} | {wrong} |")
    return "\n".join(lines)


def main(seed: int) -> None:
    """All readers; says what went wrong, and writes the page if nothing did."""
    found = {}
    for reader in READERS:
        found[reader.name] = list(findings(reader.name, seed, CASES))
        wrong = [one for one in found[reader.name] if one.problem]
        print(f"{reader.name}: {len(found[reader.name])} files, {len(wrong)} wrong", flush=True)
        kinds = {(one.problem, one.detail[:60]): one for one in wrong}
        for one in kinds.values():
            print(f"  {one.case}: {one.problem}: {one.detail}", flush=True)
    print(table(found))
    if any(one.problem for each in found.values() for one in each):
        sys.exit(1)
    write_into(PAGE, "fuzz", table(found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 0)
