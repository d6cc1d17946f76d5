"""The code a step depends on, as a digest that comments, docstrings and formatting do not change."""

import ast
import hashlib
import importlib.util
import re
from functools import cache
from pathlib import Path

import grimp

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
    graph = _import_graph()
    found = set(modules)
    for module in modules:
        found |= graph.find_upstream_modules(module)
    return tuple(sorted(found))


@cache
def _import_graph() -> grimp.ImportGraph:
    # Without a cache folder: a stale or half-written cache must not decide what is retrained.
    graph = grimp.build_graph(_PACKAGE, cache_dir=None)
    for module in _ORCHESTRATION:
        for descendant in (module, *graph.find_descendants(module)):
            graph.remove_module(descendant)
    return graph


@cache
def _module_digest(name: str) -> str:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    code = Path(spec.origin)
    constants, template, c = (code.with_suffix(suffix) for suffix in (".json", ".html", ".c"))
    return (
        normalised_digest(code.read_text(encoding="utf-8"))
        + "".join(sha256(file) for file in (constants, template) if file.exists())
        + (normalised_c_digest(c.read_text(encoding="utf-8")) if c.exists() else "")
    )


def normalised_c_digest(source: str) -> str:
    """SHA-256 of C source without comments and spacing; our C has no comment marks inside strings."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", " ", source, flags=re.DOTALL)
    return hashlib.sha256(" ".join(code.split()).encode()).hexdigest()


def normalised_digest(source: str) -> str:
    """SHA-256 of Python source without comments, docstrings and formatting."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
            and isinstance(node.body[0].value.value, str)
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()
