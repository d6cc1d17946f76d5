"""What a dry run of Snakemake would execute."""

import re


def commands(output: str) -> set[str]:
    """The commands that a dry run prints, without the study's name and the number of threads."""
    found = re.findall(r"^Shell command: snnlocality (.*?) > ", output, flags=re.MULTILINE)
    return {without_how(command) for command in found}


def without_how(command: str) -> str:
    """A command without the study's name and the number of threads."""
    return re.sub(r" --(study|threads) \S+", "", command)
