"""TensorBoard in a process of its own, on a free port of this machine."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.errors import DemoError

_LINK = re.compile(r"http://\S+?:\d+/")
_START_SECONDS = 60
_STOP_SECONDS = 5


class TensorBoardServer:
    """A running TensorBoard. Its output is read to the end, so that it never blocks."""

    def __init__(self, logdir: Path) -> None:
        command = [sys.executable, "-m", "tensorboard.main", f"--logdir={logdir}"]
        command += ["--host=127.0.0.1", "--port=0", "--reload_interval=2"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._last_lines: deque[str] = deque(maxlen=10)
        self._address: str | None = None
        self._told = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def link(self) -> str:
        """The address of the tab, as soon as TensorBoard has told its port.

        Raises:
          DemoError: TensorBoard ended, or said nothing in time.
        """
        self._told.wait(_START_SECONDS)
        if self._address is None:
            raise DemoError(
                f"TensorBoard did not start. {self.last_words()}\n"
                "Write only the logs with --no-serve, or SERVE=0."
            )
        return f"{self._address}#cnc"

    def last_words(self) -> str:
        """The end of what TensorBoard printed, for an error message."""
        return "\n".join(["It said:", *self._last_lines]) if self._last_lines else ""

    def wait(self) -> None:
        """Returns when TensorBoard ends, which it does not do by itself."""
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._last_lines.append(line.rstrip())
            if found := _LINK.search(line):
                self._address = found.group()
                self._told.set()
        self._told.set()


@contextmanager
def serving(logdir: Path) -> Iterator[TensorBoardServer]:
    """TensorBoard on `logdir` until the block ends, however it ends."""
    server = TensorBoardServer(logdir)
    try:
        yield server
    finally:
        server.stop()
