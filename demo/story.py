"""A story: models that are made one after the other, and what is told of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple

from torch import nn

from demo.checkpoints import Checkpoints
from demo.recipe import B, Step


class Made(NamedTuple):
    """How a model came out, in a line, and its network; None where making it failed."""

    summary: str
    net: nn.Module | None


class Told(NamedTuple):
    """A model that is finished, and how it came out, in a line."""

    id: str
    summary: str


@dataclass(frozen=True)
class Story(Generic[B]):
    """`log_data` writes what all models are asked, as the log run `data_run`.

    `make` makes the model of a step from the networks made before it, and logs it as a run of
    its own; all log runs go into the folder that is given. Networks consist of `modules`.
    """

    steps: tuple[Step[B], ...]
    data_run: str
    log_data: Callable[[Path], None]
    make: Callable[[Step[B], Mapping[str, nn.Module], Path], Made]
    modules: tuple[type[nn.Module], ...]

    @property
    def runs(self) -> tuple[str, ...]:
        """All log runs that the story writes."""
        return self.data_run, *(step.id for step in self.steps)

    def kept(self, folder: Path) -> frozenset[str]:
        """The models that an earlier run has finished in `folder`."""
        checkpoints = Checkpoints(folder, self.steps, self.modules)
        return frozenset(step.id for step in self.steps if checkpoints.finished(step))

    def tell(self, folder: Path) -> Iterator[Told]:
        """Makes what no earlier run has finished, in the order of the steps."""
        checkpoints = Checkpoints(folder, self.steps, self.modules)
        self.log_data(folder)
        networks: dict[str, nn.Module] = {}
        for step in self.steps:
            if checkpoints.finished(step):
                made = Made("made before", checkpoints.network(step))
            else:
                made = self.make(step, networks, folder)
                checkpoints.keep(step, made.net)
            if made.net is not None:
                networks[step.id] = made.net
            yield Told(step.id, made.summary)
