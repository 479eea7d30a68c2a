"""How far an import is, shown on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

_T = TypeVar("_T")
_BAR_WIDTH = 40


def with_progress(items: Sequence[_T], stream: TextIO | None) -> Iterator[_T]:
    """The items, while `stream` shows how many are done if it is a terminal."""
    shown = stream is not None and stream.isatty()
    for done, item in enumerate(items, start=1):
        yield item
        if shown:
            filled = _BAR_WIDTH * done // len(items)
            end = "\n" if done == len(items) else ""
            bar = f"{'█' * filled}{'░' * (_BAR_WIDTH - filled)}"
            print(f"\r{bar} {done}/{len(items)}", end=end, file=stream, flush=True)
