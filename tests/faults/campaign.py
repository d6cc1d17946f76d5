"""Kill, stop, starve and damage real commands many times, and compare what they leave with undisturbed ones.

    make faults

runs everything (six minutes to half an hour on two cores) and writes the table of docs/reliability.md. It fails if a
single artifact differs by a byte, if anything half-written bears an artifact's name, or if a traceback is shown.
"""

import ctypes
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from faults.victims import (
    CHECKPOINTS,
    STUDY,
    Victim,
    interrupted,
    kill,
    prepared_project,
    started_training,
    training,
)
from workflow.conftest import Project, fresh_copy, tiny

PAGE = Path("docs/reliability.md")
KILLS, SOME, FEW = 60, 12, 6  # kills of the plain training, of every other command, of the workflow


class Row(NamedTuple):
    """A line of the table: what was done, how often, and how many of the ends had the undisturbed artifacts."""

    what: str
    disturbances: int
    ends: int
    identical: int
    note: str = ""


def check(condition: bool, complaint: str) -> None:
    """Unlike ``assert``, also where Python leaves assertions out."""
    if not condition:
        sys.exit(f"Not survived: {complaint}")


def undisturbed(victim: Victim) -> tuple[dict[str, bytes], float]:
    """The artifacts of an undisturbed command, and the seconds it took."""
    victim.forget()
    started = time.monotonic()
    status, said = victim.finish()
    check(status == 0, said)
    seconds, artifacts = time.monotonic() - started, victim.found()
    check(bool(artifacts), "there are no artifacts")
    victim.forget()
    return artifacts, seconds


def killed(what: str, victim: Victim, number: int, moments: random.Random) -> Row:
    """Kill a command again and again at any moment of its life, starting it anew when it came to its end."""
    expected, seconds = undisturbed(victim)
    kills = ends = resumed = later = 0
    while kills < number:
        process = victim.start()
        try:
            said = process.communicate(timeout=moments.uniform(0, 1.2 * seconds))[1]
            check(process.returncode == 0, said)
            check(victim.found() == expected, f"{what}: other artifacts after {kills} kills")
            ends, resumed = ends + 1, resumed + ("Going on after" in said)
            victim.forget()
        except subprocess.TimeoutExpired:
            kill(process)
            kills, later = kills + 1, later + bool(victim.checkpoints())
            half = [name for name, content in victim.found().items() if expected.get(name) != content]
            check(not half, f"{what}: half-written {half}")
    status, said = victim.finish()
    check(status == 0 and victim.found() == expected, f"{what}: other artifacts in the end: {said}")
    note = f"{later} came after a checkpoint; {resumed + ('Going on after' in said)} of the runs went on from one"
    return Row(f"kill -9: {what}", kills, ends + 1, ends + 1, note)


def stopped(victim: Victim, number: int, moments: random.Random) -> Iterator[Row]:
    """Signals that leave time to save, at any moment after the first checkpoint."""
    expected, seconds = undisturbed(victim)
    for kind in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
        saved, longest = 0, 0.0
        for _ in range(number):
            process = started_training(victim)
            time.sleep(moments.uniform(0, seconds / 2))
            asked = time.monotonic()
            process.send_signal(kind)
            said = process.communicate(timeout=60)[1]
            if process.returncode == 128 + kind:
                check("the same command goes on from there." in said and "Traceback" not in said, said)
                check(not victim.found(), f"{kind.name}: artifacts before the end")
                saved, longest = saved + 1, max(longest, time.monotonic() - asked)
            else:  # it was writing its results, which a signal ends at once, or done
                half = [name for name, content in victim.found().items() if expected.get(name) != content]
                check(not half, f"{kind.name}: half-written {half}")
            status, said = victim.finish()
            check(status == 0 and victim.found() == expected, f"{kind.name}: other artifacts: {said}")
            victim.forget()
        yield Row(f"{kind.name}", number, number, number, f"{saved} saved and said so, in {longest:.1f} s at most")


