"""Logs what all models share about the instances of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tensorboard_cnc.format.instances import encode
from tensorboard_cnc.format.tags import dataset_tag
from tensorboard_cnc.records.instances import Dataset
from tensorboard_cnc.writer import event_clock
from tensorboard_cnc.writer.instances.arrays import checked_ids, checked_rows
from tensorboard_cnc.writer.instances.attributes import checked_attributes
from tensorboard_cnc.writer.instances.dataset_fit import DEFAULT_BYTES, fitted
from tensorboard_cnc.writer.instances.fingerprint import fingerprint_of
from tensorboard_cnc.writer.instances.known_datasets import remember
from tensorboard_cnc.writer.instances.truth import truth_of
from tensorboard_cnc.writer.journal import Journal
from tensorboard_cnc.writer.naming import checked_dataset_name, checked_max_bytes
from tensorboard_cnc.writer.policy import tolerate, unreported
from tensorboard_cnc.writer.sinks.sink import directory_of, open_sink
from tensorboard_cnc.writer.texts import cut_texts


def dataset(
    writer: Any,
    name: str,
    ids: Any,
    *,
    labels: Any = None,
    classes: Sequence[Any] | None = None,
    texts: Sequence[str] | None = None,
    targets: Any = None,
    images: Any = None,
    attributes: Mapping[str, Any] | None = None,
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
      labels: the right class of each instance, as index or name; None, NaN or -1 where unknown.
        For multi-label data 0 and 1 of shape (n, C), or a list of classes for each instance.
      classes: names of all C classes, in the order of the models' outputs.
      texts: inputs, one for each instance. More than 10,000 characters are cut, with a mark.
      targets: what to predict where that is no class: numbers (n,), or texts to generate.
      images: thumbnails are made of them: an array (n, H, W), (n, H, W, C) or (n, C, H, W) with
        1, 3 or 4 channels, or a list of arrays without the first dimension (None: no image).
      attributes: categories or numbers by name, one for each instance, to slice by.
      max_bytes: compressed bytes that the record may take. Thumbnails go first, then long texts.

    Raises:
      WriterError: `writer` is none.
      ArgumentError: any other argument that cannot be logged, with the row where it is one.
    """
    with tolerate(unreported):
        record = _dataset_of(name, ids, labels, classes, texts, targets, attributes)
        allowed = checked_max_bytes(max_bytes)
        journal = Journal(open_sink(writer))
        try:
            whole, packed = fitted(record, images, allowed)
            journal.write_chunks(dataset_tag(record.name), encode(whole, packed))
            journal.flush()
        finally:
            journal.close()
        remember(record, directory_of(writer))


def _dataset_of(
    name: str,
    given_ids: Any,
    labels: Any,
    classes: Any,
    texts: Any,
    targets: Any,
    attributes: Mapping[str, Any] | None,
) -> Dataset:
    ids = checked_ids(given_ids)
    truth = truth_of(len(ids), labels, classes, targets)
    inputs = None if texts is None else cut_texts(texts, "texts")
    if inputs is not None:
        checked_rows(inputs, len(ids), "texts")
    record = Dataset(
        name=checked_dataset_name(name),
        ids=ids,
        fingerprint="",
        texts=inputs,
        attributes=checked_attributes(attributes or {}, len(ids)),
        logged_us=event_clock.now_us(),
        **truth,
    )
    return replace(record, fingerprint=fingerprint_of(record))
