"""Heavy work: equal requests get one answer, few are worked on at once, and none for nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from tensorboard_cnc.reader.collector import collector_paused

T = TypeVar("T")

# Whether somebody still waits for the work of this thread.
_wanted: ContextVar[Callable[[], bool]] = ContextVar("wanted", default=lambda: True)


class AbandonedError(BaseException):
    """Nobody waits for the work any more; no Exception, so that it is not taken for a failure."""


def checkpoint() -> None:
    """Ends the work where nobody waits for it: called between models, records and pairs.

    Raises:
      AbandonedError: nobody does.
    """
    if not _wanted.get()():
        raise AbandonedError


def while_wanted(items: Iterable[T]) -> Iterator[T]:
    """The same items, with a `checkpoint` before each."""
    for item in items:
        checkpoint()
        yield item


@dataclass(slots=True, eq=False)
class _Flight:
    """What is being made for all who wait; each of `waiting` tells whether one still does."""

    waiting: list[Callable[[], bool]] = field(default_factory=list)
    made: Future[Any] = field(default_factory=Future)


class SharedWork:
    """Makes what requests wait for, at most so many things `at_once`."""

    def __init__(self, at_once: int) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.Lock()

    def share(self, key: Hashable, make: Callable[[], T], waits: Callable[[], bool]) -> T:
        """What `make` returns or raises, made once for all who ask for `key` meanwhile.

        The first makes it in its own thread, and goes on as long as `waits` is true of anyone.

        Raises:
          AbandonedError: nobody waited until it was made.
        """
        with self._lock:
            flight = self._flights.get(key)
            first = flight is None
            flight = self._flights.setdefault(key, flight or _Flight())
            flight.waiting.append(waits)
        if first:
            self._fly(key, flight, make)
        return cast(T, flight.made.result())

    def in_turns(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same pieces, each made in a place of its own, so that a slow reader holds none."""
        while True:
            with self._places:
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def _fly(self, key: Hashable, flight: _Flight, make: Callable[[], Any]) -> None:
        before = _wanted.set(lambda: self._is_wanted(key, flight))
        try:
            with self._places, collector_paused():
                checkpoint()
                made = make()
        except BaseException as error:
            self._land(key, flight)
            flight.made.set_exception(error)
        else:
            self._land(key, flight)
            flight.made.set_result(made)
        finally:
            _wanted.reset(before)

    def _is_wanted(self, key: Hashable, flight: _Flight) -> bool:
        with self._lock:
            if any(waits() for waits in flight.waiting):
                return True
            # Whoever asks from now on must not wait for what is given up.
            self._forget(key, flight)
            return False

    def _land(self, key: Hashable, flight: _Flight) -> None:
        with self._lock:
            self._forget(key, flight)

    def _forget(self, key: Hashable, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
