"""Axes of choice as folders: every module of a package is one choice, found by name, imported on demand.

On demand, so that a run's code closure (``provenance.closure``) holds the choices it made and no others. What other
packages and the study's own folder add (``plugins``) is a choice like any other.
"""

import importlib
import importlib.util
import os
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality import plugins
from snnlocality.errors import UserError

NAME = "[a-z][a-z0-9_]*"  # of whatever a person names: it becomes part of paths

RULES = "snnlocality.learning.rules"
NEURONS = "snnlocality.neurons.models"
SURROGATES = "snnlocality.neurons.surrogates"
EXPERIMENTS = "snnlocality.tutorial.experiments"
ATTACKS = "snnlocality.attacks.signs"
SOURCES = "snnlocality.data.sources"
CLAIMS = "snnlocality.claims.ledger"
FOLLOWUPS = "snnlocality.claims.followups"
STEPS = "snnlocality.study.steps"
REPORTS = "snnlocality.study.reports"


class _Kind(NamedTuple):
    plugins: str  # the folder of plugins/, and the group of entry points behind "snnlocality."
    declared: tuple[str, ...]  # what a file must have, one of these
    types: tuple[str, ...]  # of which it is: names, since to load them all would take too long


_KINDS = {
    RULES: _Kind("rules", ("RULE",), ("Rule",)),
    NEURONS: _Kind("neurons", ("NEURON",), ("Neuron",)),
    SURROGATES: _Kind("surrogates", ("DERIVATIVE",), ("str",)),
    EXPERIMENTS: _Kind("experiments", ("run",), ("function",)),
    ATTACKS: _Kind("attacks", ("ATTACK",), ("Attack",)),
    SOURCES: _Kind("sources", ("SOURCE",), ("Source",)),
    CLAIMS: _Kind("claims", ("CLAIMS",), ("tuple",)),
    FOLLOWUPS: _Kind("followups", ("CLAIMS",), ("tuple",)),
    STEPS: _Kind("steps", ("STEP", "STEPS"), ("Step", "tuple")),
    REPORTS: _Kind("reports", ("STEP", "STEPS"), ("Step", "tuple")),
}
PLUGINS = tuple(kind.plugins for kind in _KINDS.values())  # what plugins may be


def names(package: str) -> tuple[str, ...]:
    """Names of the choices in a package, and of plugins of its kind, sorted; no choice is imported."""
    return tuple(sorted(_modules(package)))


def own(package: str) -> tuple[str, ...]:
    """Those that come with this package."""
    return tuple(_own(package))


def module_name(package: str, name: str) -> str:
    """Dotted module name of a choice; raises UserError with the known names if there is none."""
    known = _modules(package)
    if name not in known:
        raise UserError(f"'{name}' is not in {package}; choose one of {', '.join(sorted(known))}.")
    return known[name]


def load(package: str, name: str) -> Any:
    """What a choice declares; raises UserError naming its file if that cannot be loaded or declares no such thing."""
    module = module_name(package, name)
    try:
        loaded = importlib.import_module(module)
    except Exception as error:  # people write these files, so they may raise anything
        kind = "" if isinstance(error, (ValueError, SyntaxError)) else f"{type(error).__name__}: "
        raise UserError(f"{file_of(package, name)} cannot be loaded: {kind}{' '.join(str(error).split())}.") from None
    _, attributes, types = _KINDS[package]
    for attribute in attributes:
        if hasattr(loaded, attribute):
            declared = getattr(loaded, attribute)
            if not any(cls.__name__ in types for cls in type(declared).__mro__):
                raise UserError(f"{attribute} in {file_of(package, name)} is no {types[0]}.")
            return declared
    raise UserError(f"{file_of(package, name)} has no {attributes[0]}, which every file of its kind must have.")


def file_of(package: str, name: str) -> str:
    """The file of a choice, as people write it, or its module where there is no such file; it is not imported."""
    module = module_name(package, name)
    try:
        found = importlib.util.find_spec(module)
    except Exception:  # of a package that cannot be loaded, or is not there
        found = None
    if found is None or found.origin is None:
        return f"{module}, a plugin of an installed package,"
    file, here = Path(found.origin), Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _modules(package: str) -> dict[str, str]:
    return _modules_in(package, os.getcwd())


@cache
def _modules_in(package: str, folder: str) -> dict[str, str]:
    """Modules by the names of the choices; raises UserError for a plugin whose name is taken, or can be none."""
    every = dict(_own(package))
    kind = _KINDS[package].plugins
    for name, module in plugins.modules(kind).items():
        if name in every:
            raise UserError(f"{module} adds '{name}' to {kind}, which snnlocality has itself; give it another name.")
        if not re.fullmatch(NAME, name):
            raise UserError(f"{module} adds '{name}' to {kind}; a name is of small letters, digits and underscores.")
        every[name] = module
    return every


@cache
def _own(package: str) -> dict[str, str]:
    path = importlib.import_module(package).__path__
    return {name: f"{package}.{name}" for name in sorted(module.name for module in pkgutil.iter_modules(path))}
