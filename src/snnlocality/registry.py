"""Axes of choice as folders: every module of a package is one choice, found by name, imported on demand.

On demand, so that a run's code closure (``provenance.closure``) holds the choices it made and no others.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from snnlocality.errors import UserError

RULES = "snnlocality.learning.rules"
SURROGATES = "snnlocality.neurons.surrogates"
EXPERIMENTS = "snnlocality.tutorial.experiments"


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


def load(package: str, name: str) -> ModuleType:
    """The module of a choice."""
    return importlib.import_module(module_name(package, name))
