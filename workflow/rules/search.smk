# The hyper-parameter search: the same grid for every cell, judged on validation data. Its results are
# adopted by hand in params.yaml (docs/search.md), so that no run waits for it.
SEARCH = plan.search_table(PARAMETERS)


rule search:
    input:
        SEARCH.made,
    output:
        table=SEARCH.outputs[0],
        record=SEARCH.record,
    log:
        log_of(SEARCH.outputs[0]),
    benchmark:
        benchmark_of(SEARCH.outputs[0])
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
        **params_of(lambda wildcards: SEARCH),
    message:
        "Gather the searches of all cells"
    shell:
        "snnlocality search-table --study {params.study} > {log} 2>&1"


rule search_cell:
    input:
        data=rules.prepare.output.data,
    output:
        trials=str(paths.search(STUDY, "{task}", "{rule}", "{arch}")),
        record=str(
            paths.search(STUDY, "{task}", "{rule}", "{arch}").with_name(
                "search.record.json"
            )
        ),
    log:
        log_of(paths.search(STUDY, "{task}", "{rule}", "{arch}")),
    benchmark:
        benchmark_of(paths.search(STUDY, "{task}", "{rule}", "{arch}"))
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=retried(2000),
        runtime=retried(120),
    params:
        **params_of(search_plan),
    message:
        "Search {wildcards.task} {wildcards.rule} {wildcards.arch}"
    shell:
        "snnlocality search --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --threads {threads} > {log} 2>&1"
