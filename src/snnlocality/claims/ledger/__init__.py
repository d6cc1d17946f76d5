"""The claims of the papers, each with its formal test: in every file here, a tuple ``CLAIMS``."""
