"""A progress bar for terminals; silent elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

_T = TypeVar("_T")
_WIDTH = 40


def with_progress(items: Sequence[_T], stream: TextIO) -> Iterator[_T]:
    """The items, while `stream` shows how many are done if it is a terminal."""
    shown = stream.isatty()
    for done, item in enumerate(items, start=1):
        yield item
        if shown:
            filled = _WIDTH * done // len(items)
            end = "\n" if done == len(items) else ""
            bar = f"{'█' * filled}{'░' * (_WIDTH - filled)}"
            print(f"\r{bar} {done}/{len(items)}", end=end, file=stream, flush=True)
