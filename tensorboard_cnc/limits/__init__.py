"""Limits on metrics: how they are written, what they stand for, whether a value keeps them."""
