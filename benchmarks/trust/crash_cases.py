"""Makes a share of the cases of `crashes`: ``… crash_cases SEED SHARE DIRECTORY torch remote``.

Each case is a process forked from this one, which has imported everything and has no thread. It
tells through a pipe what it was promised; then what can be read is compared with that. TensorFlow,
which cannot be used in a process forked after its import, each imports itself, so that its writers
are tried with signals only.
"""

from __future__ import annotations

import atexit
import faulthandler
import itertools
import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorboard_cnc.writer.journal as journal
from benchmarks.trust.interruptions import Interruption
from benchmarks.trust.logged_runs import Found, opened, read
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ClosedError

# Nothing takes so long, however slow the machine, an import of TensorFlow included: whoever has
# not ended then never will.
_HUNG_SECONDS = 300
_ENDINGS = ("Ctrl-C", "SIGTERM", "SIGTERM, logged", "SIGTERM, logged, exit", "SIGKILL")
_THEIRS = ("torch.", "tensorboardX.", "tensorflow.")
_CALLS = ("model", "metrics", "failed", "close", "add_scalar")
_NAMES = 12

Promise = Callable[..., None]


def main() -> None:
    seed, share, where = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    for kind in sys.argv[4:]:
        draw = random.Random(f"{kind} {seed}")
        if kind != "tf.summary":
            writer, scalars = opened(kind, where / kind / "imported")
            if scalars is not None:
                scalars.close()
            del writer, scalars
        for case in _cases(kind, share, draw, where / kind):
            print(json.dumps([kind, *case]), flush=True)


def _cases(kind: str, share: float, draw: random.Random, where: Path) -> Iterator[tuple[Any, ...]]:
    """How each was interrupted, in what, where, and what was lost by it."""
    for number in range(max(len(_ENDINGS), round(75 * share))):
        ending = _ENDINGS[number % len(_ENDINGS)]
        yield "signal", ending, *_signalled(kind, ending, draw, where / f"signal-{number}")
    if kind == "tf.summary":
        return
    for act, call in itertools.product(("raise", "log"), _CALLS):
        # What an exception within the writer's own calls leaves behind is not ours.
        if call != "add_scalar" or (kind in ("torch", "tensorboardX") and act == "log"):
            for at, fault in _interrupted(kind, call, act, share, draw, where):
                yield act, call, at, fault


