"""Fixtures of the integrations' tests."""

from __future__ import annotations

import pytest

from tensorboard_cnc.writer import policy


@pytest.fixture(autouse=True)
def _no_warning_was_given_yet() -> None:
    policy._warned.clear()
