"""A model card of a trained run: Markdown with the front matter that model hubs read; ``card.md`` is its text."""

import re
from pathlib import Path
from typing import Any

import jinja2
import yaml

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.data.batches import read_notice
from snnlocality.provenance import audit
from snnlocality.provenance.records import execution_of, flat
from snnlocality.storage import read_json, sha256
from snnlocality.study.steps import evaluate, train

_TEMPLATE = Path(__file__).with_suffix(".md")
_MADE = re.compile("simulated|synthetic", re.IGNORECASE)  # how a source's notice says it


def text(parameters: params.Parameters, **key: Any) -> str:
    """The card of the run with this key; raises UserError unless the audit finds training and evaluation ok."""
    trained, evaluated = train.STEP.job(parameters, **key), evaluate.STEP.job(parameters, **key)
    audit.require_sound((trained, evaluated), "a model card")
    settings = evaluated.settings
    model, metrics = trained.outputs["model"], read_json(evaluated.outputs["metrics"])
    rule = registry.load(params.RULES, settings.rule)
    neuron = registry.load(params.NEURONS, settings.network.neuron.kind)
    task = params.task_of(parameters, settings.task)
    source = params.study_task(parameters, settings.task).data.source
    notice = read_notice(evaluated.file("data"))
    log = execution_of(trained) or {}
    name = "-".join(map(str, model.parent.parts[1:]))
    simulated = bool(_MADE.search(notice))
    dataset = f"{task.dataset}, {'simulated' if simulated else 'recorded'}"
    front = {
        "library_name": "snnlocality",
        "license": "other",
        "license_name": "MIT, and that of the data",
        "tags": ["spiking-neural-network", settings.rule, key["arch"], settings.network.neuron.kind]
        + ["simulated-data"] * simulated,
        "datasets": [source],
        "metrics": ["accuracy"],
        "model-index": [
            {
                "name": name,
                "results": [
                    {
                        "task": {"type": "classification", "name": settings.task},
                        "dataset": {"type": source, "name": dataset, "split": part},
                        "metrics": [{"type": "accuracy", "value": metrics[f"{part}_accuracy"]}],
                    }
                    for part in ("validation", "test")
                ],
            }
        ],
    }
    page = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    return page.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        front=yaml.safe_dump(front, sort_keys=False, allow_unicode=True),
        name=name,
        rule=rule,
        neuron=neuron,
        arch=params.architecture_labels(parameters)[key["arch"]],
        settings=settings,
        hyperparameters=flat(trained.settings_table),
        dataset=dataset,
        source=source,
        notice=notice,
        simulated=simulated,
        metrics=metrics,
        model=model,
        digests={path: sha256(path) for path in (model, trained.record, evaluated.record)},
        measured=evaluated.outputs["metrics"],
        code=trained.code,
        commit=log.get("commit"),
        dirty=log.get("dirty"),
        study=parameters.label,
        key=key,
        options=" ".join(f"--{axis} {value}" for axis, value in key.items()),
    )
