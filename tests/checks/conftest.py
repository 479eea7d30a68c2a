from __future__ import annotations

from collections.abc import Iterator

import pytest

from tensorboard_cnc.writer.instances import task


@pytest.fixture(autouse=True)
def no_known_datasets() -> Iterator[None]:
    """A test's data sets are not known to the next one."""
    task._known.clear()
    yield
    task._known.clear()
