import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings that the project itself may not hold; the test is skipped without it."""
    folder = os.environ.get("SNNLOCALITY_DATA")
    if not folder:
        pytest.skip("SNNLOCALITY_DATA does not name the folder that holds n-mnist/, mnist/ and timit-sample/")
    return Path(folder)
