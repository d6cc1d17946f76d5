"""A code digest follows meaning: what runs counts, how it is written does not."""

import ast
from dataclasses import replace
from pathlib import Path

import grimp
import pytest

import snnlocality
from jobs import job_of
from snnlocality import parameters
from snnlocality.errors import UserError
from snnlocality.learning.rules import bptt
from snnlocality.provenance.closure import (
    _ORCHESTRATION,
    _analysed,
    _remembered,
    closure,
    normalised_c_digest,
    normalised_digest,
)
from snnlocality.study import catalogue

SOURCES = sorted(Path(snnlocality.__file__).parent.rglob("*.py"))

SOURCE = '''
"""A module."""
import math

def area(radius: float) -> float:
    """Area of a circle."""
    return math.pi * radius**2
'''


def digest(source):
    return normalised_digest(ast.parse(source))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"""A module."""', '"""Another docstring."""'),
        lambda text: text.replace("import math", "import math  # for pi"),
        lambda text: text.replace('    """Area of a circle."""\n', ""),
        lambda text: text.replace("math.pi * radius**2", "(\n        math.pi * radius ** 2\n    )"),
    ],
)
def test_comments_docstrings_and_formatting_do_not_count(change):
    assert change(SOURCE) != SOURCE
    assert digest(change(SOURCE)) == digest(SOURCE)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("radius**2", "radius**3"),
        lambda text: text.replace("return ", "return 1 * "),
        lambda text: text.replace("import math", "import cmath as math"),
        lambda text: text.replace("area", "surface"),
    ],
)
def test_code_counts(change):
    assert digest(change(SOURCE)) != digest(SOURCE)


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("BPTT", "Backpropagation", False),
        ("Neftci", "Werbos", False),
        ("truncation=3", "truncation=4", True),
        ("'BPTT'", "NAME", True),
        ("Rule(", "Other(", True),
    ],
)
def test_what_a_rule_says_of_itself_for_tables_does_not_count(old, new, counts):
    source = "RULE = Rule(label='BPTT', reference='Neftci', truncation=3)"
    assert (digest(source.replace(old, new)) != digest(source)) is counts


def test_a_label_counts_where_it_is_written(demo, monkeypatch):
    before = {job.output: job for job in catalogue.everything(demo)}
    monkeypatch.setattr(bptt, "RULE", replace(bptt.RULE, label="Backpropagation"))
    redone = [job for job in catalogue.everything(demo) if job.settings != before[job.output].settings]
    writers = {
        "collect",
        "curves",
        "table2",
        "table3",
        "learning_rates",
        "robust",
        "corruptions",
        "activity",
        "empirical_fisher",
        "table4",
        "figure1",
        "figure2",
        "figure3",
        "figure4",
        "spectrum",
        "cuts",
    }
    writers |= {"tutorial", "tutorial_figure5", "tutorial_adaptation", "claims", "index"}
    assert {job.name for job in redone} == writers
    assert [job.settings.experiment for job in redone if job.name == "tutorial"] == ["adaptation"]


def test_code_that_is_no_python_is_named(monkeypatch, tmp_path):
    (tmp_path / "broken.py").write_text("x = (\n")
    monkeypatch.setattr("snnlocality.provenance.closure._root", lambda package: tmp_path)
    with pytest.raises(UserError, match=r"broken\.py is not valid Python: .*line 1"):
        closure(("snnlocality.broken",))


def test_the_digest_is_the_same_in_every_python():
    """Syntax whose trees differ between versions (type parameters, omitted fields); computed by 3.11, 3.12 and 3.13."""
    source = (
        "async def f(a: int | None = None, /, *b, c, **d) -> str:\n"
        "    match a:\n        case {'x': [1, *_], **rest} if rest: pass\n"
        "    return f'{a!r:>{c}} {b=}' 'joined' if not d else {**d, 'x': ...}\n"
        'class C(Base, key=1.5e-7):\n    """Docstring."""\n'
    )
    assert digest(source) == "41d56d5def2a0dad22b4bef60f2f8d8275c4b1653629662cd3dc617f35e06609"


