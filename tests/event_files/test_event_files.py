"""Event files that are cut, damaged, linked or another's: what can be read is, with a note."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.event_files import frames
from tensorboard_cnc.event_files.frames import frames_with, masked_crc
from tensorboard_cnc.event_files.local_directory import LocalDirectory
from tensorboard_cnc.event_files.raw_provider import RawProvider
from tensorboard_cnc.results.runs import Runs


def log(folder: Path, model_id: str, count: int = 1) -> Path:
    """The event file of a model with some metrics."""
    with cnc_summary.model(folder, model_id) as model:
        for n in range(count):
            model.metrics({f"m{n}": float(n)})
    return next(folder.rglob("*tfevents*"))


def framed(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    ends = (struct.pack("<I", masked_crc(part)) for part in (length, data))
    return length + next(ends) + data + next(ends)


def messages(runs: Runs) -> list[str]:
    return [problem["message"] for problem in runs.problems]


def test_a_file_that_is_cut_short(tmp_path: Path) -> None:
    log(tmp_path / "a", "whole")
    file = log(tmp_path / "b", "cut", 5)
    data = file.read_bytes()
    seen = set()
    for end in range(0, len(data), 7):
        file.write_bytes(data[:end])
        runs = tensorboard_cnc.read(tmp_path)
        assert "whole" in {model.id for model in runs.models}
        cut = next((model for model in runs.models if model.id == "cut"), None)
        seen.add(len(cut.metrics) if cut else -1)
        assert all("ends there" in message for message in messages(runs)), messages(runs)
    assert seen == {-1, 0, 1, 2, 3, 4, 5}


def test_bytes_that_flip(tmp_path: Path) -> None:
    """What is read is right, and what is lost costs a note.

    But for a flip in "cnc/": an event with another tag is another's, and is skipped unread.
    """
    file = log(tmp_path / "a", "m", 2)
    data = file.read_bytes()
    whole = tensorboard_cnc.read(tmp_path).models["m"]
    for at in range(0, len(data), 3):
        file.write_bytes(data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :])
        runs = tensorboard_cnc.read(tmp_path)
        for model in runs.models:
            assert model.id == "m"
            assert model.metrics.items() <= whole.metrics.items()
        lost = not len(runs.models) or runs.models["m"].said != whole.said
        hidden = b"cnc/" in data[max(at - 3, 0) : at + 4]
        assert messages(runs) or hidden or not lost, at


def test_a_damaged_event_costs_only_itself(tmp_path: Path) -> None:
    file = log(tmp_path / "a", "m")
    data = file.read_bytes()
    frame = framed(b"\x09" + bytes(8) + b"\x2a\x08cnc/oops")
    file.write_bytes(frame[:-1] + b"\xff" + frame + data)
    runs = tensorboard_cnc.read(tmp_path)
    assert runs.models["m"].metrics == {"m0": 0.0}
    damaged, unparsed = messages(runs)
    assert "an event's checksum is another" in damaged
    assert "cannot be read" in unparsed


def test_zeros_at_the_end(tmp_path: Path) -> None:
    file = log(tmp_path / "a", "m")
    file.write_bytes(file.read_bytes() + bytes(4096) + b"cnc/")
    runs = tensorboard_cnc.read(tmp_path)
    assert runs.models["m"].metrics == {"m0": 0.0}
    assert messages(runs)


def test_events_of_others_are_not_read(tmp_path: Path) -> None:
    writer = EventFileWriter(str(tmp_path))
    for tag in ("sync/cnc/x", "cnc/mine", "loss"):
        value = Summary.Value(tag=tag, simple_value=1.0)
        writer.add_event(Event(step=1, wall_time=1.0, summary=Summary(value=[value])))
    writer.close()
    log(tmp_path, "m")
    runs = tensorboard_cnc.read(tmp_path)
    assert [model.id for model in runs.models] == ["m"]
    assert runs.problems == ()


def test_several_files_of_a_run(tmp_path: Path) -> None:
    """The newest of each tag, whatever the order of the files' names."""
    one, other = tmp_path / "one", tmp_path / "other"
    with cnc_summary.model(one, "m") as model:
        model.metrics({"a": 1.0})
    with cnc_summary.model(other, "m") as model:
        model.metrics({"a": 2.0})
    for at, file in enumerate(reversed([*one.rglob("*tfevents*"), *other.rglob("*tfevents*")])):
        target = tmp_path / "logs" / "cnc" / f"{at}.tfevents"
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    runs = tensorboard_cnc.read(tmp_path / "logs")
    assert runs.models["m"].metrics == {"a": 2.0}
    assert runs.models["m"].run == "."


