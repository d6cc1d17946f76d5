"""The paper's claims as formal tests: what is asked of the numbers, and the verdict on published ones and on ours."""
