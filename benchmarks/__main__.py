"""``python -m benchmarks [STUDY ...]``: measure, print the table, write results.json, figures and docs/performance."""

import argparse
import os
import sys
import time

from benchmarks import ceilings, figures, results, studies, table
from benchmarks.making import digits

STUDIES = ("table", "ceilings", "firing_rates", "scaling", "accuracy")


def main() -> None:
    """Run the studies named on the command line, all without names; others keep their results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {', '.join(STUDIES)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every contender (default 5)")
    arguments = parser.parse_args()
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
            found |= results.header(studies.describe(bench), bench.threads)
            found["table"] = studies.main_table(bench)
            print(table.text(found), flush=True)
        elif name == "ceilings":
            rates = ceilings.measure()
            found[name] = {"rates": rates, "shares": ceilings.shares(rates, found) if "table" in found else []}
        elif name == "firing_rates":
            found[name] = studies.firing_rates(bench, found.get("table", []))
        else:
            found[name] = getattr(studies, name)(bench)
        results.write(found)
    figures.write(found)
    say("done")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
