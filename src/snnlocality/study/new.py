"""A folder for a study of one's own, in which the workflow of the installed package runs (docs/plugins.md)."""

import re
import shutil
from pathlib import Path

from snnlocality import paths
from snnlocality.errors import UserError
from snnlocality.registry import NAME
from snnlocality.storage import write_text

_TEMPLATE = paths.PACKAGE / "template"
_PLACEHOLDER = "my_study"  # what the template's study is called
_HIDDEN = {"gitignore": ".gitignore"}  # by what the template calls them, so that they do nothing there
_SHIPPED = ("published", "profiles", "workflow/profiles/local", "workflow/profiles/slurm")


def make(folder: Path) -> list[Path]:
    """Write the folder and return its files; raises UserError if it is not empty, or its name cannot be a study's."""
    name = folder.absolute().name.replace("-", "_")
    if not re.fullmatch(NAME, name):
        raise UserError(f"'{folder.name}' cannot name a study; take small letters, digits, - and _, a letter first.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already, and not empty; name a folder that is not.")
    try:
        for file in _files(_TEMPLATE):
            place = file.relative_to(_TEMPLATE)
            text = file.read_text(encoding="utf-8").replace(_PLACEHOLDER, name)
            write_text(folder / place.with_name(_HIDDEN.get(place.name, place.name)), text)
        for shipped in _SHIPPED:
            shutil.copytree(paths.shipped(shipped), folder / shipped, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror or error}.") from None
    choices = folder / "workflow/profiles/slurm/choices.yaml"  # the package's are of the paper's study
    write_text(choices, re.sub(r"(?m)^study: .*$", f"study: {name}", choices.read_text(encoding="utf-8")))
    return list(_files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
