"""One file per experiment of the tutorial, on small networks of its own; the file's name is its name in params.yaml.

Each has one function ``run(settings, context)`` that returns a table; ``settings`` are the experiment's own in
params.yaml (``tutorial.settings``).
"""
