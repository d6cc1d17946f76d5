"""DVC asks Snakemake whenever Snakemake would do something: its stages name all that decides their jobs."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.repo import Repo

from snnlocality import parameters, plan
from snnlocality.provenance.closure import closure

# What a text of params.yaml may be instead; numbers, lists and switches are changed by rule.
OTHER = {
    "fast_sigmoid": "sigmoid",
    "cross_entropy": "smooth_l1",
    "smooth_l1": "cross_entropy",
    "digits": "mnist_saccades",
    "phones": "timit_sample",
    "percentile": "spike-norm",
    "N-MNIST": "another",
    "TIMIT": "another",
}
FEW = {"classes": 39, "polarity": 0}  # numbers of which only few are allowed


@pytest.fixture(scope="module")
def demo(root):
    """The raw parameters, of few runs."""
    raw = yaml.safe_load((root / "params.yaml").read_text())
    raw["studies"]["demo"] |= {"seeds": 1}
    raw["studies"]["demo"]["analyses"] |= {"poison_rates": [0.1, 0.5], "pairs": 1}
    return raw


@pytest.fixture(scope="module")
def repository(demo, root, tmp_path_factory):
    """Where DVC itself fills in dvc.yaml for the study."""
    folder = tmp_path_factory.mktemp("stages")
    for name in ("dvc.yaml", ".dvcignore", "src"):
        (folder / name).symlink_to(root / name)
    (folder / ".dvc").mkdir()
    (folder / "params.yaml").write_text(yaml.safe_dump(demo))
    return Repo(folder, config={"core": {"no_scm": True}})


@pytest.fixture(scope="module")
def stages(repository):
    return list(repository.index.stages)


def jobs(raw: dict) -> dict[Path, plan.Plan]:
    return {job.outputs[0]: job for job in plan.everything(parameters.check(raw, "params.yaml"))}


def owner(stages, job):
    """The stage that remembers what a job makes."""
    found = [stage for stage in stages if _among(job.outputs[0], (out.def_path for out in stage.outs))]
    assert len(found) == 1, f"{job.outputs[0]} belongs to {found}"
    return found[0]


def _depends(stage, path) -> bool:
    return _among(path, (dep.def_path for dep in stage.deps))


def _among(path, names) -> bool:
    return any(str(path) == name or str(path).startswith(f"{name}/") for name in names)


def test_every_file_that_a_job_reads_is_a_dependency_of_its_stage(demo, stages):
    every = jobs(demo)
    maker = {path: job for job in every.values() for path in job.outputs}
    for job in every.values():
        stage = owner(stages, job)
        for path in (*job.given, Path("envs/requirements.lock")):
            assert _depends(stage, path), f"{stage.name} does not name {path}"
        for path in job.made:
            # A record changes with every file that its job makes.
            named = _depends(stage, path) or _depends(stage, maker[path].record) or owner(stages, maker[path]) is stage
            assert named, f"{stage.name} does not name {path}"


def test_all_code_of_a_job_is_a_dependency_of_its_stage(demo, repository, stages, root):
    for job in jobs(demo).values():
        stage = owner(stages, job)
        # What decides a plan and its settings, too.
        for module in {*closure(job.modules), "snnlocality.plan", "snnlocality.parameters", "snnlocality.paths"}:
            file = Path("src", *module.split(".")).with_suffix(".py")
            assert (root / file).is_file()
            assert _depends(stage, file), f"{stage.name} does not name {file}"
            ignored = repository.dvcignore.is_ignored_file(str(Path(repository.root_dir) / file))
            assert not ignored, f".dvcignore leaves out {file}"


def test_every_parameter_that_decides_a_job_makes_its_stage_ask(demo, stages):
    before = jobs(demo)
    unasked, decided = [], 0
    for key, changed in changes(demo):
        affected = [job for path, job in jobs(changed).items() if _differ(before.get(path), job)]
        affected = [(job, owner(stages, job)) for job in affected]
        decided += bool(affected)
        asking = {stage.name for stage in stages if _names(stage, key)}
        while (
            more := {
                stage.name
                for job, made_by in affected
                for stage in stages
                if made_by.name in asking and _depends(stage, job.outputs[0])
            }
            - asking
        ):
            asking |= more  # the record of an affected job changes, and with it what the stage depends on
        unasked += [(key, stage.name) for _, stage in affected if stage.name not in asking]
    assert sorted(set(unasked)) == []
    assert decided > 50


def changes(raw: dict) -> Iterator[tuple[str, dict]]:
    """Every single value of the study changed by itself: its key, and the parameters with it."""
    tables = [key for key, value in raw.items() if isinstance(value, dict) and key not in ("studies", "search")]
    for key in ("rules", *tables, "studies.demo"):
        for leaf in leaves(raw, key.split(".")):
            changed = copy.deepcopy(raw)
            table = changed
            for part in leaf[:-1]:
                table = table[part]
            name = leaf[-1]
            table[name] = FEW[name] if name in FEW else another(table[name])
            yield ".".join(leaf), changed


def leaves(raw: dict, key: list[str]) -> Iterator[list[str]]:
    """Keys of the single values below a key."""
    value = raw
    for part in key:
        value = value[part]
    if isinstance(value, dict):
        for name in value:
            yield from leaves(raw, [*key, name])
    else:
        yield key


def another(value: Any) -> Any:
    """Another allowed value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return value[:-1] if len(value) > 1 else [another(value[0])]
    if isinstance(value, str):
        return OTHER[value]
    return value * 0.9 if isinstance(value, float) else value + 1


def _differ(one: plan.Plan | None, other: plan.Plan) -> bool:
    """Whether a job has other settings, code or inputs, or is new."""
    return one is None or any(getattr(one, name) != getattr(other, name) for name in ("settings", "modules", "made"))


def _names(stage, key: str) -> bool:
    named = [name for dep in stage.deps for name in getattr(dep, "params", ())]
    return any(key == name or key.startswith(f"{name}.") for name in named)
