"""A share of the requests that `make trust` makes: none meets a fault, all are as described."""

from __future__ import annotations

from benchmarks.size import Size
from benchmarks.trust import requests


def test_generated_requests() -> None:
    found = requests.made(Size(share=0.002))
    assert (found.faults, found.undescribed) == ([], [])
    assert {200, 400, 404} <= set(found.statuses), "they reach all that a route does"
