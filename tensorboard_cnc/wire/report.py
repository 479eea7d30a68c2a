"""What a report says of itself: one HTML file with the panel and a fixed list of answers."""

from __future__ import annotations

from typing import TypedDict


class Report(TypedDict):
    """In the file of a report, beside its answers."""

    title: str
    created: float
    # Of the package that wrote it.
    version: str
    # Keys: of the base, and of the models that are selected when it is opened.
    base: str
    models: list[str]
    # Whether instances are inside, and how many rows of every list are.
    instances: bool
    rows: int
    # What it holds of whoever logged it, and what was left out for want of room; a sentence each.
    holds: list[str]
    cut: list[str]
