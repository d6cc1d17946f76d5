"""Commands on data and networks in other tools' formats: export, download, test-nir."""

import click

from snnlocality.errors import UserError
from snnlocality.study import commands
from snnlocality.study.axes import FOLD, RUN, TASK


@click.group(epilog=commands.for_example("export nmnist data"))
def export() -> None:
    """Write simulated data as trees of the real sets, networks for other simulators, and model cards."""


@export.command("nmnist", epilog=commands.for_example("export nmnist data --count 1000"))
@click.argument("root")
@click.option("--source", default="digits", show_default=True, help="A vision source: digits or mnist_saccades.")
@click.option("--count", type=click.IntRange(min=1), default=None, help="Number of recordings; all by default.")
def export_nmnist(root: str, source: str, count: int | None) -> None:
    """Write recordings as ROOT/n-mnist, .bin files as in N-MNIST."""
    from snnlocality.data import export as trees

    click.echo(trees.export_nmnist(root, source, count))


@export.command("timit", epilog=commands.for_example("export timit data --scale 0.05"))
@click.argument("root")
@click.option("--scale", default=1.0, show_default=True, help="Share of TIMIT's number of speakers.")
def export_timit(root: str, scale: float) -> None:
    """Write synthetic speech as ROOT/timit, in the LDC's layout."""
    from snnlocality.data import export as trees

    click.echo(trees.export_timit(root, scale))


@export.command(
    "nir",
    params=[*map(commands.option, RUN), click.Argument(["file"])],
    epilog=commands.for_example("export nir --task vision --rule bptt --arch ff network.nir"),
)
@commands.STUDY
@click.option("--spikes", is_flag=True, help="Without the leaky readout, which not all simulators know.")
def export_nir(file: str, study: str | None, spikes: bool, **key: object) -> None:
    """Write a trained run's network to FILE as a graph of NIR, which other simulators read."""
    from snnlocality import parameters as params
    from snnlocality.data.batches import load
    from snnlocality.exchange import nir
    from snnlocality.runs.files import load_model
    from snnlocality.study.steps import evaluate

    job = evaluate.STEP.job(params.load(study=study), **key)
    dataset, _ = load(job.file("data"), job.settings.fold)
    graph = nir.to_graph(load_model(job.file("model"), job.settings.network, dataset), dataset.step_ms)
    nir.write(file, nir.without_readout(graph) if spikes else graph)
    click.echo(file)


@export.command(
    "card",
    params=[*map(commands.option, RUN), click.Argument(["file"])],
    epilog=commands.for_example("export card --task vision --rule bptt --arch ff README.md"),
)
@commands.STUDY
def export_card(file: str, study: str | None, **key: object) -> None:
    """Write a model card of a trained run to FILE: what it is, its accuracy, where it is from, how to load it."""
    from snnlocality import parameters as params
    from snnlocality.exchange import card
    from snnlocality.storage import write_text

    write_text(file, card.text(params.load(study=study), **key))
    click.echo(file)


@click.command(
    "test-nir",
    params=[commands.option(TASK), commands.option(FOLD), click.Argument(["file"])],
    epilog=commands.for_example("test-nir --task vision network.nir"),
)
@commands.STUDY
@commands.THREADS
def test_nir(file: str, task: str, fold: int, study: str | None, threads: int) -> None:
    """Say how accurate the network of a graph of NIR is on the test part of a task."""
    from snnlocality import parameters as params
    from snnlocality.data.batches import load
    from snnlocality.data.splits import Part
    from snnlocality.engines import choice
    from snnlocality.exchange import nir
    from snnlocality.learning.training import evaluate
    from snnlocality.study.steps import prepare

    parameters = params.load(study=study)
    dataset, parts = load(prepare.STEP.job(parameters, task=task).output, fold)
    network = nir.read(file)
    if network.weights["W1"].shape[1] != dataset.inputs:
        raise UserError(f"{file} has {network.weights['W1'].shape[1]} inputs, and {task} has {dataset.inputs}.")
    cell = (task, params.rules(parameters)[0], params.architectures(parameters, task)[0], fold, 0)
    optimisation = params.run_settings(parameters, *cell).optimisation
    result = evaluate(network, dataset, parts[Part.TEST], optimisation, choice.chosen(threads))
    click.echo(f"{100 * result.accuracy:.2f} % of {result.decisions} decisions are right.")


@click.command(epilog=commands.for_example("download"))
def download() -> None:
    """Download the real N-MNIST (CC BY-SA 4.0, 1.2 GB) to the data folder."""
    from snnlocality.data.source import data_folder
    from snnlocality.data.vision.nmnist import download as fetch

    fetch(data_folder() / "n-mnist")
    click.echo(data_folder() / "n-mnist")


COMMANDS = (export, download, test_nir)
