"""Malformed tables are refused with the key of what is wrong, before anything is written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tensorboard_cnc.cli import main
from tensorboard_cnc.imports import json_document
from tensorboard_cnc.imports.source_file import read_bytes
from tests.imports.published.example_table import model, table

ANY_MODEL = model("a")


def operation(**changes: Any) -> dict[str, Any]:
    return table(operations=[{"name": "prune", **changes}])


def made_by(made: Any) -> dict[str, Any]:
    return table(model("a", operation=made))


MALFORMED: dict[str, tuple[Any, str]] = {
    "a list": ([], "The table is a list"),
    "null": (None, "The table is missing or null"),
    "no models": ({"operations": [], "metrics": []}, "models is missing or null"),
    "empty models": ({"models": []}, "models is a list"),
    "models by name": ({"models": {"a": {}}}, "models is an object"),
    "model of text": (table(ANY_MODEL, "b"), 'models[1] is the text "b"'),
    "null model": (table(None), "models[0] is missing or null"),
    "no id": (table({"metrics": {}}), "models[0].id is missing or null"),
    "empty id": (table(model("")), "models[0].id is an empty text"),
    "number as id": (table(model(7)), "models[0].id is the number 7"),
    "long id": (table(model("x" * 1001)), "models[0].id is the text"),
    "line break in an id": (table(model("a\nb")), 'models[0].id is the text "a\\nb"'),
    "control character in a metric": (
        table(model("a", metrics={"\x1b[2J": 1})),
        r'models[0].metrics["\u001b[2J"] is the text',
    ),
    "half a surrogate pair in a tag": (table(model("a", tag="\udfff")), "models[0].tag is the"),
    "half a surrogate pair": (table(model("\ud800")), 'models[0].id is the text "\\ud800"'),
    "duplicate id": (table(ANY_MODEL, model("b"), ANY_MODEL), 'models[2].id is the text "a"'),
    "long tag": (
        table(ANY_MODEL, model("b", tag="x" * 1_000_001)),
        f'models[1].tag is the text "{"x" * 100}…" of 1,000,001 characters. '
        "It must have at most 1,000,000 characters. Shorten it",
    ),
    "number as tag": (table(model("a", tag=1)), "models[0].tag is the number 1"),
    "list as base": (table(model("a", base=["b"])), "models[0].base is a list"),
    "empty base": (table(model("a", base="")), "models[0].base is an empty text"),
    "long base": (table(model("a", "x" * 1001)), "models[0].base is the text"),
    "text as operation": (made_by("prune"), 'models[0].operation is the text "prune"'),
    "operation without name": (made_by({}), "models[0].operation.name is missing or null"),
    "list of parameters": (
        made_by({"name": "prune", "parameters": ["a"]}),
        "models[0].operation.parameters is a list",
    ),
    "object as parameter": (
        made_by({"name": "prune", "parameters": {"a": {}}}),
        'models[0].operation.parameters["a"] is an object',
    ),
    "long text as parameter": (
        made_by({"name": "prune", "parameters": {"a": ["x", "y" * 1_000_001]}}),
        'models[0].operation.parameters["a"][1] is the text',
    ),
    "list in a list": (
        made_by({"name": "prune", "parameters": {"a": [1, [2]]}}),
        'models[0].operation.parameters["a"][1] is a list',
    ),
    "65 bits": (
        made_by({"name": "prune", "parameters": {"a": 2**63}}),
        'models[0].operation.parameters["a"] is the number 9223372036854775808',
    ),
    "list of metrics": (table(model("a", metrics=[1])), "models[0].metrics is a list"),
    "text as metric": (
        table(ANY_MODEL, model("b"), model("c"), model("d", metrics={"F1": "n/a"})),
        'models[3].metrics["F1"] is the text "n/a"',
    ),
    "flag as metric": (
        table(model("a", metrics={"é": True})),
        'models[0].metrics["é"] is true or false',
    ),
    "huge metric": (
        table(model("a", metrics={"F1": 10**400})),
        'models[0].metrics["F1"] is the number 1000',
    ),
    "unnamed metric": (table(model("a", metrics={"": 1})), 'models[0].metrics[""] is an empty'),
    "operations by name": (table(operations={"prune": {}}), "operations is an object"),
    "operation of text": (table(operations=["prune"]), 'operations[0] is the text "prune"'),
    "declared without name": (table(operations=[{}]), "operations[0].name is missing or null"),
    "parameters of text": (operation(parameters="a"), 'operations[0].parameters is the text "a"'),
    "parameter names": (operation(parameters=[1]), "operations[0].parameters[0] is the number 1"),
    "parameter spec": (
        operation(parameters={"a": 1}),
        'operations[0].parameters["a"] is the number 1',
    ),
    "parameter options": (
        operation(parameters={"a": {"options": "x"}}),
        'operations[0].parameters["a"].options is the text "x"',
    ),
    "parameter limit": (
        operation(parameters={"a": {"max": "1"}}),
        'operations[0].parameters["a"].max is the text "1"',
    ),
    "metrics by name": (table(metrics={"F1": {}}), "metrics is an object"),
    "metric of text": (table(metrics=["F1"]), 'metrics[0] is the text "F1"'),
    "metric without name": (table(metrics=[{"min": 0}]), "metrics[0].name is missing or null"),
    "metric declared twice": (
        table(metrics=[{"name": "F1"}, {"name": "F1"}]),
        'metrics[1].name is the text "F1"',
    ),
    "text as scale": (table(metrics=[{"name": "F1", "max": "100"}]), "metrics[0].max is the text"),
    "number as primary": (
        table(metrics=[{"name": "F1", "primary": 1}]),
        "metrics[0].primary is the number 1",
    ),
    "number as format": (
        table(metrics=[{"name": "F1", "format": 2}]),
        "metrics[0].format is the number 2",
    ),
    "long unit": (
        table(metrics=[{"name": "F1", "unit": "x" * 1001}]),
        "metrics[0].unit is the text",
    ),
    "long format": (
        table(metrics=[{"name": "F1", "format": "0" * 1001}]),
        "metrics[0].format is the text",
    ),
    "list as unit": (table(metrics=[{"name": "F1", "unit": []}]), "metrics[0].unit is a list"),
}

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Line 1, column 1 is not valid JSON"),
    "cut": (b'{"models": [\n  {"id": "a"', "Line 2, column 13 is not valid JSON"),
    "a comma too many": (b'{\n"models": [],\n}', "is not valid JSON"),
    "key twice": (b'{"models": [{"id": "a", "id": "b"}]}', 'The key "id" occurs twice'),
    "latin-1": (b'{"models": "\xe9"}', "Byte 12 of the table is not UTF-8"),
    "too deep": (b"[" * 200_000, "nested too deeply"),
    "too many digits": (b'{"models": ' + b"9" * 5000 + b"}", "a whole number of 5,000 digits"),
}


def refused(source: Path, logdir: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["import", str(source), "--logdir", str(logdir)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"tensorboard-cnc: {source}: ")
    return printed.err


@pytest.mark.parametrize("name", MALFORMED)
def test_the_key_is_named_and_nothing_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, seen = MALFORMED[name]
    source = tmp_path / "table.json"
    source.write_text(json.dumps(document))
    assert f": {seen}" in refused(source, tmp_path / "logs", capsys)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_place_is_named_and_nothing_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, seen = UNREADABLE[name]
    source = tmp_path / "table.json"
    source.write_bytes(data)
    assert seen in refused(source, tmp_path / "logs", capsys)
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(tmp_path / "gone.json", tmp_path / "logs", capsys)
    assert "The table cannot be read: No such file or directory" in message


def test_a_path_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read: embedded null" in refused(Path("a\0b"), tmp_path / "logs", capsys)


def test_a_directory_is_not_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "The directory holds nothing to import" in refused(tmp_path, tmp_path / "logs", capsys)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/urandom"])
def test_a_device_is_not_a_table(
    device: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not Path(device).exists():
        pytest.skip(f"there is no {device} here")
    assert "The path is a device" in refused(Path(device), tmp_path / "logs", capsys)


def test_a_table_may_come_through_a_pipe_up_to_the_largest_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(table())
    monkeypatch.setattr(json_document, "read_bytes", partial(read_bytes, largest=len(text)))
    with piped(text) as source:
        assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 0
    capsys.readouterr()
    with piped(text + " ") as source:
        message = refused(source, tmp_path / "none", capsys)
    assert f"The table has more than {len(text):,} bytes" in message
    assert not (tmp_path / "none").exists()


@contextmanager
def piped(text: str) -> Iterator[Path]:
    """What a shell puts in place of ``<(…)``."""
    end, start = os.pipe()
    try:
        with os.fdopen(start, "w") as file:
            file.write(text)
        yield Path(f"/dev/fd/{end}")
    finally:
        os.close(end)


def test_every_refusal_has_a_rule_and_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "table.json"
    source.write_text(json.dumps(table(model("a", metrics={"F1": "n/a"}))))
    assert refused(source, tmp_path / "logs", capsys) == (
        f'tensorboard-cnc: {source}: models[0].metrics["F1"] is the text "n/a". '
        "It must be a number or null. Write null where there is no value.\n"
    )


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    source = tmp_path / "table.json"
    source.write_text(json.dumps(table()), encoding="utf-8-sig")
    assert main(["import", str(source), "--logdir", str(tmp_path / "logs")]) == 0
