"""What tells data sets of the same name apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tensorboard_cnc.records.instances import Dataset


def fingerprint_of(dataset: Dataset) -> str:
    """32 hexadecimal digits of ids, classes, truth and inputs, whatever the order of instances.

    Images and attributes are not in it, so that a data set may be logged again with more of them.
    """
    order = np.argsort(dataset.ids, kind="stable")
    digest = hashlib.sha256()
    for name, content in _parts(dataset, order):
        digest.update(f"{name}:{len(content)};".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _parts(dataset: Dataset, order: np.ndarray[Any, Any]) -> Iterator[tuple[str, bytes]]:
    whole = dataset.ids.dtype.kind == "i"
    ids = dataset.ids[order]
    yield ("numbers", _bytes(ids, "<i8")) if whole else ("ids", _joined(ids.tolist()))
    yield "kind", dataset.kind.encode()
    yield "classes", _joined(dataset.classes)
    for name, dtype in (("labels", "<i4"), ("memberships", "|u1"), ("numbers", "<f8")):
        values = getattr(dataset, name)
        if values is not None:
            yield name, _bytes(values[order], dtype)
    for name in ("targets", "texts"):
        texts = getattr(dataset, name)
        if texts is not None:
            yield name, _joined([texts[row] for row in order.tolist()])


def _bytes(values: np.ndarray[Any, Any], dtype: str) -> bytes:
    return np.ascontiguousarray(values, dtype).tobytes()


def _joined(texts: Sequence[str]) -> bytes:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    lengths = np.array([len(each) for each in encoded], "<u4")
    return lengths.tobytes() + b"".join(encoded)
