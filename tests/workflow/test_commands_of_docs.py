"""Every shell command of the docs runs in a tiny study, or stands here with the reason why it does not."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from snnlocality.cli import main
from workflow.conftest import ROOT, Project

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Pages that tests/workflow/test_guides.py follows, with commands that the pages themselves make.
FOLLOWED = {f"docs/add-{name}.md" for name in ("a-task", "a-measurement", "a-table", "an-attack", "a-claim")}

CLUSTER = "needs Slurm; tests/cluster runs its like"
HANDED_OVER = "tests/workflow/test_handover.py or test_dvc.py runs it"
SETUP = "sets up this very environment"
HOURS = "hours, and MNIST"
# Lines that are not run; "..." at the end of one stands for whatever follows.
EXCUSED = {
    "source .venv/bin/activate": SETUP,
    "make setup": SETUP,
    "make setup && source .venv/bin/activate": SETUP,
    "make demo": "minutes; CI runs it",
    "make test": "this suite",
    "make test-cluster": CLUSTER,
    "make faults": "minutes; tests/faults has a short version",
    "make fuzz": "minutes; tests/fuzz has a short version",
    "python -m benchmarks...": "an hour, or a graphics card",
    "python -m pytest tests/...": "this suite",
    "sinfo...": CLUSTER,
    "sacct...": CLUSTER,
    "snakemake --profile slurm --config...": CLUSTER,
    "snakemake --profile slurm reports/table2.csv": CLUSTER,
    "snnlocality audit reports/table2.csv --study demo-x0.1": "comes after such a line",
    "snakemake -c2 --config study=confirmation...": HOURS,
    "snnlocality restore --study confirmation": f"{HOURS}; tests/workflow/test_keeping.py restores another study",
    "git clone...": "a repository elsewhere",
    "git log...": "a shallow clone has no history",
    "git add dvc.lock...": HANDED_OVER,
    "dvc remote...": HANDED_OVER,
    "dvc repro": HANDED_OVER,
    "dvc add logs": HANDED_OVER,
    "dvc push": HANDED_OVER,
    "dvc pull": HANDED_OVER,
    "dvc commit --force && snnlocality snapshot": HANDED_OVER,
    "export AWS_ACCESS_KEY_ID...": "no secrets here",
    "timeout --preserve-status...": "tests/learning/test_checkpoints.py interrupts trainings",
    "find .checkpoints...": "the same",
    "rocrate-validator...": "a network; tests/workflow/test_crate.py validates without one",
}
# The same on one page alone.
EXCUSED_THERE = {
    ("docs/plugins.md", "snakemake -c2"): "minutes; tests/workflow/test_plugins.py runs a smaller study",
}
# What stands in a tiny study for what the docs name.
TINY = {
    "arch=rec": "arch=ff",
    "--arch rec": "--arch ff",
    "-c2": "-c1",
    "cd my-study": "cd my-study; unset SNAKEMAKE_PROFILE",  # which is the checkout's
}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def lines(text: str) -> Iterator[str]:
    """Of all shell blocks of a page, without comments."""
    for block in re.findall(r"^```(?:sh|bash|shell|console)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if command := re.sub(r"(^|\s)#.*", "", line).strip():
                yield command


def excuse(page: Path, line: str) -> object:
    """The entry above that says why a line is not run, if one does."""
    if (name_of(page), line) in EXCUSED_THERE:
        return name_of(page), line
    starts = (key for key in EXCUSED if key.endswith("...") and line.startswith(key.removesuffix("...")))
    return line if line in EXCUSED else next(starts, None)


EVERY = [(page, line) for page in PAGES for line in lines(page.read_text())]
RUN = sorted({page for page, line in EVERY if name_of(page) not in FOLLOWED and not excuse(page, line)})


def test_every_excuse_is_of_a_command_of_the_docs():
    assert {excuse(page, line) for page, line in EVERY} - {None} == EXCUSED.keys() | EXCUSED_THERE.keys()


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_commands_of_a_page_run(page, committed, tmp_path):
    """One after the other in a copy of a finished study; with the files that the page has written."""
    project = Project(tmp_path / "project")
    shutil.copytree(committed.root, project.root, symlinks=True)
    for name in ("docs", "tests"):
        (project.root / name).symlink_to(ROOT / name)
    script, seen = ["set -euxo pipefail"], set[str]()
    for written, code, shell in re.findall(
        r"^Write `([^`]+)`:\n\n```python\n(.*?)^```|^(```(?:sh|bash|shell|console)\n.*?^```)",
        page.read_text(),
        re.DOTALL | re.MULTILINE,
    ):
        if written:
            script.append(f"cat >{written} <<'END OF FILE'\n{code}END OF FILE")
            seen.clear()
        for line in lines(shell):
            if line.startswith("sed -i"):
                seen.clear()
            if not excuse(page, line) and line not in seen:  # a second time after a change alone
                script.append(line)
            seen.add(line)
    text = "\n".join(script)
    for theirs, ours in TINY.items():
        text = text.replace(theirs, ours)
    done = project.run("bash", "-c", text, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    for said in SAID.get(name_of(page), ()):
        assert said in done.stdout, f"{said!r} is not in\n{done.stdout[-3000:]}"


SAID = {  # what pages promise to be seen
    "docs/tutorials/first-rule.md": (
        "2 passed",
        "rules: [bptt, eprop, windowed, one_step]",
        "train           8\n",  # the page says 16, 39 and 4: the tiny study has no recurrent networks
        "total          23\n",
        "| one-step random feedback |",
        "evaluate: results/my_study/vision/one_step/ff/fold0/seed1/metrics.json",
        "train           2\n",
    ),
    "docs/tutorials/read-a-verdict.md": ("C16,claim,0.001", "counterpart       0.41\nwhite_box_mean   -0.29"),
}


# Commands whose options are looked at: of all shell blocks, and of what stands in the text as `snnlocality ...`.


def simple_commands() -> Iterator[list[str]]:
    in_text = r"`((?:snnlocality|snakemake|dvc|make) [^`.]*(?:\.\w[^`.]*)*)`"
    said = [(page, line) for page in PAGES for line in re.findall(in_text, page.read_text()) if "\n" not in line]
    for page, line in EVERY + said:
        if name_of(page) in FOLLOWED:
            continue
        words: list[str] = []
        for word in (*shlex.split(line.replace(";", " ; ")), ";"):
            if word in (";", "&&"):
                yield words
                words = []
            else:
                words.append(word)


def of(program: str) -> list[str]:
    return sorted({shlex.join(words[1:]) for words in simple_commands() if words[:1] == [program]})


@pytest.mark.parametrize("words", of("snnlocality"))
def test_snnlocality_has_these_options(words):
    command, left = main, shlex.split(words)
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        assert left[0] in command.commands, f"there is no command {left[0]}"
        command = command.commands[left.pop(0)]
    command.make_context("snnlocality", left, resilient_parsing=True)


@pytest.mark.parametrize("words", of("snakemake"))
def test_snakemake_has_these_options(words, root, monkeypatch):
    from snakemake.cli import parse_args

    monkeypatch.chdir(root)
    _, asked = parse_args(shlex.split(words))
    rules = "".join(file.read_text() for file in (root / "workflow").rglob("*.smk"))
    for target in asked.targets:
        assert f"rule {target}:" in rules or f'"{target}"' in rules or target.startswith("results/"), target


@pytest.mark.parametrize("words", of("dvc"))
def test_dvc_has_these_options(words):
    from dvc.cli import parse_args

    parse_args(shlex.split(words))


@pytest.mark.parametrize("words", of("make"))
def test_make_has_these_targets(words, root):
    done = subprocess.run(["make", "-n", *shlex.split(words)], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [words for words in of("python") if words.startswith("-m pytest tests")])
def test_pytest_has_these_files(words, root):
    assert all((root / word).exists() for word in shlex.split(words) if word.startswith("tests/"))
