"""What makes a broken-off run of the sweep go on where it stopped."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from demo.language.operations import Desk
from demo.language.text import Text
from demo.language.transformer import LanguageModel
from demo.recipe import Step

_FOLDER = ".checkpoints"


def checkpoint_of(step: Step[Desk], steps: Sequence[Step[Desk]], folder: Path) -> Path:
    """Where the finished model of `step` is kept; another place once its recipe has changed."""
    said = "\n".join((sys.version, torch.__version__, *_history(step, steps)))
    return folder / _FOLDER / f"{step.id}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.pt"


def save(net: nn.Module, path: Path) -> None:
    """Keeps a finished model; the file is whole or absent."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(net.state_dict(), part)
    part.replace(path)


def load(path: Path, text: Text) -> LanguageModel:
    net = LanguageModel(len(text.vocabulary), seed=0)
    net.load_state_dict(torch.load(path, weights_only=True))
    return net.eval()


def _history(step: Step[Desk], steps: Sequence[Step[Desk]]) -> list[str]:
    parents = [parent for parent in steps if parent.id in step.parents]
    own = f"{step.id} {step.recipe.operation} {sorted(step.recipe.parameters.items())}"
    return [own, *(line for parent in parents for line in _history(parent, steps))]
