"""``python -m snnlocality.cli``."""

from snnlocality.cli import main

main()
