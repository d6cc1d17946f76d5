"""The same bits on every processor: a study of all steps and rules, computed here and as other processors.

`make test-processors` runs it. A process is given another processor in two ways. At full speed by cpuid.c: libraries
ask the processor what it is, and are answered in another's name. GLIBC_TUNABLES tells the C library, which has asked
before, and the compiler of the CPU engine is told by an argument (compiler/). And slowly by qemu, which computes every
instruction itself: also those whose results are left to the maker, as the approximations of 1/x and 1/sqrt(x) are.
"""

import os
import shutil
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


EMULATOR = ("qemu-x86_64", "-cpu", "EPYC")


class Processor(NamedTuple):
    """A processor to compute as: its name in cpuid.c and in Zig, and whether it has AVX-512."""

    name: str
    zig: str
    wide: bool = False


OTHERS = (
    Processor("haswell", "haswell"),  # Intel, AVX2, little cache
    Processor("zen2", "x86_64_v3"),  # AMD, AVX2
    Processor("zen4", "x86_64_v4", wide=True),  # AMD, AVX-512
    Processor("skylake", "x86_64_v3"),  # Intel, AVX2, for machines without AVX-512
)
# What a person's environment may say.
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
    params["tasks"]["vision"]["architectures"] = ["ff", "rec"]
    params["studies"]["demo"]["analyses"]["attacked_samples"] = 64
    params["fgsm"]["epsilon"] = [0, 0.01]
    params["robust"]["epsilon"] = [0.01]


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


def core(params: dict) -> None:
    """A study of all steps that even an emulated processor computes in minutes."""
    tiny(params)
    params["scale"] = 0.05
    params["rules"] = ["eprop", "decolle"]
    params["tasks"]["vision"]["architectures"] = ["rec"]
    params["fgsm"] |= {"epsilon": [0, 0.01], "pgd_steps": 2}
    params["robust"] |= {"epsilon": [0.01], "surrogates": {"fast_sigmoid": [10]}, "steps": 2}


def computed(
    project: Project, variables: dict[str, str], *arguments: str, by: tuple[str, ...] = ()
) -> dict[str, bytes]:
    """All that the study leaves below results/ and reports/, computed with these variables of the environment."""
    path = os.pathsep.join(filter(None, (variables.get("PYTHONPATH"), project.environment["PYTHONPATH"])))
    done = subprocess.run(
        [*by, sys.executable, str(HERE / "whole_study.py"), *arguments],
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
    name = others[0].name  # as which the environment asks for other code, and the engine has two threads
    runs[name] = ({**CONTRARY, **runs[name][0]}, "--threads", "2")
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


@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="needs qemu-user (Debian: apt-get install qemu-user)")
def test_the_numerical_core_is_the_same_on_an_emulated_processor(tmp_path):
    native = fresh_copy(tmp_path / "native")
    native.edit_params(core)
    expected = computed(native, {}, "--without-reports")
    emulated = fresh_copy(tmp_path / "emulated")
    emulated.edit_params(core)
    for path in expected:  # preparing data would take longer than all the rest
        if Path(path).name in ("data.safetensors", "prepare.record.json"):
            (emulated.root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(native.root / path, emulated.root / path)
    variables = {
        "SNNLOCALITY_PROCESSOR_ZIG": "haswell",
        "PYTHONPATH": str(HERE / "compiler"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    found = computed(emulated, variables, "--without-reports", by=EMULATOR)
    assert len(found) > 80
    assert [path for path in expected if found[path] != expected[path]] == []


FEATURES = """
import numpy
from snnlocality import portable
portable.choose()
from snnlocality.data.speech.features import features
from snnlocality.data.speech.utterances import Utterance
audio = numpy.random.default_rng(0).standard_normal(16000, dtype=numpy.float32)
print(features(Utterance(audio, 16000, ())).tobytes().hex())
"""


@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="needs qemu-user (Debian: apt-get install qemu-user)")
def test_speech_features_are_the_same_on_an_emulated_processor():
    native, emulated = (
        subprocess.check_output([*by, sys.executable, "-c", FEATURES], text=True, stderr=subprocess.DEVNULL)
        for by in ((), EMULATOR)
    )
    assert len(native) > 10_000
    assert native == emulated


def test_another_processor_is_really_seen(disguise, tmp_path):
    """Without the common path, results do depend on it; otherwise the test above could not fail."""
    product = (
        "import hashlib, numpy; a = numpy.random.default_rng(0).random((300, 300), numpy.float32);"
        "print(hashlib.sha256(a @ a).hexdigest(), hashlib.sha256(numpy.log(a.astype(float))).hexdigest())"
    )

    def digests(**variables: str) -> str:
        free = {name: value for name, value in os.environ.items() if name not in portable.CODE_PATH}
        return subprocess.check_output([sys.executable, "-c", product], env=free | variables, text=True)

    seen = {one.name: digests(**environment(one, disguise, tmp_path)) for one in OTHERS if not one.wide}
    assert len(set(seen.values())) == 1
    if "avx512f" in FLAGS:
        assert digests() not in seen.values()
