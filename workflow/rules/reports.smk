# Every table, figure and page: the same rule, from the plan of the report.
for report in plan.reports(PARAMETERS):

    rule:
        name:
            report.step
        input:
            report.made,
            report.given,
        output:
            report.outputs,
            record=report.record,
        log:
            log_of(report.outputs[0]),
        benchmark:
            benchmark_of(report.outputs[0])
        conda:
            "../../envs/environment.yaml"
        container:
            "envs/snnlocality.sif"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=10,
        params:
            step=report.step,
            study=STUDY,
            settings=report.decisive,
            code=report.code,
            libraries=LIBRARIES,
        message:
            "Render {params.step}"
        shell:
            "snnlocality {params.step} --study {params.study} > {log} 2>&1"
