"""A small transformer that has learned pages of Python's documentation, compressed."""
