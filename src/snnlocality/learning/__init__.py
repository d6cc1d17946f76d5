"""Learning rules as declarative values, the losses they start from, and the training loop that is common to all."""