def damaged(victim: Victim, number: int, moments: random.Random) -> Iterator[Row]:
    """Checkpoints with any one byte changed, or cut anywhere: the newest alone, and both."""
    expected, _ = undisturbed(victim)
    for files, name in ((1, "newest checkpoint"), (2, "both checkpoints")):
        fell_back = 0
        for turn in range(number):
            interrupted(victim)
            found = victim.checkpoints()
            for path in found[:files]:
                content = bytearray(path.read_bytes())
                place = moments.randrange(len(content))
                if turn % 2:
                    del content[place:]
                else:
                    content[place] ^= 1 << moments.randrange(8)
                path.write_bytes(content)
            status, said = victim.finish()
            check(status == 0 and victim.found() == expected, f"damaged {name}: {said}")
            fell_back += f"Going on after {int(found[-1].stem)} batches" in said
            check(said.count("A checkpoint is left out") == files, f"damage went unseen: {said}")
        victim.forget()
        note = f"{fell_back} fell back to the one before" if files == 1 else "all began again"
        yield Row(f"{name} damaged: a bit or the end", number, number, number, note)


def both_at_once(victim: Victim, number: int, moments: random.Random) -> Row:
    """Two processes on one run, the second one started at any moment of the first one's life."""
    expected, seconds = undisturbed(victim)
    waited = 0
    for _ in range(number):
        first = victim.start()
        time.sleep(moments.uniform(0, seconds))
        second = victim.start()
        said = [process.communicate()[1] for process in (first, second)]
        check(first.returncode == second.returncode == 0, f"two processes: {said}")
        check(victim.found() == expected, "two processes: other artifacts")
        waited += any("is being trained by process" in text for text in said)
        victim.forget()
    return Row("two processes on one run", number, number, number, f"{waited} times one waited for the other")


