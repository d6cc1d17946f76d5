"""The code a step depends on, as a digest that comments, docstrings, formatting and Python's version do not change."""

import ast
import hashlib
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from snnlocality.storage import sha256

_PACKAGE = "snnlocality"

# What these decide is in the settings that a record keeps, so their code is not part of any closure: a new
# report or parameter must not retrain every network.
_ORCHESTRATION = (
    "snnlocality.checkpoints",
    "snnlocality.parameters",
    "snnlocality.paths",
    "snnlocality.plan",
    "snnlocality.progress",
    "snnlocality.provenance",
    "snnlocality.registry",
)


@cache
def code_digest(modules: tuple[str, ...]) -> str:
    """SHA-256 over the import closure of ``modules`` within this package, each module normalised.

    What a module keeps in a file of its own name counts as its code: constants (``camera.py``, ``camera.json``), a
    page's template (``index.html``), C (``kernels.c``). The closure follows every import statement, so a module that
    is imported by name at run time (a learning rule, say) must be given.
    """
    lines = (f"{name} {_module_digest(name)}\n" for name in closure(modules))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def closure(modules: tuple[str, ...]) -> tuple[str, ...]:
    """``modules`` and all modules of this package that they import, directly or not; sorted."""
    found: set[str] = set()
    ahead = list(modules)
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += _read(module).imports
    return tuple(sorted(found))


class _Module(NamedTuple):
    digest: str  # of its normalised source
    imports: tuple[str, ...]  # modules of this package, orchestration left out


@cache
def _read(name: str) -> _Module:
    file = _file(name)
    assert file is not None, name
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = {target for node in ast.walk(tree) for target in _targets(node)}
    return _Module(_digest(tree), tuple(module for module in named if not _orchestrates(module)))


def _targets(node: ast.AST) -> Iterator[str]:
    """Modules of this package that an import statement names; they are absolute in this project (a test)."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.startswith(f"{_PACKAGE}."))
    elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == _PACKAGE:
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if _file(inner) else node.module


def _orchestrates(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in _ORCHESTRATION)


@cache
def _root() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def _file(module: str) -> Path | None:
    """Where a module of this package lies; None if there is none of that name."""
    path = _root().joinpath(*module.split(".")[1:])
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


@cache
def _module_digest(name: str) -> str:
    code = _file(name)
    assert code is not None, name
    constants, template, c = (code.with_suffix(suffix) for suffix in (".json", ".html", ".c"))
    return (
        _read(name).digest
        + "".join(sha256(file) for file in (constants, template) if file.exists())
        + (normalised_c_digest(c.read_text(encoding="utf-8")) if c.exists() else "")
    )


def normalised_c_digest(source: str) -> str:
    """SHA-256 of C source without comments and spacing; our C has no comment marks inside strings."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", " ", source, flags=re.DOTALL)
    return hashlib.sha256(" ".join(code.split()).encode()).hexdigest()


def normalised_digest(source: str) -> str:
    """SHA-256 of Python source without comments, docstrings and formatting; the same in every Python from 3.11 on."""
    return _digest(ast.parse(source))


def _digest(tree: ast.AST) -> str:
    written: list[str] = []
    _write(tree, written)
    return hashlib.sha256("".join(written).encode()).hexdigest()


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _write(node: object, written: list[str]) -> None:
    """Append a text of a syntax tree to ``written``: as ``ast.dump``, whose text differs from Python to Python.

    Fields that hold nothing are left out, since newer versions have more of them (``type_params``), and empty pieces of
    f-strings, which some versions make.
    """
    if isinstance(node, ast.AST):
        written.append(f"{type(node).__name__}(")
        documented = isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None
        for name, value in ast.iter_fields(node):
            if documented and name == "body":
                value = value[1:]
            if isinstance(node, ast.JoinedStr):
                value = [piece for piece in value if not (isinstance(piece, ast.Constant) and piece.value == "")]
            if value is not None and value != []:
                written.append(f"{name}=")
                _write(value, written)
        written.append(")")
    elif isinstance(node, list):
        written.append("[")
        for item in node:
            _write(item, written)
            written.append(",")
        written.append("]")
    else:
        written.append(repr(node))
