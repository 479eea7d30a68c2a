"""Work on what must not be left half done, in a thread that nothing interrupts.

Python raises KeyboardInterrupt, and runs the handlers of all signals, between two instructions of
the main thread. There it would cut a record in two, spoil the queue of somebody else's writer, or
find its lock taken by the very call that it interrupted.
"""

from __future__ import annotations

import _thread
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

Work: TypeAlias = Callable[[], object]
# What came of the work: None, or the error that it raised.
_Reply: TypeAlias = "SimpleQueue[BaseException | None]"
_Errands: TypeAlias = "SimpleQueue[tuple[Work, _Reply] | None]"


class Courier:
    """Does what it is given, one after the other, also when who gave it is interrupted.

    Built of nothing but `SimpleQueue`, whose calls are whole under every signal. The conditions and
    events of `threading` are not: an interruption may leave their locks taken.
    """

    def __init__(self) -> None:
        self._errands: _Errands = SimpleQueue()
        _thread.start_new_thread(_run, (self._errands,))
        # Not when Python exits, because models are closed then.
        weakref.finalize(self, self._errands.put, None).atexit = False

    def send(self, work: Work) -> None:
        """Hands `work` over, which must tell of its errors by itself."""
        self._errands.put((work, SimpleQueue()))

    def do(self, work: Work) -> None:
        """Hands `work` over and waits until it is done; raises what it raised."""
        reply: _Reply = SimpleQueue()
        self._errands.put((work, reply))
        error = reply.get()
        if error is not None:
            raise error


def _run(errands: _Errands) -> None:
    while errand := errands.get():
        work, reply = errand
        try:
            work()
            reply.put(None)
        except BaseException as error:
            reply.put(error)
        # Or a writer would live on here after its owner has let it go.
        del errand, work, reply