def starved(victim: Victim, number: int, moments: random.Random) -> Row:
    """A disk that fills up in the middle: files longer than some size cannot be written."""
    expected, _ = undisturbed(victim)
    model = len(next(content for path, content in expected.items() if path.endswith("model.safetensors")))
    for _ in range(number):
        interrupted(victim)
        before = {path: path.read_bytes() for path in victim.checkpoints()}
        limit = moments.randrange(1000, model)  # the first of the results does not fit, and no checkpoint

        def starve(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        status, said = victim.finish(preexec_fn=starve)
        _one_sentence(status, said)
        check(not victim.found(), "a full disk: half-written artifacts")
        check({path: path.read_bytes() for path in victim.checkpoints()} == before, "a full disk cost a checkpoint")
        check(victim.finish()[0] == 0 and victim.found() == expected, "a full disk: other artifacts")
    victim.forget()
    return Row("no room for the model (file size limit)", number, number, number, "the old checkpoints stayed")


def on_a_full_disk(victim: Victim, number: int, moments: random.Random) -> Row | None:
    """Results on a file system of their own with so much room; None where this process may mount nothing."""
    expected, _ = undisturbed(victim)
    need = sum(len(content) for content in expected.values())
    for _ in range(number):
        interrupted(victim)
        folder = victim.project.root / victim.artifacts[0]
        folder.mkdir(parents=True, exist_ok=True)
        if not _mounted(folder, f"size={moments.randrange(8192, need)}"):
            return None
        status, said = victim.finish()
        _one_sentence(status, said)
        check("No space left on device" in said, said)
        check(len(victim.checkpoints()) == 2, "a full disk cost the checkpoints, which are elsewhere")
        # What fitted may be there, whole; the record that vouches for all is not.
        check(not [name for name in victim.found() if name.endswith("record.json")], "a record of half the outputs")
        half = [name for name, content in victim.found().items() if expected.get(name) != content]
        check(not half, f"a full disk: half-written {half}")
        subprocess.run(("umount", folder), check=True)
        status, said = victim.finish()
        check(status == 0 and victim.found() == expected, "a full disk: other artifacts")
        check("Going on after" in said, "a full disk cost the training")
    victim.forget()
    return Row("results on a full file system (tmpfs)", number, number, number, "the next one went on from the end")


def read_only(victim: Victim, number: int) -> Row | None:
    """Results, then checkpoints, on a file system that is read-only."""
    expected, _ = undisturbed(victim)
    for _ in range(number):
        folder = victim.project.root / victim.artifacts[0]
        folder.mkdir(parents=True, exist_ok=True)
        if not _mounted(folder, "ro"):
            return None
        started = time.monotonic()
        status, said = victim.finish()
        _one_sentence(status, said)
        check("Read-only file system" in said and time.monotonic() - started < 20, said)
        subprocess.run(("umount", folder), check=True)
        victim.forget()
        folder = victim.project.root / CHECKPOINTS
        folder.mkdir()
        check(_mounted(folder, "ro"), "no second mount")
        status, said = victim.finish()
        subprocess.run(("umount", folder), check=True)
        check(status == 0 and victim.found() == expected and "Traceback" not in said, said)
        victim.forget()
    return Row("read-only results, read-only checkpoints", 2 * number, 2 * number, 2 * number, "named before the work")


def _one_sentence(status: int, said: str) -> None:
    last = said.splitlines()[-1]
    check(status == 2 and last.startswith("snnlocality: results/") and "could not be written" in last, said)
    check("Traceback" not in said, said)


def _mounted(folder: Path, options: str) -> bool:
    command = ("mount", "-t", "tmpfs", "-o", options, "none", str(folder))
    return subprocess.run(command, capture_output=True).returncode == 0


def with_mounts_of_its_own() -> None:
    """Let this process, and its children, mount without anybody else seeing it, if the system allows."""
    new_mounts, new_user, private = 0x00020000, 0x10000000, 1 << 18 | 1 << 14
    libc, user = ctypes.CDLL(None), os.getuid()
    if user == 0:
        allowed = libc.unshare(new_mounts) == 0
    elif allowed := libc.unshare(new_mounts | new_user) == 0:
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    if allowed:
        libc.mount(b"none", b"/", None, private, None)


def orphaned(victim: Victim, number: int) -> Row:
    """Kill Snakemake alone: its job goes on, and meets the one that the next Snakemake starts."""
    (folder,) = victim.artifacts
    workflow = Victim(victim.project, ("snakemake", f"{folder}/model.safetensors"), (folder,), victim.variables)
    log = victim.project.root / "logs" / folder / "train.log"
    expected, _ = undisturbed(workflow)
    for _ in range(number):
        first = started_training(workflow)
        os.killpg(first.pid, signal.SIGSTOP)  # so that the job does not end before the next one is there
        first.kill()
        first.wait()
        victim.project.run("snakemake", "--unlock")
        log.unlink()
        second = workflow.start()
        while not (log.exists() and "is being trained by process" in log.read_text(encoding="utf-8")):
            check(second.poll() is None, "the next job did not wait for the one that went on")
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGCONT)
        said = second.communicate()[1]
        check(second.returncode == 0 and workflow.found() == expected, f"Snakemake alone killed: {said}")
    workflow.forget()
    return Row("kill -9: Snakemake alone, its job goes on", number, number, number, "the next job waited for it")


