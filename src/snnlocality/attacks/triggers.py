"""The triggers of backdoors."""

TRIGGERS = {"visible": 1, "invisible": 0}  # the value that the trigger's units take
