"""The ``layers`` route."""
