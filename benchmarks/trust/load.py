"""Many requests at once: `models` stays quick, equal ones cost one, abandoned ones stop."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np

from benchmarks.size import Size
from benchmarks.trust.outcome import Outcome
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.records.identity import model_key
from tests.tensorboard_host import tensorboard_process, wait_until

_MODELS = 8
_HEAVY = 20
_MOST_MS = 50.0
# Of one request's time: what ten equal ones may take together.
_MOST_TIMES = 2.0
# Processor time after a client has left: what is between two looks at its connection.
_MOST_AFTER_SECONDS = 1.0
_BEGUN_SECONDS = 0.2


def attack(size: Size) -> list[Outcome]:
    with served(size.count(100_000), size.count(2000)) as server:
        return [
            models_beside_comparisons(server, size.count(400, 50)),
            equal_requests(server, size.count(10, 3)),
            abandoned_requests(server, size.count(10, 3)),
        ]


class Server:
    """TensorBoard on models with predictions and weights, and what may be asked of it."""

    def __init__(self, url: str, pid: int) -> None:
        address = urlsplit(url)
        assert address.hostname is not None
        self._host, self._port, self._pid = address.hostname, address.port, pid
        self._keys = [model_key(f"model-{i}", f"model-{i}") for i in range(_MODELS)]

    def get(self, path: str) -> bytes:
        connection = self.sent(path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        assert response.status == 200, body
        return body

    def sent(self, path: str) -> http.client.HTTPConnection:
        """A connection over which a request was sent, whose response nobody has read."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=120)
        connection.request("GET", f"/data/plugin/cnc/{path}", headers={"Accept-Encoding": "gzip"})
        return connection

    def heavy(self) -> Iterator[str]:
        """Comparisons without end, each of another base, level or measure than those around it."""
        levels = cycle(["behaviors:summary", "layers:tree", "behaviors:slices", "behaviors:harmed"])
        measures = {"behaviors": ["correct", "nll", "brier"], "layers": ["sqnr", "cosine"]}
        for number, named in enumerate(levels):
            route, _, level = named.partition(":")
            base = self._keys[number % _MODELS]
            of = measures[route]
            yield f"{route}?" + urlencode(
                {
                    "base": base,
                    "models": ",".join(key for key in self._keys if key != base),
                    "level": level,
                    "measure": of[number // _MODELS % len(of)],
                }
            )

    def cpu_seconds(self) -> float:
        """The processor time that TensorBoard has taken."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settled(self) -> float:
        """The processor time once nothing is computed any more."""
        quiet = threading.Event()
        before = self.cpu_seconds()
        while True:
            quiet.wait(0.5)
            after = self.cpu_seconds()
            # Reloads of TensorBoard take some all the time.
            if after - before < 0.1:
                return after
            before = after


@contextmanager
def served(instances: int, tensors: int) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        log_models(Path(folder), instances, tensors)
        with tensorboard_process("--logdir", folder, "--reload_interval", "30") as tensorboard:
            server = Server(tensorboard.url, tensorboard.pid)

            def listed() -> bool:
                models = json.loads(gzip.decompress(server.get("models")))["models"]
                return [model["logged"]["weights"] for model in models].count(True) == _MODELS

            wait_until(listed, "the listing of all models")
            yield server


def models_beside_comparisons(server: Server, asked: int) -> Outcome:
    """How long `models` takes while comparisons are asked for without end, twenty at a time."""
    stop, heavy = threading.Event(), server.heavy()
    milliseconds: list[float] = []
    lock = threading.Lock()
    answered = 0

    def compare() -> None:
        nonlocal answered
        while not stop.is_set():
            with lock:
                path = next(heavy)
            server.get(path)
            answered += 1

    with ThreadPoolExecutor(_HEAVY) as clients:
        running = [clients.submit(compare) for _ in range(_HEAVY)]
        while len(milliseconds) < asked:
            start = time.perf_counter()
            server.get("models")
            milliseconds.append(1e3 * (time.perf_counter() - start))
            stop.wait(0.05)
        stop.set()
    for each in running:
        each.result()
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return Outcome(
        f"`models` p95 ≤ {_MOST_MS:.0f} ms beside {_HEAVY} comparisons",
        asked,
        int(p95 > _MOST_MS),
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, most {max(milliseconds):.0f} ms; "
        f"{answered} comparisons meanwhile",
    )


def equal_requests(server: Server, rounds: int) -> Outcome:
    """How much longer ten equal requests at once take than one, in all rounds together."""
    alone = together = 0.0
    with ThreadPoolExecutor(10) as clients:
        for path in islice(server.heavy(), 1, 1 + rounds):
            server.get(path)
            alone += _cpu_of(server, lambda path=path: server.get(path))  # type: ignore[misc]
            together += _cpu_of(
                server,
                lambda path=path: [*clients.map(server.get, [path] * 10)],  # type: ignore[misc]
            )
    return Outcome(
        "ten equal requests at once cost one",
        rounds,
        int(together > _MOST_TIMES * alone),
        f"{together / alone:.1f} × one",
    )


def abandoned_requests(server: Server, rounds: int) -> Outcome:
    """The processor time that requests still take whose clients have left."""
    heavy, after = server.heavy(), []
    for _ in range(rounds):
        idle = server.settled()
        connections = [server.sent(path) for path in islice(heavy, _HEAVY)]
        wait_until(lambda: server.cpu_seconds() > idle + _BEGUN_SECONDS, "the first comparison")  # noqa: B023
        for connection in connections:
            connection.close()
        before = server.cpu_seconds()
        after.append(server.settled() - before)
    return Outcome(
        f"{_HEAVY} comparisons that nobody waits for take ≤ {_MOST_AFTER_SECONDS:.0f} s more",
        rounds,
        sum(each > _MOST_AFTER_SECONDS for each in after),
        f"{max(after):.2f} s of processor time; median {np.median(after):.2f} s",
    )


def _cpu_of(server: Server, ask: Callable[[], object]) -> float:
    before = server.settled()
    ask()
    return server.settled() - before


def log_models(logdir: Path, instances: int, tensors: int) -> None:
    """Models with predictions of ten classes, and weights of as many small tensors."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, instances)
    attributes = {"ink": rng.normal(size=instances), "side": np.array(["l", "r"])[labels % 2]}
    name = f"{instances} instances"
    cnc_summary.dataset(
        logdir / "data", name, np.arange(instances), labels=labels, attributes=attributes
    )
    shapes = [(64,) if n % 3 == 0 else (16, 24) for n in range(tensors)]
    for number in range(_MODELS):
        logits = rng.standard_normal((instances, 10), np.float32)
        logits[np.arange(instances), labels] += 4
        weights = {
            f"block.{n // 6}.layer{n % 6}.weight": 0.02 * rng.standard_normal(shape, np.float32)
            for n, shape in enumerate(shapes)
        }
        with cnc_summary.model(logdir / f"model-{number}", f"model-{number}") as model:
            model.predictions(name, np.arange(instances), logits=logits)
            model.weights(weights)
