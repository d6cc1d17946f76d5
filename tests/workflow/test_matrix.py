"""What a change makes Snakemake execute: measured for every parameter, module and file, and held in docs/reruns.md.

``python -m pytest tests/workflow/test_matrix.py --update-docs`` writes the table anew.
"""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from changes import affected, changes, jobs

from planned import commands
from snnlocality.provenance.closure import closure

PAGE = "docs/reruns.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
STEPS = (
    "prepare",
    "baseline",
    "train",
    "evaluate",
    "collect",
    "fgsm",
    "descend",
    "corrupt",
    "shift",
    "fisher",
    "true-fisher",
    "backdoor",
    "convert",
    "cka",
    "ceiling",
    "transfer",
)
CODE = Path("src/snnlocality")
RUN = "results/demo/vision/eprop/ff/fold0/seed0"

Edit = Callable[[str | None], str | None]  # the text of a file, None if there is none


class Change(NamedTuple):
    """One row of the table."""

    text: str
    edits: dict[str, Edit]  # by file
    arguments: tuple[str, ...] = ()  # of Snakemake


class Planner:
    """Dry runs in a copy of the finished study, which is as before after each."""

    def __init__(self, project, root: Path):
        shutil.copytree(project.root, root, symlinks=True)
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("planner.py"))],
            cwd=root,
            env=type(project)(root).environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def planned(self, change: Change) -> frozenset[str]:
        """The commands that Snakemake would execute after a change."""
        kept = {self.root / name: read(self.root / name) for name in change.edits}
        times = {file: file.stat() for file in kept if file.exists()}
        for file, edit in zip(kept, change.edits.values(), strict=True):
            write(file, edit(kept[file]))
        print(json.dumps(change.arguments), file=self.process.stdin, flush=True)
        status, output = json.loads(self.process.stdout.readline())
        for file, text in kept.items():
            write(file, text)
        # Python takes bytecode for that of a source of the same second and size, as an edit and its undoing can be.
        for file, was in times.items():
            os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
        assert status == 0, f"{change.text}: {output}"
        return frozenset(commands(output))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def read(file: Path) -> str | None:
    return file.read_bytes().decode(errors="surrogateescape") if file.exists() else None


