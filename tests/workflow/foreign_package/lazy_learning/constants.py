"""What its modules share."""

WINDOW = 3
