"""What a study consists of, as data: its axes, its steps, its reports; and what follows from them.

Commands, Snakemake's rules, DVC's stages, records and the audit all take it from here, so that they cannot disagree.
Nothing numerical is loaded. What is declared here is in the settings that a record keeps, so its code belongs to no
step's code closure (``provenance.closure``): a new caption retrains no network.
"""
