# Every table, figure and page: the same rule, from the plan of the report.
def shown(artifact, path):
    """An output of a report; marked for `snakemake --report` if it is for people."""
    if path.suffix not in (".svg", ".html"):
        return str(path)
    return report(
        str(path),
        caption=f"../report/{artifact.step}.rst",
        category="Figures" if path.suffix == ".svg" else "Tables",
        labels={"artifact": path.stem},
    )


for artifact in plan.reports(PARAMETERS):

    rule:
        name:
            artifact.step
        input:
            artifact.made,
            artifact.given,
        output:
            [shown(artifact, path) for path in artifact.outputs],
            record=artifact.record,
        log:
            log_of(artifact.outputs[0]),
        benchmark:
            benchmark_of(artifact.outputs[0])
        localrule: True
        conda:
            "../../envs/environment.yaml"
        container:
            "envs/snnlocality.sif"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=10,
        params:
            **params_of(lambda wildcards, made=artifact: made),
        message:
            "Render {params.step}"
        shell:
            "snnlocality {params.step} --study {params.study} > {log} 2>&1"
