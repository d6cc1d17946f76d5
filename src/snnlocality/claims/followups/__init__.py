"""Claims asked again of new seeds and recordings: a file, a family. A study that names one judges its claims alone."""
