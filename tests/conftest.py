"""Fixtures that all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from snnlocality import portable

# As the program does (cli.main), before any test loads a numerical library: the same bits on every machine, and on a
# busy one no threads that wait for each other.
portable.choose()
os.environ |= portable.THREADS

# A busy machine is no fault of an example's.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-docs``: tests that hold a page equal to what they measure write it instead."""
    parser.addoption("--update-docs", action="store_true", help="write measured tables into docs/ instead of comparing")
