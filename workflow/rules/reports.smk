TABLE2 = plan.table2(PARAMETERS)
TABLE3 = plan.table3(PARAMETERS)
CURVES = plan.curves(PARAMETERS)


rule table2:
    input:
        TABLE2.made,
        TABLE2.given,
    output:
        csv=TABLE2.outputs[0],
        others=TABLE2.outputs[1:],
        record=TABLE2.record,
    log:
        log_of(TABLE2.outputs[0]),
    benchmark:
        benchmark_of(TABLE2.outputs[0])
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        study=STUDY,
        settings=TABLE2.decisive,
        code=TABLE2.code,
        libraries=LIBRARIES,
    message:
        "Render Table 2"
    shell:
        "snnlocality table2 --study {params.study} > {log} 2>&1"


rule table3:
    input:
        TABLE3.made,
        TABLE3.given,
    output:
        csv=TABLE3.outputs[0],
        others=TABLE3.outputs[1:],
        record=TABLE3.record,
    log:
        log_of(TABLE3.outputs[0]),
    benchmark:
        benchmark_of(TABLE3.outputs[0])
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        study=STUDY,
        settings=TABLE3.decisive,
        code=TABLE3.code,
        libraries=LIBRARIES,
    message:
        "Render Table 3"
    shell:
        "snnlocality table3 --study {params.study} > {log} 2>&1"


rule curves:
    input:
        CURVES.made,
    output:
        figure=CURVES.outputs[0],
        table=CURVES.outputs[1],
        record=CURVES.record,
    log:
        log_of(CURVES.outputs[0]),
    benchmark:
        benchmark_of(CURVES.outputs[0])
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        study=STUDY,
        settings=CURVES.decisive,
        code=CURVES.code,
        libraries=LIBRARIES,
    message:
        "Draw the training curves"
    shell:
        "snnlocality curves --study {params.study} > {log} 2>&1"
