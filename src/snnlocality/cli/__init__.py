"""The command-line program that people, Snakemake and DVC all call.

It parses arguments and shows progress; what a command does is in ``steps`` and ``reports``, imported when the
command runs so that the program starts fast.
"""

import os
import sys

import click

from snnlocality import portable
from snnlocality.cli import data, results, studies
from snnlocality.errors import Interrupted, UserError
from snnlocality.provenance.checkout import refuse_code_of_another
from snnlocality.study import catalogue, commands


class Group(click.Group):
    """A command group that shows what a person can mend as one sentence and exits with status 2."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; a UserError, a lack of memory or an interruption ends the program with a sentence."""
        try:
            refuse_code_of_another()
            return super().invoke(context)
        except UserError as error:
            click.echo(f"snnlocality: {error}", err=True)
            sys.exit(2)
        except MemoryError as error:
            click.echo(f"snnlocality: There is not enough memory ({error or 'none left'}).", err=True)
            sys.exit(2)
        except Interrupted as error:
            click.echo(f"snnlocality: {error}", err=True)
            sys.exit(128 + error.signal)


# Nobody's plugins are used here, and to look for some in all packages takes a tenth of the program's start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


_EPILOG = """Exit status: 0 where all went well; 1 where what is checked (audit, verify, reproduced) does not hold;
2 where something is asked for that cannot be, which one sentence says; 128 and a signal's number where it was
interrupted.

\b
Completion of commands and options (or zsh_source, fish_source), on one line:
  eval "$(_SNNLOCALITY_COMPLETE=bash_source snnlocality)"
"""


@click.group(
    cls=Group, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="snnlocality")
def main() -> None:
    """Benchmark spiking neural network learning rules from global to local, reproducibly."""
    # Before any numerical library is loaded, which commands do when they run.
    portable.choose()
    os.environ |= portable.THREADS


try:
    _STEPS = catalogue.by_name().values()
except UserError as _error:  # a plugin that cannot be loaded
    click.echo(f"snnlocality: {_error}", err=True)
    sys.exit(2)

for _step in _STEPS:
    main.add_command(commands.command(_step))

for _command in (*data.COMMANDS, *results.COMMANDS, *studies.COMMANDS):
    main.add_command(_command)
