"""Logs what all models share about the instances of an evaluation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format import cnc_pb2 as pb
from tensorboard_cnc.format.bounds import NAME_CHARACTERS
from tensorboard_cnc.format.columns import texts as packed_texts
from tensorboard_cnc.format.instances import columns_of, encode
from tensorboard_cnc.format.tags import dataset_tag
from tensorboard_cnc.records.instances import Attribute, Dataset, Ids
from tensorboard_cnc.wording import storable
from tensorboard_cnc.writer.accepted_writers import Writer
from tensorboard_cnc.writer.instances.arrays import (
    array_of,
    checked_ids,
    checked_rows,
    columns_by_name,
)
from tensorboard_cnc.writer.instances.groups import group_codes
from tensorboard_cnc.writer.instances.predictions import packed_bytes
from tensorboard_cnc.writer.instances.task import remember
from tensorboard_cnc.writer.instances.thumbnails import thumbnails
from tensorboard_cnc.writer.instances.truth import numbers_of, truth_of
from tensorboard_cnc.writer.journal import Journal, now_us
from tensorboard_cnc.writer.naming import (
    checked_dataset_name,
    checked_max_bytes,
    checked_name,
)
from tensorboard_cnc.writer.policy import tolerate, unreported
from tensorboard_cnc.writer.sinks.sink import directory_of, open_sink
from tensorboard_cnc.writer.texts import cut_at, cut_texts

DEFAULT_BYTES = 8 << 20
# To how many characters texts are cut in turn, where they do not fit.
_CHARACTERS = (2_000, 500, 120)


def dataset(
    writer: Writer,
    name: str,
    ids: Any,
    *,
    labels: Any = None,
    classes: Sequence[Any] | None = None,
    texts: Sequence[str] | None = None,
    targets: Any = None,
    images: Any = None,
    attributes: Mapping[str, Any] | None = None,
    groups: Any = None,
    multilabel: bool = False,
    unknown_label: int | str | None = None,
    max_bytes: int = DEFAULT_BYTES,
) -> None:
    """Logs the instances of an evaluation once, for the predictions of all models.

    Predictions name the data set and its ids. It may be logged in any run of the log directory,
    before or after them; where it is logged before them and by the same process, they are checked
    against it and get its labels and classes.

    Args:
      writer: as for `model`.
      name: the name of the data set, at most 200 bytes once percent-encoded.
      ids: whole numbers or texts (n,), each once. Models are compared by them.
      labels: the right class of each instance, as index or name, or one-hot (n, C); None, NaN or
        -100, PyTorch's ignore_index, where unknown. -1 and 1 are two classes of these names.
        For multi-label data 0 and 1 of shape (n, C), NaN, None or -1 in a cell that is unknown, or
        a list of classes for each instance.
      classes: names of all C classes, in the order of the models' outputs. Where they are whole
        numbers, whole numbers among labels are these, not indices.
      texts: inputs, one for each instance. More than 10,000 characters are cut, with a mark.
      targets: what to predict where that is not a class: numbers (n,), or texts to generate.
      images: thumbnails are made of them: an array (n, H, W), (n, H, W, C) or (n, C, H, W) with
        1, 3 or 4 channels, or a list of arrays without the first dimension (None: no image).
      attributes: categories or numbers by name, one for each instance, to slice by; a mapping
        or a data frame.
      groups: what each instance was sampled in, where several come from one: the image of several
        scans, a document, a user, a prompt; texts or whole numbers (n,), None where an instance
        was sampled by itself. All tests and intervals then take the group as the unit.
      multilabel: an instance may have several classes, even if each has one here.
      unknown_label: what else marks an unknown label, such as -1.
      max_bytes: compressed bytes that the record may take. Thumbnails are dropped first, then
        the ends of long texts.

    Raises:
      WriterError: `writer` is not one of these.
      ArgumentError: another argument cannot be logged; the message names the row at fault.
    """
    with tolerate(unreported):
        checked = checked_ids(ids)
        truth = truth_of(
            len(checked),
            labels,
            classes,
            targets,
            multilabel=multilabel,
            unknown_label=unknown_label,
        )
        record = _dataset_of(name, checked, truth, texts, attributes, groups)
        allowed = checked_max_bytes(max_bytes)
        journal = Journal(open_sink(writer))
        try:
            whole, packed = _fitted(record, images, allowed)
            journal.write_chunks(dataset_tag(record.name), encode(whole, packed))
            journal.flush()
        finally:
            journal.close()
        remember(record, directory_of(writer), classes)


def _dataset_of(
    name: str,
    ids: Ids,
    truth: Mapping[str, Any],
    texts: Any,
    attributes: Mapping[str, Any] | None,
    groups: Any,
) -> Dataset:
    inputs = None if texts is None else cut_texts(texts, "texts")
    if inputs is not None:
        checked_rows(inputs, len(ids), "texts")
    record = Dataset(
        name=checked_dataset_name(name),
        ids=ids,
        fingerprint="",
        texts=inputs,
        attributes=_checked_attributes(attributes, len(ids)),
        groups=None if groups is None else group_codes(groups, len(ids)),
        logged_us=now_us(),
        **truth,
    )
    return replace(record, fingerprint=_fingerprint(record))


def _checked_attributes(given: Any, n: int) -> dict[str, Attribute]:
    """Each attribute as numbers, float64 (n,), or as codes, int32 (n,), and their texts.

    Texts, truth values and mixed values are categories; None is unknown.

    Raises:
      ArgumentError: `given` has no names, or an attribute lacks one value for each instance.
    """
    columns = columns_by_name(given, "attributes", '{"length": lengths}')
    return {
        checked_name(name, "attribute's name"): _attribute(values, n, f'values of "{name}"')
        for name, values in columns.items()
    }


def _attribute(values: Any, n: int, what: str) -> Attribute:
    found = array_of(values, what)
    plain = found.tolist() if found.dtype.kind == "O" else ()
    if found.dtype.kind in "iuf" or (len(plain) and all(_is_number(each) for each in plain)):
        return numbers_of(found, n, what, np.float64)
    if found.ndim != 1:
        raise ArgumentError(
            f"The {what} have shape {found.shape}",
            "An attribute is one number or text for each instance",
            "Pass each part as a separate attribute",
        )
    checked_rows(found, n, what)
    texts = [
        None if each is None else storable(str(each))[:NAME_CHARACTERS] for each in found.tolist()
    ]
    levels = tuple(sorted({text for text in texts if text is not None}))
    code = {text: number for number, text in enumerate(levels)}
    codes = np.array([-1 if text is None else code[text] for text in texts], np.int32)
    return codes, levels


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _fitted(record: Dataset, images: Any, max_bytes: int) -> tuple[Dataset, dict[str, pb.Column]]:
    """The record with thumbnails of `images` within `max_bytes` compressed bytes, and its columns.

    Thumbnails go first, then the ends of long texts. Ids, truth, classes, attributes and
    groups always stay, even if that takes more.

    Raises:
      ArgumentError: the images are malformed.
    """
    packed = columns_of(record)
    dropped: list[str] = []
    if record.texts is not None and packed_bytes(packed) > max_bytes:
        record = _with_shorter_texts(record, packed, max_bytes)
        dropped.append("texts")
    if images is not None:
        found = thumbnails(images, record.ids, max_bytes - packed_bytes(packed))
        record = replace(record, images=found.files)
        packed |= columns_of(record, ("images",))
        if not found.whole:
            dropped.insert(0, "thumbnails")
    return replace(record, dropped=tuple(dropped)), packed


def _with_shorter_texts(record: Dataset, packed: dict[str, pb.Column], max_bytes: int) -> Dataset:
    """The record with its texts cut until it fits, or without them; `packed` likewise."""
    assert record.texts is not None
    for most in _CHARACTERS:
        texts = tuple(cut_at(text, most) for text in record.texts)
        packed["texts"] = packed_texts("texts", texts)
        if packed_bytes(packed) <= max_bytes:
            return replace(record, texts=texts)
    del packed["texts"]
    return replace(record, texts=None)


def _fingerprint(dataset: Dataset) -> str:
    """32 hexadecimal digits of ids, classes, truth and inputs, whatever the order of instances.

    Images, attributes and groups are not in it, so that a data set may be logged again with more
    of them.
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
    for name, dtype in (
        ("labels", "<i4"),
        ("memberships", "|u1"),
        ("memberships_known", "|u1"),
        ("numbers", "<f8"),
    ):
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