def _forked(work: Callable[[Promise], None], after: Callable[[int], int | None]) -> tuple[Any, int]:
    """What a process that does `work` promised, and how it ended.

    `after` gets the number of promises so far, and returns the signal to send, if any.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _be_a_script(lambda: work(lambda *words: _tell(writing, words)))
    os.close(writing)
    told: list[Any] = []
    with os.fdopen(reading) as lines:
        for line in lines:
            told.append(json.loads(line))
            if (number := after(len(told))) is not None:
                os.kill(process, number)
    return told, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _tell(pipe: int, words: tuple[Any, ...]) -> None:
    os.write(pipe, (json.dumps(words) + "\n").encode())


def _be_a_script(work: Callable[[], None]) -> None:
    """Ends this process as Python ends a script."""
    atexit._clear()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    faulthandler.dump_traceback_later(_HUNG_SECONDS, exit=True)
    status = 0
    try:
        work()
    except SystemExit:
        pass
    except KeyboardInterrupt as error:
        sys.last_value = error
    except BaseException:
        traceback.print_exc()
        status = 3
    atexit._run_exitfuncs()
    os._exit(status)


def _signalled(kind: str, ending: str, draw: random.Random, where: Path) -> tuple[int, str]:
    """Trains until a signal comes after one of the promises."""
    at = draw.randrange(1, 60)
    number = {"Ctrl-C": signal.SIGINT, "SIGKILL": signal.SIGKILL}.get(ending, signal.SIGTERM)
    told, status = _forked(
        lambda promise: _train(kind, ending, where, promise),
        lambda count: number if count == at else None,
    )
    expected = {"SIGTERM": -signal.SIGTERM, "SIGKILL": -signal.SIGKILL}.get(ending, 0)
    if status != expected:
        return at, f"ended with {status}"
    may_be_cut = ending in ("SIGTERM", "SIGKILL")
    return at, _fault(read(where), told, may_be_cut)


def _train(kind: str, ending: str, where: Path, promise: Promise) -> None:
    """Every call is flushed, so that each that returned is promised."""
    journal._FLUSH_EVERY_SECONDS = 0.0
    writer, scalars = opened(kind, where)
    # Before the writer's own hook, which may wait for ever where its add_scalar was interrupted.
    atexit.register(os._exit, 0)
    model = cnc_summary.model(writer, "m")

    def preempted(*_: Any) -> None:
        model.failed("preempted")
        promise("status", "failed", "preempted")
        os._exit(0) if ending.endswith("exit") else sys.exit(1)

    if "logged" in ending:
        signal.signal(signal.SIGTERM, preempted)
    promise("status", "running", "")
    try:
        with model:
            for step in itertools.count():
                if scalars is not None:
                    scalars.add_scalar("loss", float(step), step)
                model.metrics({f"m{step % _NAMES}": step})
                promise("metric", f"m{step % _NAMES}", step)
    except KeyboardInterrupt as error:
        promise("status", "failed", "KeyboardInterrupt")
        # An interrupted add_scalar may have spoilt the writer: that is not for us to mend.
        trace = traceback.walk_tb(error.__traceback__)
        modules = {str(frame.f_globals["__name__"]) for frame, _ in trace}
        theirs = any(
            name.startswith(("torch.", "tensorboardX.", "tensorflow.")) for name in modules
        )
        if scalars is not None and not theirs:
            scalars.add_scalar("after", 1.0, 1)
            scalars.close()
            promise("scalar", "after", 1.0)
        raise


def _interrupted(
    kind: str, call: str, act: str, share: float, draw: random.Random, where: Path
) -> Iterator[tuple[int, str]]:
    """The places of `call` that were interrupted, each with what was lost by it."""
    told, _ = _forked(
        lambda promise: promise(_case(kind, call, act, 0, where / f"{call}-{act}-0")[1]),
        lambda _: None,
    )
    places = range(1, told[0][0] + 1)
    chosen = sorted(draw.sample(places, max(1, round(len(places) * share))))

    def all_of_them(promise: Promise) -> None:
        for at in chosen:
            faulthandler.dump_traceback_later(_HUNG_SECONDS, exit=True)
            promise(_case(kind, call, act, at, where / f"{call}-{act}-{at}")[0])

    faults, status = _forked(all_of_them, lambda _: None)
    yield from ((at, fault) for at, (fault,) in zip(chosen, faults, strict=False))
    if status:
        yield chosen[len(faults)], f"ended with {status}"


def _case(kind: str, call: str, act: str, at: int, where: Path) -> tuple[str, int]:
    """Interrupts one `call` at the place `at`: what was lost by it, and how many places it has."""
    told: list[Any] = []
    writer, scalars = opened(kind, where)
    handle: list[cnc_summary.Model] = []

    def begin() -> None:
        handle.append(cnc_summary.model(writer, "m"))

    if call != "model":
        begin()
        handle[0].metrics({"before": 1})
    calls: dict[str, Callable[[], object]] = {
        "model": begin,
        "metrics": lambda: handle[0].metrics({"during": 2}),
        "failed": lambda: handle[0].failed("preempted"),
        "close": lambda: handle[0].close(),
        "add_scalar": lambda: scalars.add_scalar("during", 2.0, 1),
    }

    def interrupt() -> None:
        if act == "raise":
            raise KeyboardInterrupt
        if handle:
            try:
                handle[0].failed("preempted")
            except ClosedError:
                return
            told.append(["status", "failed", "preempted"])
            # What would be left if the handler ended the process here.
            told.append(["then", _fault(read(where), told, may_be_cut=True)])

    with Interruption(at, interrupt) as interruption:
        try:
            calls[call]()
            told.append(["metric", "during", 2] if call == "metrics" else ["none"])
        except KeyboardInterrupt:
            pass
    if call != "model":
        told.append(["metric", "before", 1])
    _go_on(handle, scalars, call, told)
    atexit._run_exitfuncs()
    atexit._clear()
    return _fault(read(where), told, may_be_cut=False), interruption.places


def _go_on(handle: list[Any], scalars: Any, call: str, told: list[Any]) -> None:
    """The script goes on with its work, as in a notebook."""
    if handle and call in ("metrics", "add_scalar"):
        handle[0].metrics({"after": 3})
        told.append(["metric", "after", 3])
    for each in handle:
        each.close()
        told.append(["ended"])
    if scalars is not None:
        scalars.add_scalar("after", 1.0, 2)
        if not handle:
            atexit._run_exitfuncs()
        else:
            scalars.close()
            told.append(["scalar", "after", 1.0])


def _fault(found: Found, told: list[Any], may_be_cut: bool) -> str:
    """What was promised and cannot be read; empty if that is nothing."""
    if found.cut and not may_be_cut:
        return f"cut: {found.cut}"
    for kind, *words in told:
        match kind, words:
            case "metric", [name, value] if found.metrics.get(name, -1.0) < value:
                return f"lost: {name} is {found.metrics.get(name)}, not {value}"
            case "scalar", [name, value] if found.scalars.get(name) != value:
                return f"lost: the scalar {name}"
            case "then", [text] if text:
                return f"in the handler {text}"
            case "ended", [] if found.card is None or found.card.status == "running":
                return f"lost: the end of {found.card}"
    states = [words for kind, *words in told if kind == "status"]
    if states:
        status, reason = states[-1]
        card = found.card
        if card is None or (status == "failed" and (card.status, card.reason) != (status, reason)):
            return f"lost: {states[-1]}, found {card and (card.status, card.reason)}"
    return ""


if __name__ == "__main__":
    main()
