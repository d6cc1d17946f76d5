"""The plan of every step: what it reads, what it writes, and everything that decides the result.

Snakemake's rules, the steps themselves and their records all take it from here, so that they cannot
disagree. Importing this module is cheap: nothing numerical is loaded.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from snnlocality import parameters as params
from snnlocality import paths, registry
from snnlocality.attacks.backdoor import TRIGGERS
from snnlocality.data.sources import GESTURES, SOURCES
from snnlocality.errors import UserError
from snnlocality.provenance.closure import code_digest

# Which engine computes is no part of a plan; the code of all that may is.
_ENGINES = "snnlocality.engines.choice"
PUBLISHED_TABLE1, PUBLISHED_TABLE2, PUBLISHED_TABLE3, PUBLISHED_TABLE4 = (
    Path(f"published/table{number}.csv") for number in range(1, 5)
)


class Plan(NamedTuple):
    """One execution of one step."""

    step: str
    settings: dict[str, Any]  # all that decides the outputs, besides code and inputs
    modules: tuple[str, ...]  # entry points of the code closure
    made: tuple[Path, ...]  # inputs that other steps made
    given: tuple[Path, ...]  # inputs that came with the project
    outputs: tuple[Path, ...]
    raw: str | None = None  # folder of raw files below the data folder

    @property
    def code(self) -> str:
        """Digest of the code closure."""
        return code_digest(self.modules)

    @property
    def record(self) -> Path:
        """Where the step's record lies."""
        return self.outputs[0].parent / f"{self.step}.record.json"

    @property
    def lost(self) -> list[str]:
        """Results that the step reads and that do not exist; prepared data may go."""
        return [str(path) for path in self.made if path.name != paths.DATA_FILE and not path.exists()]

    @property
    def decisive(self) -> str:
        """The settings in one line, as Snakemake compares them to decide on a rerun."""
        return json.dumps(self.settings, sort_keys=True)


def prepare(parameters: params.Parameters, task: str) -> Plan:
    """Prepare the data of a task."""
    settings = params.prepare_settings(parameters, task)
    source = SOURCES[settings["data"]["source"]]
    modules = ("snnlocality.steps.prepare", f"snnlocality.data.{task}.convert", source.module)
    return Plan("prepare", settings, modules, (), (), (paths.data(parameters.label, task),), source.folder)


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
        (folder / "model.safetensors", folder / "curve.csv", folder / "milestones.safetensors"),
    )


def train_cell(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int) -> Plan:
    """Train the runs of all seeds of a cell into the run cache; there is no result beside those."""
    first, *_ = runs = [train(parameters, task, rule, architecture, fold, seed) for seed in params.seeds(parameters)]
    settings = {**first.settings, "seed": [run.settings["seed"] for run in runs]}
    return Plan("train_many", settings, (*first.modules, "snnlocality.steps.train_many"), first.made, (), ())


