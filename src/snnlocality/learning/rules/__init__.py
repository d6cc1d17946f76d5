"""One file per learning rule, each holding one value ``RULE``; the file's name is the rule's name in params.yaml."""

import importlib
import pkgutil

from snnlocality.errors import UserError
from snnlocality.learning.rule import Rule


def names() -> tuple[str, ...]:
    """Names of all rules: the modules of this package, found without importing them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def module_of(name: str) -> str:
    """Dotted module name of a rule; raises UserError with the known names if there is none."""
    if name not in names():
        raise UserError(f"'{name}' is no learning rule; choose one of {', '.join(names())}.")
    return f"{__name__}.{name}"


def load(name: str) -> Rule:
    """The rule of this name, imported on demand so that a run's code closure holds its own rule only."""
    return importlib.import_module(module_of(name)).RULE
