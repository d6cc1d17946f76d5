# All seeds of a cell at once, for a graphics card: `snakemake train_many` fills the run cache, from which `train` then
# takes each run's result.
CELL = str(
    run_cache.root() / STUDY / "{task}" / "{rule}" / "{arch}" / "fold{fold}.trained"
)


rule train_many:
    input:
        [CELL.format(**key) for key in train.STEP.keys(PARAMETERS) if key["seed"] == 0],
    localrule: True


rule train_cell:
    input:
        data=f"results/{STUDY}/{{task}}/data.safetensors",
    output:
        touch(CELL),
    log:
        str(paths.LOGS / CELL) + ".log",
    benchmark:
        str(paths.LOGS / CELL) + ".benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=retried(8000),
        runtime=retried(240),
    params:
        study=STUDY,
        settings=lambda wildcards: [
            run.settings_text for run in JOBS.runs_of_cell(wildcards)
        ],
        code=lambda wildcards: [run.code for run in JOBS.runs_of_cell(wildcards)],
        libraries=JOBS.libraries,
    message:
        "Train all seeds of {wildcards.task} {wildcards.rule} {wildcards.arch}, fold {wildcards.fold}"
    shell:
        "snnlocality train-many --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --threads {threads} > {log} 2>&1"
