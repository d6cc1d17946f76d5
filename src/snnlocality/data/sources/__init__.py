"""The data sources, one file each: a file here is a source that params.yaml can name."""
