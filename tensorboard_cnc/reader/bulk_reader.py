"""Reads bulk records: data sets, predictions, weights, activations and sensitivities.

`EventStore.refresh` lists them as `Bulk` values, of each tag the newest. To read one::

    reader = BulkReader(provider, experiment_id)
    record = reader.read(ctx, bulk)

This is the only way in: whatever it returns is whole, fits its tag, and is bounded in size. A
`Bulk` is another value for each new version of its record, so that it is the key under which
what was read of it may be kept. Nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from tensorboard.context import RequestContext
from tensorboard.data.provider import BlobReference, DataProvider, RunTagFilter

from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.format import instances, sensitivity, sketches
from tensorboard_cnc.format.envelope import CHUNK_BYTES, MAX_BULK_BYTES
from tensorboard_cnc.format.refusals import damaged
from tensorboard_cnc.format.tags import PLUGIN_NAME, tag_of_bulk
from tensorboard_cnc.reader.event_store import reading_failed
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk, BulkKind
from tensorboard_cnc.records.sensitivity import Sensitivity
from tensorboard_cnc.records.sketches import SketchRecord

BulkRecord: TypeAlias = Dataset | Predictions | SketchRecord | Sensitivity

_DECODERS: Mapping[BulkKind, Callable[[Sequence[bytes]], BulkRecord]] = {
    "dataset": instances.decode,
    "predictions": instances.decode,
    "weights": sketches.decode,
    "activations": sketches.decode,
    "sensitivity": sensitivity.decode,
}


class BulkReader:
    """Reads bulk records of one experiment, chunk by chunk; usable from several threads."""

    def __init__(self, provider: DataProvider, experiment_id: str) -> None:
        self._provider = provider
        self._experiment_id = experiment_id

    def read(self, ctx: RequestContext, bulk: Bulk) -> BulkRecord:
        """The record that `bulk` lists, of the kind, model and data set that its tag names.

        Raises:
          RecordError: it cannot be read, is damaged, was written by a newer version, or is stored
            under the tag of another.
        """
        # In one piece: beside the pieces it would take twice the memory.
        record = _DECODERS[bulk.kind]([self._stored(ctx, bulk)])
        if tag_of_bulk(record) != bulk.tag:
            raise damaged(f"the tag {bulk.tag} does not fit what it holds")
        return record

    def _stored(self, ctx: RequestContext, bulk: Bulk) -> bytes:
        """The bytes of the record, at most 256 MiB."""
        try:
            return b"".join(self._read_chunks(ctx, bulk))
        except RecordError:
            raise
        except Exception as error:
            # Each loader and each file system has errors of its own.
            raise reading_failed(error) from error

    def _read_chunks(self, ctx: RequestContext, bulk: Bulk) -> Iterator[bytes]:
        size = 0
        for reference in self._references(ctx, bulk):
            chunk = self._provider.read_blob(ctx, blob_key=reference.blob_key)
            size += len(chunk)
            if len(chunk) > CHUNK_BYTES or size > MAX_BULK_BYTES + CHUNK_BYTES:
                raise damaged(f"a chunk of {len(chunk):,} bytes is larger than any that is written")
            yield chunk

    def _references(self, ctx: RequestContext, bulk: Bulk) -> Sequence[BlobReference]:
        found = self._provider.read_blob_sequences(
            ctx,
            experiment_id=self._experiment_id,
            plugin_name=PLUGIN_NAME,
            downsample=1,
            run_tag_filter=RunTagFilter(runs=[bulk.stored_run], tags=[bulk.tag]),
        )
        data = found.get(bulk.stored_run, {}).get(bulk.tag)
        if not data:
            raise damaged("TensorBoard lists it but does not return it")
        references: Sequence[BlobReference] = max(data, key=lambda datum: datum.step).values
        return references