def test_the_closure_is_that_of_another_library():
    graph = grimp.build_graph("snnlocality", cache_dir=None)
    for module in _ORCHESTRATION:
        for descendant in (module, *graph.find_descendants(module)):
            graph.remove_module(descendant)
    for module in graph.modules:
        assert closure((module,)) == tuple(sorted({module, *graph.find_upstream_modules(module)}))


def test_what_is_known_of_a_source_is_remembered(tmp_path, monkeypatch):
    source = SOURCE.encode() + b"from snnlocality import parameters\nimport snnlocality.paths\n"
    expected = _analysed(source)
    assert expected.imports == (("math", ""), ("snnlocality", "parameters"), ("snnlocality.paths", ""))
    assert _remembered(source, tmp_path) == expected
    (note,) = tmp_path.iterdir()
    monkeypatch.setattr(ast, "parse", lambda text: pytest.fail("parsed twice"))
    assert _remembered(source, tmp_path) == expected
    monkeypatch.undo()
    for damaged in ("", "{", "[]", "{}", '{"digest": "x", "imports": 3}', '{"digest": "x", "imports": [["a"]]}'):
        note.write_text(damaged)
        assert _remembered(source, tmp_path) == expected
    assert _remembered(source + b"x = 1\n", tmp_path).digest != expected.digest
    assert len(list(tmp_path.iterdir())) == 2
    nowhere = tmp_path / "file" / "folder"
    nowhere.parent.write_text("")
    assert _remembered(source, nowhere) == expected


def test_what_the_closure_does_not_follow_is_not_there():
    """Relative imports, and code in packages, which run whenever a module of theirs is imported."""
    for file in SOURCES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree)), file
        followed = file.name == "__init__.py" and file.parent.name not in ("cli", "parameters")  # in no closure
        assert not followed or all(isinstance(node, ast.Expr) for node in tree.body), file


@pytest.fixture(scope="module")
def demo(root):
    return parameters.load(root / "params.yaml", study="demo")


def test_a_run_depends_on_its_own_rule_and_surrogate_only(demo):
    modules = closure(job_of(demo, "train", "vision", "eprop", "ff", 0, 0).modules)
    assert "snnlocality.learning.rules.eprop" in modules
    assert "snnlocality.engines.reference" in modules
    assert "snnlocality.learning.rules.bptt" not in modules
    assert sum(name.startswith("snnlocality.neurons.surrogates.") for name in modules) == 1


def test_c_counts_as_code_without_its_comments_and_spacing():
    source = "/* row */ int f(int x) { // twice\n  return 2 * x; }"
    assert normalised_c_digest(source) == normalised_c_digest("int f(int x) {\n\n return 2 * x; } /* f */")
    assert normalised_c_digest(source) != normalised_c_digest(source.replace("2", "3"))


def test_a_run_depends_on_every_engine(demo):
    """Which one computes is not part of the job, so the code of all counts, the kernels in C too."""
    modules = closure(job_of(demo, "train", "vision", "eprop", "ff", 0, 0).modules)
    assert {f"snnlocality.engines.{name}" for name in ("reference", "cpu.kernels", "cuda.scans")} <= set(modules)


def test_data_depend_on_their_source_only(demo):
    modules = closure(job_of(demo, "prepare", "vision").modules)
    assert "snnlocality.data.vision.camera" in modules
    assert not any("speech" in name or "learning" in name or "engines" in name for name in modules)


def test_orchestration_is_in_no_closure(demo):
    for one in (job_of(demo, "table2"), job_of(demo, "evaluate", "speech", "bptt", "ff", 0, 0)):
        assert not any(
            name.startswith(("snnlocality.study", "snnlocality.provenance")) for name in closure(one.modules)
        )
