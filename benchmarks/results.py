"""What is measured, as rows, and the file they are kept in."""

import datetime
import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import Measured, equal_losses, ratios

FILE = Path(__file__).parent / "results.json"


class Entry(NamedTuple):
    """One line of the table: a library on one architecture, with one rule."""

    library: str
    engine: str  # the contender's variant
    architecture: str  # ff or rec
    rule: str  # what it computes: for a peer, the rule nearest to what its automatic differentiation gives

    @property
    def peer(self) -> bool:
        """Whether it is somebody else's."""
        return self.library != "snnlocality"


def rows(measured: Mapping[Entry, Measured], skipped: Mapping[Entry, str]) -> list[dict[str, Any]]:
    """Rows of the main table, each architecture compared with its fastest peer."""
    table = []
    for entry, result in measured.items():
        beside = {other: result.rates for other, result in measured.items() if other.architecture == entry.architecture}
        relative = ratios(beside, [other for other in beside if other.peer])
        reference = measured.get(entry._replace(library="snnlocality", engine="reference"))
        table.append(
            {
                **entry._asdict(),
                "recordings_per_second": statistics.median(result.rates),
                "min": min(result.rates),
                "max": max(result.rates),
                "ratio_to_fastest_peer": relative.get(entry),
                "peak_memory_mb": result.peak_memory_mb,
                "start_up_s": result.start_up,
                "firing_rates": result.ready["firing_rates"],
                "losses": result.ready["losses"],
                "equal_losses": _equal(result, reference),
                "differences": result.ready["differences"],
                "versions": result.ready["versions"],
            }
        )
    return table + [{**entry._asdict(), "skipped": reason} for entry, reason in skipped.items()]


def fastest_peer(table: Iterable[Mapping[str, Any]], architecture: str) -> Entry | None:
    """The peer of the highest median speed; None if no peer ran."""
    peers = [
        row
        for row in table
        if row["architecture"] == architecture and row["library"] != "snnlocality" and "skipped" not in row
    ]
    if not peers:
        return None
    best = max(peers, key=lambda row: row["recordings_per_second"])
    return Entry(*(best[field] for field in Entry._fields))


def header(case: Mapping[str, Any], threads: int) -> dict[str, Any]:
    """The machine and the case."""
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,  # of others, before the first contender
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "case": dict(case),
    }


def read() -> dict[str, Any]:
    """What earlier runs left; empty if none did."""
    return json.loads(FILE.read_text()) if FILE.is_file() else {}


def write(results: Mapping[str, Any]) -> None:
    """Replace the file."""
    temporary = FILE.with_suffix(".part")
    temporary.write_text(json.dumps(results, indent=1) + "\n")
    temporary.replace(FILE)


def _equal(result: Measured, reference: Measured | None) -> bool | None:
    """Whether the first losses are those of the reference engine under the same rule; None for that engine itself."""
    if reference is None or reference is result:
        return None
    return equal_losses(result.ready["losses"], reference.ready["losses"])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    vectors = "AVX-512" if any("avx512f" in line for line in lines) else "AVX2" if "avx2" in "".join(lines) else ""
    return ", ".join(part for part in (names[0] if names else platform.processor(), vectors) if part)
