"""Networks of more and other layers, by a name in params.yaml, through every table and figure."""

import pandas as pd
from safetensors.numpy import load_file

TABLES = ("table2", "table3", "robust", "table4", "learning_rates", "empirical_fisher")
OTHERS = ("curves", "figure2", "figure3_association", "figure4", "corruptions", "spectrum")


def test_they_go_through_every_table(project):
    def change(params):
        params["tasks"]["vision"] |= {"architectures": ["ff", "rec_deep"], "layers": {"deep": [7, 6, 5, 4]}}
        params["rules"] = ["bptt", "decolle"]
        demo = params["studies"]["demo"]
        demo["tasks"] = {"vision": demo["tasks"]["vision"]}
        demo["analyses"] |= {"learning_rates": []}
        params["studies"]["demo"]["tasks"]["vision"]["training"]["tuned"] = {
            "decolle": {"rec_deep": {"learning_rate": 0.003, "slope": 10}}
        }

    project.edit_params(change)
    project.run("snakemake", "reports/index.html")
    for name in (*TABLES, *OTHERS):
        table = pd.read_csv(project.root / f"reports/{name}.csv")
        if name == "table4":  # of published cells too
            table = table.dropna(subset="mean")
        assert set(table["arch"]) == {"FF", "REC deep"}, name
    weights = load_file(project.root / "results/demo/vision/decolle/rec_deep/fold0/seed0/model.safetensors")
    assert [weights[f"V{layer}"].shape[0] for layer in (1, 2, 3, 4)] == [7, 6, 5, 4]
    traces = pd.read_csv(project.root / "reports/figure4.csv")
    deep = traces[traces["arch"] == "REC deep"]
    assert {f"{kind}{layer}" for kind in "WV" for layer in (1, 2, 3, 4)} | {"W_out"} == set(deep["weights"])
    told = project.run(
        "snnlocality", "audit", "--skip-lock", "reports/table2.csv", "--cell", "method=decolle,arch=rec_deep"
    )
    assert "rec_deep" in told.stdout
    assert "/ff/" not in told.stdout
    compared = pd.read_csv(project.root / "results/demo/cka/vision/rec_deep/fold0/seed0/cka.csv")
    assert set(compared[["a", "b"]].values.flat) == {"bptt", "decolle"}, "converted networks are less deep"
    assert set(compared["layer"]) == {"1", "2", "3", "4", "out"}
    refused = project.run("snnlocality", "train", "--task", "vision", "--rule", "bptt", "--arch", "deep", check=False)
    assert "'deep' is no architecture of vision; choose one of ff, rec, ff_deep, rec_deep." in refused.stderr


def test_a_study_may_have_deep_networks_alone(project):
    def change(params):
        params["tasks"]["vision"] |= {"architectures": ["ff_deep"], "layers": {"deep": [6, 5, 4]}}
        params["rules"] = ["bptt"]
        demo = params["studies"]["demo"]
        demo["tasks"] = {"vision": demo["tasks"]["vision"]}

    project.edit_params(change)
    reports = ("figure2", "figure3", "spectrum", "claims")
    project.run("snakemake", *(f"reports/{name}.csv" for name in reports))
    assert len(pd.read_csv(project.root / "reports/figure2.csv")) == 0
    assert "There are no two networks to compare." in (project.root / "reports/figure2.svg").read_text()
    assert set(pd.read_csv(project.root / "reports/spectrum.csv")["arch"]) == {"FF deep"}
