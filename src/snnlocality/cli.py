"""The command-line program that people, Snakemake and DVC all call.

It parses arguments and shows progress; what a command does is in ``steps`` and ``reports``, imported when the
command runs so that the program starts fast.
"""

import importlib
import os
import sys
from collections.abc import Callable

import click

from snnlocality import portable, progress
from snnlocality.errors import Interrupted, UserError
from snnlocality.provenance.checkout import refuse_code_of_another


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


class _Share(click.FloatRange):
    """A number above 0, up to 1; click itself lets through what is no number."""

    def __init__(self) -> None:
        super().__init__(min=0, max=1, min_open=True)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = super().convert(value, param, ctx)
        return number if number == number else self.fail("nan is not in the range 0<x<=1.", param, ctx)


_NUMBER = click.IntRange(min=0)
_STUDY = click.option("--study", help="A study of params.yaml; paper-x0.01 is 'paper' at scale 0.01.")
_TASK = click.option("--task", required=True, help="vision or speech.")
_RULE = click.option("--rule", required=True, help="A learning rule, e.g. bptt.")
_ARCHITECTURE = click.option("--arch", "architecture", required=True, help="ff, rec or ff_matched.")
_FOLD = click.option("--fold", type=_NUMBER, default=0, show_default=True, help="Fold of the cross-validation.")
_THREADS = click.option(
    "--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Processor threads of the engine."
)
_SEED = click.option("--seed", type=_NUMBER, default=0, show_default=True, help="Seed of weights and order.")


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


def _engine(threads: int):
    from snnlocality.engines.choice import chosen

    return chosen(threads, say=lambda line: click.echo(line, err=True))


def _parameters(study: str | None):
    from snnlocality import parameters

    return parameters.load(study=study)


@main.command()
@_options(_STUDY, _TASK)
def prepare(study: str | None, task: str) -> None:
    """Prepare the data of a task."""
    from snnlocality.steps.prepare import prepare as step

    with progress.bar(f"prepare {task}") as advance:
        click.echo(step(_parameters(study), task, advance))


@main.command()
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _FOLD, _SEED, _THREADS)
def train(study: str | None, task: str, rule: str, architecture: str, fold: int, seed: int, threads: int) -> None:
    """Train one run."""
    from snnlocality import parameters
    from snnlocality.steps.train import train_run

    chosen = _parameters(study)
    epochs = parameters.train_settings(chosen, task, rule, architecture)["epochs"]
    engine = _engine(threads)
    with progress.epochs(f"{task} {rule} {architecture} fold {fold} seed {seed}", epochs) as report:
        click.echo(train_run(chosen, task, rule, architecture, fold, seed, engine, report))


@main.command("train-many")
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _FOLD, _THREADS)
def train_many(study: str | None, task: str, rule: str, architecture: str, fold: int, threads: int) -> None:
    """Train all seeds of a cell at once, for a graphics card; the workflow then takes the runs from the cache."""
    from snnlocality.steps.train_many import train_cell

    chosen = _parameters(study)
    with progress.runs(f"{task} {rule} {architecture} fold {fold}") as report:
        trained = train_cell(chosen, task, rule, architecture, fold, _engine(threads), report)
    click.echo(f"{trained} runs trained; the rest were in the run cache already.")


@main.command()
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _FOLD, _SEED, _THREADS)
def evaluate(study: str | None, task: str, rule: str, architecture: str, fold: int, seed: int, threads: int) -> None:
    """Evaluate a trained run on the test part."""
    from snnlocality.steps.evaluate import evaluate_run

    click.echo(evaluate_run(_parameters(study), task, rule, architecture, fold, seed, _engine(threads)))


@main.command()
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _FOLD, _SEED, _THREADS)
def fgsm(study: str | None, task: str, rule: str, architecture: str, fold: int, seed: int, threads: int) -> None:
    """Attack a trained run on the test part."""
    from snnlocality.steps.fgsm import attack_run

    with progress.bar(f"fgsm {task} {rule} {architecture} fold {fold} seed {seed}") as advance:
        click.echo(attack_run(_parameters(study), task, rule, architecture, fold, seed, _engine(threads), advance))


@main.command()
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _FOLD, _SEED, _THREADS)
def shift(study: str | None, task: str, rule: str, architecture: str, fold: int, seed: int, threads: int) -> None:
    """Compare a run's representations of clean and of attacked samples (CKA)."""
    from snnlocality.steps.shift import measure_shift

    click.echo(measure_shift(_parameters(study), task, rule, architecture, fold, seed, _engine(threads)))


@main.command()
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _FOLD, _SEED, _THREADS)
def fisher(study: str | None, task: str, rule: str, architecture: str, fold: int, seed: int, threads: int) -> None:
    """Measure the Fisher information in a run's weights, also along its training."""
    from snnlocality.steps.fisher import measure_fisher

    click.echo(measure_fisher(_parameters(study), task, rule, architecture, fold, seed, _engine(threads)))


