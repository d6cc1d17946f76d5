"""``python -m benchmarks [STUDY ...]``: measure, print the table, write results.json, figures and docs/performance."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import ceilings, figures, results, studies, table
from benchmarks.making import digits

STUDIES = ("table", "firing_rates", "scaling", "accuracy", "open_neuromorphic")


def main(words: Sequence[str]) -> None:
    """Run the studies named on the command line, all without names; others keep their results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {', '.join(STUDIES)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every contender (default 5)")
    arguments = parser.parse_args(words)
    unknown = set(arguments.studies) - set(STUDIES)
    if unknown:
        parser.error(f"no such study: {', '.join(sorted(unknown))}")
    begin = time.perf_counter()

    def say(line: str) -> None:
        print(f"[{time.perf_counter() - begin:4.0f} s] {line}", file=sys.stderr, flush=True)

    bench = studies.Bench(*digits(), threads=processors(), rounds=arguments.rounds, say=say)
    found = results.read()
    for name in arguments.studies or STUDIES:
        say(f"study: {name}")
        if name == "table":
            found = tabled(found, bench)
            print(table.text(found), flush=True)
        elif name == "firing_rates":
            found[name] = studies.firing_rates(bench, found.get("table", []))
        else:
            found[name] = getattr(studies, name)(bench)
        results.write(found)
    figures.write(found)
    say("done")


def tabled(found: Mapping[str, Any], bench: studies.Bench) -> dict[str, Any]:
    """Earlier results with the table measured anew, and what this machine can do at most, if that can be measured."""
    new = {name: value for name, value in found.items() if name != "ceilings"}
    new |= results.header(studies.describe(bench), bench.threads) | {"table": studies.main_table(bench)}
    try:
        rates = ceilings.measure()
    except (OSError, subprocess.CalledProcessError) as error:
        bench.say(f"no ceilings: {error}")
        return new
    return new | {"ceilings": {"rates": rates, "shares": ceilings.shares(rates, new)}}


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
