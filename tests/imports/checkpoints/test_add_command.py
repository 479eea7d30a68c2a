"""The command: what it writes, prints and returns."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.context import RequestContext

from tensorboard_cnc.cli import main
from tensorboard_cnc.imports.checkpoints.add_model import NewModel, add_model
from tensorboard_cnc.reader.bulk_reader import BulkReader
from tensorboard_cnc.records.models import Metrics, ModelCard
from tensorboard_cnc.records.sketches import SketchRecord
from tests.conftest import Serve
from tests.imports.published.test_import_command import Terminal
from tests.tensorboard_host import wait_until
from tests.writer.logged import all_of
from tests.writer.tensors.files.makers import (
    adapter,
    gguf_file,
    lora_parts,
    onnx_file,
    stored_bytes,
)
from tests.writer.tensors.safetensors_maker import save

ARRAYS = {
    f"layers.{n}.weight": np.random.default_rng(n).normal(size=(90, 80)).astype(np.float16)
    for n in range(12)
}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return save(tmp_path / "model.safetensors", dict(ARRAYS))


def run_add(checkpoint: Path, logdir: Path, *more: str) -> int:
    return main(["add", str(checkpoint), "--logdir", str(logdir), "--id", "a/b", *more])


def test_a_model_enters_the_map_with_its_weights(
    checkpoint: Path, tmp_path: Path, serve: Serve
) -> None:
    logdir = tmp_path / "logs"
    options = ["--parent", "base", "--parent", "teacher", "--description", "Found on a disk."]
    operation = ["--operation", "magnitude prune", "amount=0.5", "scope=global", "layers=[1, 2]"]
    assert run_add(checkpoint, logdir, *options, *operation) == 0
    (card,) = all_of(ModelCard, logdir)
    assert (card.id, card.parents, card.status) == ("a/b", ("base", "teacher"), "finished")
    assert card.checkpoint == str(checkpoint)
    host = serve(logdir)
    answer = host.models_when(lambda found: found["models"])
    (model,) = [each for each in answer["models"] if each["id"] == "a/b"]
    parameters = {"amount": 0.5, "scope": "global", "layers": [1, 2]}
    assert model["operation"] == {"name": "magnitude prune", "parameters": parameters}
    assert model["logged"]["weights"] is True
    (bulk,) = wait_until(host.bulk, "the weights")
    record = BulkReader(host.provider, "").read(RequestContext(), bulk)
    assert isinstance(record, SketchRecord)
    assert [each.name for each in record.tensors] == list(ARRAYS)
    for each in record.tensors:
        values = ARRAYS[each.name].astype(float)
        assert each.totals.sum == pytest.approx(values.sum(), rel=1e-12)


def test_the_whole_output(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logdir = tmp_path / "my logs"
    assert run_add(checkpoint, logdir) == 0
    printed = capsys.readouterr()
    (run,) = logdir.iterdir()
    assert run.name.startswith("a-b-")
    assert printed.err == ""
    assert printed.out == (
        f"Wrote 12 tensors of a/b to {run}\nOpen it with: tensorboard --logdir '{logdir}'\n"
    )


def test_adding_again_updates(checkpoint: Path, tmp_path: Path) -> None:
    assert run_add(checkpoint, tmp_path / "logs", "--description", "one") == 0
    assert run_add(checkpoint, tmp_path / "logs", "--description", "two") == 0
    first, second = all_of(ModelCard, tmp_path / "logs")
    assert (first.description, second.description) == ("one", "two")
    assert second.says == {"status", "description", "checkpoint"}, "the rest stays as it was"
    assert len(list((tmp_path / "logs").iterdir())) == 1


def test_progress_counts_tensors(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run_add(checkpoint, tmp_path / "logs") == 0
    shown = terminal.getvalue().split("\r")
    assert shown[1].endswith(" 1/12")
    assert shown[-1] == "█" * 40 + " 12/12\n"


def test_codes_are_added_with_their_scales(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    codes = np.random.default_rng(0).integers(-127, 128, (60, 80), np.int8)
    arrays = {"fc.weight": codes, "fc.weight_scale": np.full((60, 1), 0.5, np.float32)}
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    path = save(tmp_path / "model.safetensors", arrays)
    assert run_add(path, tmp_path / "logs") == 0
    assert terminal.getvalue().endswith("█" * 40 + " 1/1\n")
    host = serve(tmp_path / "logs")
    (bulk,) = wait_until(host.bulk, "the weights")
    record = BulkReader(host.provider, "").read(RequestContext(), bulk)
    assert isinstance(record, SketchRecord)
    (weight,) = record.tensors
    assert weight.totals.sum == 0.5 * codes.sum(dtype=float)
    assert weight.scheme is not None
    assert (weight.scheme.scales, weight.storage) == (60, "int8")


def test_what_is_refused_is_named_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = dict(ARRAYS)
    for n in range(4):
        arrays[f"codes.{n}.weight"] = np.ones((8, 8), np.int8)
        arrays[f"codes.{n}.absmax"] = np.ones(8, np.float32)
    path = save(tmp_path / "model.safetensors", arrays)
    assert run_add(path, tmp_path / "logs") == 1
    printed = capsys.readouterr()
    assert "Wrote 16 of 20 tensors of a/b" in printed.out
    start = "tensorboard-cnc: 4 of 20 tensors were refused. codes.0.weight: it holds int8 codes"
    assert printed.err.startswith(start)
    assert printed.err.endswith("; and 1 more.\n")


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_what_is_refused_writes_nothing(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logdir, name = tmp_path / "logs", str(checkpoint)
    start = ["--logdir", str(logdir), "--id", "m"]
    missing = str(tmp_path / "missing.safetensors")
    assert "missing.safetensors cannot be read: No such" in refused(
        ["add", missing, *start], capsys
    )
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(checkpoint.read_bytes()[:-7])
    assert "is truncated" in refused(["add", str(cut), *start], capsys)
    (tmp_path / "model.pt").write_bytes(b"\x80")
    assert "weights_only=True" in refused(["add", str(tmp_path / "model.pt"), *start], capsys)
    assert "is empty" in refused(["add", name, "--logdir", str(logdir), "--id", ""], capsys)
    # As a shell passes bytes that are not UTF-8.
    not_text = ["add", name, "--logdir", str(logdir), "--id", "a\udcff"]
    assert r"The model id 'a\udcff' contains '\udcff'" in refused(not_text, capsys)
    wrong = ["--operation", "prune", "amount"]
    assert "is not of the form name=value" in refused(["add", name, *start, *wrong], capsys)
    assert not logdir.exists()


def test_a_directory_that_cannot_be_written(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run_add(checkpoint, tmp_path / "file" / "logs") == 1
    assert "Nothing was added" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["add"], ["add", "m.safetensors", "--logdir", "x"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main(arguments)
    assert exited.value.code == 2
    assert "usage: tensorboard-cnc add" in capsys.readouterr().err


def test_neither_torch_nor_the_whole_file_is_loaded(tmp_path: Path) -> None:
    """60 MB of weights in a process that may grow by 24 MB while it reads them."""
    rows = np.zeros((2500, 2000), np.float32)
    path = save(tmp_path / "large.safetensors", {f"w{n}": rows + n for n in range(3)})
    script = """
        import resource, sys
        from pathlib import Path
        from tensorboard_cnc.imports.checkpoints.add_model import NewModel, add_model

        def peak_bytes():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

        large, small, logdir = map(Path, sys.argv[1:])
        add_model(NewModel("warm", small), logdir)
        before = peak_bytes()
        add_model(NewModel("m", large), logdir)
        assert peak_bytes() - before < 24e6, peak_bytes() - before
        assert "torch" not in sys.modules
    """
    warm = save(tmp_path / "small.safetensors", {"w": rows[:100]})
    code = "\n".join(line[8:] for line in script.splitlines())
    command = [sys.executable, "-c", code, str(path), str(warm), str(tmp_path / "logs")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_checkpoint_that_breaks_while_it_is_read_is_a_failed_model(
    checkpoint: Path, tmp_path: Path
) -> None:
    def cut(numbers: range) -> range:
        checkpoint.write_bytes(b"")
        return numbers

    with pytest.raises(Exception, match="header"):
        add_model(NewModel("m", checkpoint), tmp_path / "logs", cut)  # type: ignore[arg-type]
    (card,) = all_of(ModelCard, tmp_path / "logs")
    assert card.status == "failed"
    assert "header" in card.reason


def test_console_that_cannot_show_the_name(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    arguments = ["--logdir", str(tmp_path / "logs"), "--id", "模型"]
    assert main(["add", str(checkpoint), *arguments]) == 0
    sys.stdout.flush()
    assert rb"\u6a21\u578b" in shown.getvalue()


def test_every_format_is_added_and_its_tensors_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    array = np.random.default_rng(0).normal(size=(8, 32)).astype(np.float32)
    gguf = gguf_file(
        tmp_path / "m.gguf",
        {
            "blk.0.ffn_up.weight": (array, "F32"),
            "blk.0.ffn_down.weight": (stored_bytes("Q8_1", 4, 2), "Q8_1"),
        },
    )
    pickled = tmp_path / "m.pt"
    torch.save({"state_dict": {"a.weight": torch.ones(3, 4), "b": torch.ones(2) + 1j}}, pickled)
    to_tensor = pytest.importorskip("onnx.numpy_helper").from_array
    held = [to_tensor(array, "w"), to_tensor(array.astype(np.int8), "codes")]
    graph = onnx_file(tmp_path / "m.onnx", [], held)
    for path in (gguf, pickled, graph):
        assert run_add(path, tmp_path / path.suffix) == 1
        printed = capsys.readouterr()
        assert "Wrote 1 of 2 tensors" in printed.out
        assert "1 of 2 tensors was refused." in printed.err


def test_an_adapter_is_added_with_its_base(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = save(tmp_path / "base.safetensors", {"q_proj.weight": np.ones((6, 8), np.float32)})
    folder = adapter(tmp_path / "adapter", lora_parts("base_model.model.q_proj", (8,), 6))
    assert run_add(folder, tmp_path / "logs") == 2
    assert "Name the base too" in capsys.readouterr().err
    assert run_add(folder, tmp_path / "logs", "--base", str(base)) == 0
    assert "Wrote 1 tensors" in capsys.readouterr().out
    assert run_add(folder, tmp_path / "logs", "--base", str(tmp_path / "gone.safetensors")) == 2
    assert "gone.safetensors cannot be read" in capsys.readouterr().err


def test_an_address_is_read_through_fsspec(tmp_path: Path, checkpoint: Path) -> None:
    files = pytest.importorskip("fsspec").filesystem("memory")
    files.pipe("/add/model.safetensors", checkpoint.read_bytes())
    logdir = tmp_path / "logs"
    address = "memory://add/model.safetensors"
    assert main(["add", address, "--logdir", str(logdir), "--id", "a"]) == 0
    (card,) = all_of(ModelCard, logdir)
    assert card.checkpoint == address


def test_metrics_and_the_run_are_said(checkpoint: Path, tmp_path: Path) -> None:
    metrics = ["--metric", "accuracy=0.913", "--metric", "a=b=2e3"]
    assert run_add(checkpoint, tmp_path / "logs", *metrics, "--run", "sweep/3") == 0
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["sweep"]
    (found,) = all_of(Metrics, tmp_path / "logs" / "sweep" / "3")
    assert {m.name: m.repeats for m in found.measurements} == {"accuracy": (0.913,), "a=b": (2000,)}


def test_weights_of_a_model_that_is_logged_elsewhere(checkpoint: Path, tmp_path: Path) -> None:
    assert run_add(checkpoint, tmp_path / "logs", "--attach", "--metric", "accuracy=1") == 0
    assert not list(all_of(ModelCard, tmp_path / "logs"))
    assert len(list(all_of(Metrics, tmp_path / "logs"))) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--metric", "accuracy"], 'The metric "accuracy" is not of the form name=number'),
        (["--metric", "accuracy=high"], "is not of the form name=number"),
        (["--metric", "a=1", "--metric", "a=2"], 'The metric "a=2" is given twice'),
        (["--attach", "--parent", "base"], "--attach and --parent were given"),
    ],
)
def test_options_that_do_not_fit(
    options: list[str],
    said: str,
    checkpoint: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_add(checkpoint, tmp_path / "logs", *options) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("run", ["../x", "/x", "a/../../x", ""])
def test_a_run_is_in_the_log_directory(run: str, checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as exited:
        run_add(checkpoint, tmp_path / "logs", "--run", run)
    assert exited.value.code == 2
