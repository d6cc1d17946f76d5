"""DVC asks Snakemake whenever Snakemake would do something: its stages name all that decides their jobs."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from changes import affected, changes, jobs
from dvc.repo import Repo

from snnlocality import parameters
from snnlocality.errors import UserError
from snnlocality.provenance.closure import closure
from snnlocality.study.dvc import _of_task, check, text
from snnlocality.study.steps import collect


@pytest.fixture(scope="module")
def demo(root):
    """The raw parameters, of few runs."""
    raw = yaml.safe_load((root / "params.yaml").read_text())
    raw["studies"]["demo"] |= {"seeds": 1}
    raw["studies"]["demo"]["analyses"] |= {"poison_rates": [0.1, 0.5], "pairs": 1}
    return raw


def filled_in(raw, root, folder) -> Repo:
    """Where DVC itself fills in dvc.yaml for the chosen study."""
    for name in (".dvcignore", "src"):
        (folder / name).symlink_to(root / name)
    (folder / ".dvc").mkdir()
    (folder / "params.yaml").write_text(yaml.safe_dump(raw))
    (folder / "dvc.yaml").write_text(text(parameters.check(raw, "params.yaml")))
    return Repo(folder, config={"core": {"no_scm": True}})


@pytest.fixture(scope="module")
def repository(demo, root, tmp_path_factory):
    return filled_in(demo, root, tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def stages(repository):
    return list(repository.index.stages)


def owner(stages, job):
    """The stage that remembers what a job makes."""
    found = [stage for stage in stages if _among(job.output, (out.def_path for out in stage.outs))]
    assert len(found) == 1, f"{job.output} belongs to {found}"
    return found[0]


def _depends(stage, path) -> bool:
    return _among(path, (dep.def_path for dep in stage.deps))


def _among(path, names) -> bool:
    return any(str(path) == name or str(path).startswith(f"{name}/") for name in names)


def test_every_file_that_a_job_reads_is_a_dependency_of_its_stage(demo, stages):
    every = jobs(demo)
    maker = {path: job for job in every.values() for path in job.output_paths}
    for job in every.values():
        stage = owner(stages, job)
        for path in (*job.static_inputs.values(), Path("envs/requirements.lock")):
            assert _depends(stage, path), f"{stage.name} does not name {path}"
        for path in job.input_paths:
            # A record changes with every file that its job makes.
            named = _depends(stage, path) or _depends(stage, maker[path].record) or owner(stages, maker[path]) is stage
            assert named, f"{stage.name} does not name {path}"


@pytest.mark.parametrize(
    "study", ["sample", "paper", "mnist", "full", "spectrum", "confirmation", "ablation", "firing_rates"]
)
def test_every_study_has_stages_of_its_own(demo, root, tmp_path, study):
    raw = demo | {"study": study}
    raw["studies"] = {name: table | {"seeds": 1} for name, table in raw["studies"].items()}
    stages = list(filled_in(raw, root, tmp_path).index.stages)
    needed = {owner(stages, job).name for job in jobs(raw).values()}
    assert {stage.name for stage in stages} == {*needed, "study"}
    for stage in stages:
        for name in (name for dep in stage.deps for name in getattr(dep, "params", ())):
            table = raw
            for part in name.split("."):
                table = table[part]
        for path in (dep.def_path for dep in stage.deps if dep.def_path.startswith("results/")):
            assert any(_among(path, [out.def_path]) or _among(out.def_path, [path]) for s in stages for out in s.outs)


def test_the_stages_are_of_the_study_that_params_choose(root, tmp_path, monkeypatch):
    chosen = {name: parameters.load(root / "params.yaml", study=name) for name in ("demo", "mnist")}
    assert (root / "dvc.yaml").read_text() == text(parameters.load(root / "params.yaml"))
    monkeypatch.chdir(tmp_path)
    Path("dvc.yaml").write_text(text(chosen["mnist"]))
    check(chosen["mnist"])
    with pytest.raises(UserError, match="tasks or rules than 'demo'; write its own with: snnlocality stages"):
        check(chosen["demo"])
    with pytest.raises(UserError, match=r"'scale' is 0.05 in params\.yaml"):
        check(parameters.load(root / "params.yaml", study="demo", scale=0.05))


def test_dvc_lock_holds_science_alone(stages):
    remembered = [out.def_path for stage in stages for out in stage.outs]
    assert remembered
    assert [path for path in remembered if not _among(path, ("results", "reports"))] == []


def test_all_code_of_a_job_is_a_dependency_of_its_stage(demo, repository, stages, root):
    for job in jobs(demo).values():
        stage = owner(stages, job)
        # What decides a plan and its settings, too.
        for module in {*closure(job.modules), "snnlocality.study.step", "snnlocality.parameters", "snnlocality.paths"}:
            file = Path("src", *module.split("."))
            file = file / "__init__.py" if (root / file).is_dir() else file.with_suffix(".py")
            assert (root / file).is_file()
            assert _depends(stage, file), f"{stage.name} does not name {file}"
            ignored = repository.dvcignore.is_ignored_file(str(Path(repository.root_dir) / file))
            assert not ignored, f".dvcignore leaves out {file}"


def test_every_parameter_that_decides_a_job_makes_its_stage_ask(demo, stages):
    before = jobs(demo)
    unasked, decided = [], 0
    for key, changed in changes(demo):
        ran = [(job, owner(stages, job)) for job in affected(before, jobs(changed))]
        decided += bool(ran)
        asking = {stage.name for stage in stages if _names(stage, key)}
        while (
            more := {
                stage.name
                for job, made_by in ran
                for stage in stages
                if made_by.name in asking and _depends(stage, job.output)
            }
            - asking
        ):
            asking |= more  # the record of an affected job changes, and with it what the stage depends on
        unasked += [(key, stage.name) for _, stage in ran if stage.name not in asking]
    assert sorted(set(unasked)) == []
    assert decided > 50


def _names(stage, key: str) -> bool:
    named = [name for dep in stage.deps for name in getattr(dep, "params", ())]
    return any(key == name or key.startswith(f"{name}.") for name in named)


def test_what_dvc_draws_is_not_for_git(committed):
    committed.run("dvc", "plots", "show")
    assert (committed.root / "dvc_plots/index.html").is_file()
    assert committed.run("git", "status", "--porcelain").stdout == ""
    shutil.rmtree(committed.root / "dvc_plots")


def test_a_step_has_a_stage_whatever_way_it_says_what_it_reads(demo):
    """By name, or as a function of the parameters and the key."""
    study = parameters.check(demo, "params.yaml")
    by_function = replace(collect.STEP, inputs=lambda parameters, key: collect.STEP.inputs)
    assert _of_task(study, by_function) == _of_task(study, collect.STEP)
