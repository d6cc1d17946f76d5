"""Fixtures that all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no fault of an example's.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return Path(__file__).parents[1]
