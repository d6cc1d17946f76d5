"""A package of another group."""
