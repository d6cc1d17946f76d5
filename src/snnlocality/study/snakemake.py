"""Snakemake's rules, written from the steps: ``workflow/rules/steps.smk`` and ``reports.smk``.

They are files, so that people read, search and reuse them as they would any workflow's; a test holds that they are what
the steps say.
"""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from snnlocality import paths
from snnlocality.storage import write_text
from snnlocality.study import catalogue
from snnlocality.study.axes import Axis
from snnlocality.study.commands import name_of
from snnlocality.study.step import PUBLISHED, Output, Report, Step

STEPS, REPORTS = Path("workflow/rules/steps.smk"), Path("workflow/rules/reports.smk")
_HEAD = "# Written by `snnlocality generate` from src/snnlocality/study: a change there, not here, lasts.\n"


def files() -> dict[Path, str]:
    """The text of every file of rules."""
    foreign = catalogue.plugged_in()  # workflow/rules/plugins.smk makes theirs
    every = [
        step
        for step in (*catalogue.steps(), *catalogue.reports(), *catalogue.optional_reports())
        if step not in foreign
    ]
    steps = {step.name: step for step in every if not isinstance(step, Report)}
    reports = {step.name: step for step in every if isinstance(step, Report)}
    return {file: text(rules.values()) for file, rules in ((STEPS, steps), (REPORTS, reports))}


def write() -> list[Path]:
    """Write all files of rules; return their paths."""
    for file, rules in files().items():
        write_text(file, rules)
    return list(files())


def text(steps: Iterable[Step]) -> str:
    """The rules of some steps."""
    return "\n\n".join([_HEAD, *("\n".join(_rule(step)) + "\n" for step in steps)])


def log(step: Step) -> str:
    """The path of a rule's log, without suffix, to be filled in with the axes."""
    main = next(iter(step.outputs))
    return str(paths.LOGS / Path(step.template(main)).with_name(step.name))


def command(step: Step) -> str:
    """A rule's shell command."""
    threads = "--threads {threads} " if "engine" in step.uses else ""
    options = "".join(f"--{axis.name} {{wildcards.{axis.name}}} " for axis in step.axes)
    return f"snnlocality {name_of(step)} --study {{params.study}} {options}{threads}> {{log}} 2>&1"


def message(step: Step) -> str:
    """What Snakemake says while a job runs."""
    return f"{step.sentence.rstrip('.')}: {' '.join(map(_in_words, step.axes))}".rstrip(": ")


def of_run(step: Step) -> bool:
    """Whether its jobs take the threads of a run."""
    return "engine" in step.uses and len(step.axes) > 1


def _rule(step: Step) -> Iterator[str]:
    yield f"rule {step.name}:"
    if inputs := list(_inputs(step)):
        yield from _block("input", inputs)
    outputs = [f"{name}={_written(step, name)}" for name in step.outputs]
    yield from _block("output", [*outputs, f'record="{step.record_template}"'])
    yield from _block("log", [f'"{log(step)}.log"'])
    yield from _block("benchmark", [f'"{log(step)}.benchmark.tsv"'], end="")
    if step.local:
        yield "    localrule: True"
    if step.group:
        yield from _block("group", [f'"{step.group}"'], end="")
    yield from _block("conda", ["ENVIRONMENT"], end="")
    yield f"    threads: {'RUN_THREADS' if of_run(step) else 1}"
    amounts = {"mem_mb": step.memory_mb, "runtime": step.minutes}
    written = {name: str(amount) if step.local else f"retried({amount})" for name, amount in amounts.items()}
    yield from _block("resources", [f"{name}={amount}" for name, amount in written.items()])
    yield from _block("params", [f'**params_of("{step.name}")'])
    yield from _block("message", _strings(message(step)), end="")
    yield from _block("shell", _strings(command(step)), end="")


def _inputs(step: Step) -> Iterator[str]:
    if callable(step.inputs):
        yield f'unpack(inputs_of("{step.name}"))'
    else:
        for name, read in step.inputs.items():
            yield f"{name}={_read(step, name, read)}"
    for name in step.static_inputs:
        yield f'published_{Path(name).stem}="{PUBLISHED / name}"'


def _read(step: Step, name: str, read: Output) -> str:
    """One input: its path, where it differs by the reader's axes alone, else all of the study."""
    template = read.step.template(read.name)
    axes = {axis.name for axis in read.step.axes}
    if axes <= {axis.name for axis in step.axes} and not read.key:
        return f'"{template}"'
    return f'input_of("{step.name}", "{name}")'


def category(step: Step, name: str) -> str | None:
    """Where Snakemake's report has an output; None for what it does not show."""
    suffix = Path(step.template(name)).suffix
    return {".svg": "Figures", ".html": "Tables"}.get(suffix) if isinstance(step, Report) else None


def _written(step: Step, name: str) -> str:
    template = step.template(name)
    if (shelf := category(step, name)) is None:
        return f'"{template}"'
    lines = [
        f'"{template}",',
        'caption="../report/caption.rst",',
        f'category="{shelf}",',
        f'labels={{"artifact": "{Path(template).stem}"}},',
    ]
    return "report(\n" + "\n".join(" " * 12 + line for line in lines) + "\n        )"


def _in_words(axis: Axis) -> str:
    return f"{axis.prefix} {{wildcards.{axis.name}}}".strip()


def _strings(words: str) -> list[str]:
    """A long text as strings that stand one below the other."""
    lines = textwrap.wrap(words, 96, break_long_words=False, break_on_hyphens=False)
    return [f'"{line}{" " if number < len(lines) else ""}"' for number, line in enumerate(lines, 1)]


def _block(keyword: str, lines: list[str], end: str = ",") -> Iterator[str]:
    yield f"    {keyword}:"
    yield from (f"        {line}{end}" for line in lines)
