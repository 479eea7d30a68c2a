"""What makes a story that was broken off go on where it stopped."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

import tensorboard_cnc
from demo.recipe import Step

_FOLDER = ".checkpoints"


class Checkpoints:
    """The finished models of a folder, as long as neither a recipe nor the demo has changed.

    `modules` are the classes that networks consist of; nothing else is loaded.
    """

    def __init__(
        self, folder: Path, steps: Sequence[Step[Any]], modules: Sequence[type[nn.Module]]
    ) -> None:
        self._folder = folder
        self._modules = modules
        self._steps = {step.id: step for step in steps}
        self._parents = {parent for step in steps for parent in step.parents}

    def finished(self, step: Step[Any]) -> bool:
        """Whether the model has been made and logged."""
        return self.path(step).is_file() and any((self._folder / step.id).glob("events*"))

    def keep(self, step: Step[Any], net: nn.Module | None) -> None:
        """Marks a model as finished; its network is kept where others are made from it."""
        path = self.path(step)
        path.parent.mkdir(exist_ok=True)
        # Whole or absent.
        part = path.with_suffix(".part")
        if step.id in self._parents:
            torch.save(net, part)
        else:
            part.touch()
        part.replace(path)

    def network(self, step: Step[Any]) -> nn.Module | None:
        """The network of a finished model that others are made from; None for any other."""
        if step.id not in self._parents:
            return None
        with torch.serialization.safe_globals([*self._modules]):
            net: nn.Module | None = torch.load(self.path(step), weights_only=True)
        return net

    def path(self, step: Step[Any]) -> Path:
        """Where it is kept: another place once anything has changed that went into it."""
        said = "\n".join((_versions(), *self._history(step)))
        digest = hashlib.sha256(said.encode()).hexdigest()[:12]
        return self._folder / _FOLDER / f"{step.id}-{digest}.pt"

    def _history(self, step: Step[Any]) -> list[str]:
        own = f"{step.id} {step.recipe.operation} {sorted(step.recipe.parameters.items())}"
        parents = (self._steps[parent] for parent in step.parents)
        return [own, *(line for parent in parents for line in self._history(parent))]


@cache
def _versions() -> str:
    """Of Python, torch and tensorboard-cnc, and what the demo's own sources come to."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return "\n".join((sys.version, torch.__version__, tensorboard_cnc.__version__, digest))
