"""Fast gradient sign attacks and their controls, one file each; ``place`` orders them in tables, the paper's first."""
