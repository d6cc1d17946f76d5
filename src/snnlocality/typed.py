"""Types of the values that params.yaml holds."""

from collections.abc import Hashable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from snnlocality import registry

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]


class Model(BaseModel):
    """Base of every table in params.yaml: unknown keys are refused, and numbers that are none or infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False)


class TimeConstants(Model):
    """Time constants of the neurons, in the unit that the key's name says."""

    synapse: Positive
    membrane: Positive
    readout: Positive


Choice = TypeVar("Choice", bound=Hashable)


def distinct(values: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """``values`` if no two are the same, or would be written alike; raises ValueError with the first that is."""
    seen: set[object] = set()
    for value in values:
        # As paths write them: 0.1 and 0.10000001 would share a folder.
        written = f"{value:g}" if isinstance(value, float) else value
        if written in seen:
            raise ValueError(f"{written} is listed twice; list each once")
        seen.add(written)
    return values


# What is compared, or repeated, per element: one that is listed twice would count twice.
Choices = Annotated[
    tuple[Choice, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True}), AfterValidator(distinct)
]


def member(value: str, known: tuple[str, ...]) -> str:
    """``value`` if it is known; raises ValueError with the known ones if not."""
    if value not in known:
        raise ValueError(f"'{value}' is unknown; choose one of {', '.join(known)}")
    return value


def choice_of(package: str) -> AfterValidator:
    """For ``Annotated[str, choice_of(package)]``: the name of a choice in a package (``registry``)."""
    return AfterValidator(lambda value: member(value, registry.names(package)))
