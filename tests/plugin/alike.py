"""Compares responses with golden ones."""

from __future__ import annotations

from typing import Any

import pytest


def check_alike(found: Any, golden: Any, place: str = "") -> None:
    """Equal but for rounding, which differs from processor to processor."""
    if isinstance(golden, dict):
        assert list(found) == list(golden), place
        for name, value in golden.items():
            check_alike(found[name], value, f"{place}.{name}")
    elif isinstance(golden, list):
        assert len(found) == len(golden), place
        for index, value in enumerate(golden):
            check_alike(found[index], value, f"{place}[{index}]")
    elif isinstance(golden, float):
        assert found == pytest.approx(golden, rel=1e-3, abs=1e-6), place
    else:
        assert found == golden, place
