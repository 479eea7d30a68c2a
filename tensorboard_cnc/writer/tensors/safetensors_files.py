"""Reads the tensors of a safetensors checkpoint one by one, in pieces, without loading it."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.number_formats import as_floats, decoded, unpacked
from tensorboard_cnc.writer.tensors.safetensors_header import (
    FORMATS,
    StoredFormat,
    StoredTensor,
    read_index,
    stored_tensors,
)
from tensorboard_cnc.writer.tensors.tensor_names import (
    TensorName,
    buffer_or_parameter,
    network_order,
)
from tensorboard_cnc.writer.tensors.tensor_source import (
    Read,
    Refused,
    TensorSource,
    channel_axis,
)

_INDEX = "*.safetensors.index.json"
_RULE = "Weights are read from a .safetensors file, its index, or a directory that holds them"


def checkpoint_sources(path: Path) -> Iterator[TensorSource | Refused]:
    """The tensors of the checkpoint at `path`: a file, an index of several, or their directory.

    Raises:
      ArgumentError: there is none, or it is damaged or truncated.
      OSError: it cannot be read.
    """
    files = checkpoint_files(path)
    tensors = {tensor.name: tensor for file in files for tensor in stored_tensors(file)}
    for name in network_order(tensors):
        yield _source(tensors[name])
    for name, file in _listed(path).items():
        if name not in tensors:
            yield Refused(name, f"the index says that {file} holds it, but it does not")


def count_tensors(path: Path) -> int:
    """How many tensors there are, for a progress bar.

    Raises:
      ArgumentError: as `checkpoint_sources`.
      OSError: likewise.
    """
    return sum(len(stored_tensors(file)) for file in checkpoint_files(path))


def checkpoint_files(path: Path) -> list[Path]:
    """The files that hold the tensors of the checkpoint at `path`.

    Raises:
      ArgumentError: there are none.
      OSError: it cannot be read.
    """
    index = _index(path)
    if index is not None:
        return [_shard(index, name) for name in sorted(set(read_index(index).values()))]
    if path.is_dir():
        files = sorted(path.glob("*.safetensors"))
        if not files:
            raise ArgumentError(f"{path} holds no .safetensors file", _RULE, "Name another one")
        return files
    if path.suffix != ".safetensors":
        raise ArgumentError(
            f"{path} is not a .safetensors file",
            f"{_RULE}; other checkpoints run code when they are opened",
            "Load it yourself, for example with torch.load(path, weights_only=True), and pass "
            "the state dict",
        )
    return [path]


def _index(path: Path) -> Path | None:
    """The index of the checkpoint at `path`, if it has one."""
    if path.is_dir():
        found = sorted(path.glob(_INDEX))
        return found[0] if len(found) == 1 else None
    return path if path.name.endswith(_INDEX.removeprefix("*")) else None


def _listed(path: Path) -> dict[str, str]:
    """Names of files by the names of all tensors that an index promises."""
    index = _index(path)
    return {} if index is None else read_index(index)


def _shard(index: Path, name: str) -> Path:
    # Never outside the directory of the index, whatever it names.
    file = index.parent / Path(name).name
    if "\0" in name or not file.is_file():
        raise ArgumentError(
            f"{index} lists the file {shown(name)}, which is not beside it",
            "An index and its files are in one directory",
            "Download the missing file, or name one of those that are there",
        )
    return file


def _source(tensor: StoredTensor) -> TensorSource | Refused:
    form = FORMATS.get(tensor.type_name)
    if form is None or form.bits == 6 or form.dtype.kind == "c":
        reason = f"its type {tensor.type_name} has no order: convert it to F32"
        return Refused(tensor.name, reason, prod(tensor.shape))
    place = TensorName.of(tensor.name)
    return TensorSource(
        name=tensor.name,
        shape=tensor.shape,
        dtype=form.name,
        open=lambda: _reader(tensor, form),
        module=place.module,
        role=buffer_or_parameter(place.last),
        storage=form.name,
        stored_bytes=tensor.size_bytes,
        axis=channel_axis(tensor.shape),
    )


def _reader(tensor: StoredTensor, form: StoredFormat) -> Read:
    per_byte = 8 // form.bits if form.bits < 8 else 1

    def read(start: int, stop: int) -> NDArray[Any]:
        first, last = start // per_byte, -(-stop // per_byte)
        codes = _stored(tensor, form, first, last - first)
        if per_byte > 1:
            skipped = start - first * per_byte
            codes = unpacked(codes, form.bits)[skipped : skipped + stop - start]
        if form.name.startswith(("bfloat", "float8", "float4")):
            return decoded(codes, form.name)
        return as_floats(codes)

    return read


def _stored(tensor: StoredTensor, form: StoredFormat, first: int, count: int) -> NDArray[Any]:
    """`count` stored elements. Read instead of mapped: a file that shrinks is an error, no crash.

    Raises:
      ArgumentError: the file has been truncated since its header was read.
    """
    offset = tensor.offset + first * form.dtype.itemsize
    found = np.fromfile(tensor.path, form.dtype, count, offset=offset)
    if len(found) < count:
        raise ArgumentError(
            f'{tensor.path} ended within "{tensor.name}"',
            "The file must not change while it is read",
            "Read it again once it is written",
        )
    return found
