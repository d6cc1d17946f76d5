"""Rerunnable studies that fit the embedded data sources to real recordings; nothing in a study runs them."""
