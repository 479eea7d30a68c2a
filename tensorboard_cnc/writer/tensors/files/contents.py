"""What a file with weights holds, and what its readers are told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeAlias

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.tensors.files.stored_file import StoredFile
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource


@dataclass(frozen=True, slots=True)
class Contents:
    """The tensors of a model, in its order.

    `quantization` and `metadata` are those of `formats.Checkpoint`.
    """

    tensors: list[TensorSource | Refused]
    quantization: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


# The files of one model, in order, and the names that other models have for its tensors, for
# formats with names of their own. What comes back may be a state dict, to be read like any other.
Reader: TypeAlias = Callable[[list[StoredFile], Collection[str]], Contents | Mapping[str, Any]]


def needed(module: str, seen: object, extra: str) -> Any:
    """The package that a format is read with.

    Raises:
      ArgumentError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ArgumentError(
            f"{seen} is read with the package {module.partition('.')[0]}, which is not there",
            f"It comes with the extra {extra}",
            f'Run pip install "tensorboard-cnc[{extra}]"',
        ) from error
