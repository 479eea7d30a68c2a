"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from tensorboard_cnc.writer import policy
from tensorboard_cnc.writer.instances import task
from tests.described_client import DescribedClient
from tests.tensorboard_host import LOADERS, InProcessTensorBoard, Loader, serve_in_process

# The same examples every time, however busy the machine is.
hypothesis.settings.register_profile("cnc", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("cnc")

Serve = Callable[[Path], InProcessTensorBoard]


@pytest.fixture(autouse=True)
def _without_memories() -> None:
    """Nothing that the writer remembers in a process passes from one test to the next."""
    policy._warned.clear()
    task._known.clear()


@pytest.fixture(params=LOADERS)
def loader(request: pytest.FixtureRequest) -> Loader:
    """Each of TensorBoard's loaders in turn."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def serve(loader: Loader) -> Iterator[Serve]:
    """Serves a log directory in this process with each of TensorBoard's loaders in turn.

    All its responses are held against docs/openapi.yaml.
    """

    def checked(logdir: Path) -> InProcessTensorBoard:
        tensorboard = stack.enter_context(serve_in_process(logdir, loader))
        tensorboard.client = DescribedClient(tensorboard.client.application)
        return tensorboard

    with ExitStack() as stack:
        yield checked
