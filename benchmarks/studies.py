"""The studies: each a function from a bench (the data, the threads) to rows of the results file."""

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import environments
from benchmarks.case import Case, save
from benchmarks.making import STEPS, Setting, make, one_layer
from benchmarks.measure import TURN_SECONDS, Worker, side_by_side, started
from benchmarks.results import Entry, fastest_peer, rows
from snnlocality.data.batches import EventDataset
from snnlocality.data.splits import Part

ARCHITECTURES = ("ff", "rec")
RULES = ("bptt", "bptt_detached_reset", "eprop", "decolle")
PEERS = (
    ("snntorch", "compiled", "bptt_detached_reset"),
    ("spikingjelly", "compiled", "bptt_detached_reset"),
    ("norse", "compiled", "bptt"),
    ("spyx", "documented", "bptt"),
    ("spyx", "hoisted", "bptt"),
    ("jaxpike", "documented", "bptt"),
    ("jaxpike", "tuned", "bptt"),
    ("rockpool", "documented", "bptt"),
)
OWN = Entry("snnlocality", "cpu", "ff", "bptt")
WIDTHS = (256, 1024, 4096)
CASES = Path(__file__).parent / ".cases"


class Bench(NamedTuple):
    """What every study needs."""

    dataset: EventDataset
    parts: dict[Part, Any]
    threads: int
    rounds: int
    say: Callable[[str], None]


def main_table(bench: Bench) -> list[dict[str, Any]]:
    """Every contender on the case: recordings per second and ratio to the fastest peer."""
    table = []
    for architecture in ARCHITECTURES:
        setting = Setting(recurrent=architecture == "rec")
        entries = [Entry(library, variant, architecture, rule) for library, variant, rule in PEERS]
        entries += [
            Entry("snnlocality", engine, architecture, rule) for engine in ("reference", "cpu") for rule in RULES
        ]
        table += rows(*_measured_digits(bench, setting, entries, bench.rounds))
    return table


def firing_rates(bench: Bench, table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Our CPU engine against the fastest peer of the main table at several firing rates."""
    study = []
    for architecture in ARCHITECTURES:
        peer = fastest_peer(table, architecture)
        if peer is None:
            continue
        for rate in (0.02, 0.05, 0.1, 0.2, 0.4):
            setting = Setting(recurrent=architecture == "rec", firing_rate=rate)
            entries = [OWN._replace(architecture=architecture), peer]
            measured, skipped = _measured_digits(bench, setting, entries, min(bench.rounds, 3))
            study += [{"firing_rate": rate, **row} for row in rows(measured, skipped)]
    return study


def scaling(bench: Bench) -> list[dict[str, Any]]:
    """Time (of the best round, as nothing is compared here) and memory of our CPU engine as one quantity varies."""
    study = []
    for architecture in ARCHITECTURES:
        case = Setting(recurrent=architecture == "rec")
        # (setting, threads) of every value; the case itself occurs in all and is measured once.
        variations: dict[str, dict[float, tuple[Setting, int]]] = {
            "steps": {steps: (case._replace(steps=steps), bench.threads) for steps in (25, STEPS, 400)},
            "batch": {size: (case._replace(batch_size=size), bench.threads) for size in (32, 128, 512)},
            "width": {factor: (case._replace(hidden=_widened(factor)), bench.threads) for factor in (0.5, 1, 2, 4)},
            "depth": {layers: (case._replace(hidden=_deepened(layers)), bench.threads) for layers in (1, 2, 4)},
            "events": {share: (case._replace(events=share), bench.threads) for share in (0.25, 0.5, 1, 2)},
            "threads": {threads: (case, threads) for threads in _powers_of_two(bench.threads)},
        }
        points = dict.fromkeys(point for values in variations.values() for point in values.values())
        entry = OWN._replace(architecture=architecture)
        measured = {
            (setting, threads): rows(*_measured_digits(bench._replace(threads=threads), setting, [entry], 3))[0]
            for setting, threads in points
        }
        for parameter, values in variations.items():
            for value, point in values.items():
                row = measured[point]
                if "skipped" not in row:
                    milliseconds = 1000 * point[0].batch_size / row["max"]
                    study.append({"parameter": parameter, "value": value, "ms_per_step": milliseconds, **row})
    return study


def accuracy(bench: Bench) -> list[dict[str, Any]]:
    """Test accuracy against seconds of training: the same network, data and order of batches for every library."""
    path = _written(make(Setting(recurrent=False), bench.dataset, bench.parts))
    entries = [Entry(library, variant, "ff", rule) for library, variant, rule in PEERS]
    entries += [Entry("snnlocality", engine, "ff", "bptt") for engine in ("reference", "cpu")]
    study = []
    for entry in entries:
        with started({entry: partial(_start, entry, path, bench.threads)}, bench.say) as (workers, skipped):
            for worker in workers.values():
                study.append({**entry._asdict(), "curve": worker.ask(epochs=12, seconds=20.0)["curve"]})
            study += [{**entry._asdict(), "skipped": reason} for reason in skipped.values()]
    return study


def open_neuromorphic(bench: Bench) -> list[dict[str, Any]]:
    """Our CPU engine beside each other library alone, since not all fit the memory at once, at several widths.

    At the last only beside the fastest of the width before: there a pair takes five minutes.
    """
    study: list[dict[str, Any]] = []
    peers = [Entry(library, variant, "ff", rule) for library, variant, rule in PEERS]
    for width in WIDTHS:
        if width == WIDTHS[-1]:
            before = [pair["peer"] for pair in study if pair["width"] == WIDTHS[-2]]
            peers = [peer for peer in [fastest_peer(before, "ff")] if peer]
        case = one_layer(width)
        path, samples = _written(case), case.batches.shape[1]
        for peer in peers:
            both = rows(*_measure(bench, path, [OWN, peer], samples, min(bench.rounds, 3)))
            ours, theirs = sorted(both, key=lambda row: row["library"] != OWN.library)
            study.append({"width": width, "samples": samples, "ours": ours, "peer": theirs})
    return study


def describe(bench: Bench) -> dict[str, Any]:
    """The case in the header of the results."""
    return {
        "network": "2312-120-84-10",
        "steps": STEPS,
        "batch_size": Setting(False).batch_size,
        "events_per_recording": len(bench.dataset.units) / len(bench.dataset),
        "rounds": bench.rounds,
        "seconds_per_turn": TURN_SECONDS,
    }


def _measure(bench: Bench, case: Path, entries: list[Entry], batch_size: int, rounds: int):
    start = {entry: partial(_start, entry, case, bench.threads) for entry in entries}
    return side_by_side(start, batch_size, rounds, bench.say)


def _measured_digits(bench: Bench, setting: Setting, entries: list[Entry], rounds: int):
    path = _written(make(setting, bench.dataset, bench.parts))
    return _measure(bench, path, entries, setting.batch_size, rounds)


def _written(case: Case) -> Path:
    path = CASES / "case.npz"
    save(path, case)
    return path


def _start(entry: Entry, case: Path, threads: int) -> Worker:
    options = {"threads": threads, "variant": entry.engine, "rule": entry.rule}
    python = environments.interpreter(entry.library)
    return Worker([python, "-m", "benchmarks.worker", entry.library, case, json.dumps(options)])


def _widened(factor: float) -> tuple[int, ...]:
    return tuple(round(factor * units) for units in Setting(False).hidden)


def _deepened(layers: int) -> tuple[int, ...]:
    first, *rest = Setting(False).hidden
    return (first, *rest * (layers - 1))


def _powers_of_two(limit: int) -> list[int]:
    return [2**power for power in range(int(math.log2(limit)) + 1)]
