# Every table and figure is a rule; the rules are in workflow/rules, the science in params.yaml.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/reports.smk"


# A job's parameters are judged before anything runs. What is recorded of one that says which results are gone
# (common.smk) shall be what holds when the job runs and they are there again.
onstart:
    workflow.persistence._params.cache_clear()


rule all:
    default_target: True
    input:
        REPORTS,
