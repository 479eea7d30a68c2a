"""The cache keeps what was used last, within its limit, and makes each value once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_cnc.plugin.byte_cache import ByteCache

Array = np.ndarray[Any, Any]


def kilobytes(count: int) -> Array:
    return np.zeros(count * 1000, np.uint8)


def test_a_value_is_made_once() -> None:
    cache: ByteCache[Array] = ByteCache(10_000)
    first = cache.get("a", lambda: kilobytes(1))
    assert cache.get("a", lambda: pytest.fail("made again")) is first
    assert cache.nbytes == 1000


def test_the_least_recently_used_goes() -> None:
    cache: ByteCache[Array] = ByteCache(3000)
    for key in "abc":
        cache.get(key, lambda: kilobytes(1))
    cache.get("a", lambda: pytest.fail("is there"))
    cache.get("d", lambda: kilobytes(1))
    assert [key in cache for key in "abcd"] == [True, False, True, True]


def test_what_is_over_the_limit_is_given_but_not_kept() -> None:
    cache: ByteCache[Array] = ByteCache(3000)
    cache.get("small", lambda: kilobytes(1))
    assert cache.get("large", lambda: kilobytes(4)).nbytes == 4000
    assert ("large" in cache, "small" in cache) == (False, True)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=60))
def test_it_is_never_over_its_limit(asked: list[tuple[int, int]]) -> None:
    cache: ByteCache[Array] = ByteCache(8000)
    for key, size in asked:
        cache.get(key, lambda size=size: kilobytes(size))  # type: ignore[misc]
        assert 0 <= cache.nbytes <= 8000


def test_whoever_asks_meanwhile_waits_for_what_is_made() -> None:
    cache: ByteCache[Array] = ByteCache(10_000)
    started, may_end = threading.Event(), threading.Event()
    made = []

    def slowly() -> Array:
        made.append(1)
        started.set()
        assert may_end.wait(30)
        return kilobytes(1)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(cache.get, "a", slowly)
        assert started.wait(30)
        others = [threads.submit(cache.get, "a", slowly) for _ in range(3)]
        may_end.set()
        assert all(other.result(30) is first.result(30) for other in others)
    assert made == [1]


def test_a_failure_is_not_kept() -> None:
    cache: ByteCache[Array] = ByteCache(10_000)

    def fails() -> Array:
        raise OSError("no disk")

    for _ in range(2):
        with pytest.raises(OSError, match="no disk"):
            cache.get("a", fails)
    assert cache.get("a", lambda: kilobytes(1)).nbytes == 1000
