rule train:
    input:
        data=rules.prepare.output.data,
    output:
        model=f"{RUN}/model.safetensors",
        curve=f"{RUN}/curve.csv",
        milestones=f"{RUN}/milestones.safetensors",
        record=f"{RUN}/train.record.json",
    log:
        log_of(f"{RUN}/train"),
    benchmark:
        benchmark_of(f"{RUN}/train")
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(30),
    params:
        **params_of(run_plan(plan.train)),
    message:
        "Train {wildcards.task} {wildcards.rule} {wildcards.arch}, fold {wildcards.fold}, seed {wildcards.seed}"
    shell:
        "snnlocality train --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule evaluate:
    input:
        data=rules.prepare.output.data,
        model=rules.train.output.model,
        curve=rules.train.output.curve,
    output:
        metrics=f"{RUN}/metrics.json",
        record=f"{RUN}/evaluate.record.json",
    log:
        log_of(f"{RUN}/evaluate"),
    benchmark:
        benchmark_of(f"{RUN}/evaluate")
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(5),
    params:
        **params_of(run_plan(plan.evaluate)),
    message:
        "Evaluate {wildcards.task} {wildcards.rule} {wildcards.arch}, fold {wildcards.fold}, seed {wildcards.seed}"
    shell:
        "snnlocality evaluate --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} 2>&1"


# All seeds of a cell at once, for a graphics card: `snakemake train_many` fills the run cache, from which `train` then
# takes each run's result.
CELL = str(
    run_cache.root() / STUDY / "{task}" / "{rule}" / "{arch}" / "fold{fold}.trained"
)


rule train_many:
    input:
        [
            CELL.format(task=task, rule=rule, arch=architecture, fold=fold)
            for task in parameters.tasks(PARAMETERS)
            for rule in parameters.rules(PARAMETERS)
            for architecture in parameters.architectures(PARAMETERS, task)
            for fold in parameters.folds(PARAMETERS, task)
        ],
    localrule: True


rule train_cell:
    input:
        data=rules.prepare.output.data,
    output:
        touch(CELL),
    log:
        str(paths.LOGS / CELL) + ".log",
    benchmark:
        str(paths.LOGS / CELL) + ".benchmark.tsv"
    conda:
        "../../envs/environment.yaml"
    container:
        "envs/snnlocality.sif"
    threads: 1
    resources:
        mem_mb=retried(8000),
        runtime=retried(240),
    params:
        **params_of(cell_plan),
    message:
        "Train all seeds of {wildcards.task} {wildcards.rule} {wildcards.arch}, fold {wildcards.fold}"
    shell:
        "snnlocality train-many --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --threads {threads} > {log} 2>&1"


rule collect:
    input:
        metrics=made_of(collect_plan),
    output:
        runs=str(paths.runs(STUDY, "{task}", "{rule}")),
        record=str(
            paths.runs(STUDY, "{task}", "{rule}").with_name("collect.record.json")
        ),
    log:
        log_of(paths.runs(STUDY, "{task}", "{rule}")),
    benchmark:
        benchmark_of(paths.runs(STUDY, "{task}", "{rule}"))
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
        **params_of(collect_plan),
    message:
        "Collect the runs of {wildcards.rule} on {wildcards.task}"
    shell:
        "snnlocality collect --study {params.study} --task {wildcards.task} --rule {wildcards.rule} > {log} 2>&1"
