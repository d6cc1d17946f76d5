"""What a person asks of the workflow, checked before it starts: every fault is one sentence."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from snnlocality import parameters as params
from snnlocality import paths, registry
from snnlocality.data.source import raw_folder
from snnlocality.errors import UserError
from snnlocality.study import catalogue
from snnlocality.study.axes import ARCH
from snnlocality.study.steps import prepare

_KEYS = ("study", "scale", "engine")  # of --config
_CHOICES = {"rule": params.RULES, "experiment": params.EXPERIMENTS}  # by axis


def parameters_of(config: Mapping[str, Any]) -> params.Parameters:
    """The parameters as ``--config`` chooses them; raises UserError for a key that chooses nothing."""
    for key in config:
        if key not in _KEYS:
            near = "".join(f"; did you mean '{name}'?" for name in get_close_matches(str(key), _KEYS, 1))
            raise UserError(f"--config has no key '{key}' (it has {', '.join(_KEYS)}){near or '.'}")
    study = config.get("study")
    return params.load(study=None if study is None else str(study), scale=config.get("scale"))


def check_targets(parameters: params.Parameters, typed: Iterable[str]) -> None:
    """Of a command's words, refuse files of another study, and of rules, architectures or experiments that are none.

    Raises UserError. (Snakemake itself would say that no rule produces them, or show where its question was raised.)
    """
    for target in typed:
        root, *below = Path(target).parent.parts or ("",)
        if root != str(paths.RESULTS) or not below:
            continue
        study = below[0]
        name, _, scale = study.partition("-x")
        if study != parameters.label and name in parameters.studies:
            choice = f"study={name} scale={scale}" if scale else f"study={name}"
            raise UserError(
                f"{target} is of study '{study}', but '{parameters.label}' is chosen; ask with --config {choice}."
            )
        for step in catalogue.steps():
            key = step.key_of(target, parameters.label) or {}
            for axis, name in key.items():
                if axis in _CHOICES:
                    registry.module_name(_CHOICES[axis], name)
                elif axis == ARCH.name and key["task"] in parameters.tasks:
                    params.network_of(parameters, key["task"], name)


def unprepared(parameters: params.Parameters) -> dict[str, str]:
    """By task, why its data, which are not here, cannot be prepared: there is no folder of raw files."""
    found = {}
    for task in params.tasks(parameters):
        prepared = prepare.STEP.job(parameters, task=task)
        try:
            if not prepared.output.exists():
                raw_folder(prepared.settings.data.source)
        except UserError as error:
            found[task] = f"{prepared.output} cannot be prepared: {error}"
    return found
