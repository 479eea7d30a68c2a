"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from tests.tensorboard_host import LOADERS, InProcessTensorBoard, Loader, serve_in_process

# The same examples every time, however busy the machine is.
hypothesis.settings.register_profile("cnc", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("cnc")

Serve = Callable[[Path], InProcessTensorBoard]


@pytest.fixture(params=LOADERS)
def loader(request: pytest.FixtureRequest) -> Loader:
    """Each of TensorBoard's loaders in turn."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def serve(loader: Loader) -> Iterator[Serve]:
    """Serves a log directory in this process with each of TensorBoard's loaders in turn."""
    with ExitStack() as stack:
        yield lambda logdir: stack.enter_context(serve_in_process(logdir, loader))