def evaluate(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Evaluate one run on the test part."""
    trained = train(parameters, task, rule, architecture, fold, seed)
    model, curve, _ = trained.outputs
    return Plan(
        "evaluate",
        trained.settings,
        ("snnlocality.steps.evaluate", _ENGINES, *_choices(trained.settings)),
        (*trained.made, model, curve),
        (),
        (model.with_name("metrics.json"),),
    )


def fgsm(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Attack one run on the test part; raises UserError on utterances."""
    if task != "vision":
        raise UserError(
            f"Attacks need recordings with one label; {task} has a label per frame. Ask for the task vision."
        )
    trained = train(parameters, task, rule, architecture, fold, seed)
    attacked_samples = params.analyses(parameters).attacked_samples
    return Plan(
        "fgsm",
        {**trained.settings, "fgsm": parameters.fgsm.model_dump(mode="json"), "attacked_samples": attacked_samples},
        ("snnlocality.steps.fgsm", _ENGINES, *_choices(trained.settings)),
        (*trained.made, trained.outputs[0]),
        (),
        (paths.fgsm(parameters.label, task, rule, architecture, fold, seed),),
    )


def shift(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Compare one run's representations of clean and of attacked test samples."""
    attacked = fgsm(parameters, task, rule, architecture, fold, seed)
    sizes = {"samples": params.analyses(parameters).cka_samples}
    return Plan(
        "shift",
        {**attacked.settings, **sizes, **parameters.representations.model_dump(mode="json")},
        ("snnlocality.steps.shift", _ENGINES, *_choices(attacked.settings)),
        attacked.made,
        (),
        (paths.shift(parameters.label, task, rule, architecture, fold, seed),),
    )


def fisher(parameters: params.Parameters, task: str, rule: str, architecture: str, fold: int, seed: int) -> Plan:
    """Measure the Fisher information in one run's weights."""
    trained = train(parameters, task, rule, architecture, fold, seed)
    model, _, milestones = trained.outputs
    return Plan(
        "fisher",
        {**trained.settings, "samples": params.analyses(parameters).fisher_samples},
        ("snnlocality.steps.fisher", _ENGINES, *_choices(trained.settings)),
        (*trained.made, model, milestones),
        (),
        (paths.fisher(parameters.label, task, rule, architecture, fold, seed),),
    )


def backdoor(parameters: params.Parameters, rule: str, architecture: str, trigger: str, rate: float, pair: int) -> Plan:
    """Train one run on poisoned data; its network starts as the clean run of seed ``pair`` does."""
    folder = paths.backdoor(parameters.label, rule, architecture, trigger, f"{rate:g}", pair)
    settings = {
        **params.train_settings(parameters, "vision", rule, architecture),
        "fold": 0,
        "seed": pair,
        "trigger": trigger,
        "rate": rate,
        "backdoor": parameters.backdoor.model_dump(mode="json"),
    }
    return Plan(
        "backdoor",
        settings,
        ("snnlocality.steps.backdoor", _ENGINES, *_choices(settings)),
        (paths.data(parameters.label, "vision"),),
        (),
        (folder / "metrics.json", folder / "model.safetensors"),
    )


def backdoors(parameters: params.Parameters) -> list[tuple[str, str, str, float, int]]:
    """(rule, architecture, trigger, rate, pair) of all poisoned runs."""
    sizes = params.analyses(parameters)
    return [
        (rule, architecture, trigger, rate, pair)
        for rule in params.rules(parameters)
        for architecture in params.architectures(parameters, "vision")
        for trigger in TRIGGERS
        for rate in sizes.poison_rates
        for pair in range(sizes.pairs)
    ]


def convert(parameters: params.Parameters, fold: int, seed: int) -> Plan:
    """Train a ReLU network and convert it."""
    folder = paths.conversion(parameters.label, fold, seed)
    settings = params.conversion_settings(parameters)
    return Plan(
        "convert",
        {**settings, "fold": fold, "seed": seed},
        ("snnlocality.steps.convert", _ENGINES, _surrogate(settings)),
        (paths.data(parameters.label, "vision"),),
        (),
        (folder / "accuracies.csv", folder / "relu.safetensors"),
    )


def cka(parameters: params.Parameters, architecture: str, fold: int, seed: int) -> Plan:
    """Compare the representations of all rules' networks, and of converted ones, of one seed."""
    runs = {rule: train(parameters, "vision", rule, architecture, fold, seed) for rule in params.rules(parameters)}
    relu = convert(parameters, fold, seed)
    settings = {
        **relu.settings,
        "architecture": architecture,
        "rules": {rule: run.settings for rule, run in runs.items()},
        "samples": params.analyses(parameters).cka_samples,
        "batch": parameters.representations.batch,
    }
    return Plan(
        "cka",
        settings,
        ("snnlocality.steps.cka", _ENGINES, _surrogate(settings)),
        (*relu.made, relu.outputs[1], *(run.outputs[0] for run in runs.values())),
        (),
        (paths.cka(parameters.label, architecture, fold, seed),),
    )


def tutorial(parameters: params.Parameters, experiment: str) -> Plan:
    """Run an experiment of the tutorial."""
    settings = params.tutorial_settings(parameters, experiment)
    chosen = [registry.module_name(params.EXPERIMENTS, experiment)]
    chosen += [registry.module_name(params.RULES, rule) for rule in settings.get("rules", ())]
    chosen += [registry.module_name(params.SURROGATES, name) for name in settings.get("surrogates", ())]
    if "surrogate" in settings:
        chosen.append(registry.module_name(params.SURROGATES, settings["surrogate"]))
    # Prepared recordings of the study, or raw ones that the experiment itself prepares.
    on_data, raw = getattr(parameters.tutorial, experiment).on_data, None
    if settings.get("recordings") == "gestures":
        on_data, raw = False, f"{GESTURES}/DVSGesture/ibmGestureTrain"  # where tonic unpacks the part that is read
        chosen.append("snnlocality.data.vision.gestures")
    return Plan(
        "tutorial",
        settings,
        ("snnlocality.steps.tutorial", _ENGINES, *chosen),
        (paths.data(parameters.label, "vision"),) if on_data else (),
        (),
        (paths.tutorial(parameters.label, experiment),),
        raw,
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
        "methods": params.methods((rule,)),
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
        (*_collected(parameters), *data),
        (PUBLISHED_TABLE2,),
        tuple(paths.REPORTS / name for name in names),
    )


def table1(parameters: params.Parameters) -> Plan:
    """Render Table 1, which no run has a part in."""
    outputs = _reports("table1.csv", "table1.md", "table1.html")
    return Plan("table1", {}, ("snnlocality.reports.table1",), (), (PUBLISHED_TABLE1,), outputs)


def table3(parameters: params.Parameters) -> Plan:
    """Render Table 3."""
    return Plan(
        "table3",
        _vision_report(parameters) | {"runs": _vision_runs(parameters)},
        ("snnlocality.reports.table3", *_rule_modules(parameters)),
        (*_measured(parameters, fgsm), paths.data(parameters.label, "vision")),
        (PUBLISHED_TABLE3,),
        _reports("table3.csv", "table3.md", "table3.html"),
    )


def table4(parameters: params.Parameters) -> Plan:
    """Render Table 4."""
    runs = backdoors(parameters)
    return Plan(
        "table4",
        _vision_report(parameters) | {"runs": [list(run) for run in runs]},
        ("snnlocality.reports.table4", *_rule_modules(parameters)),
        (
            *(backdoor(parameters, *run).outputs[0] for run in runs),
            *(collect(parameters, "vision", rule).outputs[0] for rule in params.rules(parameters)),
            paths.data(parameters.label, "vision"),
        ),
        (PUBLISHED_TABLE4, PUBLISHED_TABLE2),
        _reports("table4.csv", "table4.md", "table4.html"),
    )


def figure1(parameters: params.Parameters) -> Plan:
    """Draw Figure 1, from the rules' declarations."""
    rules = params.rules(parameters)
    references = {rule: registry.load(params.RULES, rule).RULE.reference for rule in rules}
    settings = {"rules": list(rules), "methods": params.methods(rules), "references": references}
    modules = ("snnlocality.reports.figure1", *_rule_modules(parameters))
    return Plan("figure1", settings, modules, (), (), _reports("figure1.svg", "figure1.csv"))


def figure2(parameters: params.Parameters) -> Plan:
    """Draw Figure 2."""
    cells = runs_of(parameters, "vision")
    return Plan(
        "figure2",
        _vision_report(parameters) | {"cells": [list(cell) for cell in cells]},
        ("snnlocality.reports.figure2", *_rule_modules(parameters)),
        (*(cka(parameters, *cell).outputs[0] for cell in cells), paths.data(parameters.label, "vision")),
        (),
        _reports("figure2.svg", "figure2.csv"),
    )


def figure3(parameters: params.Parameters) -> Plan:
    """Draw Figure 3 and the association behind it."""
    return Plan(
        "figure3",
        _vision_report(parameters) | {"runs": _vision_runs(parameters)},
        ("snnlocality.reports.figure3", *_rule_modules(parameters)),
        (*_measured(parameters, shift), *_measured(parameters, fgsm), paths.data(parameters.label, "vision")),
        (),
        _reports("figure3.svg", "figure3.csv", "figure3_association.svg", "figure3_association.csv"),
    )


def figure4(parameters: params.Parameters) -> Plan:
    """Draw Figure 4."""
    return Plan(
        "figure4",
        _vision_report(parameters) | {"runs": _vision_runs(parameters)},
        ("snnlocality.reports.figure4", *_rule_modules(parameters)),
        (*_measured(parameters, fisher), paths.data(parameters.label, "vision")),
        (),
        _reports("figure4.svg", "figure4.csv", "figure4_over_time.svg"),
    )


def conversion(parameters: params.Parameters) -> Plan:
    """Draw the accuracy of converted networks."""
    cells = [(fold, seed) for fold in params.folds(parameters, "vision") for seed in params.seeds(parameters)]
    return Plan(
        "conversion",
        _of_vision(parameters) | {"cells": [list(cell) for cell in cells]},
        ("snnlocality.reports.conversion",),
        (*(convert(parameters, *cell).outputs[0] for cell in cells), paths.data(parameters.label, "vision")),
        (),
        _reports("conversion.svg", "conversion.csv"),
    )


# What the tutorial shows, in its order: the report, the experiments it rests on, the choices it draws.
TUTORIAL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tutorial_figure1": ((), ()),
    "tutorial_figure2": ((), ()),
    "tutorial_figure3": ((), tuple(f"{params.SURROGATES}.{name}" for name in registry.names(params.SURROGATES))),
    "tutorial_figure4": (("landscape",), ()),
    "tutorial_figure5": (
        (),
        tuple(
            registry.module_name(params.RULES, rule)
            for rule in ("bptt", "feedback_alignment", "direct_feedback_alignment", "decolle")
        ),
    ),
    "tutorial_figure6": (("convolution",), ()),
    "tutorial_figure7": (("temporal_xor",), ()),
    "tutorial_superspike": (("superspike",), ()),
    "tutorial_smoothed": (("soft_threshold", "escape_noise", "rate_coding"), ()),
    "tutorial_exactness": (("exactness",), ()),
    "tutorial_surrogates": (("surrogates",), ()),
    "tutorial_adaptation": (("adaptation",), ()),
}


EXPERIMENTS_WITH_CLAIMS = ("landscape", "convolution", "superspike", "exactness", "surrogates")


def tutorial_report(parameters: params.Parameters, name: str) -> Plan:
    """Draw one of the tutorial's figures, or what goes beyond them."""
    experiments, choices = TUTORIAL[name]
    rules = [choice.removeprefix(f"{params.RULES}.") for choice in choices if choice.startswith(params.RULES)]
    found = [tutorial(parameters, experiment) for experiment in experiments]
    data = dict.fromkeys(path for one in found for path in one.made)  # tells whether it is simulated
    module = name.replace("tutorial_", "snnlocality.reports.tutorial.")
    return Plan(
        name,
        {
            "study": parameters.label,
            "experiments": [one.settings for one in found],
            "choices": list(choices),
            "methods": params.methods(rules),
        },
        ("snnlocality.reports.tutorial.rendering", module, *choices),
        (*(one.outputs[0] for one in found), *data),
        (),
        _reports(*(f"tutorial/{name.removeprefix('tutorial_')}{suffix}" for suffix in (".svg", ".csv"))),
    )


def spectrum(parameters: params.Parameters) -> Plan:
    """Put all rules of the study side by side, by all that is measured of them."""
    cells = runs_of(parameters, "vision")
    return Plan(
        "spectrum",
        {
            **_vision_report(parameters),
            "tasks": len(params.tasks(parameters)),
            "runs": _vision_runs(parameters),
            "backdoors": [list(run) for run in backdoors(parameters)],
            "cells": [list(cell) for cell in cells],
        },
        ("snnlocality.reports.spectrum", *_rule_modules(parameters)),
        (
            *_collected(parameters),
            *_measured(parameters, fgsm),
            *(backdoor(parameters, *run).outputs[0] for run in backdoors(parameters)),
            *(cka(parameters, *cell).outputs[0] for cell in cells),
            *_data(parameters),
        ),
        (),
        _reports("spectrum.svg", "spectrum.csv"),
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
        _of_rules(parameters),
        ("snnlocality.reports.curves", *_rule_modules(parameters)),
        tuple(files),
        (),
        (paths.REPORTS / "curves.svg", paths.REPORTS / "curves.csv"),
    )


def claims(parameters: params.Parameters) -> Plan:
    """Test the paper's claims."""
    settings = {
        **_vision_report(parameters),
        "tables_of_runs": len(params.tasks(parameters)) * len(params.rules(parameters)),
        "runs": _vision_runs(parameters),
        "backdoors": [list(run) for run in backdoors(parameters)],
        "cells": [list(cell) for cell in runs_of(parameters, "vision")],
    }
    return Plan(
        "claims",
        settings,
        ("snnlocality.reports.claims", *_rule_modules(parameters)),
        (
            *_collected(parameters),
            *_measured(parameters, fgsm),
            *_measured(parameters, shift),
            *_measured(parameters, fisher),
            *(backdoor(parameters, *run).outputs[0] for run in backdoors(parameters)),
            *(cka(parameters, *cell).outputs[0] for cell in settings["cells"]),
            *(tutorial(parameters, experiment).outputs[0] for experiment in EXPERIMENTS_WITH_CLAIMS),
            *_data(parameters),
        ),
        (PUBLISHED_TABLE2, PUBLISHED_TABLE3, PUBLISHED_TABLE4),
        _reports("claims.csv", "claims.md", "claims.html"),
    )


def index(parameters: params.Parameters) -> Plan:
    """Write the page that holds everything."""
    shown = artifacts(parameters)
    rendered = [path for artifact in (*shown, claims(parameters)) for path in artifact.outputs]
    return Plan(
        "index",
        {
            **_of_rules(parameters),
            "artifacts": {
                artifact.step: [path.relative_to(paths.REPORTS).as_posix() for path in artifact.outputs]
                for artifact in shown
            },
        },
        ("snnlocality.reports.index", *_rule_modules(parameters)),
        (*rendered, *_collected(parameters), *_data(parameters)),
        (),
        _reports("index.html"),
    )


def artifacts(parameters: params.Parameters) -> list[Plan]:
    """Tables and figures in the order of the paper, all rules side by side, and what the tutorial shows."""
    order = (table1, figure1, table2, curves, figure2, conversion, table3, table4, figure3, figure4, spectrum)
    return [*(artifact(parameters) for artifact in order), *(tutorial_report(parameters, name) for name in TUTORIAL)]


def reports(parameters: params.Parameters) -> list[Plan]:
    """Everything that is rendered for people."""
    return [*artifacts(parameters), claims(parameters), index(parameters)]


def _collected(parameters: params.Parameters) -> list[Path]:
    """The table of runs of every rule on every task."""
    return [
        collect(parameters, task, rule).outputs[0]
        for task in params.tasks(parameters)
        for rule in params.rules(parameters)
    ]


def _data(parameters: params.Parameters) -> list[Path]:
    return [paths.data(parameters.label, task) for task in params.tasks(parameters)]


def everything(parameters: params.Parameters) -> Iterator[Plan]:
    """Every job of the study but the hyper-parameter search."""
    for task in params.tasks(parameters):
        yield from (prepare(parameters, task), baseline(parameters, task))
        for rule in params.rules(parameters):
            for run in runs_of(parameters, task):
                yield from (step(parameters, task, rule, *run) for step in (train, evaluate))
                if task == "vision":
                    yield from (step(parameters, task, rule, *run) for step in (fgsm, shift, fisher))
            yield collect(parameters, task, rule)
    yield from (backdoor(parameters, *run) for run in backdoors(parameters))
    yield from (convert(parameters, *cell) for cell in conversion(parameters).settings["cells"])
    yield from (cka(parameters, *cell) for cell in runs_of(parameters, "vision"))
    yield from (tutorial(parameters, experiment) for experiment in registry.names(params.EXPERIMENTS))
    yield from reports(parameters)


def _reports(*names: str) -> tuple[Path, ...]:
    return tuple(paths.REPORTS / name for name in names)


def _vision_report(parameters: params.Parameters) -> dict[str, Any]:
    """What every report on the study's rules on the vision task says of itself."""
    return _of_vision(parameters) | _of_rules(parameters)


def _of_vision(parameters: params.Parameters) -> dict[str, Any]:
    """What every report on the vision task says of itself, and how it writes architectures."""
    return {
        "study": parameters.label,
        "dataset": parameters.vision.dataset,
        "source": params.study_task(parameters, "vision").data.source,
        "labels": params.ARCHITECTURE_LABELS,
    }


def _of_rules(parameters: params.Parameters) -> dict[str, Any]:
    """What every report on the study's rules says of itself and of them, in their order."""
    rules = params.rules(parameters)
    return {"study": parameters.label, "rules": list(rules), "methods": params.methods(rules)}


def _vision_runs(parameters: params.Parameters) -> list[list]:
    """[rule, architecture, fold, seed] of every run of the vision task."""
    return [[rule, *run] for rule in params.rules(parameters) for run in runs_of(parameters, "vision")]


def _measured(parameters: params.Parameters, measure: Callable[..., Plan]) -> list[Path]:
    """What a measurement leaves of every run of the vision task."""
    return [measure(parameters, "vision", *run).outputs[0] for run in _vision_runs(parameters)]


def _rule_modules(parameters: params.Parameters) -> list[str]:
    return [registry.module_name(params.RULES, rule) for rule in params.rules(parameters)]


def _choices(settings: dict[str, Any]) -> tuple[str, ...]:
    """Modules that a run imports by name: its rule and its surrogate."""
    return (
        registry.module_name(params.RULES, settings["rule"]),
        _surrogate(settings),
    )


def _surrogate(settings: dict[str, Any]) -> str:
    return registry.module_name(params.SURROGATES, settings["neuron"]["surrogate"])
