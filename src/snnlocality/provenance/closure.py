"""The code a step depends on, as a digest that comments, docstrings, formatting and Python's version do not change."""

import ast
import hashlib
import importlib.util
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality import plugins
from snnlocality.errors import UserError
from snnlocality.storage import read_json, sha256, user_cache, write_json

_PACKAGE = "snnlocality"
_CODE_PATH = "snnlocality.portable"  # decides the last bits of every step, though no step imports it

# What these decide is in the settings that a record keeps, so their code is not part of any closure: a new
# report or parameter must not retrain every network.
_ORCHESTRATION = (
    "snnlocality.checkpoints",
    "snnlocality.parameters",
    "snnlocality.paths",
    "snnlocality.plugins",
    "snnlocality.progress",
    "snnlocality.provenance",
    "snnlocality.registry",
    "snnlocality.study",
    "snnlocality.tutorial.settings",
)


@cache
def code_digest(modules: tuple[str, ...]) -> str:
    """SHA-256 over the import closure of ``modules`` within this package and plugins, each module normalised.

    What a module keeps in a file of its own name counts as its code: constants (``camera.py``, ``camera.json``), a
    page's template (``index.html``), C (``kernels.c``). The closure follows every import statement, so a module that
    is imported by name at run time (a learning rule, say) must be given.
    """
    lines = (f"{name} {_module_digest(name)}\n" for name in closure((*modules, _CODE_PATH)))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def closure(modules: tuple[str, ...]) -> tuple[str, ...]:
    """``modules`` and all modules of this package and of plugins that they import, directly or not; sorted."""
    found: set[str] = set()
    ahead = list(modules)
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += _imports(module)
    return tuple(sorted(found))


class _Source(NamedTuple):
    digest: str  # of the normalised source
    imports: tuple[tuple[str, str], ...]  # what it imports: a module, and a name in it or nothing


@cache
def _imports(name: str) -> tuple[str, ...]:
    """Modules of this package and of plugins that a module imports, orchestration left out."""
    ours = {_PACKAGE, *plugins.roots()}
    file = _file(name)
    assert file is not None, name
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    named = ((importlib.util.resolve_name(module, package), inner) for module, inner in _read(name).imports)
    targets = {_target(module, inner) for module, inner in named if module.partition(".")[0] in ours}
    if not name.startswith(_PACKAGE):  # packages run when one of their modules is imported; ours hold no code (a test)
        targets.add(name.rpartition(".")[0])
    return tuple(target for target in targets if target and not _orchestrates(target) and _file(target))


def _target(module: str, name: str) -> str:
    inner = f"{module}.{name}"
    return inner if name and _file(inner) else module


@cache
def _read(name: str) -> _Source:
    file = _file(name)
    assert file is not None, name
    source = file.read_bytes()
    cache_folder = user_cache()
    try:
        return _remembered(source, cache_folder / "code") if cache_folder else _analysed(source)
    except SyntaxError as error:
        raise UserError(f"{file} is not valid Python: {error}.") from None


def _remembered(source: bytes, folder: Path) -> _Source:
    """What is known of a source, from a note of its hash or with a new one: to parse all takes longer than many a job.

    The hash is of this file too, so that a note of another reader's is never taken.
    """
    note = folder / f"{hashlib.sha256(_own_source() + source).hexdigest()}.json"
    try:
        kept = read_json(note)
        found = _Source(kept["digest"], tuple((str(module), str(name)) for module, name in kept["imports"]))
        if not re.fullmatch("[0-9a-f]{64}", found.digest):
            raise ValueError("no digest")
        return found
    except (UserError, KeyError, TypeError, ValueError):
        found = _analysed(source)
        with suppress(UserError):  # no room
            write_json(note, found._asdict())
        return found


@cache
def _own_source() -> bytes:
    return Path(__file__).read_bytes()


def _analysed(source: bytes) -> _Source:
    tree = ast.parse(source)
    named = {target for statement in _statements(tree) for target in _targets(statement)}
    return _Source(normalised_digest(tree), tuple(sorted(named)))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements at any depth; expressions, which are most of a tree, are not looked at."""
    ahead = [tree]
    while ahead:
        node = ahead.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            ahead += getattr(node, field, ())


def _targets(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What an import statement names: a module, relative ones as they are written, and a name in it or nothing."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def _orchestrates(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in _ORCHESTRATION)


@cache
def _root(package: str) -> Path | None:
    """The folder of a top-level package, or the file of a module; None for what is neither."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or ())
    return Path(folders[0]) if folders else Path(spec.origin or "")


@cache
def _file(module: str) -> Path | None:
    """Where a module of this package or of a plugin lies; None if there is none of that name."""
    package, *inner = module.split(".")
    if (root := _root(package)) is None:
        return None
    path = root.joinpath(*inner)
    files = (path if path.suffix else path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


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


def normalised_digest(tree: ast.AST) -> str:
    """SHA-256 of Python code without comments, docstrings and formatting; the same in every Python from 3.11 on."""
    written: list[str] = []
    _write(tree, written)
    return hashlib.sha256("".join(written).encode()).hexdigest()


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _write(node: object, written: list[str]) -> None:
    """Append a text of a syntax tree to ``written``: as ``ast.dump``, whose text differs from Python to Python.

    What a learning rule or a neuron says of itself for people (``label``, ``reference``) is left out: it decides no
    result, and steps that write it have it in their settings. Fields that hold nothing are left out, since newer
    versions have more of them (``type_params``), and empty pieces of f-strings, which some versions make.
    """
    if isinstance(node, ast.AST):
        written.append(f"{type(node).__name__}(")
        for name in node._fields:
            value: Any = getattr(node, name, None)
            if name == "body" and isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                value = value[1:]
            elif name == "keywords" and _is_rule_or_neuron(node):
                value = [keyword for keyword in value if not _is_text(keyword)]
            elif name == "values" and isinstance(node, ast.JoinedStr):
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


def _is_rule_or_neuron(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Rule", "Neuron")


def _is_text(keyword: ast.keyword) -> bool:
    constant = isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    return constant and keyword.arg in ("label", "reference")
