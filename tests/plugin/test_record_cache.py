"""The cache keeps what was used last, within its limit, and makes each value once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_cnc.plugin.record_cache import RecordCache

Array = np.ndarray[Any, Any]


def kilobytes(count: int) -> Array:
    return np.zeros(count * 1000, np.uint8)


def test_a_value_is_made_once() -> None:
    cache = RecordCache(10_000)
    first = cache.get(np.ndarray, "a", lambda: kilobytes(1))
    assert cache.get(np.ndarray, "a", lambda: pytest.fail("made again")) is first
    assert cache.nbytes == 1000


def test_a_key_of_another_type_is_another_value() -> None:
    cache = RecordCache(10_000)
    array = cache.get(np.ndarray, "a", lambda: kilobytes(1))
    memory = cache.get(memoryview, "a", lambda: memoryview(b"abc"))
    assert (array.nbytes, memory.nbytes, cache.nbytes) == (1000, 3, 1003)


def test_the_least_recently_used_goes() -> None:
    cache = RecordCache(3000)
    for key in "abc":
        cache.get(np.ndarray, key, lambda: kilobytes(1))
    cache.get(np.ndarray, "a", lambda: pytest.fail("is there"))
    cache.get(np.ndarray, "d", lambda: kilobytes(1))
    assert [cache.holds(np.ndarray, key) for key in "abcd"] == [True, False, True, True]


def test_what_is_over_the_limit_is_given_but_not_kept() -> None:
    cache = RecordCache(3000)
    cache.get(np.ndarray, "small", lambda: kilobytes(1))
    assert cache.get(np.ndarray, "large", lambda: kilobytes(4)).nbytes == 4000
    assert [cache.holds(np.ndarray, key) for key in ("large", "small")] == [False, True]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=60))
def test_it_is_never_over_its_limit(asked: list[tuple[int, int]]) -> None:
    cache = RecordCache(8000)
    for key, size in asked:
        cache.get(np.ndarray, key, lambda size=size: kilobytes(size))  # type: ignore[misc]
        assert 0 <= cache.nbytes <= 8000


def test_whoever_asks_meanwhile_waits_for_what_is_made() -> None:
    cache = RecordCache(10_000)
    started, may_end = threading.Event(), threading.Event()
    made = []

    def slowly() -> Array:
        made.append(1)
        started.set()
        assert may_end.wait(30)
        return kilobytes(1)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(cache.get, np.ndarray, "a", slowly)
        assert started.wait(30)
        others = [threads.submit(cache.get, np.ndarray, "a", slowly) for _ in range(3)]
        may_end.set()
        assert all(other.result(30) is first.result(30) for other in others)
    assert made == [1]


def test_a_failure_is_not_kept() -> None:
    cache = RecordCache(10_000)

    def fails() -> Array:
        raise OSError("no disk")

    for _ in range(2):
        with pytest.raises(OSError, match="no disk"):
            cache.get(np.ndarray, "a", fails)
    assert cache.get(np.ndarray, "a", lambda: kilobytes(1)).nbytes == 1000
