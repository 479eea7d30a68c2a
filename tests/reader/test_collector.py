"""Python's collector rests while records are read and compared, and no longer."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from tensorboard.context import RequestContext

from tensorboard_cnc.event_files.raw_provider import RawProvider
from tensorboard_cnc.plugin.shared_work import SharedWork
from tensorboard_cnc.plugin.snapshot import Snapshot
from tensorboard_cnc.reader import collector
from tensorboard_cnc.reader.collector import collector_paused


@pytest.fixture(params=[True, False])
def was_on(request: pytest.FixtureRequest) -> Iterator[bool]:
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.enable()


def test_it_rests_within_and_is_as_before_after(was_on: bool) -> None:
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled() == was_on


def test_it_is_as_before_after_an_error(was_on: bool) -> None:
    with pytest.raises(ValueError, match="read"), collector_paused():
        raise ValueError("read")
    assert gc.isenabled() == was_on


def test_it_rests_while_a_snapshot_is_renewed(
    was_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = RawProvider([])
    seen = []
    listed = provider.list_tensors

    def listing(*args: object, **named: object) -> object:
        seen.append(gc.isenabled())
        return listed(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(provider, "list_tensors", listing)
    Snapshot(provider, "").renew(RequestContext())
    assert seen == [False]
    assert gc.isenabled() == was_on


def test_it_rests_until_the_last_is_done(was_on: bool) -> None:
    first, second = collector_paused(), collector_paused()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled() == was_on


def test_it_works_again_where_work_never_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_LONGEST_SECONDS", -1.0)
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_rests_while_heavy_work_is_done(was_on: bool) -> None:
    assert SharedWork(1).share("key", gc.isenabled, lambda: True) is False
    assert gc.isenabled() == was_on
