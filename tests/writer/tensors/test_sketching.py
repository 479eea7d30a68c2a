"""Pieces of tensors, sketched in threads."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from tensorboard_cnc.records.sketches import TensorSketch
from tensorboard_cnc.sketches.sizes import Sizes
from tensorboard_cnc.writer.tensors import sketching
from tensorboard_cnc.writer.tensors.plain_arrays import array_source
from tensorboard_cnc.writer.tensors.sketching import PieceSketcher, finished
from tensorboard_cnc.writer.tensors.tensor_source import Read, Refused, TensorSource
from tests.sketches.tensors import sketch, weights
from tests.sketches.test_sketcher import assert_same

VALUES = weights(250, 1000)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketching, "_PIECE", 40_000)


def source(values: NDArray[Any]) -> TensorSource:
    found = array_source("w", values)
    assert isinstance(found, TensorSource)
    return found


def read_in(threads: int, own: TensorSource, *others: TensorSource) -> TensorSketch | Refused:
    with PieceSketcher(Sizes(), threads) as pieces:
        references = {str(at): other for at, other in enumerate(others)}
        return finished(own, pieces.complete(pieces.read(own, references)))


def sketched_in(threads: int, values: NDArray[Any], *others: NDArray[Any]) -> TensorSketch:
    found = read_in(threads, source(values), *map(source, others))
    assert isinstance(found, TensorSketch)
    return found


def test_pieces_make_the_sketch_of_the_whole() -> None:
    values = VALUES.copy()
    values[::3, ::7], values[200, :5] = -0.0, np.nan
    found = sketched_in(3, values)
    assert_same(found, sketch(values))
    assert found.sample is not None
    assert np.signbit(found.sample[found.sample == 0]).all()


def test_the_number_of_threads_changes_no_bit() -> None:
    one, four = (sketched_in(threads, VALUES, VALUES * 1.1) for threads in (1, 4))
    assert one.totals == four.totals
    assert_array_equal(one.buckets, four.buckets)
    assert one.channels is not None
    assert four.channels is not None
    assert_array_equal(one.channels.squares, four.channels.squares)
    pairs = one.reference["0"], four.reference["0"]
    for name in ("sum_abs", "sum_squares", "dot"):
        assert getattr(pairs[0], name) == getattr(pairs[1], name)


def test_tensors_are_read_in_the_thread_of_the_caller() -> None:
    readers = set()

    def opened() -> Read:
        def read(start: int, stop: int) -> NDArray[Any]:
            readers.add(threading.current_thread())
            return VALUES.reshape(-1)[start:stop]

        return read

    read_in(2, replace(source(VALUES), open=opened))
    assert readers == {threading.current_thread()}


@pytest.mark.parametrize("at", [0, 120_000])
def test_a_tensor_that_cannot_be_read_leaves_no_thread_behind(at: int) -> None:
    def read(start: int, stop: int) -> NDArray[Any]:
        if start >= at:
            raise OSError("the disk is gone")
        return VALUES.reshape(-1)[start:stop]

    found = read_in(2, replace(source(VALUES), open=lambda: read))
    assert isinstance(found, Refused)
    assert found.reason == "it could not be read: OSError: the disk is gone"
    assert not any("ThreadPool" in each.name for each in threading.enumerate())


def test_what_a_thread_cannot_sketch_is_refused() -> None:
    found = read_in(2, replace(source(VALUES), open=lambda: lambda *_: VALUES.astype(complex)))
    assert isinstance(found, Refused)
    assert "has the type complex" in found.reason
