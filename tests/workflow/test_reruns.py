"""A change recomputes exactly what it affects. Every change there is, without an expectation: test_matrix."""

import pandas as pd

# What every change of a run of the vision task touches.
VISION_REPORTS = {"table2", "table3", "table4", "figure2", "figure3", "figure4", "curves", "spectrum"}
VISION_REPORTS |= {"learning-rates", "robust", "corruptions", "empirical-fisher", "cuts", "claims", "index"}
COMPARED = {"cka --task vision --arch ff --fold 0 --seed 0", "transfer --task vision --fold 0 --seed 0"}
OF_RULES = {"figure1", "activity"}  # show the rules themselves; the latter has no runs here
MEASURES = ("fgsm", "descend", "corrupt", "shift", "fisher", "true-fisher")


def ceiling(rule: str) -> set[str]:
    """What compares the networks of one rule with each other."""
    return {f"ceiling --task vision --rule {rule} --arch ff --fold 0"}


def run_commands(rule: str, task: str, seed: int = 0) -> set[str]:
    """Training, evaluation and measurements of one run of the tiny study, and the table of its rule."""
    cell = f"--task {task} --rule {rule} --arch ff --fold 0 --seed {seed}"
    measured = {f"{measure} {cell}" for measure in MEASURES} if task == "vision" else set()
    return {f"train {cell}", f"evaluate {cell}", f"collect --task {task} --rule {rule}"} | measured


def poisoned(rule: str) -> set[str]:
    """The runs of one rule on poisoned data."""
    return {
        f"backdoor --task vision --rule {rule} --arch ff --trigger {trigger} --rate 0.5 --pair 0"
        for trigger in ("visible", "invisible")
    }


def test_a_finished_study_has_nothing_to_do(project):
    assert project.planned() == set()


def test_a_learning_rate_of_one_method_reruns_that_method_alone(project):
    def change(params):
        tuned = {"eprop": {"ff": {"learning_rate": 0.01, "slope": 10}}}
        params["studies"]["demo"]["tasks"]["vision"]["training"]["tuned"] = tuned

    project.edit_params(change)
    assert (
        project.planned()
        == run_commands("eprop", "vision") | poisoned("eprop") | COMPARED | ceiling("eprop") | VISION_REPORTS
    )


def test_code_of_eprop_reruns_eprop_alone(project):
    project.edit(
        "src/snnlocality/learning/rules/eprop.py",
        "through_recurrence=None",
        "through_recurrence=FeedbackWeights.TRANSPOSE",
    )
    runs = run_commands("eprop", "vision") | run_commands("eprop", "speech") | poisoned("eprop")
    compared = {f"tutorial --experiment {name}" for name in ("exactness", "adaptation")}
    compared |= {"tutorial_exactness", "tutorial_adaptation"}
    assert project.planned() == runs | COMPARED | ceiling("eprop") | VISION_REPORTS | OF_RULES | compared


def test_a_new_seed_runs_the_new_runs_alone_and_leaves_without_training(project):
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=2))
    new = set().union(*(run_commands(rule, task, 1) for rule in ("bptt", "eprop") for task in ("vision", "speech")))
    analyses = {
        "convert --task vision --fold 0 --seed 1",
        "cka --task vision --arch ff --fold 0 --seed 1",
        "transfer --task vision --fold 0 --seed 0",  # whose sources were its own networks
        "transfer --task vision --fold 0 --seed 1",
        "conversion",
    }
    analyses |= ceiling("bptt") | ceiling("eprop")
    assert project.planned() == new | analyses | VISION_REPORTS
    before = project.executions()
    project.run("snakemake", "reports/table2.csv")
    trained = {command for command in new if command.split()[0] in ("train", "evaluate", "collect")}
    assert project.executed(before) == trained | {"table2"}
    # Taken away again, what it was collected into is collected once more; nothing is trained.
    project.edit_params(lambda params: params["studies"]["demo"].update(seeds=1))
    collected = {command for command in new if command.startswith("collect")}
    assert project.planned("reports/table2.csv") == collected | {"table2"}


def test_a_new_rule_is_one_file_and_one_line(project):
    rules = project.root / "src/snnlocality/learning/rules"
    text = (rules / "bptt.py").read_text().replace('label="BPTT"', 'label="Another rule"')
    (rules / "another_rule.py").write_text(text)
    project.edit_params(lambda params: params["rules"].append("another_rule"))
    runs = run_commands("another_rule", "vision") | run_commands("another_rule", "speech") | poisoned("another_rule")
    assert project.planned() == runs | COMPARED | ceiling("another_rule") | VISION_REPORTS | OF_RULES
    project.run("snakemake")
    reports = project.root / "reports"
    for name in ("table2", "table3", "table4", "figure1", "figure2", "figure3_association", "figure4", "curves"):
        assert "Another rule" in (reports / f"{name}.csv").read_text(), name
    assert "Another rule" in (reports / "index.html").read_text()


def test_a_label_is_for_people_and_decides_no_join_and_no_verdict(project):
    reports = project.root / "reports"

    def known() -> tuple[list, list]:
        table, ledger = (pd.read_csv(reports / f"{name}.csv", keep_default_na=False) for name in ("table2", "claims"))
        return table["published"].tolist(), ledger.drop(columns=["remark"]).to_dict("records")

    before = known()
    rule = project.root / "src/snnlocality/learning/rules/eprop.py"
    rule.write_text(rule.read_text().replace('label="e-prop"', 'label="Local"'))
    project.run("snakemake", "reports/table2.csv", "reports/claims.csv")
    assert set(pd.read_csv(reports / "table2.csv")["method"]) == {"BPTT", "Local"}
    assert known() == before
    assert any(before[0])


def test_a_poisoned_run_is_redone_alone(project):
    (project.root / "results/demo/backdoor/vision/eprop/ff/visible/rate0.5/pair0/metrics.json").unlink()
    one = "backdoor --task vision --rule eprop --arch ff --trigger visible --rate 0.5 --pair 0"
    assert project.planned("reports/table4.csv") == {one, "table4"}
    assert project.planned() == {one, "table4", "spectrum", "index"}  # claims do not ask of this trigger
    project.run("snakemake")
    assert project.planned() == set()


def test_a_deleted_model_is_trained_again_with_all_that_was_measured_on_it(project):
    (project.root / "results/demo/vision/eprop/ff/fold0/seed0/model.safetensors").unlink()
    planned = project.planned()
    assert run_commands("eprop", "vision") | COMPARED <= planned
    assert not any(command.startswith("backdoor") or "speech" in command or "bptt" in command for command in planned)
