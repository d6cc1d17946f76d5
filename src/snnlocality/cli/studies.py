"""Commands on studies: a new one, what one takes, what follows from the code, many trainings at once."""

from pathlib import Path

import click

from snnlocality import parameters, progress
from snnlocality.provenance.checkout import require_checkout
from snnlocality.study import commands
from snnlocality.study.axes import CELL, FOLD
from snnlocality.study.steps import train


@click.command(epilog=commands.for_example("new my-study"))
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write FOLDER, a study of your own with an example of a learning rule."""
    from snnlocality.study.new import make

    for file in make(folder):
        click.echo(file)
    click.echo(f"Try it: cd {folder}; snakemake -n; snakemake -c2 --logger snnlocality")


@click.command(epilog=commands.for_example("estimate --study paper"))
@commands.STUDY
@click.option("--cores", type=click.IntRange(min=1), default=2, show_default=True, help="Processors to share the work.")
def estimate(study: str | None, cores: int) -> None:
    """Print how many jobs a study has and how long they will take."""
    from snnlocality.estimate import text

    click.echo(text(parameters.load(study=study), cores))


@click.command(epilog=commands.for_example("study"))
def study() -> None:
    """Print the study that params.yaml chooses."""
    click.echo(parameters.load().label)


@click.command(epilog=commands.for_example("stages"))
@click.option("--check", is_flag=True, help="Write nothing; fail unless they are already.")
def stages(check: bool) -> None:
    """Write the stages of dvc.yaml for the study that params.yaml chooses."""
    require_checkout()
    from snnlocality.study import dvc as of_study

    chosen = parameters.load()
    if check:
        of_study.check(chosen)
    else:
        click.echo(of_study.write(chosen))


@click.command(epilog=commands.for_example("generate"))
def generate() -> None:
    """Write what follows from the code: Snakemake's rules, DVC's stages, the JSON schema of params.yaml."""
    require_checkout()
    from snnlocality import schema
    from snnlocality.study import dvc, snakemake

    for path in (*snakemake.write(), dvc.write(parameters.load()), schema.write()):
        click.echo(path)


def _train_many(study: str | None, threads: int, **key: object) -> None:
    from snnlocality.engines.choice import chosen
    from snnlocality.steps.train_many import train_cell

    jobs = train.STEP.jobs(parameters.load(study=study), **key)
    with progress.runs(" ".join(map(str, key.values()))) as report:
        trained = train_cell(list(jobs), chosen(threads, say=progress.say), report)
    click.echo(f"{trained} runs trained; the rest were in the run cache already.")


train_many = click.Command(
    "train-many",
    callback=_train_many,
    params=[*map(commands.option, (*CELL, FOLD)), *commands.COMMON],
    epilog=commands.for_example("train-many --task vision --rule bptt --arch ff"),
    help="Train all seeds of a cell at once, for a graphics card; the workflow then takes the runs from the cache.",
)


COMMANDS = (new, estimate, study, stages, generate, train_many)
