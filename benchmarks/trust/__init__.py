"""Attacks on the promises of docs/reliability.md: ``make trust`` runs them at length.

Each module has a function `attack` that tries to break some promises, and tells how often it did.
"""
