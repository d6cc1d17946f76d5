"""Read and check params.yaml: every fault is told with its key and what is allowed there."""

from pathlib import Path
from reprlib import Repr
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser
from yaml.resolver import Resolver

from snnlocality import paths, registry
from snnlocality.data.kinds import KINDS
from snnlocality.errors import UserError
from snnlocality.parameters.model import PARAMS, Parameters
from snnlocality.registry import RULES
from snnlocality.storage import read_text

_LONGEST = 1_000_000  # bytes of params.yaml
_MOST_KEYS = 10_000  # of one table, after merging
_MOST_FAULTS = 5  # are told at a time
# A few lines of YAML can stand for a value of any size; what is shown of one is short.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict = 2, 3, 3


def load(path: Path = PARAMS, study: str | None = None, scale: float | None = None) -> Parameters:
    """Read and check params.yaml; ``study`` (a name or a label such as ``paper-x0.01``) and ``scale`` override it.

    A section that it lacks is that of the params.yaml that comes with the package. Raises UserError naming the file,
    the key, the fault and the allowed values.
    """
    if not path.exists():
        raise UserError(f"{path} does not exist; run from the root of a study (snnlocality new NAME makes one).")
    raw = _read(path)
    shipped = paths.shipped(PARAMS)
    if not raw.keys() >= Parameters.model_fields.keys() and not path.samefile(shipped):
        raw = _read(shipped) | raw
    if study is not None:
        name, _, factor = study.partition("-x")
        raw |= {"study": name, "scale": factor or 1}
    if scale is not None:
        raw["scale"] = scale
    return check(raw, str(path))


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(read_text(path, _LONGEST), _Loader)
    # A word that looks like a date and is none (2026-99-99) makes PyYAML raise a plain ValueError.
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(raw, dict):
        raise UserError(f"{path} must hold a table of keys; see the one in the project's repository.")
    return raw


class _Loader(Composer, CParser, SafeConstructor, Resolver):
    """PyYAML's safe loader: scanned in C, since every job of a workflow reads the file; composed in Python.

    The composer in C dies of deep nesting, where this one says so. Nor does it make the tables that a few lines of
    merges ("<<") of merges can, of any size.
    """

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_KEYS:
            raise yaml.YAMLError("it merges a table into itself too often")


def check(raw: dict[str, Any], origin: str) -> Parameters:
    """The typed parameters of a table; raises UserError with one line per fault."""
    _check_rules()
    try:
        return Parameters.model_validate(raw)
    except ValidationError as error:
        faults = [_fault(fault) for fault in error.errors()]
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise UserError(f"{origin}: {'; '.join(faults[:_MOST_FAULTS])}{more}.") from None


def _check_rules() -> None:
    """Every rule can be loaded, and no two have one label: their rows in tables would be one."""
    files: dict[str, str] = {}
    for name in registry.names(RULES):
        rule, file = registry.load(RULES, name), registry.file_of(RULES, name)
        if (other := files.setdefault(rule.label.casefold(), file)) != file:
            raise UserError(f"{other} and {file} have the same label '{rule.label}'; give each rule its own.")


def _fault(fault: ErrorDetails) -> str:
    # The one check of the whole table is that of the study's name.
    key = ".".join(str(part) for part in _written(fault["loc"])) or "study"
    if fault["type"] == "extra_forbidden":
        return f"'{key}' is not a known key (allowed there: {', '.join(_allowed(_written(fault['loc'])[:-1]))})"
    if fault["type"] == "missing":
        return f"'{key}' is missing"
    message = fault["msg"].removeprefix("Value error, ")
    given = "" if isinstance(fault["input"], dict) else f" (got {_SHORT.repr(fault['input'])})"
    return f"'{key}': {message[0].lower()}{message[1:]}{given}"


def _written(location: tuple) -> tuple:
    """Where a value stands in the file: the model's place without the kind of data, which it names by itself."""
    parts = zip(("", *location), location, strict=False)
    return tuple(part for before, part in parts if not (before == "data" and part in KINDS))


def _allowed(location: tuple) -> list[str]:
    """Keys that the table at ``location`` may hold."""
    schema = Parameters.model_json_schema()
    table: dict[str, Any] = schema
    for part in location:
        of_any_name = [table.get("additionalProperties"), *table.get("patternProperties", {}).values()]
        other: dict[str, Any] = next(filter(None, of_any_name), {})
        table = table.get("properties", {}).get(part) or other
        if "$ref" in table:
            table = schema["$defs"][table["$ref"].rsplit("/", 1)[1]]
    return sorted(table.get("properties", {}))
