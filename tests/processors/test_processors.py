"""The same bits on every processor: a study of all steps and rules, computed here and as other processors.

`make test-processors` runs it. A process is given another processor at full speed by cpuid.c: libraries ask the
processor what it is, and are answered in another's name. GLIBC_TUNABLES tells the C library, which has asked before,
and the compiler of the CPU engine is told by an argument (compiler/).
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from snnlocality import parameters, portable, registry
from workflow.conftest import Project, fresh_copy, tiny

pytestmark = pytest.mark.skipif("OTHER_PROCESSORS" not in os.environ, reason="make test-processors runs it")

HERE = Path(__file__).parent
FLAGS = frozenset(Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split())


class Processor(NamedTuple):
    """A processor to compute as: its name in cpuid.c and in Zig, and whether it has AVX-512."""

    name: str
    zig: str
    wide: bool = False


OTHERS = (
    Processor("haswell", "haswell"),  # Intel, AVX2, little cache
    Processor("zen2", "znver2"),  # AMD, AVX2
    Processor("zen4", "znver4", wide=True),  # AMD, AVX-512
    Processor("skylake", "skylake"),  # Intel, AVX2, for machines without AVX-512
)
# What a person's environment may say, and the processor of another who asks for the slowest code.
CONTRARY = {
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "AVX512",
    "OMP_NUM_THREADS": "4",
    "OPENBLAS_NUM_THREADS": "3",
}


def all_rules(params: dict) -> None:
    """The tiny study with every rule, feed-forward and recurrent, and no more test samples than attacks need."""
    tiny(params)
    params["rules"] = list(registry.names(parameters.RULES))
    params["vision"]["architectures"] = ["ff", "rec"]
    params["studies"]["demo"]["analyses"]["attacked_samples"] = 64
    params["fgsm"]["epsilon"] = [0, 0.01]


@pytest.fixture(scope="module")
def disguise(tmp_path_factory) -> Path:
    """cpuid.c as a library to be preloaded; skips where a processor cannot be asked in another's name."""
    library = tmp_path_factory.mktemp("disguise") / "cpuid.so"
    zig = (sys.executable, "-m", "ziglang", "cc", "-O2", "-shared", "-fPIC")
    subprocess.run([*zig, str(HERE / "cpuid.c"), "-o", str(library), "-ldl"], check=True)
    answer = subprocess.run(
        [sys.executable, "-c", ""], env={**os.environ, "LD_PRELOAD": str(library), "SNNLOCALITY_PROCESSOR": "haswell"}
    )
    if answer.returncode == 125:
        pytest.skip("this processor, or its hypervisor, does not trap CPUID")
    return library


def environment(processor: Processor, disguise: Path, cache: Path) -> dict[str, str]:
    """Variables for a process that shall see this processor."""
    narrow = {} if processor.wide else {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ"}
    return narrow | {
        "LD_PRELOAD": str(disguise),
        "SNNLOCALITY_PROCESSOR": processor.name,
        "SNNLOCALITY_PROCESSOR_ZIG": processor.zig,
        "PYTHONPATH": str(HERE / "compiler"),
        "XDG_CACHE_HOME": str(cache),  # kernels that were compiled for this one
    }


def computed(project: Project, variables: dict[str, str], *arguments: str) -> dict[str, bytes]:
    """All that the study leaves below results/ and reports/, computed with these variables of the environment."""
    path = os.pathsep.join(filter(None, (variables.get("PYTHONPATH"), project.environment["PYTHONPATH"])))
    done = subprocess.run(
        [sys.executable, str(HERE / "whole_study.py"), *arguments],
        cwd=project.root,
        env=project.environment | variables | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return artifacts(project)


def artifacts(project: Project) -> dict[str, bytes]:
    """Every file below results/ and reports/."""
    files = [path for folder in ("results", "reports") for path in (project.root / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(project.root)): path.read_bytes() for path in files}


@pytest.mark.skipif(not portable.available(), reason="sameness is promised from AVX2 on")
def test_every_output_is_the_same_as_on_other_processors(disguise, tmp_path):
    others = [one for one in OTHERS if not one.wide or "avx512f" in FLAGS][:3]
    runs: dict[str, tuple] = {"this processor": ({},)}
    runs |= {one.name: (environment(one, disguise, tmp_path / f"{one.name}-cache"),) for one in others}
    runs["another environment"] = (CONTRARY, "2")
    projects = {name: fresh_copy(tmp_path / name.replace(" ", "-")) for name in runs}
    for project in projects.values():
        project.edit_params(all_rules)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = dict(zip(runs, pool.map(lambda name: computed(projects[name], *runs[name]), runs), strict=True))
    native = found.pop("this processor")
    assert len(native) > 500
    for name, files in found.items():
        assert files.keys() == native.keys()
        differing = sorted(path for path in native if files[path] != native[path])
        assert not differing, f"as {name}, {len(differing)} of {len(native)} files differ: {differing[:20]}"


def test_another_processor_is_really_seen(disguise, tmp_path):
    """Without the common path, results do depend on it; otherwise the test above could not fail."""
    product = (
        "import hashlib, numpy; a = numpy.random.default_rng(0).random((300, 300), numpy.float32);"
        "print(hashlib.sha256(a @ a).hexdigest(), hashlib.sha256(numpy.log(a.astype(float))).hexdigest())"
    )

    def digests(**variables: str) -> str:
        return subprocess.check_output([sys.executable, "-c", product], env={**os.environ, **variables}, text=True)

    seen = {
        one.name: digests(**environment(one, disguise, tmp_path), OPENBLAS_CORETYPE="")
        for one in OTHERS
        if not one.wide
    }
    assert len(set(seen.values())) == 1
    if "avx512f" in FLAGS:
        assert digests() not in seen.values()
