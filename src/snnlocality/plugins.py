"""Choices that are not this package's: those of other installed packages, and those of the study's own folder.

A package names its own by entry points, one group for each kind (``snnlocality.rules``); a study has them as files of
``plugins/`` in the working directory (``plugins/rules/``). Both are found without importing anything (docs/plugins.md).
"""

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from snnlocality.errors import UserError

FOLDER = Path("plugins")
_GROUPS = "snnlocality."


def modules(kind: str) -> dict[str, str]:
    """Dotted names of the modules of one kind by the names of the choices; raises UserError where two have one name."""
    found: dict[str, str] = {}
    for name, module in (*_entry_points().get(kind, ()), *_of_folder(kind)):
        if found.setdefault(name, module) != module:
            raise UserError(f"{found[name]} and {module} both add '{name}' to {kind}; uninstall or rename one.")
    return found


def roots() -> frozenset[str]:
    """Top-level packages that hold plugins: their code counts as this package's own."""
    named = {module.partition(".")[0] for found in _entry_points().values() for _, module in found}
    return frozenset(named | {FOLDER.name} if FOLDER.is_dir() else named)


def installed() -> Iterator[tuple[str, str]]:
    """The folders that installers leave, of every installed package one: where each lies and its name.

    All in a millisecond; ``importlib.metadata`` would read every package's description, which takes 25.
    """
    for folder in sys.path:
        try:
            entries = os.listdir(folder or ".")
        except OSError:  # an archive, or nothing
            continue
        yield from ((folder, name) for name in entries if name.endswith((".dist-info", ".egg-info")))


@cache
def _entry_points() -> dict[str, tuple[tuple[str, str], ...]]:
    """Names and modules by kind, of the entry points of all installed packages.

    ``importlib.metadata`` is asked only of packages that have some.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for folder in _with_entry_points():
        from importlib.metadata import Distribution

        for entry in Distribution.at(folder).entry_points:
            if entry.group.startswith(_GROUPS):
                found.setdefault(entry.group.removeprefix(_GROUPS), set()).add((entry.name, entry.value))
    return {kind: tuple(sorted(pairs)) for kind, pairs in found.items()}


def _with_entry_points() -> Iterator[Path]:
    for path in dict.fromkeys(Path(folder, name) for folder, name in installed()):
        try:
            text = (path / "entry_points.txt").read_bytes()
        except OSError:  # most have none
            continue
        if b"[" + _GROUPS.encode() in text:
            yield path


def _of_folder(kind: str) -> Iterator[tuple[str, str]]:
    files = sorted(file for file in (FOLDER / kind).glob("*.py") if file.name != "__init__.py")
    if files:
        _importable(str(FOLDER.absolute()))
    for file in files:
        yield file.stem, f"{FOLDER.name}.{kind}.{file.stem}"


def _importable(folder: str) -> None:
    """Let ``plugins`` be imported, and nothing else of the working directory."""
    known = sys.modules.get(FOLDER.name)
    if known is None or folder not in known.__path__:
        for name in [name for name in sys.modules if name.partition(".")[0] == FOLDER.name]:
            del sys.modules[name]  # of another folder
        spec = importlib.machinery.ModuleSpec(FOLDER.name, None, is_package=True)
        spec.submodule_search_locations = [folder]
        sys.modules[FOLDER.name] = importlib.util.module_from_spec(spec)
