"""Fixtures that all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.tensorboard_host import LOADERS, InProcessTensorBoard, Loader, serve_in_process

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
