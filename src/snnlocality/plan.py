"""The plan of every step: what it reads, what it writes, and everything that decides the result.

Snakemake's rules, the steps themselves and their records all take it from here, so that they cannot
disagree. Importing this module is cheap: nothing numerical is loaded.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality import parameters as params
from snnlocality import paths, registry
from snnlocality.data.sources import SOURCES
from snnlocality.provenance.closure import code_digest

# Which engine computes is no part of a plan; the code of all that may is.
_ENGINES = "snnlocality.engines.choice"
PUBLISHED_TABLE2 = Path("published/table2.csv")
PUBLISHED_TABLE3 = Path("published/table3.csv")


class Plan(NamedTuple):
    """One execution of one step."""

    step: str
    settings: dict[str, Any]  # all that decides the outputs, besides code and inputs
    modules: tuple[str, ...]  # entry points of the code closure
    made: tuple[Path, ...]  # inputs that other steps made
    given: tuple[Path, ...]  # inputs that came with the project
    outputs: tuple[Path, ...]

    @property
    def code(self) -> str:
        """Digest of the code closure."""
        return code_digest(self.modules)

    @property
    def record(self) -> Path:
        """Where the step's record lies."""
        return self.outputs[0].parent / f"{self.step}.record.json"

    @property
    def decisive(self) -> str:
        """The settings in one line, as Snakemake compares them to decide on a rerun."""
        return json.dumps(self.settings, sort_keys=True)


def prepare(parameters: params.Parameters, task: str) -> Plan:
    """Prepare the data of a task."""
    settings = params.prepare_settings(parameters, task)
    source = SOURCES[settings["data"]["source"]]
    modules = ("snnlocality.steps.prepare", f"snnlocality.data.{task}.convert", source.module)
    return Plan("prepare", settings, modules, (), (), (paths.data(parameters.label, task),))


