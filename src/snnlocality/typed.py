"""Types of the values that params.yaml holds."""

from typing import Annotated

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


def member(value: str, known: tuple[str, ...]) -> str:
    """``value`` if it is known; raises ValueError with the known ones if not."""
    if value not in known:
        raise ValueError(f"'{value}' is unknown; choose one of {', '.join(known)}")
    return value


def choice_of(package: str) -> AfterValidator:
    """For ``Annotated[str, choice_of(package)]``: the name of a choice in a package (``registry``)."""
    return AfterValidator(lambda value: member(value, registry.names(package)))
