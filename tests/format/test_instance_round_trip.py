"""What is stored of instances comes back: exactly, and probabilities to a part in 3,000."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tensorboard_cnc.analysis.behaviors.evaluation import kl_divergence
from tensorboard_cnc.format import columns
from tensorboard_cnc.format.instances import columns_of, decode, encode
from tensorboard_cnc.records.instances import InstanceRecord, Predictions
from tests.format.any_instances import records

_PROBABILITIES = {"confidence", "true_probability", "top_probabilities", "vectors"}
RANDOM = np.random.default_rng(0)


@settings(max_examples=300)
@given(records)
def test_any_record_comes_back(record: InstanceRecord) -> None:
    found = decode(encode(record))
    assert type(found) is type(record)
    for field in fields(record):
        one, other = getattr(found, field.name), getattr(record, field.name)
        if field.name in _PROBABILITIES and other is not None:
            coarse = isinstance(record, Predictions) and "vectors" in record.dropped
            np.testing.assert_allclose(one, other, rtol=0.01 if coarse else 3e-4, atol=2e-14)
        else:
            np.testing.assert_equal(one, other, err_msg=field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype.kind == other.dtype.kind
            assert not one.flags.writeable


@settings(max_examples=300)
@given(arrays(np.float32, st.integers(0, 50), elements=st.floats(0, 1, width=32)))
def test_probabilities_keep_their_tail(values: Any) -> None:
    found = columns.array_of(columns.probabilities("p", values), np.float32)
    np.testing.assert_allclose(found, values, rtol=2.6e-4, atol=1.7e-14)
    assert found.min(initial=0) >= 0
    assert found.max(initial=0) <= 1


def test_of_a_vector_that_was_cut_the_divergence_stays() -> None:
    """Coarse steps change the mean KL over 1,000 classes by less than 1 % and 5e-5 nats."""
    base = RANDOM.normal(0, 2.5, (400, 1000))
    base[np.arange(400), RANDOM.integers(0, 1000, 400)] += 9
    for noise in (0.05, 0.3, 1.0):
        exact, stored = [], []
        for logits in (base, base + RANDOM.normal(0, noise, base.shape)):
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            vectors = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
            exact.append(vectors)
            packed = columns.probabilities("p", vectors, coarse=True)
            stored.append(columns.array_of(packed, np.float32))
        truth, found = kl_divergence(*exact).mean(), kl_divergence(*stored).mean()
        assert found == pytest.approx(truth, rel=0.01, abs=5e-5), noise


def test_coarse_vectors_take_a_third_less_room() -> None:
    powers = np.exp(RANDOM.normal(0, 2, (500, 1000)))
    vectors = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    fine, coarse = (len(columns.probabilities("p", vectors, coarse=c).data) for c in (False, True))
    assert coarse < 0.7 * fine


def test_ids_in_order_cost_nothing() -> None:
    assert len(columns.ids("ids", np.arange(1_000_000)).data) < 50_000
    assert len(columns.ids("ids", 7 * np.arange(1_000_000)).data) < 50_000


def test_the_narrowest_type_is_stored() -> None:
    for most, dtype in ((127, "|i1"), (128, "<i2"), (40_000, "<i4"), (2**40, "<i8")):
        column = columns.whole_numbers("n", np.array([-1, most]))
        assert column.dtype == dtype
        assert columns.array_of(column, np.int64).tolist() == [-1, most]


def test_big_endian_numbers() -> None:
    values = np.array([1.5, np.nan, -np.inf], ">f8")
    np.testing.assert_array_equal(
        columns.array_of(columns.numbers("n", values), np.float64), values
    )


def test_only_some_columns() -> None:
    record = Predictions(
        "m", "d", np.arange(2), "classes", ("a",), predicted=np.zeros(2, np.int32),
        correct=np.ones(2, np.int8), scores={"F1": np.ones(2, np.float32)},
    )  # fmt: skip
    assert set(columns_of(record)) == {"ids", "classes", "predicted", "correct", "scores/F1"}
    assert set(columns_of(record, ("correct", "confidence"))) == {"correct"}


def test_a_large_record_is_cut_into_chunks() -> None:
    noise = RANDOM.integers(0, 2**62, 1_400_000)
    ids = np.arange(len(noise))
    record = Predictions("m", "d", ids, "numbers", numbers=noise.view(np.float64))
    chunks = encode(record)
    assert [len(chunk) for chunk in chunks[:-1]] == [8 << 20]
    found = decode(chunks)
    assert isinstance(found, Predictions)
    np.testing.assert_array_equal(found.numbers, record.numbers)
