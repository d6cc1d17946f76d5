# Every table and figure is a rule; the rules are in workflow/rules, the science in params.yaml.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/reports.smk"


rule all:
    default_target: True
    input:
        REPORTS,
