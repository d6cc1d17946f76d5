rule prepare:
    output:
        data=str(paths.data(STUDY, "{task}")),
        record=str(paths.data(STUDY, "{task}").with_name("prepare.record.json")),
    log:
        log_of(paths.data(STUDY, "{task}")),
    benchmark:
        benchmark_of(paths.data(STUDY, "{task}"))
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=retried(4000),
        runtime=retried(30),
    params:
        **params_of(lambda wildcards: plan.prepare(PARAMETERS, wildcards.task)),
    message:
        "Prepare the {wildcards.task} data"
    shell:
        "snnlocality prepare --study {params.study} --task {wildcards.task} > {log} 2>&1"


rule baseline:
    input:
        data=rules.prepare.output.data,
    output:
        accuracies=str(paths.data(STUDY, "{task}").with_name("baseline.csv")),
        record=str(paths.data(STUDY, "{task}").with_name("baseline.record.json")),
    log:
        log_of(paths.data(STUDY, "{task}").with_name("baseline.csv")),
    benchmark:
        benchmark_of(paths.data(STUDY, "{task}").with_name("baseline.csv"))
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=retried(4000),
        runtime=retried(15),
    params:
        **params_of(lambda wildcards: plan.baseline(PARAMETERS, wildcards.task)),
    message:
        "Logistic regression on the {wildcards.task} data"
    shell:
        "snnlocality baseline --study {params.study} --task {wildcards.task} > {log} 2>&1"
