"""The stages of ``dvc.yaml``, and the study they fit: its tasks and rules, which DVC cannot choose by a study's name.

The three places that differ between studies are written here; all else of the file is written by hand.
"""

import re
from pathlib import Path

from snnlocality import parameters as params
from snnlocality.errors import UserError
from snnlocality.storage import LONGEST_TEXT, read_text, write_text

PATH = Path("dvc.yaml")


def fitted(text: str, parameters: params.Parameters) -> str:
    """``dvc.yaml`` with the tasks and rules of the chosen study; what is of a task that it leaves out is a comment."""
    tasks = params.tasks(parameters)
    own = parameters.studies[parameters.study].rules
    rules = f"${{studies.{parameters.study}.rules}}" if own else "${rules}"
    out = "" if "speech" in tasks else "# "
    text = re.sub(r"(?m)^      task: .*$", lambda _: f"      task: [{', '.join(tasks)}]", text)
    text = re.sub(r"(?m)^      rule: .*$", lambda _: f"      rule: {rules}", text)
    return re.sub(r"(?m)^      (?:# )?(- results/\$\{study\}/speech)$", rf"      {out}\1", text)


def write(parameters: params.Parameters) -> Path:
    """Make ``dvc.yaml`` fit the chosen study; return its path."""
    write_text(PATH, fitted(read_text(PATH, LONGEST_TEXT), parameters))
    return PATH


def check(parameters: params.Parameters) -> None:
    """Raise UserError unless ``dvc.yaml`` fits the chosen study, as a whole."""
    if parameters.scale != 1:
        raise UserError(
            f"DVC remembers whole studies, and 'scale' is {parameters.scale:g} in {params.PARAMS}; try the study with "
            "Snakemake, or set 'scale' to 1."
        )
    text = read_text(PATH, LONGEST_TEXT)
    if fitted(text, parameters) != text:
        raise UserError(
            f"The stages of {PATH} are of a study with other tasks or rules than '{parameters.study}'; write its own "
            "with: snnlocality stages"
        )
