"""A run: from its settings to a network, its training, and back from its files."""
