"""Triton kernels where there is no graphics card: in Triton's interpreter, for as long as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch


@contextmanager
def runnable() -> Iterator[None]:
    """Within it, kernels can be imported and run. Nothing stays behind for other tests or their subprocesses.

    Triton chooses between compiler and interpreter when it is imported, so its first import must lie within.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not torch.cuda.is_available():
            patch.setenv("TRITON_INTERPRET", "1")
        yield