def write(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
    else:
        file.write_bytes(text.encode(errors="surrogateescape"))


def appended(text: str) -> Edit:
    return lambda before: before + text


def replaced(old: str, new: str) -> Edit:
    def edit(before: str) -> str:
        assert old in before
        return before.replace(old, new)

    return edit


def parameters(raw: dict) -> dict[str, Edit]:
    return {"params.yaml": lambda _: yaml.safe_dump(raw, sort_keys=False)}


def parameter_changes(raw: dict) -> list[Change]:
    """One change for all parameters that decide the same jobs."""
    before = jobs(raw)
    alike = defaultdict(dict)
    for key, changed in changes(raw):
        alike[frozenset(job.output for job in affected(before, jobs(changed)))][key] = changed
    everything = [key for group in alike.values() for key in group]
    return [Change(folded(group, everything, "."), parameters(next(iter(group.values())))) for group in alike.values()]


def module_changes(raw: dict) -> list[Change]:
    """One change for all modules that are code of the same jobs."""
    code = {job.output: closure(job.modules) for job in jobs(raw).values()}
    alike = defaultdict(list)
    files = [file for file in sorted(CODE.rglob("*.py")) if file.name != "__init__.py"]
    for file in files:
        module = ".".join(file.relative_to("src").with_suffix("").parts)
        alike[frozenset(output for output, modules in code.items() if module in modules)].append(file)
    unused = alike.pop(frozenset())
    names = {file: str(file.relative_to(CODE).with_suffix("")) for file in files}
    edit = appended("\n\nCHANGED = True\n")
    return [
        *(
            Change(folded((names[file] for file in group), names.values(), "/"), {str(group[0]): edit})
            for group in alike.values()
        ),
        Change("all other modules", {str(file): edit for file in unused}),
    ]


def folded(names: Iterable[str], everything: Iterable[str], separator: str) -> str:
    """Names as code, those of a whole folder or table as one."""
    names, everything = set(names), set(everything)
    for depth in range(max(name.count(separator) for name in everything), 0, -1):
        for prefix in sorted({separator.join(name.split(separator)[:depth]) for name in names}):
            below = {name for name in everything if name.startswith(prefix + separator)}
            if len(below) > 1 and below <= names | {prefix + separator + "*"}:
                names = {name for name in names if not name.startswith(prefix + separator)} | {f"{prefix}{separator}*"}
                everything = everything - below | {f"{prefix}{separator}*"}
    return ", ".join(f"`{name}`" for name in sorted(names))


def other_changes(raw: dict) -> list[Change]:
    """What is neither a value that is there nor a module."""
    tuned, rule_added = copy.deepcopy(raw), copy.deepcopy(raw)
    cell = {"eprop": {"ff": {"learning_rate": 0.01, "slope": 10}}}
    tuned["studies"]["demo"]["tasks"]["vision"]["training"]["tuned"] = cell
    rule_added["rules"].append("another")
    rule = Path(CODE, "learning/rules/bptt.py").read_text().replace('label="BPTT"', 'label="Another"')
    lock = "envs/requirements.lock"
    return [
        Change("`tuned` values of e-prop on the vision task", parameters(tuned)),
        Change("a rule added", {f"{CODE}/learning/rules/another.py": lambda _: rule, **parameters(rule_added)}),
        Change("`label` of e-prop", {f"{CODE}/learning/rules/eprop.py": replaced('label="e-prop"', 'label="E-prop"')}),
        Change("another study: all of it, once", {}, ("--config", "study=sample")),
        Change("another engine", {}, ("--config", "engine=reference")),
        Change("`data/vision/camera.json`", {f"{CODE}/data/vision/camera.json": appended(" ")}),
        Change("`data/speech/synthesiser.json`", {f"{CODE}/data/speech/synthesiser.json": appended(" ")}),
        Change("`engines/cpu/kernels.c`", {f"{CODE}/engines/cpu/kernels.c": appended("int changed;\n")}),
        Change("`reports/index.html`", {f"{CODE}/reports/index.html": appended("\n")}),
        Change(
            "comments and docstrings",
            {
                f"{CODE}/learning/training.py": appended("# A comment.\n"),
                f"{CODE}/learning/rules/eprop.py": replaced('"""Symmetric', '"""The symmetric'),
                f"{CODE}/engines/cpu/kernels.c": appended("// A comment.\n"),
            },
        ),
        Change("another version of a numerical library, installed", {"src/torch-2.11.1.dist-info": lambda _: ""}),
        Change("another library in `envs/requirements.lock`", {lock: replaced("click==", "click==1")}),
        *(
            Change(f"`published/table{number}.csv`", {f"published/table{number}.csv": appended("\n")})
            for number in range(1, 5)
        ),
        Change("the model of a run deleted", {f"{RUN}/model.safetensors": lambda _: None}),
        Change("the metrics of a run deleted", {f"{RUN}/metrics.json": lambda _: None}),
        Change("prepared data deleted", {"results/demo/vision/data.safetensors": lambda _: None}),
    ]


def table(title: str, changes: list[Change], planned: list[set[str]], finished: set[str]) -> str:
    """Changes as a Markdown table: which jobs of every step are executed."""
    lines = [f"| {title} | {' | '.join(STEPS)} | reports |", "|---" * (len(STEPS) + 2) + "|"]
    for change, some in zip(changes, planned, strict=True):
        cells = [which(of(step, some), of(step, finished)) for step in STEPS]
        rendered = {command for command in finished if command.split()[0] not in STEPS}
        lines.append(f"| {change.text} | {' | '.join(cells)} | {listed(some & rendered, rendered)} |")
    return "\n".join(lines) + "\n"


def of(step: str, commands: set[str]) -> set[str]:
    return {command for command in commands if command.split()[0] == step}


def which(some: set[str], finished: set[str]) -> str:
    """The jobs of one step in few words: all, what they and no others have in common, or that they are new."""
    old = some & finished
    words = ["all"] if old == finished else []
    if old and not words:
        common = set.intersection(*map(options, old)) - set.intersection(*map(options, finished))
        described = old == {command for command in finished if common <= options(command)}
        assert described, f"{old} have nothing in common that others have not"
        words = [value for _, value in sorted(common, reverse=True)]
    return " ".join(words) + (", new" if words and some - old else "new" if some - old else "")


def options(command: str) -> set[tuple[str, str]]:
    return set(re.findall(r"--(\S+) (\S+)", command))


def listed(some: set[str], everything: set[str]) -> str:
    """Names of reports, or of those that are left out where they are fewer."""
    others = sorted(everything - some)
    if not others:
        return "all"
    return f"all but {', '.join(others)}" if len(others) < len(some) else ", ".join(sorted(some))


@pytest.fixture(scope="module")
def planners(finished, tmp_path_factory):
    """One for each of two cores."""
    made = [Planner(finished, tmp_path_factory.mktemp("planner") / "project") for _ in range(2)]
    yield made
    for planner in made:
        planner.close()


def measured(planners: list[Planner], changes: list[Change]) -> list[frozenset[str]]:
    """The planned commands of every change."""
    number = len(planners)
    planned = [frozenset()] * len(changes)
    with ThreadPoolExecutor(number) as pool:
        shares = [changes[first::number] for first in range(number)]
        for first, share in enumerate(pool.map(lambda planner, own: [*map(planner.planned, own)], planners, shares)):
            planned[first::number] = share
    return planned


def test_the_page_says_what_every_change_executes(finished, planners, root, request, monkeypatch):
    monkeypatch.chdir(finished.root)
    raw = yaml.safe_load(Path("params.yaml").read_text())
    tables = {"parameter": parameter_changes(raw), "code": module_changes(raw), "other change": other_changes(raw)}
    planned = iter(measured(planners, [change for changes in tables.values() for change in changes]))
    done = finished.executed({})
    text = "\n".join(table(title, own, [next(planned) for _ in own], done) for title, own in tables.items())
    page = root / PAGE
    before, rest = page.read_text().split(BEGIN)
    written, after = rest.split(END)
    if request.config.getoption("--update-docs"):
        page.write_text(f"{before}{BEGIN}{text}{END}{after}")
    else:
        assert written == text, "the table was measured otherwise; --update-docs writes it anew"