@main.command()
@_options(_STUDY, _RULE, _ARCHITECTURE, _THREADS)
@click.option("--trigger", type=click.Choice(("visible", "invisible")), required=True, help="What it sets pixels to.")
@click.option("--rate", type=_Share(), required=True, help="Share poisoned.")
@click.option("--pair", type=_NUMBER, default=0, show_default=True, help="Number of the pair of classes.")
def backdoor(
    study: str | None, rule: str, architecture: str, threads: int, trigger: str, rate: float, pair: int
) -> None:
    """Train on poisoned data and test with and without the trigger."""
    from snnlocality import parameters
    from snnlocality.steps.backdoor import backdoor_run

    chosen = _parameters(study)
    epochs = parameters.train_settings(chosen, "vision", rule, architecture)["epochs"]
    engine = _engine(threads)
    with progress.epochs(f"backdoor {rule} {architecture} {trigger} rate {rate:g} pair {pair}", epochs) as report:
        click.echo(backdoor_run(chosen, rule, architecture, trigger, rate, pair, engine, report))


@main.command()
@_options(_STUDY, _FOLD, _SEED)
def convert(study: str | None, fold: int, seed: int) -> None:
    """Train a ReLU network, convert it to spiking ones, and measure these over time."""
    from snnlocality.steps.convert import convert_run

    click.echo(convert_run(_parameters(study), fold, seed, _engine(1)))


@main.command()
@_options(_STUDY, _ARCHITECTURE, _FOLD, _SEED, _THREADS)
def cka(study: str | None, architecture: str, fold: int, seed: int, threads: int) -> None:
    """Compare the representations of all methods' networks of one seed (CKA)."""
    from snnlocality.steps.cka import compare

    click.echo(compare(_parameters(study), architecture, fold, seed, _engine(threads)))


@main.command()
@_options(_STUDY, _TASK, _RULE)
def collect(study: str | None, task: str, rule: str) -> None:
    """Collect the metrics of all runs of a rule into one table."""
    from snnlocality.steps.collect import collect as step

    click.echo(step(_parameters(study), task, rule))


@main.command()
@_options(_STUDY, _TASK)
def baseline(study: str | None, task: str) -> None:
    """Train a logistic regression on the same data, as the bar for every network."""
    from snnlocality.steps.baseline import baseline as step

    click.echo(step(_parameters(study), task))


@main.command()
@_options(_STUDY, _TASK, _RULE, _ARCHITECTURE, _THREADS)
def search(study: str | None, task: str, rule: str, architecture: str, threads: int) -> None:
    """Search the hyper-parameters of one cell on validation data."""
    from snnlocality.steps.search import search_cell

    with progress.bar(f"search {task} {rule} {architecture}") as advance:
        click.echo(search_cell(_parameters(study), task, rule, architecture, _engine(threads), advance))


@main.command("search-table")
@_options(_STUDY)
def search_table(study: str | None) -> None:
    """Gather the searches of all cells into one table."""
    from snnlocality.reports.search import render

    click.echo(render(_parameters(study)))


@main.command()
@_options(_STUDY, _THREADS)
@click.option("--experiment", required=True, help="A file of src/snnlocality/tutorial/experiments, e.g. landscape.")
def tutorial(study: str | None, threads: int, experiment: str) -> None:
    """Run one of the tutorial's experiments, which train small networks of their own."""
    from snnlocality.steps.tutorial import run_experiment

    with progress.bar(f"tutorial {experiment}") as advance:
        click.echo(run_experiment(_parameters(study), experiment, _engine(threads), advance))


_REPORTS = {
    "table1": "Render Table 1: the literature that the paper collects.",
    "table2": "Render Table 2: accuracy of every rule and architecture on both tasks.",
    "table3": "Render Table 3: accuracy under attack, and the controls.",
    "table4": "Render Table 4: poisoned training data, with a visible and an invisible trigger.",
    "figure1": "Draw Figure 1: the methods ordered by locality.",
    "figure2": "Draw Figure 2: representations compared between methods.",
    "figure3": "Draw Figure 3: how far attacks move representations, recurrent against feed-forward.",
    "figure4": "Draw Figure 4: Fisher information of every layer's weights.",
    "conversion": "Render the accuracy of converted networks over time.",
    "curves": "Draw the training curves.",
    "spectrum": "Render all learning rules side by side, from global to local, by all that is measured of them.",
    "tutorial_figure1": "Draw the tutorial's figure 1: a neuron's current, potential and spikes.",
    "tutorial_figure2": "Draw the tutorial's figure 2: the unrolled graph of a network.",
    "tutorial_figure3": "Draw the tutorial's figure 3: surrogate derivatives.",
    "tutorial_figure4": "Draw the tutorial's figure 4: loss and gradients along a line in weight space.",
    "tutorial_figure5": "Draw the tutorial's figure 5: the ways of errors, from the rules' declarations.",
    "tutorial_figure6": "Draw the tutorial's figure 6: local errors in a convolutional network, beside BPTT.",
    "tutorial_figure7": "Draw the tutorial's figure 7: temporal exclusive or from spike times.",
    "tutorial_superspike": "Draw what SuperSpike learns, and how fast with every kind of feedback.",
    "tutorial_smoothed": "Draw what the smoothed models learn: soft threshold, escape noise, rates.",
    "tutorial_exactness": "Draw how far the gradients of rules are from BPTT's.",
    "tutorial_surrogates": "Draw what the shape of a surrogate derivative does to accuracy.",
    "tutorial_adaptation": "Draw how a delay is bridged with adaptive thresholds, and without.",
    "claims": "Test every claim of the paper on its own numbers and on ours.",
    "index": "Write the page that holds everything.",
}


