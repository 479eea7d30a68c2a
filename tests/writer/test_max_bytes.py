"""What is left out for want of bytes, in which order, and that all models keep the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc.format.instances import decode, encode
from tensorboard_cnc.records.instances import Predictions
from tensorboard_cnc.writer.instances.arrays import first_rows, random_ranks
from tensorboard_cnc.writer.instances.predictions import fitted, packed_bytes, predictions_of
from tensorboard_cnc.writer.instances.task import GivenPredictions

RANDOM = np.random.default_rng(4)
N, C = 3000, 20
LOGITS = RANDOM.normal(0, 2, (N, C)).astype(np.float32)
LABELS = RANDOM.integers(0, C, N)


def within(max_bytes: int, rows: Any = None, logits: Any = LOGITS, **more: Any) -> Predictions:
    """What is stored of some rows, read back."""
    chosen = np.arange(N) if rows is None else rows
    given = GivenPredictions(logits=logits[chosen], labels=LABELS[chosen], **more)
    record = predictions_of("m", "test", chosen, given, None, max_bytes)
    kept, packed = fitted(record, max_bytes)
    found = decode(encode(kept, packed))
    assert isinstance(found, Predictions)
    assert found.dropped == kept.dropped
    always = fitted(record, 1)[1]
    assert packed_bytes(packed) <= max(max_bytes, packed_bytes(always))
    return found


def ids_with_vectors(record: Predictions) -> set[int]:
    return set() if record.vector_rows is None else set(record.ids[record.vector_rows].tolist())


@pytest.mark.parametrize(
    ("max_bytes", "dropped", "has"),
    [
        (1_000_000, (), {"confidence", "vectors"}),
        (100_000, ("vectors",), {"confidence", "top_classes", "vectors"}),
        (40_000, ("top-k", "vectors"), {"confidence", "vectors"}),
        (16_000, ("top-k", "vectors"), {"confidence", "vectors"}),
        (10_000, ("confidence", "top-k", "vectors"), {"vectors"}),
        (7_500, ("confidence", "top-k", "vectors"), set()),
        (1, ("confidence", "top-k", "vectors"), set()),
    ],
)
def test_vectors_go_first_then_top_k_then_confidence(
    max_bytes: int, dropped: tuple[str, ...], has: set[str]
) -> None:
    record = within(max_bytes)
    assert record.dropped == dropped
    optional = {"confidence", "top_classes", "vectors"}
    assert {name for name in optional if getattr(record, name) is not None} == has
    predicted = LOGITS.argmax(axis=1)
    np.testing.assert_array_equal(record.predicted, predicted)
    np.testing.assert_array_equal(record.correct, predicted == LABELS)
    assert record.true_probability is not None


def test_scores_always_stay() -> None:
    record = within(1, scores={"F1": LOGITS[:, 0]})
    np.testing.assert_array_equal(record.scores["F1"], LOGITS[:, 0])


def test_the_bytes_are_used() -> None:
    for max_bytes in (40_000, 60_000, 100_000):
        given = GivenPredictions(logits=LOGITS, labels=LABELS)
        record = predictions_of("m", "test", np.arange(N), given, None, max_bytes)
        assert 0.9 * max_bytes < packed_bytes(fitted(record, max_bytes)[1]) <= max_bytes


@settings(max_examples=30)
@given(st.integers(30_000, 200_000), st.integers(30_000, 200_000), st.integers(0, 99))
def test_the_subsets_of_all_models_are_nested(one: int, other: int, seed: int) -> None:
    """Whatever the order, the logits and the bytes."""
    order = np.random.default_rng(seed).permutation(N)
    noise = RANDOM.normal(0, 1, LOGITS.shape).astype(np.float32)
    kept = [ids_with_vectors(within(one)), ids_with_vectors(within(other, order, LOGITS + noise))]
    smaller, larger = sorted(kept, key=len)
    assert smaller <= larger
    assert smaller


def test_models_on_different_subsets_share_vectors() -> None:
    whole = ids_with_vectors(within(60_000))
    half = ids_with_vectors(within(60_000, np.arange(0, N, 2)))
    assert {i for i in whole if i % 2 == 0} <= half


def test_of_a_vector_all_classes_stay() -> None:
    record = within(60_000)
    assert record.vectors is not None
    assert record.vectors.shape[1] == C
    np.testing.assert_allclose(record.vectors.sum(axis=1), 1, atol=0.01)


def test_the_order_is_spread_evenly_and_the_same_everywhere() -> None:
    """Known values of splitmix64, as its author's C code gives them for seeds 0, 1 and 2."""
    found = random_ranks(np.array([0, 1, 2]))
    assert [f"{rank:016x}" for rank in found.tolist()] == [
        "e220a8397b1dcdaf",
        "910a2dec89025cc1",
        "975835de1c9756ce",
    ]
    first = first_rows(np.arange(100_000), 10_000)
    counts, _ = np.histogram(first, 20)
    assert counts.min() > 400
    assert counts.max() < 600
    texts = first_rows(np.array([f"image-{i}" for i in range(20_000)]), 2000)
    assert np.histogram(texts, 10)[0].min() > 140


@pytest.mark.parametrize("count", [-1, 0, 1, 99, 100, 101])
def test_so_many_rows(count: int) -> None:
    rows = first_rows(np.arange(100) * 3, count)
    assert len(rows) == min(max(count, 0), 100)
    assert (np.diff(rows) > 0).all()
