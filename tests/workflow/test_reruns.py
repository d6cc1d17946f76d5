"""A change recomputes exactly what it affects."""

# What every change of a run of the vision task touches, and of one of speech.
VISION_REPORTS = {"table2", "table3", "table4", "figure2", "figure3", "figure4", "curves", "claims", "index"}
SPEECH_REPORTS = {"table2", "curves", "claims", "index"}
CKA = {"cka --arch ff --fold 0 --seed 0"}


def run_commands(rule: str, task: str, seed: int = 0) -> set[str]:
    """Training, evaluation and measurements of one run of the tiny study, and the table of its rule."""
    cell = f"--task {task} --rule {rule} --arch ff --fold 0 --seed {seed}"
    measured = {f"{measure} {cell}" for measure in ("fgsm", "shift", "fisher")} if task == "vision" else set()
    return {f"train {cell}", f"evaluate {cell}", f"collect --task {task} --rule {rule}"} | measured


def poisoned(rule: str) -> set[str]:
    """The runs of one rule on poisoned data."""
    return {
        f"backdoor --rule {rule} --arch ff --trigger {trigger} --rate 0.5 --pair 0"
        for trigger in ("visible", "invisible")
    }


def test_a_finished_study_has_nothing_to_do(project):
    assert project.planned() == set()


def test_a_learning_rate_of_one_method_reruns_that_method_alone(project):
    def change(params):
        tuned = {"eprop": {"ff": {"learning_rate": 0.01, "slope": 10}}}
        params["studies"]["demo"]["vision"]["training"]["tuned"] = tuned

    project.edit_params(change)
    assert project.planned() == run_commands("eprop", "vision") | poisoned("eprop") | CKA | VISION_REPORTS


def test_a_comment_or_docstring_reruns_nothing(project):
    path = "src/snnlocality/learning/rules/eprop.py"
    project.edit(path, '"""Symmetric e-prop', '# A comment.\n"""Symmetric and well documented e-prop')
    project.edit("src/snnlocality/learning/training.py", "import math\n", "import math  # for ceil\n")
    assert project.planned() == set()


def test_code_of_eprop_reruns_eprop_alone(project):
    project.edit(
        "src/snnlocality/learning/rules/eprop.py",
        "through_recurrence=None",
        "through_recurrence=FeedbackWeights.TRANSPOSE",
    )
    runs = run_commands("eprop", "vision") | run_commands("eprop", "speech") | poisoned("eprop")
    assert project.planned() == runs | CKA | VISION_REPORTS | {"figure1"}


def test_a_new_seed_runs_the_new_runs_alone(project):
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=2))
    new = set().union(*(run_commands(rule, task, 1) for rule in ("bptt", "eprop") for task in ("vision", "speech")))
    analyses = {"convert --fold 0 --seed 1", "cka --arch ff --fold 0 --seed 1", "conversion"}
    assert project.planned() == new | analyses | VISION_REPORTS


def test_a_new_rule_is_one_file_and_one_line(project):
    rules = project.root / "src/snnlocality/learning/rules"
    text = (rules / "bptt.py").read_text().replace('label="BPTT"', 'label="Another rule"')
    (rules / "another_rule.py").write_text(text)
    project.edit_params(lambda params: params["rules"].append("another_rule"))
    runs = run_commands("another_rule", "vision") | run_commands("another_rule", "speech") | poisoned("another_rule")
    assert project.planned() == runs | CKA | VISION_REPORTS | {"figure1"}
    project.run("snakemake")
    reports = project.root / "reports"
    for name in ("table2", "table3", "table4", "figure1", "figure2", "figure3_association", "figure4", "curves"):
        assert "Another rule" in (reports / f"{name}.csv").read_text(), name
    assert "Another rule" in (reports / "index.html").read_text()


def test_a_poisoned_run_is_redone_alone(project):
    (project.root / "results/demo/backdoor/eprop/ff/visible/rate0.5/pair0/metrics.json").unlink()
    one = "backdoor --rule eprop --arch ff --trigger visible --rate 0.5 --pair 0"
    assert project.planned("reports/table4.csv") == {one, "table4"}
    assert project.planned() == {one, "table4", "claims", "index"}
    project.run("snakemake")
    assert project.planned() == set()


def test_a_deleted_model_is_trained_again_with_all_that_was_measured_on_it(project):
    (project.root / "results/demo/vision/eprop/ff/fold0/seed0/model.safetensors").unlink()
    planned = project.planned()
    assert run_commands("eprop", "vision") | CKA <= planned
    assert not any(command.startswith("backdoor") or "speech" in command or "bptt" in command for command in planned)


def test_another_trigger_retrains_poisoned_runs_alone(project):
    project.edit_params(lambda params: params["backdoor"].update(polarity=0))
    assert project.planned() == poisoned("bptt") | poisoned("eprop") | {"table4", "claims", "index"}


def test_more_samples_for_fisher_measure_it_again_and_nothing_else(project):
    project.edit_params(lambda params: params["studies"]["demo"]["analyses"].update(fisher_samples=4))
    cells = {f"fisher --task vision --rule {rule} --arch ff --fold 0 --seed 0" for rule in ("bptt", "eprop")}
    assert project.planned() == cells | {"figure4", "claims", "index"}


def test_a_new_version_of_a_numerical_library_reruns_everything(project):
    project.edit("envs/requirements.lock", "torch==2.11.0", "torch==2.11.1")
    assert "prepare --task vision" in project.planned()
    assert run_commands("bptt", "speech") <= project.planned()


def test_code_of_the_camera_reruns_vision_alone(project):
    project.edit("src/snnlocality/data/vision/convert.py", '"classes": "10"', '"classes": str(10)')
    planned = project.planned()
    assert "prepare --task vision" in planned
    assert not any("speech" in command for command in planned)
