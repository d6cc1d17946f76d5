"""Whose code runs: a record names the code that was loaded, its log the commit of the checkout; they must be one."""

from pathlib import Path

import snnlocality
from snnlocality.errors import UserError

_SOURCE = Path("src/snnlocality")


def refuse_code_of_another() -> None:
    """Raise UserError if the working directory is a checkout of this project and what is loaded is not its code."""
    loaded = Path(snnlocality.__file__).parent
    if _SOURCE.is_dir() and not _SOURCE.samefile(loaded):
        raise UserError(
            f"The code that was loaded, {loaded}, is not that of this checkout, {_SOURCE.absolute()}; activate the "
            "checkout's own environment (make setup; source .venv/bin/activate), or export PYTHONPATH=$PWD/src."
        )
