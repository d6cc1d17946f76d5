"""Real trainings killed, stopped and starved: the next one goes on, and its artifacts are those of an undisturbed one.

The campaign (``make faults``) does the same at many more moments; its figures are in docs/reliability.md.
"""

import os
import random
import resource
import signal
import time

import pytest

from faults.victims import interrupted, kill, prepared_project, started_training, training


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    return training(prepared_project(tmp_path_factory.mktemp("faults") / "project"), SNNLOCALITY_ENGINE="cpu")


@pytest.fixture(scope="module")
def undisturbed(victim):
    """Artifacts of the run without any disturbance; the record is among them."""
    status, said = victim.finish()
    assert status == 0, said
    artifacts = victim.found()
    made = {"model.safetensors", "curve.csv", "milestones.safetensors", "train.record.json"}
    assert {name.rpartition("/")[2] for name in artifacts} == made
    victim.forget()
    return artifacts


@pytest.fixture(autouse=True)
def _fresh(victim, undisturbed):
    victim.forget()


def test_kills_at_random_moments_leave_the_same_bits(victim, undisturbed):
    moments = random.Random(0)
    for _ in range(3):
        process = victim.start()
        time.sleep(moments.uniform(0.8, 2.5))
        kill(process)
        assert all(undisturbed[name] == content for name, content in victim.found().items()), "half-written"
    status, said = victim.finish()
    assert status == 0, said
    assert "Going on after" in said
    assert victim.found() == undisturbed
    assert not list(victim.project.root.rglob("*.part"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_saves_at_once_and_says_so(victim, undisturbed, number):
    process = started_training(victim)
    process.send_signal(number)
    said = process.communicate(timeout=10)[1]
    assert process.returncode == 128 + number
    assert said.splitlines()[-1].startswith(f"snnlocality: Interrupted by {number.name} after ")
    assert "Traceback" not in said
    batches = int(said.splitlines()[-1].split()[5])
    assert victim.checkpoints()[0].name == f"{batches:012d}.safetensors"
    status, said = victim.finish()
    assert status == 0
    assert f"Going on after {batches} batches" in said
    assert victim.found() == undisturbed


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_damaged_checkpoint_falls_back_to_the_one_before(victim, undisturbed):
    interrupted(victim)
    newest, before = victim.checkpoints()
    newest.write_bytes(flipped(newest.read_bytes()))
    status, said = victim.finish()
    assert status == 0, said
    assert said.count("A checkpoint is left out, the one before it is taken: ") == 1
    assert newest.name in said
    assert f"Going on after {int(before.stem)} batches" in said
    assert victim.found() == undisturbed


def test_a_full_disk_costs_no_checkpoint_that_was_there(victim, undisturbed, monkeypatch):
    """A process that may not write files longer than some size fails as on a full disk."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # what `make coverage` notes is longer, too
    interrupted(victim)
    before = {path: path.read_bytes() for path in victim.checkpoints()}

    def starve():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    status, said = victim.finish(preexec_fn=starve)
    assert status == 2
    assert said.splitlines()[-1].startswith(f"snnlocality: {victim.artifacts[0]}/model.safetensors ")
    assert "could not be written (" in said
    assert "File too large" in said
    assert "No checkpoint after" in said
    assert "Traceback" not in said
    assert not victim.found()
    assert {path: path.read_bytes() for path in victim.checkpoints()} == before
    assert victim.finish()[0] == 0
    assert victim.found() == undisturbed


def test_results_that_cannot_be_written_are_named_before_the_work_begins(victim):
    blocked = victim.project.root / victim.artifacts[0]
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("in the way")
    try:
        started = time.monotonic()
        status, said = victim.finish()
    finally:
        blocked.unlink()
    assert status == 2
    title, sentence = said.splitlines()
    assert title.startswith("train vision bptt rec")
    assert sentence.startswith(
        f"snnlocality: {victim.artifacts[0]}/model.safetensors could not be written (File exists"
    )
    assert time.monotonic() - started < 5


def test_two_processes_take_turns(victim, undisturbed):
    first = started_training(victim)
    os.kill(first.pid, signal.SIGSTOP)  # else it may be done before the second has begun
    second = victim.start()
    said = next(line for line in second.stderr if "is being trained" in line)
    os.kill(first.pid, signal.SIGCONT)
    said += second.communicate()[1]
    assert (first.wait(), second.returncode) == (0, 0)
    assert f"is being trained by process {first.pid} on " in said
    assert "Going on after" in said  # what the first one kept
    assert victim.found() == undisturbed


def test_a_lock_of_a_dead_process_never_blocks(victim, undisturbed):
    interrupted(victim)
    (lock,) = (victim.project.root / ".checkpoints").rglob("lock")
    assert "process" in lock.read_text()
    status, said = victim.finish()
    assert (status, "waiting" in said) == (0, False)
    assert victim.found() == undisturbed
