# The workflow itself is in workflow/, as the Snakemake workflow catalog has it; `snakemake` works from here.
include: "workflow/Snakefile"


private.make_by_default(workflow, "all")
