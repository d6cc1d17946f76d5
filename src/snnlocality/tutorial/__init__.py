"""What the tutorial (Neftci et al. 2019) shows that does not run on the shared engine: small models, each by itself."""