def train(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Train one run."""
    settings = params.train_settings(parameters, task, rule, architecture)
    folder = paths.run(parameters.label, task, rule, architecture, fold, seed)
    return Plan(
        "train",
        {**settings, "fold": fold, "seed": seed},
        ("snnlocality.steps.train", _ENGINES, *_choices(settings)),
        (paths.data(parameters.label, task),),
        (),
        (folder / "model.safetensors", folder / "curve.csv"),
    )


def evaluate(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Evaluate one run on the test part."""
    trained = train(parameters, task, rule, architecture, fold, seed)
    return Plan(
        "evaluate",
        trained.settings,
        ("snnlocality.steps.evaluate", _ENGINES),
        (*trained.made, *trained.outputs),
        (),
        (trained.outputs[0].with_name("metrics.json"),),
    )


def fgsm(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Attack one run on the test part."""
    trained = train(parameters, task, rule, architecture, fold, seed)
    return Plan(
        "fgsm",
        {**trained.settings, "fgsm": parameters.fgsm.model_dump(mode="json")},
        ("snnlocality.steps.fgsm", _ENGINES, *_choices(trained.settings)),
        (*trained.made, trained.outputs[0]),
        (),
        (paths.fgsm(parameters.label, task, rule, architecture, fold, seed),),
    )


def runs_of(parameters: params.Parameters, task: str) -> list[tuple[str, int, int]]:
    """(architecture, fold, seed) of all runs of one rule on a task."""
    return [
        (architecture, fold, seed)
        for architecture in params.architectures(parameters, task)
        for fold in params.folds(parameters, task)
        for seed in params.seeds(parameters)
    ]


def collect(parameters: params.Parameters, task: str, rule: str) -> Plan:
    """Collect the metrics of all runs of one rule on one task."""
    runs = runs_of(parameters, task)
    settings = {
        "dataset": params.task_of(parameters, task).dataset,
        "source": params.study_task(parameters, task).data.source,
        "rule": rule,
        "runs": [list(run) for run in runs],
        "labels": params.ARCHITECTURE_LABELS,
    }
    metrics = tuple(evaluate(parameters, task, rule, *run).outputs[0] for run in runs)
    modules = ("snnlocality.steps.collect", registry.module_name(params.RULES, rule))
    return Plan("collect", settings, modules, metrics, (), (paths.runs(parameters.label, task, rule),))


def baseline(parameters: params.Parameters, task: str) -> Plan:
    """Train a classifier without memory and hidden layers on the same data."""
    settings = {"task": task, "folds": len(params.folds(parameters, task))}
    data = paths.data(parameters.label, task)
    return Plan("baseline", settings, ("snnlocality.steps.baseline",), (data,), (), (data.with_name("baseline.csv"),))


def search(parameters: params.Parameters, task: str, rule: str, architecture: str) -> Plan:
    """Search the hyper-parameters of one cell."""
    first = params.grid(parameters.search)[0]
    settings = params.train_settings(parameters, task, rule, architecture, first)
    # What is searched for does not decide the search.
    settings |= {"learning_rate": None, "slope": None, "search": parameters.search.model_dump()}
    return Plan(
        "search",
        settings,
        ("snnlocality.steps.search", _ENGINES, *_choices(settings)),
        (paths.data(parameters.label, task),),
        (),
        (paths.search(parameters.label, task, rule, architecture),),
    )


def searches(parameters: params.Parameters) -> list[Plan]:
    """The searches of all cells of the study."""
    return [
        search(parameters, task, rule, architecture)
        for task in params.tasks(parameters)
        for rule in params.rules(parameters)
        for architecture in params.architectures(parameters, task)
    ]


def search_table(parameters: params.Parameters) -> Plan:
    """Gather the searches of all cells."""
    trials = tuple(one.outputs[0] for one in searches(parameters))
    settings = {"study": parameters.label}
    return Plan("search", settings, ("snnlocality.reports.search",), trials, (), (paths.REPORTS / "search.csv",))


def table2(parameters: params.Parameters) -> Plan:
    """Render Table 2."""
    runs = [
        collect(parameters, task, rule).outputs[0]
        for task in params.tasks(parameters)
        for rule in params.rules(parameters)
    ]
    data = [
        path
        for task in params.tasks(parameters)
        for path in (paths.data(parameters.label, task), *baseline(parameters, task).outputs)
    ]
    names = ("table2.csv", "table2.md", "table2.html", "metrics.json")
    return Plan(
        "table2",
        {"study": parameters.label, "rules": list(params.rules(parameters))},
        ("snnlocality.reports.table2",),
        (*runs, *data),
        (PUBLISHED_TABLE2,),
        tuple(paths.REPORTS / name for name in names),
    )


def table3(parameters: params.Parameters) -> Plan:
    """Render Table 3."""
    cells = [(rule, run) for rule in params.rules(parameters) for run in runs_of(parameters, "vision")]
    rules = [registry.module_name(params.RULES, rule) for rule in params.rules(parameters)]
    settings = {
        "study": parameters.label,
        "dataset": parameters.vision.dataset,
        "source": params.study_task(parameters, "vision").data.source,
        "runs": [[rule, *run] for rule, run in cells],
        "labels": params.ARCHITECTURE_LABELS,
    }
    return Plan(
        "table3",
        settings,
        ("snnlocality.reports.table3", *rules),
        (
            *(fgsm(parameters, "vision", rule, *run).outputs[0] for rule, run in cells),
            paths.data(parameters.label, "vision"),
        ),
        (PUBLISHED_TABLE3,),
        tuple(paths.REPORTS / name for name in ("table3.csv", "table3.md", "table3.html")),
    )


def curves(parameters: params.Parameters) -> Plan:
    """Draw the training curves."""
    files = [
        train(parameters, task, rule, *run).outputs[1]
        for task in params.tasks(parameters)
        for rule in params.rules(parameters)
        for run in runs_of(parameters, task)
    ]
    return Plan(
        "curves",
        {"study": parameters.label, "rules": list(params.rules(parameters))},
        (
            "snnlocality.reports.curves",
            *(registry.module_name(params.RULES, rule) for rule in params.rules(parameters)),
        ),
        tuple(files),
        (),
        (paths.REPORTS / "curves.svg", paths.REPORTS / "curves.csv"),
    )


def reports(parameters: params.Parameters) -> list[Plan]:
    """Everything that is rendered for people."""
    return [table2(parameters), table3(parameters), curves(parameters)]


def _choices(settings: dict[str, Any]) -> tuple[str, ...]:
    """Modules that a run imports by name: its rule and its surrogate."""
    return (
        registry.module_name(params.RULES, settings["rule"]),
        registry.module_name(params.SURROGATES, settings["neuron"]["surrogate"]),
    )
