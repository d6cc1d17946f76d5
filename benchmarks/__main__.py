"""``python -m benchmarks [STUDY ...]`` measures on this machine's processors, ``... cards`` on its graphics card.

The latter needs nothing but NumPy, PyTorch and Triton, so what the others need is not imported here.
"""

import importlib
import sys

if __name__ == "__main__":
    cards = sys.argv[1:2] == ["cards"]
    importlib.import_module("benchmarks.cards" if cards else "benchmarks.processors").main(sys.argv[1 + cards :])
