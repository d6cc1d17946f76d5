"""The protocol is older than every confirmatory result: it stood as it does when each was computed."""

import json
import subprocess
import zipfile

import pytest

PROTOCOL = "docs/protocol.md"
CONFIRMATORY = ("confirmation", "confirmation_second", "ablation", "feedback")


def kept_executions(root):
    """The logs of all confirmatory executions in Git, by study and file."""
    found = {}
    for study in CONFIRMATORY:
        for piece in sorted((root / "docs" / study / "kept").glob("*.zip")):
            with zipfile.ZipFile(piece) as archive:
                names = [name for name in archive.namelist() if name.endswith(".execution.json")]
                found |= {(study, name): json.loads(archive.read(name)) for name in names}
    return found


def git(root, *command):
    return subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True)


def test_the_protocol_stood_as_it_does_when_each_confirmatory_result_was_computed(root):
    if git(root, "rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("the history is not here")
    executions = kept_executions(root)
    if not executions:
        pytest.skip("nothing is confirmed yet")
    assert not [name for name, log in executions.items() if log["dirty"]]
    now = (root / PROTOCOL).read_text()
    for commit in {log["commit"] for log in executions.values()}:
        then = git(root, "show", f"{commit}:{PROTOCOL}")
        assert then.returncode == 0, f"the commit {commit} of a confirmatory result is not in the history"
        assert then.stdout == now, f"{PROTOCOL} was changed after results were computed at {commit}"


def test_confirmations_have_recordings_and_seeds_of_their_own(root):
    from snnlocality import parameters

    studies = {name: parameters.load(root / "params.yaml", study=name) for name in CONFIRMATORY}
    seeds = {seed for chosen in studies.values() for seed in parameters.seeds(chosen)}
    assert len(seeds) == sum(len(parameters.seeds(chosen)) for chosen in studies.values())
    table = parameters.load(root / "params.yaml")
    for name in set(table.studies) - set(CONFIRMATORY):
        other = parameters.load(root / "params.yaml", study=name)
        assert not seeds & {*parameters.seeds(other), *table.search.seeds}
        assert all(task.data.source != "mnist_confirmation" for task in other.studies[name].tasks.values())
