"""Constructs: each owns the resources of one concern."""
