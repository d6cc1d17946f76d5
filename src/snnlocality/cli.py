"""The command-line program that people, Snakemake and DVC all call.

It parses arguments and shows progress; what a command does is in ``steps`` and ``reports``, imported when the
command runs so that the program starts fast.
"""

import os
import sys
from collections.abc import Callable

import click

from snnlocality import parameters, portable, progress
from snnlocality.errors import Interrupted, UserError
from snnlocality.provenance.checkout import refuse_code_of_another
from snnlocality.study import catalogue, commands
from snnlocality.study.axes import CELL, FOLD
from snnlocality.study.steps import train


class _Group(click.Group):
    """A command group that shows what a person can mend as one sentence and exits with status 2."""

    def invoke(self, context: click.Context) -> object:
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


def _options(*options: Callable) -> Callable:
    def decorate(function: Callable) -> Callable:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="snnlocality")
@click.pass_context
def main(context: click.Context) -> None:
    """Benchmark spiking neural network learning rules from global to local, reproducibly."""
    # Before any numerical library is loaded, which commands do when they run.
    portable.choose()
    if context.invoked_subcommand != "calibrate":
        os.environ |= portable.THREADS


for _step in catalogue.by_name().values():
    main.add_command(commands.command(_step))


def _train_many(study: str | None, threads: int, **key: object) -> None:
    from snnlocality.engines.choice import chosen
    from snnlocality.steps.train_many import train_cell

    jobs = train.STEP.jobs(parameters.load(study=study), **key)
    with progress.runs(" ".join(map(str, key.values()))) as report:
        trained = train_cell(list(jobs), chosen(threads, say=progress.say), report)
    click.echo(f"{trained} runs trained; the rest were in the run cache already.")


main.add_command(
    click.Command(
        "train-many",
        callback=_train_many,
        params=[*map(commands.option, (*CELL, FOLD)), *commands.COMMON],
        help="Train all seeds of a cell at once, for a graphics card; the workflow then takes the runs from the cache.",
    )
)


@main.command()
@click.argument("table", default="table2")
def show(table: str) -> None:
    """Print a rendered table and where the reports lie."""
    from snnlocality.reports.show import show as text

    click.echo(text(parameters.load(), table))


@main.command()
@click.option("--folder", default="docs/demo", show_default=True, help="Where to put the copy.")
def snapshot(folder: str) -> None:
    """Copy the rendered reports to docs/demo, which the repository's page shows."""
    from snnlocality.reports.snapshot import snapshot as copy

    click.echo(copy(parameters.load(), folder))


@main.group()
def export() -> None:
    """Write simulated data as trees of the real sets."""


@export.command("nmnist")
@click.argument("root")
@click.option("--source", default="digits", show_default=True, help="A vision source: digits or mnist_saccades.")
@click.option("--count", type=click.IntRange(min=1), default=None, help="Number of recordings; all by default.")
def export_nmnist(root: str, source: str, count: int | None) -> None:
    """Write recordings as ROOT/n-mnist, .bin files as in N-MNIST."""
    from snnlocality.data import export as trees

    click.echo(trees.export_nmnist(root, source, count))


@export.command("timit")
@click.argument("root")
@click.option("--scale", default=1.0, show_default=True, help="Share of TIMIT's number of speakers.")
def export_timit(root: str, scale: float) -> None:
    """Write synthetic speech as ROOT/timit, in the LDC's layout."""
    from snnlocality.data import export as trees

    click.echo(trees.export_timit(root, scale))


@main.command()
def download() -> None:
    """Download the real N-MNIST (CC BY-SA 4.0, 1.2 GB) to the data folder."""
    from snnlocality.data.source import data_folder
    from snnlocality.data.vision.nmnist import download as fetch

    fetch(data_folder() / "n-mnist")
    click.echo(data_folder() / "n-mnist")


@main.group()
def calibrate() -> None:
    """Repeat a calibration of the simulated data on real recordings (docs/calibration)."""


@calibrate.command("camera")
def calibrate_camera() -> None:
    """Fit the event camera to N-MNIST recordings of MNIST images."""
    from snnlocality.calibration.camera import calibrate_camera as study
    from snnlocality.data.source import data_folder

    study(data_folder() / "n-mnist", data_folder() / "mnist", "docs/calibration")


@calibrate.command("fidelity")
def calibrate_fidelity() -> None:
    """Train on simulated recordings, test on real ones, the camera fitted anew in every fold (an hour)."""
    from snnlocality.calibration.fidelity import measure_fidelity
    from snnlocality.data.source import data_folder

    measure_fidelity(data_folder() / "n-mnist", data_folder() / "mnist", "docs/calibration")


@calibrate.command("speech")
def calibrate_speech() -> None:
    """Fit the speech synthesiser to the TIMIT sample."""
    from snnlocality.calibration.speech import calibrate_speech as study
    from snnlocality.data.source import data_folder

    study(
        data_folder() / "timit-sample",
        "docs/calibration",
        "src/snnlocality/data/speech/synthesiser.json",
    )


