"""When a promise is broken, and how what came of an attack is shown."""

from __future__ import annotations

from benchmarks.size import Size
from benchmarks.trust.outcome import Outcome, table


def test_a_promise_that_nobody_tried_is_not_kept() -> None:
    assert Outcome("nothing is lost", 0, 0).red
    assert Outcome("nothing is lost", 300, 1).red
    assert not Outcome("nothing is lost", 300, 0).red


def test_a_table() -> None:
    assert table([Outcome("nothing is lost", 1300, 0, "2 s of 10")]).splitlines()[-1] == (
        "| nothing is lost | 1,300 | 0 | 2 s of 10 |"
    )


def test_a_share_of_the_cases() -> None:
    assert Size(share=0.01).count(300) == 3
    assert Size(share=0.01).count(20) == 1