def test_links(tmp_path: Path) -> None:
    """Followed within the directory, never out of it, never in circles."""
    logs = tmp_path / "logs"
    log(logs / "a", "inside")
    log(tmp_path / "elsewhere", "outside")
    (logs / "again").symlink_to(logs / "a")
    (logs / "a" / "up").symlink_to(logs)
    (logs / "out").symlink_to(tmp_path / "elsewhere")
    (logs / "file.tfevents").symlink_to(next((tmp_path / "elsewhere").rglob("*tfevents*")))
    runs = tensorboard_cnc.read(logs)
    assert {(model.id, model.run) for model in runs.models} == {
        ("inside", "a"),
        ("inside", "again"),
    }
    assert sorted(messages(runs)) == [
        "The link file.tfevents leads out of the directory.",
        "The link out leads out of the directory.",
    ]
    (tmp_path / "link").symlink_to(logs)
    assert len(tensorboard_cnc.read(tmp_path / "link").models) == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_directory_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    log(tmp_path / "named", "m")
    # Somebody else's doing: a writer of ours refuses such a name.
    os.rename(os.fsencode(tmp_path / "named"), folder)  # noqa: PTH104
    runs = tensorboard_cnc.read(tmp_path)
    assert runs.models["m"].run == "\\udcff"


def test_a_directory_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log(tmp_path / "a", "m")
    (tmp_path / "secret").mkdir()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    runs = tensorboard_cnc.read(tmp_path)
    assert len(runs.models) == 1
    assert messages(runs) == ["The directory secret cannot be read: Permission denied."]


@pytest.mark.parametrize("window", [16, 64, 1100, 4096])
def test_windows_of_any_size_find_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    """Large files are read piece by piece, and what is skipped not at all."""
    foreign = Summary(value=[Summary.Value(tag="image", simple_value=1.0)])
    file = log(tmp_path / "a", "m", 30)
    noise = framed(
        Event(step=3, summary=foreign).SerializeToString() + b"\x32\x88\x27" + bytes(5000)
    )
    file.write_bytes(noise + file.read_bytes() + noise)
    (found,) = LocalDirectory(tmp_path).event_files()
    whole = [(frame.offset, frame.length) for frame in frames_with([b"cnc/"], found)]
    assert len(whole) > 30
    monkeypatch.setattr(frames, "_WINDOW_BYTES", max(window, frames.HEAD_BYTES + 16))
    assert [(each.offset, each.length) for each in frames_with([b"cnc/"], found)] == whole
    assert len(tensorboard_cnc.read(tmp_path).models["m"].metrics) == 30


def test_bulk_records_are_not_read_until_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n} {os.urandom(40).hex()}" for n in range(2000)]
    cnc_summary.dataset(tmp_path, "test", rows)
    (file,) = LocalDirectory(tmp_path).event_files()
    monkeypatch.setattr(frames, "_WINDOW_BYTES", 4096)
    read = 0

    class Counting:
        run, name, size = file.run, file.name, file.size

        def read(self, offset: int, count: int) -> bytes:
            nonlocal read
            found = file.read(offset, count)
            read += len(found)
            return found

    provider = RawProvider([Counting()])
    listed = provider.list_blob_sequences(experiment_id="", plugin_name="cnc")
    assert list(listed["cnc"]) == ["cnc/dataset/test"]
    assert read < file.size / 3
    monkeypatch.undo()
    assert tensorboard_cnc.read(tmp_path).datasets == ("test",)
