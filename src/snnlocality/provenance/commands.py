"""The command that executes a step, as the workflow would call it."""

from snnlocality.plan import Plan

_OF_RUN = ("task", "rule", "architecture", "fold", "seed")
_OPTIONS = {
    "prepare": ("task",),
    "baseline": ("task",),
    "train": _OF_RUN,
    "evaluate": _OF_RUN,
    "fgsm": _OF_RUN,
    "shift": _OF_RUN,
    "fisher": _OF_RUN,
    "backdoor": ("rule", "architecture", "trigger", "rate", "seed"),
    "convert": ("fold", "seed"),
    "cka": ("architecture", "fold", "seed"),
    "tutorial": ("experiment",),
    "search": ("task", "rule", "architecture"),
}
_NAMES = {"architecture": "arch"}
_THREADED = ("train", "evaluate", "fgsm", "shift", "fisher", "backdoor", "cka", "tutorial", "search")


def arguments(step: Plan, study: str, threads: int | None = None) -> list[str]:
    """Arguments of ``snnlocality`` that execute a step of a study (its label), on ``threads`` if it takes them."""
    name = step.step
    values = dict(step.settings)
    if name == "collect":  # whose settings name the data set, not the task
        options = {"task": step.outputs[0].parts[-3], "rule": values["rule"]}
    else:
        options = {key: values[key] for key in _OPTIONS.get(name, ())}
    if name == "backdoor":
        options["pair"] = options.pop("seed")
        options["rate"] = f"{options['rate']:g}"
    if name == "search" and not options.get("rule"):
        name = "search-table"
    given = [word for key, value in options.items() for word in (f"--{_NAMES.get(key, key)}", str(value))]
    if threads is not None and name in _THREADED:
        given += ["--threads", str(threads)]
    return [name, "--study", study, *given]
