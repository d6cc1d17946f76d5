"""``python -m benchmarks cards``: everything there is to find out on a graphics card, in at most eight minutes.

Needs NumPy, PyTorch and Triton, and is run from the repository's root; snnTorch, SpikingJelly and pytest are used where
they are installed. Every part (``benchmarks.card_parts``) is a process of its own with a limit of time, since an error
on a card spoils the process it happens in. What fails is written down, and the rest goes on.
"""

import argparse
import contextlib
import datetime
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SECONDS = 450.0  # for all parts
ARCHITECTURES, PEERS = ("ff", "rec"), ("snntorch", "spikingjelly")
# What is tried, the most telling first, and the seconds that each may take.
PARTS = {
    "device": 45.0,
    "conformance": 150.0,
    **{f"ours {architecture}": 75.0 for architecture in ARCHITECTURES},
    **{f"peer {library} {architecture}": 75.0 for architecture in ARCHITECTURES for library in PEERS},
    "tests": 120.0,
}
COLUMNS = ("architecture", "library", "runs", "recordings/s", "share of the memory's rate", "memory MB", "same losses")


def main(words: Sequence[str]) -> None:
    """Run all parts, and write a JSON file and a Markdown table named after the card."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks cards", description=__doc__)
    parser.add_argument("--rehearse", action="store_true", help="tiny sizes in Triton's interpreter; needs no card")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "performance" / "cards")
    arguments = parser.parse_args(words)
    found = {**header(arguments.rehearse), "parts": measured(arguments.rehearse)}
    card = found["parts"]["device"].get("card", "unknown card")
    name = "rehearsal" if arguments.rehearse else re.sub(r"[^a-z0-9]+", "-", card.lower()).strip("-")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (arguments.folder / f"{name}.md").write_text(markdown(found), encoding="utf-8")
    print(f"{markdown(found)}\nWritten: {arguments.folder / name}.json and .md")


def header(rehearsal: bool) -> dict[str, Any]:
    """When and where."""
    commit = None
    with contextlib.suppress(OSError):  # no Git, or a copy without its history: then the output is empty
        command = ("git", "rev-parse", "HEAD")
        commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip() or None
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"rehearsal": rehearsal, "date": today, "python": platform.python_version(), "commit": commit}


def measured(rehearsal: bool) -> dict[str, dict[str, Any]]:
    """What every part found, or why it did not."""
    end, found = time.monotonic() + SECONDS, {}
    with tempfile.TemporaryDirectory() as folder:
        for name, seconds in PARTS.items():
            begin = time.monotonic()
            found[name] = part(name, folder, rehearsal, min(seconds, end - begin))
            taken = time.monotonic() - begin
            print(f"[{taken:4.0f} s] {name}: {_outcome(found[name])}", file=sys.stderr, flush=True)
    return found


def part(name: str, folder: str, rehearsal: bool, seconds: float) -> dict[str, Any]:
    """Run one part in a process of its own."""
    if seconds < 1:
        return {"skipped": "no time was left"}
    kind, *words = name.split()
    if kind == "peer" and importlib.util.find_spec(words[0]) is None:
        return {"skipped": f"{words[0]} is not installed"}
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    if rehearsal:
        # Peers are not compiled: for the processor that takes a minute, and tells nothing of a card.
        environment |= {"TRITON_INTERPRET": "1", "CUDA_VISIBLE_DEVICES": "", "TORCHDYNAMO_DISABLE": "1"}
    command = [sys.executable, "-m", "benchmarks.card_parts", name, folder, "rehearsal" if rehearsal else "full"]
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"failed": f"no result within {seconds:.0f} s"}
    written = Path(folder, f"{name}.json")
    if not written.is_file():
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return {"failed": lines[-1] if lines else f"exit status {done.returncode}"}
    return json.loads(written.read_text())


def markdown(found: Mapping[str, Any]) -> str:
    """The card, what was checked, and a table of speeds."""
    parts = found["parts"]
    device = parts["device"]
    lines = [
        f"# {device.get('card', 'A card that does not answer')}",
        "",
        f"{found['date']}, commit {(found['commit'] or 'unknown')[:10]}, Python {found['python']}, "
        + ", ".join(f"{name} {device[name]}" for name in ("torch", "triton", "cuda", "driver") if device.get(name))
        + ".",
        "",
    ]
    if found["rehearsal"]:
        lines += ["**A rehearsal on tiny sizes in Triton's interpreter: no number here says anything of a card.**", ""]
    if "bandwidth_gb_per_s" in device:
        lines += [f"A copy moves {device['bandwidth_gb_per_s']:.0f} GB/s through the card's memory.", ""]
    for name in ("device", "conformance", "tests"):
        lines.append(f"- {name}: {_outcome(parts[name])}")
        broken = parts[name].get("failed_cases") or {}
        lines += [f"  - {case}: {why}" for case, why in broken.items()]
        lines += [f"  - {line}" for line in parts[name].get("failed_tests", [])]
    lines += ["", f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in _rows(parts))]) + "\n"


def _rows(parts: Mapping[str, Any]) -> list[tuple[str, ...]]:
    bandwidth, rows = parts["device"].get("bandwidth_gb_per_s"), []
    for architecture in ARCHITECTURES:
        own = parts[f"ours {architecture}"]
        for library in ("ours", *(f"peer {peer}" for peer in PEERS)):
            result = parts[f"{library} {architecture}"]
            name = "snnlocality (cuda)" if library == "ours" else library.removeprefix("peer ")
            if "variants" not in result:
                rows.append((architecture.upper(), name, "", _outcome(result), "", "", ""))
                continue
            same = "" if library == "ours" or "losses" not in own else _same(result["losses"], own["losses"])
            for runs, one in result["variants"].items():
                if "failed" in one:
                    rows.append((architecture.upper(), name, runs, _outcome(one), "", "", ""))
                    continue
                share = ""
                if library == "ours" and bandwidth:
                    share = f"{one['recordings_per_second'] * result['bytes_per_recording'] / bandwidth / 1e7:.1f} %"
                memory = f"{one['peak_memory_mb']:.0f}" if "peak_memory_mb" in one else ""
                speed = f"{one['recordings_per_second']:.0f}"
                rows.append((architecture.upper(), name, runs, speed, share, memory, same))
    return rows


def _same(losses: Sequence[float], own: Sequence[float]) -> str:
    """Whether the first loss, before any update, is ours to rounding."""
    return "yes" if abs(losses[0] - own[0]) <= 1e-3 * abs(own[0]) else "no"


def _outcome(result: Mapping[str, Any]) -> str:
    for word in ("failed", "skipped"):
        if word in result:
            return f"{word}: {result[word]}"
    if "failed_cases" in result:
        return f"{result['passed']} cases agree with the reference, {len(result['failed_cases'])} do not"
    return result.get("summary", "done")
