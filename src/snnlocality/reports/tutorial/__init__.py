"""One file per figure of the tutorial (Neftci et al. 2019), or of what goes beyond them.

Each has a ``TITLE``, ``table(found)``, the numbers behind the figure from the tables of its experiments, and
``draw(table)``; ``rendering`` writes both.
"""
