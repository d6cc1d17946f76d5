"""Every step as a command: its options are its axes."""

from typing import Any

import click

from snnlocality import parameters as params
from snnlocality.study.axes import Axis, written
from snnlocality.study.step import Job, Step


class _Share(click.FloatRange):
    """A number above 0, up to 1; click itself lets through what is no number."""

    def __init__(self) -> None:
        super().__init__(min=0, max=1, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = super().convert(value, param, ctx)
        return number if number == number else self.fail("nan is not in the range 0<x<=1.", param, ctx)


_TYPES = {str: click.STRING, int: click.IntRange(min=0), float: _Share()}
_STUDY: dict[str, Any] = {"help": "A study of params.yaml; paper-x0.01 is 'paper' at scale 0.01."}
_THREADS: dict[str, Any] = {
    "type": click.IntRange(min=1),
    "default": 1,
    "show_default": True,
    "help": "Processor threads of the engine.",
}
STUDY, THREADS = click.option("--study", **_STUDY), click.option("--threads", **_THREADS)
COMMON = (click.Option(["--study"], **_STUDY), click.Option(["--threads"], **_THREADS))


def option(axis: Axis) -> click.Option:
    """The option for an axis; numbers count from 0."""
    kind = click.Choice(axis.pattern.split("|")) if "|" in axis.pattern else _TYPES[axis.kind]
    flag = [f"--{axis.name}"]
    if axis.kind is int:
        return click.Option(flag, type=kind, default=0, show_default=True, help=axis.help)
    return click.Option(flag, type=kind, required=True, help=axis.help)


def command(step: Step) -> click.Command:
    """The command that executes a job of a step."""

    def callback(study: str | None, threads: int = 1, **key: object) -> None:
        from snnlocality.study.execution import execute

        job = step.job(params.load(study=study), **key)
        click.echo(execute(job, threads))

    example = " ".join((name_of(step), *(f"--{axis.name} {axis.example}" for axis in step.axes)))
    common = COMMON if "engine" in step.uses else COMMON[:1]
    return click.Command(
        name_of(step),
        callback=callback,
        params=[*map(option, step.axes), *common],
        help=step.sentence,
        epilog=for_example(example),
    )


def for_example(words: str) -> str:
    """The last line of a command's help."""
    return f"Example: snnlocality {words}"


def name_of(step: Step) -> str:
    """The command's name."""
    return step.name if step.name.startswith("tutorial_") else step.name.replace("_", "-")


def arguments(job: Job[Any], study: str, threads: int | None = None) -> list[str]:
    """Arguments of ``snnlocality`` that execute a job of a study (its label), on ``threads`` if it takes them."""
    options = [word for name, value in job.key.items() for word in (f"--{name}", written(value))]
    if threads is not None and "engine" in job.step.uses:
        options += ["--threads", str(threads)]
    return [name_of(job.step), "--study", study, *options]
