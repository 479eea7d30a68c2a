"""Data sets and predictions: what was given is checked, aligned and made into records."""
