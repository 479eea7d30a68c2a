"""Equal work is done once, a few things at a time, and not at all where nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tensorboard_cnc.plugin.shared_work import (
    AbandonedError,
    SharedWork,
    checkpoint,
    while_wanted,
)
from tests.tensorboard_host import DEADLINE_SECONDS, wait_until


class Waiter:
    """Somebody who waits until he leaves; `asked` is set once he was asked whether he does."""

    def __init__(self) -> None:
        self.here = True
        self.asked = threading.Event()

    def __call__(self) -> bool:
        self.asked.set()
        return self.here


class Work:
    """Something that is made step by step, each when it is let."""

    def __init__(self) -> None:
        self.runs = 0
        self.running = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self) -> str:
        self.runs += 1
        self.running.set()
        assert self.may_go_on.wait(DEADLINE_SECONDS)
        checkpoint()
        return f"made {self.runs}"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def joined(shared: SharedWork, key: str, waiters: int) -> None:
    """Waits until so many wait for what is made under a key."""
    with shared._lock:
        flight = shared._flights[key]
    wait_until(lambda: len(flight.waiting) == waiters, f"{waiters} who wait for {key}")


def test_equal_requests_get_one_answer(threads: ThreadPoolExecutor) -> None:
    shared, work = SharedWork(1), Work()
    answers = [threads.submit(shared.share, "a", work, Waiter()) for _ in range(5)]
    assert work.running.wait(DEADLINE_SECONDS)
    joined(shared, "a", 5)
    work.may_go_on.set()
    assert {each.result(DEADLINE_SECONDS) for each in answers} == {"made 1"}
    assert work.runs == 1
    assert shared.share("a", work, Waiter()) == "made 2", "what is over is not kept"


def test_an_error_reaches_all_who_wait(threads: ThreadPoolExecutor) -> None:
    shared, work = SharedWork(1), Work()

    def fails() -> str:
        work()
        raise OSError("no disk")

    answers = [threads.submit(shared.share, "a", fails, Waiter()) for _ in range(3)]
    assert work.running.wait(DEADLINE_SECONDS)
    joined(shared, "a", 3)
    work.may_go_on.set()
    for each in answers:
        with pytest.raises(OSError, match="no disk"):
            each.result(DEADLINE_SECONDS)
    assert work.runs == 1
    assert shared.share("a", lambda: "well", Waiter()) == "well"


@contextmanager
def occupied(shared: SharedWork, threads: ThreadPoolExecutor) -> Iterator[Future[str]]:
    """The only place is taken meanwhile."""
    work = Work()
    first = threads.submit(shared.share, "first", work, Waiter())
    assert work.running.wait(DEADLINE_SECONDS)
    yield first
    work.may_go_on.set()
    assert first.result(DEADLINE_SECONDS) == "made 1"


def test_so_many_are_made_at_once(threads: ThreadPoolExecutor) -> None:
    shared, second = SharedWork(1), Work()
    second.may_go_on.set()
    with occupied(shared, threads):
        waiting = threads.submit(shared.share, "second", second, Waiter())
        joined(shared, "second", 1)
        assert not second.running.is_set()
    assert waiting.result(DEADLINE_SECONDS) == "made 1"


def test_pieces_are_made_in_turns(threads: ThreadPoolExecutor) -> None:
    shared = SharedWork(1)
    pieces = shared.in_turns(iter([b"a", b"b"]))
    assert next(pieces) == b"a"
    with occupied(shared, threads):
        second = threads.submit(next, pieces)
        assert not second.done()
    assert second.result(DEADLINE_SECONDS) == b"b"
    assert list(pieces) == []
    assert shared.share("a", lambda: "a place is left", Waiter())


def test_what_nobody_waits_for_stops(threads: ThreadPoolExecutor) -> None:
    shared, work, waiters = SharedWork(1), Work(), [Waiter(), Waiter()]
    answers = [threads.submit(shared.share, "a", work, each) for each in waiters]
    assert work.running.wait(DEADLINE_SECONDS)
    joined(shared, "a", 2)
    for each in waiters:
        each.here = False
    work.may_go_on.set()
    for answer in answers:
        with pytest.raises(AbandonedError):
            answer.result(DEADLINE_SECONDS)
    assert shared.share("a", work, Waiter()) == "made 2", "whoever asks later gets an answer"


def test_what_one_still_waits_for_goes_on(threads: ThreadPoolExecutor) -> None:
    shared, work, first, second = SharedWork(1), Work(), Waiter(), Waiter()
    answers = [threads.submit(shared.share, "a", work, first)]
    assert work.running.wait(DEADLINE_SECONDS)
    answers.append(threads.submit(shared.share, "a", work, second))
    joined(shared, "a", 2)
    first.here = False
    work.may_go_on.set()
    assert [each.result(DEADLINE_SECONDS) for each in answers] == ["made 1", "made 1"]
    assert second.asked.is_set()


def test_what_is_abandoned_in_the_queue_never_begins(threads: ThreadPoolExecutor) -> None:
    shared, second, waiter = SharedWork(1), Work(), Waiter()
    with occupied(shared, threads):
        waiting = threads.submit(shared.share, "second", second, waiter)
        joined(shared, "second", 1)
        waiter.here = False
    with pytest.raises(AbandonedError):
        waiting.result(DEADLINE_SECONDS)
    assert second.runs == 0


def test_items_go_on_while_they_are_wanted() -> None:
    shared, waiter, seen = SharedWork(1), Waiter(), []

    def work() -> None:
        for item in while_wanted("abc"):
            seen.append(item)
            waiter.here = item != "b"

    with pytest.raises(AbandonedError):
        shared.share("a", work, waiter)
    assert seen == ["a", "b"]
    assert list(while_wanted("abc")) == ["a", "b", "c"], "outside of requests all is wanted"
