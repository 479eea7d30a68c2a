"""Times and steps that only grow."""

from __future__ import annotations

import threading
import time

import pytest

from tensorboard_cnc.writer.journal import next_step, now_us


def test_steps_are_negative_times() -> None:
    before = time.time_ns() // 1000
    step = next_step()
    assert step < 0
    assert before <= step + 2**52


def test_steps_grow_when_the_clock_stands_still_or_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = now_us()
    times = iter([start + 100, start + 100, start - 10**12, start + 200])
    monkeypatch.setattr(time, "time_ns", lambda: next(times) * 1000)
    assert [now_us() - start for _ in range(4)] == [100, 101, 102, 200]


def test_no_two_threads_get_the_same_step() -> None:
    steps: list[list[int]] = [[] for _ in range(8)]

    def draw(mine: list[int]) -> None:
        mine.extend(next_step() for _ in range(500))

    threads = [threading.Thread(target=draw, args=[mine]) for mine in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({step for mine in steps for step in mine}) == 4000
    assert all(mine == sorted(mine) for mine in steps)
