"""The commands of the README resolve from a checkout, and the environments agree."""

import hashlib
import json
import re
import tomllib

import pytest
import yaml

from snnlocality import parameters
from snnlocality.schema import PATH, schema_text
from snnlocality.study import snakemake


def test_the_slurm_profile_selects_the_paper_study(project):
    done = project.run("snakemake", "--profile", "slurm", "-n", "reports/table2.csv")
    assert "Study: paper" in done.stdout + done.stderr
    demo = project.run("snakemake", "--profile", "slurm", "--config", "study=demo", "-n", "reports/table2.csv")
    assert "Study: demo" in demo.stdout + demo.stderr
    assert "Nothing to be done" in demo.stdout + demo.stderr


def test_another_scale_or_engine_leaves_the_profiles_study_alone(project):
    for choice, study in (("scale=0.1", "paper-x0.1; engine: auto"), ("engine=cpu", "paper; engine: cpu")):
        done = project.run("snakemake", "--profile", "slurm", "--config", choice, "-n", "--", "reports/table1.csv")
        assert f"Study: {study}" in done.stdout + done.stderr


def test_many_runs_are_packed_into_one_job_of_the_cluster(project):
    done = project.run("snakemake", "--profile", "slurm", "-n", "reports/table2.csv")
    jobs = done.stdout.split("Group job run")[1:]
    runs = 2 * 2 * 10  # tasks, rules, seeds
    assert sum(job.count(": Train one run") for job in jobs) == runs
    assert [job.count(": Train one run") for job in jobs] == [10] * (runs // 10)


def test_the_rules_are_what_the_steps_say(root):
    for file, rules in snakemake.files().items():
        assert (root / file).read_text() == rules, f"{file} is written by: snnlocality generate"
    assert "rule table2:" in (root / snakemake.REPORTS).read_text()


def test_every_rule_names_its_environment(root):
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        for rule in re.split(r"^rule ", path.read_text(), flags=re.MULTILINE)[1:]:
            if "shell:" in rule:
                for directive in ("conda:\n        ENVIRONMENT", "log:", "benchmark:", "message:", "resources:"):
                    assert directive in rule, f"{path.name}: {rule.splitlines()[0]} lacks {directive}"
                decided = "**params_of(" in rule or "code=" in rule
                assert decided, f"{path.name}: {rule.splitlines()[0]} does not say what decides its jobs"


def test_every_rule_has_the_container(root):
    named, *_ = (root / "workflow/Snakefile").read_text().split("include:")
    assert 'container: "envs/snnlocality.sif"' in named, "it is given to the rules that are included after it"
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        assert "container:" not in path.read_text(), f"{path.name} names another"


def test_the_lock_holds_every_dependency_with_hashes_and_no_address(root):
    lock = (root / "envs/requirements.lock").read_text()
    assert "://" not in lock
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [name for extra in project["optional-dependencies"].values() for name in extra]
    for requirement in wanted:
        name, exact = re.match(r"([A-Za-z0-9_.-]+)(?:==([\w.]+))?", requirement).groups()
        pinned = re.findall(rf"^{re.escape(name)}==(\S+)", lock, flags=re.MULTILINE)
        assert pinned, f"{name} is not locked"
        assert exact is None or pinned == [exact]
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)[1:])


def test_conda_and_container_install_from_the_lock(root):
    conda = yaml.safe_load((root / "envs/environment.yaml").read_text())
    # Snakemake copies this file elsewhere and runs the script beside it in the root of the project.
    assert all(isinstance(dependency, str) for dependency in conda["dependencies"])
    script = (root / "envs/environment.post-deploy.sh").read_text()
    digest = hashlib.sha256((root / "envs/requirements.lock").read_bytes()).hexdigest()
    assert f'"{digest}  envs/requirements.lock" | sha256sum' in script, f"write {digest} into it: the lock is another"
    assert "pip install --require-hashes -r envs/requirements.lock\n" in script
    assert "pip install --no-deps --no-build-isolation -e .\n" in script
    recipe = (root / "envs/snnlocality.def").read_text()
    assert "--require-hashes -r /opt/snnlocality/envs/requirements.lock" in recipe
    copied = re.findall(r"^    (\S+) (/opt/\S+)$", recipe, flags=re.MULTILINE)
    assert "envs/requirements.lock" in dict(copied)
    for source, destination in copied:
        assert (root / source).exists()
        assert destination == f"/opt/snnlocality/{source}"
    assert re.search("^From: debian:[a-z]+-slim$", recipe, flags=re.MULTILINE), "envs/container takes the release"


def test_the_schema_file_is_generated_from_the_model(root):
    assert (root / PATH).read_text() == schema_text()
    json.loads(schema_text())


@pytest.mark.parametrize("study", ["demo", "sample", "paper"])
def test_every_study_of_params_yaml_is_valid(root, study):
    assert parameters.load(root / "params.yaml", study=study).label == study


def test_snakemake_plans_when_a_job_ends_and_not_every_second_as_well(project):
    """Its default limit of jobs a second would have it choose anew ever more often (Snakefile, onstart)."""
    done = project.run("snakemake", "--verbose", "--forcerun", "evaluate", "--", "reports/table2.csv")
    said = done.stdout + done.stderr
    assert said.count("Finished jobid") > 5
    assert 0 < said.count("Ready jobs:") <= said.count("Finished jobid") + 1
