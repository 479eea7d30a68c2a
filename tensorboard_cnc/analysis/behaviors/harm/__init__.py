"""Slices that a model harms more than the rest: docs/measures.md tells how it is tested."""