def _report(name: str, summary: str) -> None:
    def command(study: str | None) -> None:
        if name.startswith("tutorial_"):
            from snnlocality.reports.tutorial.rendering import render

            click.echo(render(_parameters(study), name))
        else:
            click.echo(importlib.import_module(f"snnlocality.reports.{name}").render(_parameters(study)))

    main.command(name, help=summary)(_STUDY(command))


for _name, _summary in _REPORTS.items():
    _report(_name, _summary)


@main.command()
@click.argument("table", default="table2")
def show(table: str) -> None:
    """Print a rendered table and where the reports lie."""
    from snnlocality.reports.show import show as text

    click.echo(text(_parameters(None), table))


@main.command()
@click.option("--folder", default="docs/demo", show_default=True, help="Where to put the copy.")
def snapshot(folder: str) -> None:
    """Copy the rendered reports to docs/demo, which the repository's page shows."""
    from snnlocality.reports.snapshot import snapshot as copy

    click.echo(copy(_parameters(None), folder))


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
    from snnlocality.data.sources import data_folder
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
    from snnlocality.data.sources import data_folder

    study(data_folder() / "n-mnist", data_folder() / "mnist", "docs/calibration")


@calibrate.command("fidelity")
def calibrate_fidelity() -> None:
    """Train on simulated recordings, test on real ones, the camera fitted anew in every fold (an hour)."""
    from snnlocality.calibration.fidelity import measure_fidelity
    from snnlocality.data.sources import data_folder

    measure_fidelity(data_folder() / "n-mnist", data_folder() / "mnist", "docs/calibration")


@calibrate.command("speech")
def calibrate_speech() -> None:
    """Fit the speech synthesiser to the TIMIT sample."""
    from snnlocality.calibration.speech import calibrate_speech as study
    from snnlocality.data.sources import data_folder

    study(
        data_folder() / "timit-sample",
        "docs/calibration",
        "src/snnlocality/data/speech/synthesiser.json",
    )


@main.command()
@click.argument("targets", nargs=-1)
@_options(_STUDY)
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

    chosen = _parameters(study)
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
@_options(_STUDY, _THREADS)
@click.option("--sample", type=click.IntRange(min=1), default=3, show_default=True, help="Steps to draw, if no TARGET.")
@click.option("--seed", type=_NUMBER, default=0, show_default=True, help="Of the draw: yours, so that nobody knows it.")
def verify(targets: tuple[str, ...], study: str | None, threads: int, sample: int, seed: int) -> None:
    """Compute TARGETs, or steps drawn at random, again elsewhere and compare; exits with 1 unless all agree.

    With a training, what is recorded of its network's accuracy is computed again from that network.
    """
    from snnlocality.provenance import manifest
    from snnlocality.provenance import verify as verification

    chosen = _parameters(study)
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
@_options(_STUDY)
def reproduced(targets: tuple[str, ...], study: str | None) -> None:
    """Tell whether results (all by default) are those that Git has committed; exits with 1 unless all are."""
    from snnlocality.provenance import reproduced as comparison

    chosen = _parameters(study)
    outputs = comparison.compared(chosen, targets)
    click.echo(comparison.text(chosen, outputs))
    if any(output.state is not comparison.State.SAME for output in outputs):
        sys.exit(1)


@main.command()
@click.argument("target")
@_options(_STUDY)
def crate(target: str, study: str | None) -> None:
    """Write the study with all its provenance as a Workflow Run RO-Crate to the folder, or .zip file, TARGET."""
    from snnlocality.provenance.crate import export as write

    with progress.bar("crate") as advance:
        click.echo(write(_parameters(study), target, advance))


@main.command()
@_options(_STUDY)
@click.option("--cores", type=click.IntRange(min=1), default=2, show_default=True, help="Processors to share the work.")
def estimate(study: str | None, cores: int) -> None:
    """Print how many jobs a study has and how long they will take."""
    from snnlocality.estimate import text

    click.echo(text(_parameters(study), cores))


@main.command()
def study() -> None:
    """Print the study that params.yaml chooses."""
    click.echo(_parameters(None).label)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail unless they are already.")
def stages(check: bool) -> None:
    """Write the stages of dvc.yaml for the study that params.yaml chooses."""
    from snnlocality.provenance import stages as of_study

    chosen = _parameters(None)
    if check:
        of_study.check(chosen)
    else:
        click.echo(of_study.write(chosen))


@main.command()
def schema() -> None:
    """Write the JSON schema of params.yaml, generated from the typed model."""
    from snnlocality.schema import write

    click.echo(write())


if __name__ == "__main__":
    main()
