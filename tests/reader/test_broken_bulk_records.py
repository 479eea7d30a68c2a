"""A bulk record that cannot be read says why, and hides nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.context import RequestContext
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import DamagedRecordError, FutureRecordError, RecordError
from tensorboard_cnc.format.envelope import CHUNK_BYTES
from tensorboard_cnc.format.instances import encode
from tensorboard_cnc.format.sketches import encode as encode_sketches
from tensorboard_cnc.format.tags import blob_summary, tensor_summary
from tensorboard_cnc.reader.bulk_reader import BulkReader
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk
from tensorboard_cnc.records.sketches import SketchRecord
from tests.conftest import Serve
from tests.format.envelopes import sealed
from tests.tensorboard_host import InProcessTensorBoard, wait_until

GOOD = Predictions("m", "test", np.arange(3), "classes", predicted=np.zeros(3, np.int32))
TAG = "cnc/predictions/m/test"


def write(run: Path, summary: Summary, step: int = 1) -> None:
    writer = EventFileWriter(str(run))
    writer.add_event(Event(step=step, wall_time=1.0, summary=summary))
    writer.close()


def log_good(logdir: Path) -> None:
    with cnc_summary.model(logdir / "good", "good") as model:
        model.predictions("test", [1, 2], predicted=[0, 1])


def bulk_of(host: InProcessTensorBoard, run: str) -> Bulk:
    found: Bulk = wait_until(
        lambda: next((bulk for bulk in host.bulk() if bulk.stored_run == run), None), run
    )
    return found


def read(host: InProcessTensorBoard, bulk: Bulk) -> Any:
    return BulkReader(host.provider, "").read(RequestContext(), bulk)


def flipped() -> list[bytes]:
    (chunk,) = encode(GOOD)
    return [chunk[:-1] + bytes([chunk[-1] ^ 1])]


@pytest.mark.parametrize(
    ("tag", "chunks", "error", "detail"),
    [
        pytest.param(TAG, flipped(), DamagedRecordError, "checksum", id="a flipped bit"),
        pytest.param(TAG, [b""], DamagedRecordError, "no ids|its kind|checksum", id="empty"),
        pytest.param(TAG, [b"\xff" * 50], DamagedRecordError, "does not parse", id="no envelope"),
        pytest.param(TAG, [sealed(b"", version=7)], FutureRecordError, "version is 7", id="newer"),
        pytest.param(
            TAG, [b"x" * (CHUNK_BYTES + 1)], DamagedRecordError, "larger than any", id="chunk"
        ),
    ],
)
def test_a_bad_record_says_why(
    tag: str,
    chunks: list[bytes],
    error: type[RecordError],
    detail: str,
    tmp_path: Path,
    serve: Serve,
) -> None:
    log_good(tmp_path)
    write(tmp_path / "bad", blob_summary(tag, chunks))
    host = serve(tmp_path)
    with pytest.raises(error, match=detail) as caught:
        read(host, bulk_of(host, "bad"))
    assert caught.value.remedy
    assert read(host, bulk_of(host, "good/cnc")).ids.tolist() == [1, 2]


RECORDS = {
    "cnc/dataset/test": encode(Dataset("test", np.arange(3), "classes", "f")),
    TAG: encode(GOOD),
    "cnc/weights/m": encode_sketches(SketchRecord("weights", "m", ())),
    "cnc/activations/m": encode_sketches(SketchRecord("activations", "m", ())),
}
OF_OTHERS = ("cnc/dataset/x", "cnc/predictions/x/test", "cnc/predictions/m/x", "cnc/weights/x")


def test_a_record_under_the_tag_of_another_is_refused(tmp_path: Path, serve: Serve) -> None:
    placed = [(tag, of) for tag in (*RECORDS, *OF_OTHERS) for of in RECORDS]
    for number, (tag, of) in enumerate(placed):
        write(tmp_path / str(number), blob_summary(tag, RECORDS[of]))
    host = serve(tmp_path)
    found = wait_until(
        lambda: bulk if len(bulk := host.bulk()) == len(placed) else (), "all of the records"
    )
    for bulk in found:
        tag, of = placed[int(bulk.stored_run)]
        if tag == of:
            assert encoded(read(host, bulk)) == RECORDS[of]
            continue
        with pytest.raises(DamagedRecordError, match="A record is damaged"):
            read(host, bulk)


def encoded(record: Any) -> list[bytes]:
    return encode_sketches(record) if isinstance(record, SketchRecord) else encode(record)


def test_what_is_gone_when_it_is_read(tmp_path: Path, serve: Serve) -> None:
    log_good(tmp_path)
    host = serve(tmp_path)
    bulk_of(host, "good/cnc")
    gone = Bulk("predictions", "lost", "m", "test", "lost", TAG, 1, 1.0)
    with pytest.raises(RecordError) as caught:
        read(host, gone)
    assert caught.value.remedy


def test_other_tags_and_classes_of_data_are_no_bulk_records(tmp_path: Path, serve: Serve) -> None:
    log_good(tmp_path)
    for number, tag in enumerate(("cnc/dataset", "cnc/predictions/a", "cnc/poems/x", "x", "cnc/")):
        write(tmp_path / f"odd-{number}", blob_summary(tag, [b"x"]))
    write(tmp_path / "tensor", tensor_summary(TAG, b"x"))
    host = serve(tmp_path)
    wait_until(lambda: len(host.models()["problems"]) == 1, "the tensor's problem")
    assert [bulk.run for bulk in host.bulk()] == ["good"]
    (model,) = host.models()["models"]
    assert model["logged"]["predictions"] == ["test"]


def test_of_a_tag_in_two_sub_runs_the_newest_is_listed(tmp_path: Path, serve: Serve) -> None:
    for step, run in ((-5, "r/cnc"), (-9, "r/cnc/1a2b3c4d")):
        summary = blob_summary(TAG, encode(GOOD))
        summary.value[0].metadata.plugin_data.content = b"subrun"
        write(tmp_path / run, summary, step)
    host = serve(tmp_path)
    found = wait_until(
        lambda: bulk if (bulk := host.bulk()) and bulk[0].step == -5 else None, "the newest"
    )
    assert [(bulk.run, bulk.stored_run) for bulk in found] == [("r", "r/cnc")]


def test_a_record_of_many_chunks(tmp_path: Path, serve: Serve) -> None:
    noise = np.random.default_rng(0).normal(size=2_500_000)
    with cnc_summary.model(tmp_path / "r", "m") as model:
        model.predictions("test", range(len(noise)), predicted=noise)
    host = serve(tmp_path)
    bulk = bulk_of(host, "r/cnc")
    record = read(host, bulk)
    assert len(encode(record)) == 3
    np.testing.assert_array_equal(record.numbers, noise)
