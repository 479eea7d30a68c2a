"""Handles and directories shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tensorboard_cnc import cnc_summary
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.records.models import Metrics, ModelCard
from tensorboard_cnc.writer import policy
from tests.writer.logged import all_of, event_files, values


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Runs ``work(0)``, ``work(1)`` … at once, and raises what one of them raised."""
    start = threading.Barrier(count)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_share_a_handle(tmp_path: Path) -> None:
    with cnc_summary.model(tmp_path, "m") as model:

        def work(number: int) -> None:
            for repetition in range(25):
                model.metrics({f"metric-{number}": repetition})

        in_threads(8, work)
    assert values(tmp_path) == {f"metric-{number}": (24.0,) for number in range(8)}


def test_threads_share_a_directory(tmp_path: Path) -> None:
    def work(number: int) -> None:
        with cnc_summary.model(tmp_path, f"m{number}") as model:
            model.metrics({"a": number})

    in_threads(16, work)
    assert len(event_files(tmp_path)) == 1
    assert {card.id for card in all_of(ModelCard, tmp_path)} == {f"m{n}" for n in range(16)}
    assert len(all_of(Metrics, tmp_path)) == 16


def test_a_handle_closed_by_several_threads_is_closed_once(tmp_path: Path) -> None:
    model = cnc_summary.model(tmp_path, "m")
    in_threads(8, lambda _: model.close())
    (card,) = all_of(ModelCard, tmp_path)
    assert card.status == "finished"


def test_a_policy_for_one_block_is_not_seen_by_other_threads() -> None:
    inside, outside = threading.Event(), threading.Event()
    seen: list[bool] = []

    def elsewhere() -> None:
        inside.wait(60)
        seen.append(policy.is_lenient())
        cnc_summary.on_error("warn")
        outside.set()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    with policy.during("warn"):
        assert policy.is_lenient()
        inside.set()
        assert outside.wait(60)
        with policy.during("raise"), pytest.raises(ArgumentError):
            cnc_summary.operation("prune", x={})
    thread.join()
    assert seen == [False]
    assert policy.is_lenient(), "what another thread chose for the process holds after the block"
