"""Layers run one way: the import directions of docs/architecture.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import permutations
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "tensorboard_cnc"

VALUES = {"errors", "records"}
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": {"results"},
    "errors": set(),
    "records": {"errors"},
    "wording": set(),
    "json_text": set(),
    "limits": VALUES | {"wording"},
    "format": VALUES,
    "sketches": VALUES,
    "allocation": VALUES,
    "candidates": VALUES | {"sketches", "wording"},
    "analysis": VALUES | {"allocation", "candidates", "sketches", "wording"},
    "wire": set(),
    "efficiency": VALUES,
    "writer": VALUES
    | {"format", "sketches", "efficiency", "limits", "wording", "json_text"}
    | {"allocation", "candidates", "event_files"},
    "reader": VALUES | {"format"},
    "event_files": VALUES | {"format", "wording"},
    "results": VALUES
    | {"analysis", "candidates", "event_files", "limits", "plugin", "reader", "wire", "wording"},
    "checks": VALUES | {"analysis", "limits", "results", "wire", "wording"},
    "edits": VALUES
    | {"analysis", "cnc_summary", "event_files", "format", "imports", "results", "wire"}
    | {"wording", "writer"},
    "reports": VALUES | {"limits", "plugin", "results", "wire", "wording", "__init__"},
    "commands": VALUES
    | {"checks", "edits", "limits", "reports", "results", "wire", "wording", "__init__"},
    "cnc_summary": VALUES | {"efficiency", "writer"},
    "plugin": VALUES | {"format", "reader", "analysis", "sketches", "wire", "fallback_panel"},
    "fallback_panel": set(),
    "loader": {"fallback_panel", "format", "plugin"},
    "integrations": VALUES | {"writer"},
    "imports": VALUES | {"format", "writer", "cnc_summary", "wording", "json_text"},
    "__main__": {"cli"},
    "cli": VALUES | {"commands", "imports", "wording", "__init__"},
}
# Packages that only some layers may touch at all.
FOREIGN = {
    "torch": {"candidates", "efficiency", "results", "writer"},
    "lightning": {"integrations"},
    "pytorch_lightning": {"integrations"},
    "transformers": {"integrations"},
    "werkzeug": {"plugin"},
    "tensorboard": {
        *("format", "writer", "reader", "event_files", "results"),
        *("plugin", "loader", "fallback_panel"),
    },
    "google": {"format", "event_files"},
    "pandas": {"results"},
    "pyarrow": {"results"},
    "networkx": {"results"},
}
# Ideas of one layer that know nothing of each other.
APART = {
    "analysis": ("behaviors", "differences", "layers", "sensitivity"),
    "plugin": ("behaviors", "layers", "sensitivity"),
}


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))
LAYERS = sorted({layer(path) for path in FILES})


def imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports; `from a import b` may mean the module a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.ImportFrom():
                raise AssertionError(f"{path}: write imports in full, from tensorboard_cnc…")


def imported_layers(path: Path) -> set[str]:
    ours = [name.split(".")[1] for name in imports(path) if name.startswith("tensorboard_cnc.")]
    # A name that is no module, such as __version__, comes from the package itself.
    return {name if name in MAY_IMPORT else "__init__" for name in ours} - {layer(path)}


def module(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path) -> set[str]:
    """Our modules that a file imports, by dotted name."""
    names = {found for name in imports(path) for found in (name, name.rpartition(".")[0])}
    return (names & MODULES) - {module(path)}


MODULES = {module(path) for path in FILES}


def at_import_time(path: Path) -> Iterator[ast.stmt]:
    """The imports that run when the module is imported, not those for type checkers."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        for node in ast.iter_child_nodes(pending.pop()):
            typing_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if not (later or typing_only):
                pending.append(node)
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node


def test_every_layer_is_known() -> None:
    unknown = set(LAYERS) - set(MAY_IMPORT)
    assert not unknown, "give it a place in docs/architecture.md and in MAY_IMPORT"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_from_the_layers_below(path: Path) -> None:
    forbidden = imported_layers(path) - MAY_IMPORT.get(layer(path), set())
    assert not forbidden, f"{layer(path)} may import only {sorted(MAY_IMPORT[layer(path)])}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    # A package's own file hands on what its modules hold, which import it by being in it.
    files = [path for path in FILES if path.name != "__init__.py"]
    graph = {module(path): imported_modules(path) for path in files}
    assert sum(map(len, graph.values())) > len(files)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize(
    ("within", "one", "other"),
    [(layer, *pair) for layer, ideas in APART.items() for pair in permutations(ideas, 2)],
)
def test_ideas_of_one_layer_stand_apart(within: str, one: str, other: str) -> None:
    forbidden = f"tensorboard_cnc.{within}.{other}."
    files = [path for path in FILES if path.is_relative_to(PACKAGE / within / one)]
    assert files
    assert [
        (str(path.relative_to(PACKAGE)), name)
        for path in files
        for name in imported_modules(path)
        if name.startswith(forbidden)
    ] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_foreign_packages_stay_in_their_layers(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)} & set(FOREIGN)
    assert [name for name in sorted(used) if layer(path) not in FOREIGN[name]] == []


def test_the_loader_imports_the_plugin_lazily() -> None:
    eager = "".join(ast.unparse(node) for node in at_import_time(PACKAGE / "loader.py"))
    assert "tensorboard_cnc.plugin" not in eager


@pytest.mark.parametrize(
    "path", [p for p in FILES if layer(p) in FOREIGN["torch"]], ids=lambda p: p.name
)
def test_torch_is_imported_only_where_it_is_used(path: Path) -> None:
    eager = "".join(ast.unparse(node) for node in at_import_time(path))
    assert "import torch" not in eager
    assert "from torch" not in eager
