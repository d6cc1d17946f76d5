# A rule for each step that a plugin adds (docs/plugins.md), as those in steps.smk and reports.smk. They are made here,
# since only who has the plugin knows them.
def outputs_of(step):
    """Its outputs by name, and the record; what people look at stands in Snakemake's report."""
    for name in step.outputs:
        path, category = step.template(name), snakemake_rules.category(step, name)
        shown = {
            "caption": "../report/caption.rst",
            "category": category,
            "labels": {"artifact": step.name},
        }
        yield name, report(path, **shown) if category else path
    yield "record", step.record_template


def rule_of(step):
    """In a function, so that each rule's command is that of its own step."""

    rule:
        name:
            step.name
        input:
            unpack(inputs_of(step.name)),
            **{name: f"published/{name}" for name in step.static_inputs},
        output:
            **dict(outputs_of(step)),
        log:
            f"{snakemake_rules.log(step)}.log",
        benchmark:
            f"{snakemake_rules.log(step)}.benchmark.tsv"
        localrule: step.local
        conda:
            ENVIRONMENT
        threads: RUN_THREADS if snakemake_rules.of_run(step) else 1
        resources:
            mem_mb=retried(step.memory_mb),
            runtime=retried(step.minutes),
        params:
            **params_of(step.name),
        message:
            snakemake_rules.message(step)
        shell:
            snakemake_rules.command(step)


for step in PLUGGED_IN:
    rule_of(step)
