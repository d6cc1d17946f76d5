"""A study as a Workflow Run RO-Crate (profile Provenance Run Crate 0.5): one folder that says how all in it was made.

The workflow is the Snakefile; every step of it is a tool, every execution of a step an action with its parameters, its
inputs and outputs by hash, its command, and its times and environment where the log of the execution is here.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from snnlocality import parameters as params
from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.provenance import audit
from snnlocality.provenance.records import execution_log, execution_of, flat
from snnlocality.storage import atomic_path, check_writable, read_json
from snnlocality.study import catalogue
from snnlocality.study.commands import arguments
from snnlocality.study.step import Job, Report

_VERSION = "1.1"  # of RO-Crate, on which the profiles rest
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
_TERMS = {term: f"https://w3id.org/ro/terms/workflow-run#{term}" for term in ("sha256", "environment")}
_COMPLETED = "http://schema.org/CompletedActionStatus"
_WORKFLOW = "Snakefile"
_FILES = ("params.yaml", "dvc.yaml", "dvc.lock", "LICENSE", "README.md", "pyproject.toml")
_FOLDERS = ("envs", "plugins", "profiles", "src", "workflow")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.sif")
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".lock": "text/plain",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
}
_ENVIRONMENT = ("host", "machine", "processor", "cores", "system", "libc", "python", "engine", "commit", "dirty")

Progress = Callable[[int, int], None]


def export(parameters: params.Parameters, target: str, progress: Progress) -> Path:
    """Write the crate of the study to a new folder, or to one file if ``target`` ends with .zip; return its path.

    Raises UserError if ``target`` exists or cannot be written, or if a result is missing or not what its record says.
    """
    path = Path(target)
    if path.exists():
        raise UserError(f"{path} exists; name a folder, or a file ending with .zip, that is not there yet.")
    check_writable(path)
    jobs = list(catalogue.everything(parameters))
    for number, job in enumerate(jobs):
        progress(number, 2 * len(jobs))
        audit.require_sound([job], "a crate")
    with atomic_path(path) as draft:
        scratch = Path(tempfile.mkdtemp(dir=draft.parent))  # removed with the draft's folder
        crate = _Study(parameters, scratch).described(jobs, progress)
        (crate.write_zip if path.suffix == ".zip" else crate.write)(draft)
    return path


class _Study:
    """A crate while it is put together: entities are added once and found again by what they are of."""

    def __init__(self, parameters: params.Parameters, scratch: Path) -> None:
        self.parameters = parameters
        self.scratch = scratch
        self.crate = ROCrate(version=_VERSION)
        self.crate.metadata.extra_terms = dict(_TERMS)
        self.linked: set[tuple[str, str]] = set()  # examples and their parameters

    def described(self, jobs: list[Job], progress: Progress) -> ROCrate:
        """All of it."""
        study = self.parameters.label
        root = self.crate.root_dataset
        root["name"] = f"snnlocality, study {study}"
        root["description"] = (
            f"Learning rules of spiking networks from global to local: the study {study}, with every model, measure "
            "and report, the workflow that made them, and the record of every execution."
        )
        root["author"] = self.entity("#authors", "Organization", name="The snnlocality authors")
        root["license"] = self.entity("https://spdx.org/licenses/MIT", "CreativeWork", name="MIT License")
        root["conformsTo"] = [
            self.entity(url, "CreativeWork", name=name, version=url.rsplit("/", 1)[1])
            for url, name in _PROFILES.items()
        ]
        workflow = self.workflow()
        actions = [self.action(job, workflow, number, progress, len(jobs)) for number, job in enumerate(jobs)]
        self.run(workflow, jobs, actions)
        return self.crate

    def workflow(self) -> Entity:
        """The Snakefile, with everything else that the workflow is."""
        properties = {
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
            "name": "snnlocality",
            "version": metadata.version("snnlocality"),
        }
        workflow = self.crate.add_workflow(_WORKFLOW, _WORKFLOW, properties=properties, main=True, lang="snakemake")
        for path in (*map(Path, _FILES), *sorted(Path("published").iterdir())):
            if path.is_file():
                self.file(path)
        for name in filter(os.path.isdir, _FOLDERS):
            copy = shutil.copytree(name, self.scratch / name, ignore=_LEFT_OUT)
            self.crate.add_dataset(copy, f"{name}/", properties={"name": name})
        if not Path("src").is_dir():  # a study without a checkout: the code is the installed package's
            code = "src/snnlocality"
            copy = shutil.copytree(paths.PACKAGE, self.scratch / code, ignore=_LEFT_OUT)
            self.crate.add_dataset(copy, f"{code}/", properties={"name": code})
        return workflow

    def action(self, job: Job, workflow: Entity, number: int, progress: Progress, total: int) -> Entity:
        """The execution of one step."""
        progress(total + number, 2 * total)
        tool = self.tool(job.name, workflow)
        facts = execution_of(job) or {}
        command = ["snnlocality", *arguments(job, self.parameters.label)]
        record = read_json(job.record)
        values = {**flat(record["settings"]), "code": record["code"], "libraries": record["libraries"]}
        inputs = [
            self.slot(tool, "input", path.name, self.file(path))
            for path in (*job.input_paths, *job.static_inputs.values())
        ]
        inputs += [self.slot(tool, "input", name, self.value(job.name, name, value)) for name, value in values.items()]
        if job.raw:
            inputs.append(self.raw(job, len(record["raw"])))
        results = [self.slot(tool, "output", path.name, self.file(path)) for path in (*job.output_paths, job.record)]
        action = self.crate.add_action(
            tool,
            identifier=f"#run/{job.output}",
            object=inputs,
            result=results,
            properties={
                "name": f"{job.name}: {job.output}",
                "description": " ".join(command),
                "actionStatus": _COMPLETED,
            },
        )
        if facts:
            start = datetime.fromisoformat(facts["started"])
            end = start + timedelta(seconds=facts["seconds"])
            action["startTime"] = start.isoformat(timespec="milliseconds")
            action["endTime"] = end.isoformat(timespec="milliseconds")
            here = {name: facts[name] for name in _ENVIRONMENT if facts.get(name) is not None} | facts["libraries"]
            action["environment"] = [self.value("environment", name, value) for name, value in here.items()]
            action["subjectOf"] = self.file(execution_log(job))
        self.crate.root_dataset.append_to("mentions", action)
        return action

    def run(self, workflow: Entity, jobs: list[Job], actions: list[Entity]) -> None:
        """The execution of the whole workflow, and which of its steps each action carried out."""
        published = sorted({path for job in jobs for path in job.static_inputs.values()})
        given = [self.file(path) for path in (Path("params.yaml"), *published)]
        made = [self.file(path) for job in jobs if isinstance(job.step, Report) for path in job.output_paths]
        whole = self.crate.add_action(
            workflow,
            identifier="#run",
            object=[self.slot(workflow, "input", Path(one.id).name, one) for one in given],
            result=[self.slot(workflow, "output", Path(one.id).name, one) for one in made],
            properties={
                "name": f"The study {self.parameters.label}",
                "description": f"snakemake --config study={self.parameters.study} scale={self.parameters.scale:g}",
                "actionStatus": _COMPLETED,
            },
        )
        for name, choose in (("startTime", min), ("endTime", max)):
            if times := [action[name] for action in actions if action.get(name)]:
                whole[name] = choose(times, key=datetime.fromisoformat)
        self.crate.root_dataset.append_to("mentions", whole)
        engine = self.entity(
            "https://snakemake.github.io",
            "SoftwareApplication",
            name="Snakemake",
            url="https://snakemake.github.io",
            softwareVersion=metadata.version("snakemake"),
        )
        control = [
            self.entity(
                f"#control/{job.output}",
                "ControlAction",
                name=f"Carry out the step {job.name}",
                instrument=self.entity(f"#step/{job.name}", "HowToStep"),
                object=action,
            )
            for job, action in zip(jobs, actions, strict=True)
        ]
        self.entity(
            "#organize",
            "OrganizeAction",
            name=f"Snakemake carries out the study {self.parameters.label}",
            instrument=engine,
            object=control,
            result=whole,
        )

    def tool(self, step: str, workflow: Entity) -> Entity:
        """The command of a kind of step, and the workflow's step that it is for."""
        if (known := self.crate.get(f"#tool/{step}")) is not None:
            return known
        tool = self.entity(
            f"#tool/{step}",
            "SoftwareApplication",
            name=f"snnlocality {step}",
            softwareVersion=metadata.version("snnlocality"),
        )
        position = len(workflow.get("hasPart", [])) + 1
        how = self.entity(f"#step/{step}", "HowToStep", name=step, position=str(position), workExample=tool)
        workflow.append_to("hasPart", tool)
        workflow.append_to("step", how)
        return tool

    def slot(self, owner: Entity, side: str, name: str, example: Entity) -> Entity:
        """An input or output as an example of a parameter that a tool or the workflow has."""
        identifier = f"#{side}/{owner.id.removeprefix('#')}/{name}"
        parameter = self.crate.get(identifier)
        if parameter is None:
            kind = "PropertyValue" if example.type == "PropertyValue" else "File"
            parameter = self.crate.add_formal_parameter(name, kind, identifier)
            owner.append_to(side, parameter)
        if (example.id, identifier) not in self.linked:
            self.linked.add((example.id, identifier))
            parameter.append_to("workExample", example, compact=True)
            example.append_to("exampleOfWork", parameter, compact=True)
        return example

    def value(self, step: str, name: str, value: Any) -> Entity:
        """A setting, or a fact of the environment."""
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        identifier = f"#value/{step}/{name}/{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        return self.entity(identifier, "PropertyValue", name=name, value=text)

    def raw(self, job: Job, number: int) -> Entity:
        """Raw files of real data, which are not the study's to give away."""
        return self.entity(
            f"#raw/{job.raw}",
            "CreativeWork",
            name=f"Raw data {job.raw}",
            description=f"{number} files that are not in this crate; {job.record} has the SHA-256 of each.",
        )

    def file(self, path: Path) -> Entity:
        """A file of the project."""
        if (known := self.crate.get(str(path))) is not None:
            return known
        properties = {"name": str(path), "sha256": audit.digest(path), "contentSize": str(path.stat().st_size)}
        properties["encodingFormat"] = _FORMATS.get(path.suffix, "application/octet-stream")
        return self.crate.add_file(path, str(path), properties=properties)

    def entity(self, identifier: str, kind: str, **properties: Any) -> Entity:
        """A contextual entity, added if it is new."""
        if (known := self.crate.get(identifier)) is not None:
            return known
        entity = self.crate.add(ContextEntity(self.crate, identifier, properties={"@type": kind}))
        for name, value in properties.items():
            entity[name] = value
        return entity
