"""Reads bulk records: data sets and predictions, and the bytes of any other kind.

`EventStore.refresh` lists them as `Bulk` values, of each tag the newest. To read one::

    reader = BulkReader(provider, experiment_id)
    predictions = reader.predictions(ctx, bulk)

A `Bulk` is another value for each new version of its record, so that it is the key under which
what was read of it may be kept. Nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorboard.context import RequestContext
from tensorboard.data.provider import BlobReference, DataProvider, RunTagFilter

from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.format import instances as instance_format
from tensorboard_cnc.format.envelope import CHUNK_BYTES, MAX_BULK_BYTES, damaged
from tensorboard_cnc.format.tags import PLUGIN_NAME, dataset_tag, predictions_tag
from tensorboard_cnc.reader.failures import reading_failed
from tensorboard_cnc.records.instances import Dataset, InstanceRecord, Predictions
from tensorboard_cnc.records.models import Bulk


class BulkReader:
    """Reads bulk records of one experiment, chunk by chunk; usable from several threads."""

    def __init__(self, provider: DataProvider, experiment_id: str) -> None:
        self._provider = provider
        self._experiment_id = experiment_id

    def dataset(self, ctx: RequestContext, bulk: Bulk) -> Dataset:
        """The data set that `bulk` lists.

        Raises:
          RecordError: it cannot be read, is damaged, or was written by a newer version.
        """
        record = self._record(ctx, bulk)
        if not isinstance(record, Dataset) or bulk.tag != dataset_tag(record.name):
            raise _elsewhere(bulk)
        return record

    def predictions(self, ctx: RequestContext, bulk: Bulk) -> Predictions:
        """The predictions that `bulk` lists.

        Raises:
          RecordError: they cannot be read, are damaged, or were written by a newer version.
        """
        record = self._record(ctx, bulk)
        if not isinstance(record, Predictions) or bulk.tag != predictions_tag(
            record.model_id, record.dataset
        ):
            raise _elsewhere(bulk)
        return record

    def chunks(self, ctx: RequestContext, bulk: Bulk) -> list[bytes]:
        """The chunks of the record that `bulk` lists, at most 256 MiB; for the decoder of its kind.

        Raises:
          RecordError: they cannot be read.
        """
        try:
            return list(self._chunks(ctx, bulk))
        except RecordError:
            raise
        except Exception as error:
            # Each loader and each file system has errors of its own.
            raise reading_failed(error) from error

    def _record(self, ctx: RequestContext, bulk: Bulk) -> InstanceRecord:
        return instance_format.decode(self.chunks(ctx, bulk))

    def _chunks(self, ctx: RequestContext, bulk: Bulk) -> Iterator[bytes]:
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
            raise damaged("TensorBoard lists it but does not hand it out")
        references: Sequence[BlobReference] = max(data, key=lambda datum: datum.step).values
        return references


def _elsewhere(bulk: Bulk) -> RecordError:
    return damaged(f"the tag {bulk.tag} does not fit what it holds")