@main.command()
@click.argument("targets", nargs=-1)
@_options(commands.STUDY)
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
@click.option("--all", "everything", is_flag=True, help="Print every finding with all reasons, not a few of each kind.")
@click.option("--html", "page", type=click.Path(dir_okay=False), help="Write findings as a page to this file too.")
@click.option("--cell", help="Name what is behind one number, e.g. method=bptt,arch=rec,epsilon=0.01.")
@click.option("--skip-raw", is_flag=True, help="Leave out the raw files of real data, which you may not have.")
@click.option("--skip-lock", is_flag=True, help="Leave out dvc.lock, which remembers results of before.")
def audit(
    targets: tuple[str, ...],
    study: str | None,
    as_json: bool,
    everything: bool,
    page: str | None,
    cell: str | None,
    skip_raw: bool,
    skip_lock: bool,
) -> None:
    """Check reports (all by default) back to the raw data; exits with 1 unless everything is ok."""
    from snnlocality.provenance import audit as checking
    from snnlocality.provenance import audit_text, manifest

    chosen = parameters.load(study=study)
    if cell is not None:
        from snnlocality.provenance.cell import text

        click.echo(text(chosen, targets, cell))
        return
    remembered = manifest.EMPTY if skip_lock else manifest.read(chosen)
    steps = checking.chosen(chosen, targets)
    with progress.bar("audit") as advance:
        if targets:
            findings = checking.audit_steps(steps, remembered, advance)
        else:
            findings = checking.audit_study(chosen, steps, remembered, advance)
        if not skip_raw:
            findings += checking.raw_findings(steps, advance)
    notes = audit_text.notes(remembered, skip_raw, skip_lock)
    if page is not None:
        from snnlocality.provenance import audit_page

        audit_page.write(page, chosen, steps, findings, notes)
    click.echo(audit_text.as_json(findings) if as_json else audit_text.tree(chosen, findings, notes, everything))
    if any(finding.verdict not in checking.SOUND for finding in findings):
        sys.exit(1)


@main.command()
@click.argument("targets", nargs=-1)
@_options(commands.STUDY, commands.THREADS)
@click.option("--sample", type=click.IntRange(min=1), default=3, show_default=True, help="Steps to draw, if no TARGET.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the draw: yours, so that nobody knows it.",
)
def verify(targets: tuple[str, ...], study: str | None, threads: int, sample: int, seed: int) -> None:
    """Compute TARGETs, or steps drawn at random, again elsewhere and compare; exits with 1 unless all agree.

    With a training, what is recorded of its network's accuracy is computed again from that network.
    """
    from snnlocality.provenance import manifest
    from snnlocality.provenance import verify as verification

    chosen = parameters.load(study=study)
    asked = verification.makers(chosen, targets) if targets else verification.sample(chosen, sample, seed)
    steps = verification.with_measures(chosen, asked)
    remembered = manifest.read(chosen)
    checks = []
    with progress.bar("verify") as advance:
        for number, step in enumerate(steps):
            advance(number, len(steps))
            checks.append(check := verification.verify(chosen, step, remembered, threads))
            click.echo(
                "\n".join([f"{check.outcome.value:<16} {check.output}", *(f"    {why}" for why in check.reasons)])
            )
    agreed = sum(check.outcome in verification.AGREED for check in checks)
    click.echo(f"{agreed} of {len(checks)} agree.")
    if agreed < len(checks):
        sys.exit(1)


@main.command()
@click.argument("targets", nargs=-1)
@_options(commands.STUDY)
def reproduced(targets: tuple[str, ...], study: str | None) -> None:
    """Tell whether results (all by default) are those that Git has committed; exits with 1 unless all are."""
    from snnlocality.provenance import reproduced as comparison

    chosen = parameters.load(study=study)
    outputs = comparison.compared(chosen, targets)
    click.echo(comparison.text(chosen, outputs))
    if any(output.state is not comparison.State.SAME for output in outputs):
        sys.exit(1)


@main.command()
@click.argument("target")
@_options(commands.STUDY)
def crate(target: str, study: str | None) -> None:
    """Write the study with all its provenance as a Workflow Run RO-Crate to the folder, or .zip file, TARGET."""
    from snnlocality.provenance.crate import export as write

    with progress.bar("crate") as advance:
        click.echo(write(parameters.load(study=study), target, advance))


@main.command()
@_options(commands.STUDY)
@click.option("--cores", type=click.IntRange(min=1), default=2, show_default=True, help="Processors to share the work.")
def estimate(study: str | None, cores: int) -> None:
    """Print how many jobs a study has and how long they will take."""
    from snnlocality.estimate import text

    click.echo(text(parameters.load(study=study), cores))


@main.command()
def study() -> None:
    """Print the study that params.yaml chooses."""
    click.echo(parameters.load().label)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail unless they are already.")
def stages(check: bool) -> None:
    """Write the stages of dvc.yaml for the study that params.yaml chooses."""
    from snnlocality.study import dvc as of_study

    chosen = parameters.load()
    if check:
        of_study.check(chosen)
    else:
        click.echo(of_study.write(chosen))


@main.command()
def generate() -> None:
    """Write what follows from the code: Snakemake's rules, DVC's stages, the JSON schema of params.yaml."""
    from snnlocality import schema
    from snnlocality.study import dvc, snakemake

    for path in (*snakemake.write(), dvc.write(parameters.load()), schema.write()):
        click.echo(path)


if __name__ == "__main__":
    main()
