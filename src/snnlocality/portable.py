"""One path through all numerical libraries, so that every x86-64 processor with AVX2 computes the same bits.

OpenBLAS, NumPy, MKL, oneDNN and PyTorch hold several versions of their code and choose among them by the processor that
they find. Each version adds in an order of its own, so results differ in the last bits from one processor to the next.
Variables of the environment tell all of them which version to take; each library reads its own once, when it is loaded.
"""

import os
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

# One thread each: sums of matrix products depend on how many share them. Engines have threads of their own.
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")

# x86-64-v3, which every x86-64 processor has that was made in the last ten years.
CODE_PATH = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",  # what NumPy's wheels have beyond X86_V3
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",  # the only branch of MKL that AMD's processors share with Intel's
}
NOT_PORTABLE = "This processor has no AVX2 (x86-64-v3): results may differ in their last bits from those of others."


def choose() -> None:
    """Have the numerical libraries that this process and its children will load take the common path, if they can.

    What the environment says already is overruled. It is for programs, to be called before any such library is loaded.
    """
    if available():
        os.environ |= CODE_PATH


def available() -> bool:
    """Whether this machine has what the common path needs."""
    try:
        with open(CPUINFO, encoding="utf-8") as lines:  # long on large machines: no more than is needed
            flags = next((line for line in lines if line.startswith("flags")), "").split()
    except OSError:
        return False
    return {"avx2", "fma"} <= set(flags)
