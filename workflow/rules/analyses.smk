# What is measured on the vision task beside accuracy. Every measurement of one trained run has the same rule.
for measure, output in (
    (plan.fgsm, paths.fgsm),
    (plan.shift, paths.shift),
    (plan.fisher, paths.fisher),
):

    rule:
        name:
            measure.__name__
        input:
            made_of(run_plan(measure)),
        output:
            table=str(output(STUDY, *RUN_WILDCARDS)),
            record=str(
                output(STUDY, *RUN_WILDCARDS).with_name(
                    f"{measure.__name__}.record.json"
                )
            ),
        log:
            log_of(output(STUDY, *RUN_WILDCARDS)),
        benchmark:
            benchmark_of(output(STUDY, *RUN_WILDCARDS))
        conda:
            "../../envs/environment.yaml"
        container:
            "envs/snnlocality.sif"
        threads: RUN_THREADS
        resources:
            mem_mb=retried(2000),
            runtime=retried(40),
        params:
            **params_of(run_plan(measure)),
        message:
            "Measure {params.step} of {wildcards.task} {wildcards.rule} {wildcards.arch}, "
            "fold {wildcards.fold}, seed {wildcards.seed}"
        shell:
            "snnlocality {params.step} --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
            "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} 2>&1"


BACKDOOR = paths.backdoor(STUDY, "{rule}", "{arch}", "{trigger}", "{rate}", "{pair}")


rule backdoor:
    input:
        data=str(paths.data(STUDY, "vision")),
    output:
        metrics=str(BACKDOOR / "metrics.json"),
        model=str(BACKDOOR / "model.safetensors"),
        record=str(BACKDOOR / "backdoor.record.json"),
    log:
        log_of(BACKDOOR / "metrics.json"),
    benchmark:
        benchmark_of(BACKDOOR / "metrics.json")
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: RUN_THREADS
    resources:
        mem_mb=retried(3000),
        runtime=retried(30),
    params:
        **params_of(backdoor_plan),
    message:
        "Poison {wildcards.rule} {wildcards.arch}: {wildcards.trigger} trigger, rate {wildcards.rate}, "
        "pair {wildcards.pair}"
    shell:
        "snnlocality backdoor --study {params.study} --rule {wildcards.rule} --arch {wildcards.arch} "
        "--trigger {wildcards.trigger} --rate {wildcards.rate} --pair {wildcards.pair} --threads {threads} "
        "> {log} 2>&1"


CONVERSION = paths.conversion(STUDY, "{fold}", "{seed}")


rule convert:
    input:
        data=str(paths.data(STUDY, "vision")),
    output:
        accuracies=str(CONVERSION / "accuracies.csv"),
        relu=str(CONVERSION / "relu.safetensors"),
        record=str(CONVERSION / "convert.record.json"),
    log:
        log_of(CONVERSION / "accuracies.csv"),
    benchmark:
        benchmark_of(CONVERSION / "accuracies.csv")
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=retried(4000),
        runtime=retried(30),
    params:
        **params_of(convert_plan),
    message:
        "Convert a ReLU network, fold {wildcards.fold}, seed {wildcards.seed}"
    shell:
        "snnlocality convert --study {params.study} --fold {wildcards.fold} --seed {wildcards.seed} > {log} 2>&1"


CKA = paths.cka(STUDY, "{arch}", "{fold}", "{seed}")


rule cka:
    input:
        made_of(cka_plan),
    output:
        table=str(CKA),
        record=str(CKA.with_name("cka.record.json")),
    log:
        log_of(CKA),
    benchmark:
        benchmark_of(CKA)
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(10),
    params:
        **params_of(cka_plan),
    message:
        "Compare representations of {wildcards.arch} networks, fold {wildcards.fold}, seed {wildcards.seed}"
    shell:
        "snnlocality cka --study {params.study} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


TUTORIAL = paths.tutorial(STUDY, "{experiment}")


rule tutorial:
    input:
        made_of(tutorial_plan),
    output:
        found=str(TUTORIAL),
        record=str(TUTORIAL.with_name("tutorial.record.json")),
    log:
        log_of(TUTORIAL),
    benchmark:
        benchmark_of(TUTORIAL)
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=retried(3000),
        # Raw recordings are read one by one.
        runtime=lambda wildcards, attempt: (
            attempt * (60 if tutorial_plan(wildcards).raw else 20)
        ),
    params:
        **params_of(tutorial_plan),
    message:
        "Experiment {wildcards.experiment}"
    shell:
        "snnlocality tutorial --study {params.study} --experiment {wildcards.experiment} --threads {threads} "
        "> {log} 2>&1"
