"""Reads GGUF, the files of llama.cpp, in pieces, with the package's own dequantization."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.files.contents import Contents
from tensorboard_cnc.writer.tensors.files.gguf_header import GgufTensor, gguf_header
from tensorboard_cnc.writer.tensors.files.gguf_names import hugging_face_names, rotated_heads
from tensorboard_cnc.writer.tensors.files.gguf_types import GgufType, gguf_type
from tensorboard_cnc.writer.tensors.files.stored_file import StoredFile, damaged, numbers_at
from tensorboard_cnc.writer.tensors.formats.pieces import Rows, by_rows
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

_SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")
_BYTES = np.dtype(np.uint8)


def shards(name: str) -> list[str]:
    """The names of all files of the model of which one has this name."""
    found = _SHARD.search(name)
    if found is None:
        return [name]
    stem = name.removesuffix(found[0])
    return [f"{stem}-{each:05}-of-{found[2]}.gguf" for each in range(1, int(found[2]) + 1)]


def read(files: Sequence[StoredFile], like: Collection[str] = ()) -> Contents:
    """The tensors of a model's files, under Hugging Face's names where its architecture is known.

    Raises:
      ArgumentError: the package gguf is missing, or a file is damaged or truncated.
      OSError: a file cannot be read.
    """
    headers = [gguf_header(file) for file in files]
    values = headers[0].values
    tensors = {tensor.name: tensor for header in headers for tensor in header.tensors}
    if len(tensors) < sum(len(header.tensors) for header in headers):
        raise ArgumentError(
            f"{files[0]} and its other parts name a tensor twice",
            "Each is in one of them",
            "Download or split the model again",
        )
    names = hugging_face_names(values, tensors, like)
    found = {
        names.get(name, name): _source(names.get(name, name), tensor, values)
        for name, tensor in tensors.items()
    }
    return Contents([found[name] for name in network_order(found)])


def _source(name: str, tensor: GgufTensor, values: Mapping[str, Any]) -> TensorSource | Refused:
    kind = gguf_type(tensor.type)
    if isinstance(kind, str):
        reason = f"its type ({kind}) is not read: convert it to another, such as Q8_0 or F16"
        return Refused(name, reason, tensor.size)
    if not tensor.shape or tensor.shape[-1] % kind.block:
        raise damaged(
            tensor.file,
            f"gives {shown(tensor.name)} the shape {tensor.shape} and the type {kind.name}",
            f"Its rows are of whole blocks, of {kind.block}",
        )
    stored = tensor.size // kind.block * kind.block_bytes
    if tensor.offset + stored > tensor.file.size():
        raise damaged(
            tensor.file,
            f"is truncated: {shown(tensor.name)} ends at byte {tensor.offset + stored:,} of "
            f"{tensor.file.size():,}",
            "It holds all tensors that its header lists",
        )
    place = TensorName.of(name)
    source = TensorSource(
        name=name,
        shape=tensor.shape,
        dtype=kind.dtype,
        open=lambda: _reader(tensor, kind),
        module=place.module,
        role="buffer" if name.startswith("rope_") else buffer_or_parameter(place.last),
        storage=kind.storage,
        stored_bytes=stored,
        scheme=kind.scheme(tensor.size),
        axis=channel_axis(tensor.shape),
    )
    # Under its own name a tensor is what it is in the file.
    return source if name == tensor.name else _in_order(source, rotated_heads(values, tensor.name))


def _reader(tensor: GgufTensor, kind: GgufType) -> Read:
    def piece(start: int, stop: int) -> NDArray[Any]:
        first, last = start // kind.block, -(-stop // kind.block)
        offset = tensor.offset + first * kind.block_bytes
        count = (last - first) * kind.block_bytes
        stored = numbers_at(tensor.file, tensor.name, offset, _BYTES, count)
        skipped = start - first * kind.block
        return kind.values(stored)[skipped : skipped + stop - start]

    return piece


def _in_order(source: TensorSource, heads: int | None) -> TensorSource | Refused:
    """Queries and keys with the halves of each head one after another, as Hugging Face has them."""
    if heads == 0 or not source.size:
        return source
    rows = source.shape[0]
    if heads is None or rows % (2 * heads):
        reason = f"its {rows} rows are in an order for {heads or 'unknown'} heads that does not fit"
        return Refused(source.name, reason, source.size)
    columns, head = source.size // rows, rows // heads
    return replace(source, open=lambda: by_rows(columns, _halves(source.open(), head, columns)))


def _halves(piece: Read, head: int, columns: int) -> Rows:
    """Rows of heads of this many rows, which the file has in pairs: the first of both halves, ….

    The head that was read last is kept, as pieces are smaller than heads.
    """
    number = -1
    held: NDArray[Any] = np.empty(0)

    def one_head(wanted: int) -> NDArray[Any]:
        nonlocal number, held
        if wanted != number:
            start = wanted * head * columns
            pairs = piece(start, start + head * columns).reshape(head // 2, 2, columns)
            number, held = wanted, pairs.swapaxes(0, 1).reshape(head, columns)
        return held

    def rows(first: int, last: int) -> NDArray[Any]:
        parts = []
        for each in range(first // head, -(-last // head)):
            top = each * head
            parts.append(one_head(each)[max(first - top, 0) : last - top])
        return np.concatenate(parts)

    return rows
