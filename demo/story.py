"""A story: models that are made one after the other, and what is told of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Told(NamedTuple):
    """A model that is finished, and how it came out, in a line."""

    id: str
    summary: str


@dataclass(frozen=True)
class Story:
    """`make` logs the models into a folder; `runs` are all log runs that it writes.

    `kept` are the runs in a folder that need not be made again.
    """

    models: tuple[str, ...]
    runs: tuple[str, ...]
    make: Callable[[Path], Iterator[Told]]
    kept: Callable[[Path], frozenset[str]] = lambda _: frozenset()


def digits(*, quick: bool) -> Story:
    """Small image classifiers, pruned, quantized, factorised and distilled."""
    from demo.digits import handwritten_digits
    from demo.logbook import DATA_RUN, run_sweep
    from demo.sweep import digits_sweep

    steps = digits_sweep(epochs=1, tuning_epochs=1) if quick else digits_sweep()
    ids = tuple(step.id for step in steps)

    def make(folder: Path) -> Iterator[Told]:
        for outcome in run_sweep(steps, handwritten_digits(), folder):
            yield Told(outcome.step.id, outcome.summary())

    return Story(ids, (DATA_RUN, *ids), make)


def language(*, quick: bool) -> Story:
    """A small transformer that lost its norms, and what brought it back."""
    from demo.language.logbook import TEXT_RUN, finished, run_sweep
    from demo.language.sweep import language_sweep

    steps = language_sweep(epochs=1, tuning_epochs=1) if quick else language_sweep()
    ids = tuple(step.id for step in steps)

    def make(folder: Path) -> Iterator[Told]:
        for outcome in run_sweep(steps, folder):
            yield Told(outcome.step.id, outcome.summary())

    def kept(folder: Path) -> frozenset[str]:
        return frozenset(step.id for step in steps if finished(step, steps, folder))

    return Story(ids, (TEXT_RUN, *ids), make, kept)


STORIES = {"digits": digits, "language": language}