def workflow_killed(folder: Path, number: int, moments: random.Random) -> Row:
    """Kill Snakemake with all its jobs; unlock the folder, start again, and compare everything of the study."""
    project = fresh_copy(folder)
    project.edit_params(tiny)
    project.edit_params(lambda params: params["studies"]["demo"]["tasks"]["vision"]["training"].update(epochs=20))
    victim = Victim(project, ("snakemake",), ("results", "reports"))
    started = time.monotonic()
    status, said = victim.finish()
    check(status == 0, said)
    seconds, expected = time.monotonic() - started, _reproducible(victim)
    for name in ("results", "reports", "logs", ".snakemake", CHECKPOINTS):
        subprocess.run(("rm", "-rf", name), cwd=project.root, check=True)
    for _ in range(number):
        process = victim.start()
        try:
            process.communicate(timeout=moments.uniform(2, seconds / 3))
        except subprocess.TimeoutExpired:
            kill(process)
        project.run("snakemake", "--unlock")
    status, said = victim.finish()
    check(status == 0, said)
    check(_reproducible(victim) == expected, "the workflow has other artifacts after kills")
    dry = project.run("snakemake", "-n")
    check("Nothing to be done" in dry.stdout + dry.stderr, f"the workflow is not done: {dry.stdout}")
    project.run("snnlocality", "audit")
    return Row("kill -9: the workflow with all its jobs", number, 1, 1, f"{len(expected)} files of the study")


def _reproducible(victim: Victim) -> dict[str, bytes]:
    """Everything but the page that says how long it took, and its record."""
    found = victim.found()
    return {name: content for name, content in found.items() if not re.match(r"reports/index\.", name)}


def campaign(folder: Path, moments: random.Random) -> Iterator[Row | None]:
    """All of it, a row at a time."""
    project = prepared_project(folder / "project")
    plain = training(project, SNNLOCALITY_ENGINE="cpu")
    yield killed("`snnlocality train` (engine cpu)", plain, KILLS, moments)
    yield killed(
        "`snnlocality train` (engine reference)", training(project, SNNLOCALITY_ENGINE="reference"), SOME, moments
    )
    for victim in others(project):
        yield killed(f"`snnlocality {victim.command[1]}`", victim, SOME, moments)
    yield from stopped(plain, SOME, moments)
    yield from damaged(plain, SOME, moments)
    yield both_at_once(plain, SOME, moments)
    yield starved(plain, SOME, moments)
    yield on_a_full_disk(plain, SOME, moments)
    yield read_only(plain, 3)
    yield orphaned(plain, FEW)
    yield workflow_killed(folder / "workflow", FEW, moments)


def others(project: Project) -> list[Victim]:
    """The other commands that train."""
    cell = ("--task", "vision", "--rule", "eprop", "--arch", "ff")
    poison = ("--rule", "bptt", "--arch", "ff", "--trigger", "visible", "--rate", "0.5")
    return [
        Victim(project, ("snnlocality", "backdoor", *poison), (f"results/{STUDY}/backdoor",)),
        Victim(project, ("snnlocality", "search-cell", *cell), (f"results/{STUDY}/search",)),
        Victim(project, ("snnlocality", "train-many", *cell), (".run-cache",)),
    ]


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| disturbance | times | runs brought to an end | artifacts identical | |", "|---|---|---|---|---|"]
    lines += [f"| {row.what} | {row.disturbances} | {row.ends} | {row.identical} | {row.note} |" for row in rows]
    return "\n".join(lines)


def write_into(page: Path, name: str, text: str) -> None:
    """Replace what stands between the page's comments ``name`` and ``end of name``."""
    before, after = (f"<!-- {mark}{name} -->" for mark in ("", "end of "))
    content = page.read_text(encoding="utf-8")
    head, _, rest = content.partition(before)
    _, _, tail = rest.partition(after)
    check(bool(tail), f"{page} has no place for {name}")
    page.write_text(f"{head}{before}\n{text}\n{after}{tail}", encoding="utf-8")


def run(measure: Callable[[Path, random.Random], Iterator[Row | None]], seed: int) -> list[Row]:
    """All rows of a campaign, said as they come."""
    rows = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for row in measure(Path(folder), random.Random(seed)):
            print(row or "left out: nothing can be mounted here", flush=True)
            rows += [row] if row else []
    return rows


if __name__ == "__main__":
    with_mounts_of_its_own()
    write_into(PAGE, "faults", table(run(campaign, seed=int(sys.argv[1]) if sys.argv[1:] else 5)))
