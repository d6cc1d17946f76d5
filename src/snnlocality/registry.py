"""Axes of choice as folders: every module of a package is one choice, found by name, imported on demand.

On demand, so that a run's code closure (``provenance.closure``) holds the choices it made and no others.
"""

import importlib
import importlib.util
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from snnlocality.errors import UserError

RULES = "snnlocality.learning.rules"
SURROGATES = "snnlocality.neurons.surrogates"
EXPERIMENTS = "snnlocality.tutorial.experiments"
ATTACKS = "snnlocality.attacks.signs"
SOURCES = "snnlocality.data.sources"
CLAIMS = "snnlocality.claims.ledger"
STEPS = "snnlocality.study.steps"
_DECLARED = {
    RULES: "RULE",
    SURROGATES: "DERIVATIVE",
    EXPERIMENTS: "run",
    ATTACKS: "ATTACK",
    SOURCES: "SOURCE",
    CLAIMS: "CLAIMS",
    STEPS: "STEP",
}  # what a file of each must have


@cache
def names(package: str) -> tuple[str, ...]:
    """Names of the choices in a package, sorted; nothing but the package itself is imported."""
    path = importlib.import_module(package).__path__
    return tuple(sorted(module.name for module in pkgutil.iter_modules(path)))


def module_name(package: str, name: str) -> str:
    """Dotted module name of a choice; raises UserError with the known names if there is none."""
    known = names(package)
    if name not in known:
        raise UserError(f"'{name}' is not in {package}; choose one of {', '.join(known)}.")
    return f"{package}.{name}"


def load(package: str, name: str) -> Any:
    """What a choice declares; raises UserError naming its file if that cannot be loaded or declares nothing."""
    module = module_name(package, name)
    try:
        loaded = importlib.import_module(module)
    except Exception as error:  # people write these files, so they may raise anything
        kind = "" if isinstance(error, (ValueError, SyntaxError)) else f"{type(error).__name__}: "
        raise UserError(f"{file_of(package, name)} cannot be loaded: {kind}{' '.join(str(error).split())}.") from None
    if not hasattr(loaded, _DECLARED[package]):
        raise UserError(
            f"{file_of(package, name)} has no {_DECLARED[package]}, which every file of its folder must have."
        )
    return getattr(loaded, _DECLARED[package])


def file_of(package: str, name: str) -> str:
    """The file of a choice, as people write it; nothing is imported but the package itself."""
    found = importlib.util.find_spec(module_name(package, name))
    assert found is not None
    assert found.origin is not None
    file, here = Path(found.origin), Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
