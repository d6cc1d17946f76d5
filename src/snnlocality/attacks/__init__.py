"""Attacks on finished networks (method and traps: docs/attacks.md)."""
