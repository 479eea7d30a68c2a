"""Counts what the page claims where only chance is at work, and what it finds where harm is.

Run ``python -m benchmarks.claims [--markdown] [CASE …]``. Every case is drawn from a seed, logged
with the real writer, and read through the real routes.
"""
