# Every table and figure is a rule; the rules are in workflow/rules, the science in params.yaml.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/common.smk"
include: "workflow/rules/steps.smk"
include: "workflow/rules/reports.smk"
include: "workflow/rules/train_many.smk"


# Without data to prepare, nothing starts. Snakemake starts no more than 100 jobs a second, and to keep to that it chooses among all ready jobs anew every second,
# once more for every job that has ended: soon a processor does nothing else. Here there is no need of such a limit.
onstart:
    preparing = {
        job.wildcards.task
        for job in workflow.dag.needrun_jobs()
        if job.rule.name == "prepare"
    }
    for task, reason in UNPREPARED.items():
        if task in preparing:
            raise WorkflowError(reason)
    limiter = workflow.scheduler.job_rate_limiter
    if limiter and (limiter.max_jobs, limiter.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


rule all:
    default_target: True
    input:
        [
            report.template(name)
            for report in catalogue.reports()
            for name in report.outputs
        ],
