"""Whose code runs: a record names the code that was loaded, its log the commit of the checkout; they must be one."""

from pathlib import Path

import snnlocality
from snnlocality.errors import UserError

_SOURCE = Path("src/snnlocality")


def require_checkout() -> None:
    """Raise UserError if the working directory is no checkout of this project."""
    if not _SOURCE.is_dir():
        raise UserError(
            "This is of a checkout of snnlocality, whose generated files are in Git. In a study of your own there are "
            "none: Snakemake's rules follow from the installed package and from plugins/."
        )


def refuse_code_of_another() -> None:
    """Raise UserError if the working directory is a checkout of this project and what is loaded is not its code."""
    loaded = Path(snnlocality.__file__).parent
    if _SOURCE.is_dir() and not _SOURCE.samefile(loaded):
        raise UserError(
            f"The code that was loaded, {loaded}, is not that of this checkout, {_SOURCE.absolute()}; activate the "
            "checkout's own environment (make setup; source .venv/bin/activate), or export PYTHONPATH=$PWD/src."
        )
