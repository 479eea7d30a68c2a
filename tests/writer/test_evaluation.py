"""Batches of an evaluation loop become the record that one call would have made."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError, ClosedError, CncWarning
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.writer.instances.batches import Batches, joined
from tensorboard_cnc.writer.instances.predictions import fitted, predictions_of
from tensorboard_cnc.writer.instances.task import GivenPredictions
from tests.writer.instances import same
from tests.writer.logged import bulk_records, the_predictions
from tests.writer.scripts import run_script

RANDOM = np.random.default_rng(1)
N, C = 1000, 5
LOGITS = RANDOM.normal(0, 2, (N, C)).astype(np.float32)
LABELS = RANDOM.integers(0, C, N)
GIVEN: dict[str, dict[str, Any]] = {
    "logits": {"logits": LOGITS, "labels": LABELS, "scores": {"s": LOGITS[:, 0]}},
    "labels": {"predicted": LABELS},
    "numbers": {"predicted": LOGITS[:, 0].astype(float)},
    "texts": {"outputs": [f"output {i}" for i in range(N)]},
    "scores": {"scores": {"F1": LOGITS[:, 1]}},
    "several": {"logits": LOGITS, "labels": LOGITS > 0.5},
}


def rows(given: dict[str, Any], chosen: Any) -> dict[str, Any]:
    """The arguments of some rows."""

    def some(values: Any) -> Any:
        if isinstance(values, dict):
            return {name: each[chosen] for name, each in values.items()}
        return [values[i] for i in chosen] if isinstance(values, list) else values[chosen]

    return {name: some(values) for name, values in given.items()}


@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize("kind", GIVEN)
def test_batches_are_the_same_as_one_call(kind: str, texts: bool, tmp_path: Path) -> None:
    ids = np.array([f"id {i}" for i in range(N)]) if texts else np.arange(N) * 7
    given = GIVEN[kind]
    with cnc_summary.model(tmp_path / "once", "m") as model:
        model.predictions("test", ids, **given, max_bytes=20_000)
    order = RANDOM.permutation(N)
    with (
        cnc_summary.model(tmp_path / "batches", "m") as model,
        model.evaluation("test", max_bytes=20_000) as evaluation,
    ):
        for chosen in np.split(order, [1, 30, 500, 501]):
            evaluation.add(ids[chosen], **rows(given, chosen))
    same(the_predictions(tmp_path / "batches"), the_predictions(tmp_path / "once"))


@settings(max_examples=40)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(200, 20_000))
def test_any_batches_keep_the_vectors_that_one_call_keeps(sizes: list[int], max_bytes: int) -> None:
    n = sum(sizes)
    ids = RANDOM.permutation(10 * n)[:n]

    def part(chosen: Any) -> Predictions:
        given = GivenPredictions(logits=LOGITS[chosen % N])
        return predictions_of("m", "test", ids[chosen], given, None, max_bytes)

    batches = Batches(max_bytes, repeats=False)
    for chosen in np.split(np.arange(n), np.cumsum(sizes)[:-1]):
        batches.add(part(chosen))
    found = batches.joined()
    assert found is not None
    same(fitted(found, max_bytes)[0], fitted(joined([part(np.arange(n))]), max_bytes)[0])


def test_memory_is_bounded(tmp_path: Path) -> None:
    """50,000 rows of 1,000 classes are 200 MB; what is kept of them is a few."""
    batch = RANDOM.normal(0, 1, (500, 1000)).astype(np.float32)
    with cnc_summary.model(tmp_path, "m") as model, model.evaluation("test") as evaluation:
        tracemalloc.start()
        for start in range(0, 50_000, len(batch)):
            evaluation.add(np.arange(start, start + len(batch)), logits=batch)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak_bytes < 60e6
    record = the_predictions(tmp_path)
    assert len(record.ids) == 50_000
    assert record.vectors is not None
    assert "vectors" in record.dropped


def test_an_exception_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with cnc_summary.model(tmp_path, "m") as model, model.evaluation("test") as evaluation:
            evaluation.add([1], predicted=[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert bulk_records(tmp_path) == []


@pytest.mark.parametrize(
    ("second", "seen"),
    [
        pytest.param(
            {"ids": [2, 3], "predicted": [0, 1]}, "1 ids were added again, such as 2", id="id"
        ),
        pytest.param({"ids": ["3"], "predicted": [0]}, "different kind of ids", id="ids"),
        pytest.param({"ids": [3], "outputs": ["a"]}, "different kind, predicted", id="kind"),
        pytest.param({"ids": [3], "predicted": [0], "labels": [0]}, "correct", id="labels"),
        pytest.param({"ids": [3], "predicted": [0], "scores": {"a": [1]}}, "scores", id="scores"),
        pytest.param({"ids": [3], "predicted": ["b"]}, "different classes.*classes=", id="classes"),
    ],
)
def test_batches_that_do_not_fit_together(
    second: dict[str, Any], seen: str, tmp_path: Path
) -> None:
    def evaluate() -> None:
        with cnc_summary.attach(tmp_path, "m") as model, model.evaluation("test") as evaluation:
            evaluation.add([1, 2], predicted=[0, 1])
            evaluation.add(**second)

    with pytest.raises(ArgumentError, match=seen):
        evaluate()
    assert bulk_records(tmp_path) == []


def test_no_batch_at_all(tmp_path: Path) -> None:
    with (
        cnc_summary.attach(tmp_path, "m") as model,
        pytest.raises(ArgumentError, match="No batch was added"),
        model.evaluation("test"),
    ):
        pass


def test_a_batch_outside_the_block_is_no_silent_loss(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as model:
        evaluation = model.evaluation("test")
        with pytest.raises(ClosedError, match="outside its block"):
            evaluation.add([1], scores={"F1": [1]})
        with evaluation:
            evaluation.add([1], scores={"F1": [1]})
        with pytest.raises(ClosedError, match="outside its block"):
            evaluation.add([2], scores={"F1": [1]})
    assert the_predictions(tmp_path).ids.tolist() == [1]


def test_after_the_model_was_closed(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as model:
        evaluation = model.evaluation("test")
    with pytest.raises(ClosedError):
        evaluation.add([1], predicted=[1])


@pytest.mark.usefixtures("lenient")
def test_with_warnings_a_bad_batch_is_left_out(tmp_path: Path) -> None:
    with cnc_summary.attach(tmp_path, "m") as model, model.evaluation("test") as evaluation:
        evaluation.add([1], predicted=[0])
        with pytest.warns(CncWarning, match="2 predicted classes for 1 ids"):
            evaluation.add([2], predicted=[0, 1])
        evaluation.add([3], predicted=[1])
    assert the_predictions(tmp_path).ids.tolist() == [1, 3]


SHARDS = """
    import sys, numpy, torch, torch.distributed as distributed, torch.multiprocessing
    from torch.utils.data import DistributedSampler
    from tensorboard_cnc import cnc_summary

    N, C = 1001, 7
    logits = torch.from_numpy(numpy.random.default_rng(0).normal(0, 2, (N, C))).float()
    labels = torch.arange(N) % C

    def work(rank, where):
        store = f"file://{where}/store"
        distributed.init_process_group("gloo", store, rank=rank, world_size=2)
        cnc_summary.dataset(f"{where}/data", "test", range(N), labels=labels)
        with cnc_summary.model(f"{where}/sharded", "m") as model:
            sampler = DistributedSampler(range(N), shuffle=True)
            with model.evaluation("test", max_bytes=20_000) as evaluation:
                for ids in torch.tensor(list(sampler)).split(64):
                    evaluation.add(ids, logits=logits[ids])
        with cnc_summary.model(f"{where}/alone", "m") as model:
            if rank == 0:
                with model.evaluation("test", sharded=False, max_bytes=20_000) as evaluation:
                    evaluation.add(range(N), logits=logits)
        distributed.barrier()
        distributed.destroy_process_group()

    if __name__ == "__main__":
        torch.multiprocessing.spawn(work, [sys.argv[1]], nprocs=2)
"""


def test_two_processes_add_a_shard_each(tmp_path: Path) -> None:
    """1,001 instances are padded to 1,002 for two ranks; each instance is there once."""
    where = tmp_path / "job"
    run_script(SHARDS, where)
    sharded, alone = the_predictions(where / "sharded"), the_predictions(where / "alone")
    assert sorted(sharded.ids) == list(range(1001))
    same(sharded, alone)
    assert alone.correct is not None
    assert 0 < alone.correct.mean() < 1
    assert len(bulk_records(where / "data")) == 1, "rank 0 alone writes the data set"
