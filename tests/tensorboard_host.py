"""Real TensorBoard in two forms: in this process with either loader, and as its own process."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from tensorboard.backend.application import TensorBoardWSGI
from tensorboard.backend.event_processing import data_provider as multiplexer_provider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.data.provider import DataProvider
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.util import grpc_util
from werkzeug.test import Client

from tensorboard_cnc.loader import CncLoader
from tensorboard_cnc.reader.event_store import EventStore
from tensorboard_cnc.records.models import Bulk

Loader = Literal["fast", "python"]


def _loaders() -> Iterator[Loader]:
    """Those of this platform: the Rust data server has no binary for most of them."""
    try:
        server_ingester.get_server_binary()
        yield "fast"
    except server_ingester.NoDataServerError:
        if (sys.platform, platform.machine()) == ("linux", "x86_64"):
            raise
    yield "python"


LOADERS = tuple(_loaders())
# What CncLoader.fix_flags sets by default, and TensorBoard itself.
SAMPLES = {"cnc": 1, "scalars": 1000}
# How long anything that must happen is waited for, which a busy machine may need: nothing that
# passes takes so long.
DEADLINE_SECONDS = 120.0


def wait_until(done: Callable[[], Any], what: str) -> Any:
    """The first truthy answer of `done`, asked again and again until a deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    pause = threading.Event()
    while time.monotonic() < deadline:
        if answer := done():
            return answer
        pause.wait(0.05)
    raise AssertionError(f"{what} did not happen within {DEADLINE_SECONDS:.0f} s")


class InProcessTensorBoard:
    """The plugin in a TensorBoard WSGI application over one loader's data provider."""

    def __init__(self, provider: DataProvider, reload: Callable[[], None]) -> None:
        self.provider = provider
        self._reload = reload
        self.plugin = CncLoader().load(TBContext(data_provider=provider))
        self.client = Client(TensorBoardWSGI([self.plugin], data_provider=provider))

    def models(self) -> dict[str, Any]:
        """A fresh answer of the ``models`` route."""
        self._reload()
        # What is not there yet is only said to be missing once a loader shows nothing more.
        for _ in range(2):
            self.plugin.snapshot("").renew(RequestContext())
        response = self.client.get("/data/plugin/cnc/models")
        assert response.status_code == 200, response.text
        answer = response.get_json()
        assert isinstance(answer, dict)
        return answer

    def bulk(self) -> tuple[Bulk, ...]:
        """The bulk records that are listed now."""
        self._reload()
        return EventStore(self.provider, "").refresh(RequestContext()).bulk

    def models_when(self, ready: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The first fresh answer for which `ready` holds."""
        latest: list[dict[str, Any]] = []

        def is_ready() -> bool:
            latest[:] = [self.models()]
            return bool(ready(latest[0]))

        try:
            wait_until(is_ready, "the expected answer of the models route")
        except AssertionError as error:
            raise AssertionError(f"{error}; the last was {latest}") from error
        return latest[0]


@contextlib.contextmanager
def serve_in_process(logdir: Path, loader: Loader) -> Iterator[InProcessTensorBoard]:
    """Serves `logdir` with the Rust data server ("fast") or the Python loader."""
    if loader == "python":
        multiplexer = EventMultiplexer(tensor_size_guidance=SAMPLES)
        provider = multiplexer_provider.MultiplexerDataProvider(multiplexer, str(logdir))

        def reload() -> None:
            multiplexer.AddRunsFromDirectory(str(logdir))
            multiplexer.Reload()

        yield InProcessTensorBoard(provider, reload)
        return
    with data_server(logdir) as address:
        ingester = server_ingester.ExistingServerDataIngester(
            address, channel_creds_type=grpc_util.ChannelCredsType.LOCAL
        )
        yield InProcessTensorBoard(ingester.data_provider, lambda: None)


@contextlib.contextmanager
def data_server(logdir: Path) -> Iterator[str]:
    """The address of a Rust data server, started and ended as TensorBoard does."""
    samples = ",".join(f"{plugin}={count}" for plugin, count in SAMPLES.items())
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        command = [
            server_ingester.get_server_binary().path,
            f"--logdir={logdir}",
            "--reload=1",
            f"--samples-per-plugin={samples}",
            "--port=0",
            f"--port-file={port_file}",
            "--die-after-stdin",
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as server:

            def port() -> str:
                text = port_file.read_text() if port_file.exists() else ""
                return text if text.endswith("\n") else ""

            yield f"localhost:{wait_until(port, 'the start of the data server').strip()}"
            assert server.stdin is not None
            server.stdin.close()


class TensorBoardProcess:
    """A real ``tensorboard`` process: its address, and its log once it has ended."""

    def __init__(self, process: subprocess.Popen[str], url: str, lines: list[str]) -> None:
        self.url = url
        self._process = process
        self._lines = lines

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return "".join(self._lines)


@contextlib.contextmanager
def tensorboard_process(
    *args: str, env: dict[str, str] | None = None, under: Sequence[str] = ()
) -> Iterator[TensorBoardProcess]:
    """Runs ``tensorboard`` on a free port until the block ends.

    Args:
      *args: its flags, for example "--logdir", path.
      env: additions to the environment.
      under: a command that runs another, which is appended to it.
    """
    program = [*under, sys.executable, "-m", "tensorboard.main"]
    command = [*program, "--port", "0", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--reload_interval", "1", *args],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )
    assert process.stderr is not None
    lines: list[str] = []
    found: list[str] = []

    def follow(stream: Any) -> None:
        for line in stream:
            lines.append(line)
            found.extend(re.findall(r"http://127\.0\.0\.1:\d+\S*", line))

    follower = threading.Thread(target=follow, args=[process.stderr], daemon=True)
    follower.start()
    try:
        wait_until(lambda: found or process.poll() is not None, "the start of tensorboard")
        assert found, "tensorboard ended: " + "".join(lines)
        yield TensorBoardProcess(process, found[0].rstrip("/"), lines)
    finally:
        process.terminate()
        process.wait(DEADLINE_SECONDS)
        follower.join(DEADLINE_SECONDS)
        process.stderr.close()
