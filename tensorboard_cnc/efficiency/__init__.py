"""Measures how large and how fast a torch model is, and leaves it as it was."""
