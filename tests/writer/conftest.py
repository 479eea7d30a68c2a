"""Fixtures of the writer's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tensorboard_cnc import cnc_summary


@pytest.fixture(autouse=True)
def _errors_raise() -> Iterator[None]:
    """Each test begins under the default policy."""
    yield
    cnc_summary.on_error("raise")


@pytest.fixture
def lenient() -> None:
    """Errors become warnings."""
    cnc_summary.on_error("warn")
