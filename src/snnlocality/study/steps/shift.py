"""How far attacks move one run's representations."""

from snnlocality import parameters as params
from snnlocality import registry
from snnlocality.study.axes import RUN, folders
from snnlocality.study.needs import one_label
from snnlocality.study.step import Step
from snnlocality.study.steps import fgsm, prepare, train

STEP = Step(
    name="shift",
    help="Compare a run's representations of clean and of attacked samples (CKA).",
    axes=RUN,
    needs=one_label,
    inputs={"data": prepare.STEP["data"], "model": train.STEP["model"]},
    settings=lambda parameters, key: {
        **fgsm.settings(parameters, key),
        "samples": params.analyses(parameters).cka_samples,
        **parameters.representations.model_dump(mode="json"),
    },
    choices=lambda settings: (
        *train.choices(settings),
        *(registry.module_name(registry.ATTACKS, name) for name in settings["attacks"]),
    ),
    outputs={"cka": f"shift/{folders(RUN)}/cka.csv"},
    entry="snnlocality.steps.shift:run",
    uses=("engine",),
    minutes=40,
    group="measured",
    work=lambda work: work.sizes.cka_samples * work.steps,
    params=("fgsm", "representations", "studies.{study}.analyses.cka_samples"),
)
