"""A change recomputes exactly what it affects."""

REPORTS = {"table2", "table3", "curves"}


def run_commands(rule: str, task: str, seed: int = 0) -> set[str]:
    """Training, evaluation and attack of one run of the tiny study, and the table of its rule."""
    cell = f"--task {task} --rule {rule} --arch ff --fold 0 --seed {seed}"
    attack = {f"fgsm {cell}"} if task == "vision" else set()
    return {f"train {cell}", f"evaluate {cell}", f"collect --task {task} --rule {rule}"} | attack


def test_a_finished_study_has_nothing_to_do(project):
    assert project.planned() == set()


def test_a_learning_rate_of_one_method_reruns_that_method_alone(project):
    def change(params):
        tuned = {"eprop": {"ff": {"learning_rate": 0.01, "slope": 10}}}
        params["studies"]["demo"]["vision"]["training"]["tuned"] = tuned

    project.edit_params(change)
    assert project.planned() == run_commands("eprop", "vision") | REPORTS


def test_a_comment_or_docstring_reruns_nothing(project):
    path = "src/snnlocality/learning/rules/eprop.py"
    project.edit(path, '"""Symmetric e-prop', '# A comment.\n"""Symmetric and well documented e-prop')
    project.edit("src/snnlocality/learning/training.py", "import math\n", "import math  # for ceil\n")
    assert project.planned() == set()


def test_code_of_eprop_reruns_eprop_alone(project):
    project.edit("src/snnlocality/learning/rules/eprop.py", "through_recurrence=False", "through_recurrence=True")
    assert project.planned() == run_commands("eprop", "vision") | run_commands("eprop", "speech") | REPORTS


def test_a_new_seed_runs_the_new_runs_alone(project):
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=2))
    new = set().union(*(run_commands(rule, task, 1) for rule in ("bptt", "eprop") for task in ("vision", "speech")))
    assert project.planned() == new | REPORTS


def test_a_new_rule_is_one_file_and_one_line(project):
    rules = project.root / "src/snnlocality/learning/rules"
    text = (rules / "bptt.py").read_text().replace('label="BPTT"', 'label="Another rule"')
    (rules / "another_rule.py").write_text(text)
    project.edit_params(lambda params: params["rules"].append("another_rule"))
    planned = project.planned()
    assert planned == run_commands("another_rule", "vision") | run_commands("another_rule", "speech") | REPORTS
    project.run("snakemake")
    assert "Another rule" in (project.root / "reports/table2.csv").read_text()


def test_a_new_version_of_a_numerical_library_reruns_everything(project):
    project.edit("envs/requirements.lock", "torch==2.11.0", "torch==2.11.1")
    assert "prepare --task vision" in project.planned()
    assert run_commands("bptt", "speech") <= project.planned()


def test_code_of_the_camera_reruns_vision_alone(project):
    project.edit("src/snnlocality/data/vision/convert.py", '"classes": "10"', '"classes": str(10)')
    planned = project.planned()
    assert "prepare --task vision" in planned
    assert not any("speech" in command for command in planned)
