"""Protocols are older than every confirmatory result: they stood as they do when each was computed."""

import json
import subprocess
import zipfile

import pytest

from snnlocality import parameters
from snnlocality.study.reports import claims

PROTOCOLS = {
    "docs/protocol.md": ("confirmation", "confirmation_second", "ablation", "feedback"),
    "docs/followup.md": ("followup_c29", "followup_c31", "followup_c38"),
    "docs/protocol-tutorial.md": ("followup_tutorial",),
    "docs/followup-of-one-rule.md": ("followup_c20", "followup_c32"),
    "docs/protocol-tutorial-again.md": ("followup_tutorial_again",),
    "docs/followup-third.md": ("followup_c06", "followup_losses"),
}
OF_EXPERIMENTS = ("followup_tutorial", "followup_tutorial_again")
OF_SOURCE = {
    "mnist_confirmation": ("docs/protocol.md",),
    "mnist_followup": tuple(p for p in PROTOCOLS if p not in ("docs/protocol.md", "docs/followup-third.md")),
    "mnist_folds": ("docs/followup-third.md",),
}
CONFIRMATORY = tuple(study for studies in PROTOCOLS.values() for study in studies)


def kept_executions(root, studies):
    """The logs of all of their executions in Git, by study and file."""
    found = {}
    for study in studies:
        for piece in sorted((root / "docs" / study / "kept").glob("*.zip")):
            with zipfile.ZipFile(piece) as archive:
                names = [name for name in archive.namelist() if name.endswith(".execution.json")]
                found |= {(study, name): json.loads(archive.read(name)) for name in names}
    return found


def git(root, *command):
    return subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_protocol_stood_as_it_does_when_each_confirmatory_result_was_computed(root, protocol):
    if git(root, "rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("the history is not here")
    executions = kept_executions(root, PROTOCOLS[protocol])
    if not executions:
        pytest.skip("nothing is confirmed yet")
    assert not [name for name, log in executions.items() if log["dirty"]]
    now = (root / protocol).read_text()
    for commit in {log["commit"] for log in executions.values()}:
        then = git(root, "show", f"{commit}:{protocol}")
        assert then.returncode == 0, f"the commit {commit} of a confirmatory result is not in the history"
        assert then.stdout == now, f"{protocol} was changed after results were computed at {commit}"


@pytest.mark.parametrize("study", CONFIRMATORY)
def test_a_ledger_was_made_of_what_its_study_plans(root, study):
    record = json.loads((root / "docs" / study / "claims.record.json").read_text())
    planned = claims.STEP.job(parameters.load(root / "params.yaml", study=study)).input_paths
    assert {name for name in record["inputs"] if name.startswith("results/")} == {path.as_posix() for path in planned}


def test_confirmations_have_recordings_and_seeds_of_their_own(root):
    studies = {name: parameters.load(root / "params.yaml", study=name) for name in CONFIRMATORY}
    seeds = {seed for chosen in studies.values() for seed in parameters.seeds(chosen)}
    assert len(seeds) == sum(len(parameters.seeds(chosen)) for chosen in studies.values())
    table = parameters.load(root / "params.yaml")
    for name in set(table.studies) - set(CONFIRMATORY):
        other = parameters.load(root / "params.yaml", study=name)
        assert not seeds & {*parameters.seeds(other), *table.search.seeds}
        assert all(task.data.source not in OF_SOURCE for task in other.studies[name].tasks.values())
    for name, chosen in studies.items():
        sources = {task.data.source for task in chosen.studies[name].tasks.values()}
        assert all(any(name in PROTOCOLS[protocol] for protocol in OF_SOURCE[source]) for source in sources)


def test_the_tutorials_experiments_have_seeds_of_their_own_there(root):
    table = parameters.load(root / "params.yaml")
    used = {name: [*getattr(table.tutorial, name).every_seed] for name in claims.EXPERIMENTS}
    for study in OF_EXPERIMENTS:
        chosen = parameters.load(root / "params.yaml", study=study)
        assert {*parameters.analyses(chosen).tutorial} == {*claims.EXPERIMENTS}
        for name in claims.EXPERIMENTS:
            before, own = getattr(table.tutorial, name), parameters.experiment(chosen, name)
            used[name] += own.every_seed
            assert own.model_copy(update={"seeds": before.seeds, "first_seed": before.first_seed}) == before
    assert all(len({*seeds}) == len(seeds) for seeds in used.values())
