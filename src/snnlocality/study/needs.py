"""What a step may need of a task. Each says why a task does not have it, or nothing."""

from collections.abc import Callable

from snnlocality import parameters as params

Need = Callable[[params.Parameters, str], str | None]


def nothing(parameters: params.Parameters, task: str) -> None:
    """Any task will do."""


def one_label(parameters: params.Parameters, task: str) -> str | None:
    """A label for each recording."""
    labelled = params.labelled(parameters, task)
    return None if labelled == "recording" else f"it needs a label per recording, and {task} has one per {labelled}"


def trigger_on_sensor(parameters: params.Parameters, task: str) -> str | None:
    """A label for each recording, and the trigger of poisoned recordings within the sensor."""
    if (reason := one_label(parameters, task)) is not None:
        return reason
    height, width = params.source_of(parameters, task).sensor
    outside = [(x, y) for x, y in params.trigger_of(parameters, task).pixels if x >= width or y >= height]
    if not outside:
        return None
    return (
        f"the trigger's pixel {outside[0]} (x, y) is not on the sensor of {task} ({width} x {height}); give the task a "
        f"trigger of its own: tasks.{task}.backdoor"
    )


def fitting(parameters: params.Parameters, need: Need = one_label) -> tuple[str, ...]:
    """The tasks of the study that have what is needed, the paper's first."""
    return tuple(task for task in params.tasks(parameters) if need(parameters, task) is None)
