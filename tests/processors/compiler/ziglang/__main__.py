"""Zig as on another processor: "native" is the one that SNNLOCALITY_PROCESSOR_ZIG names."""

import os
import runpy
import sys
from importlib import metadata

sys.argv = [argument.replace("native", os.environ["SNNLOCALITY_PROCESSOR_ZIG"]) for argument in sys.argv]
runpy.run_path(str(metadata.distribution("ziglang").locate_file("ziglang/__main__.py")), run_name="__main__")
