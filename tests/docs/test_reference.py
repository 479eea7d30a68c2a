"""The reference pages say what the code says."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import cli_reference
import pytest

import tensorboard_cnc
from tensorboard_cnc import cnc_summary, errors
from tensorboard_cnc.results import comparison, runs
from tensorboard_cnc.results.behaviors import Behaviors
from tensorboard_cnc.results.layers import Layers
from tensorboard_cnc.results.models import Models
from tensorboard_cnc.results.plan import Plan
from tensorboard_cnc.results.table import Table
from tests.docs.pages import DOCS

REFERENCE = DOCS / "reference"
READ_BACK = (runs.Runs, Models, comparison.Comparison, Behaviors, Layers, Plan, Table)
# Types that are explained with the calls that take or return them.
_ALIASES = {"Model", "Writer"}


def named(page: str) -> list[str]:
    """The Python objects that a page shows."""
    return re.findall(r"^::: ([\w.]+)$", (REFERENCE / page).read_text("utf-8"), re.MULTILINE)


def found(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_the_command_line_is_as_the_parsers_say() -> None:
    written = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert written == cli_reference.generated(), "run `make types`"


def test_options_are_spelled_with_their_values() -> None:
    add = cli_reference.commands()["add"]
    spelled = [cli_reference.spelling(option) for option in cli_reference.options(add)]
    assert spelled[:4] == ["CHECKPOINT", "--logdir DIR", "--id ID", "--parent ID"]
    assert "--operation NAME [k=v …]" in spelled
    assert "--attach" in spelled


def test_every_guide_of_a_command_is_there() -> None:
    assert set(cli_reference.GUIDES) <= set(cli_reference.commands())


def test_all_that_scripts_call_is_shown() -> None:
    shown = {id(found(path)) for path in named("cnc_summary.md")}
    public = {name: getattr(cnc_summary, name) for name in cnc_summary.__all__}
    missing = [name for name, each in public.items() if id(each) not in shown]
    assert set(missing) <= _ALIASES


def test_all_that_reads_back_is_shown() -> None:
    shown = {id(found(path)) for path in named("read.md")}
    assert {id(each) for each in (tensorboard_cnc.read, *READ_BACK)} <= shown


def test_all_errors_are_in_the_tree_of_their_module() -> None:
    tree = inspect.getdoc(errors) or ""
    for name, each in vars(errors).items():
        if inspect.isclass(each):
            assert name in tree


def calls() -> Iterator[tuple[str, Any]]:
    """Every public function and method, by name."""
    yield "read", tensorboard_cnc.read
    for name in cnc_summary.__all__:
        each = getattr(cnc_summary, name)
        if inspect.isfunction(each):
            yield name, each
    for kind in (cnc_summary.ModelHandle, cnc_summary.Evaluation, *READ_BACK):
        for name, each in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_") and each.__module__.startswith("tensorboard_cnc"):
                yield f"{kind.__name__}.{name}", each


def test_all_that_is_returned_is_explained() -> None:
    for name, call in calls():
        of_the_writer = "." not in name or name.startswith("ModelHandle")
        if of_the_writer and inspect.signature(call).return_annotation != "None":
            assert "Returns:" in (inspect.getdoc(call) or ""), name


@pytest.mark.parametrize(
    ("name", "call"), [*calls()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_argument_is_explained(name: str, call: Any) -> None:
    """By its entry under Args, or by its name in the words before."""
    text = inspect.getdoc(call)
    assert text, f"{name} has no docstring"
    for parameter in inspect.signature(call).parameters.values():
        if parameter.name != "self":
            assert re.search(rf"(^\s*\**|`+){parameter.name}\b", text, re.MULTILINE), parameter.name
