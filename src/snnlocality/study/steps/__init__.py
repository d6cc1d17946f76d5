"""The steps that compute, one file each; a file here is a step of every study."""
