"""Rerunnable studies that fit the embedded data sources to real recordings."""
