"""Measures what docs promise, each figure beside its peer or limit from the same run."""
