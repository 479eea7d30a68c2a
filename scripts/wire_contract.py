"""Reads ``tensorboard_cnc/wire/``, the JSON contract, for what is generated from it.

The sources are read, not imported, because the comments above fields are part of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tensorboard_cnc" / "wire"
# Each may use the names of those before it.
MODULES = ("values", "models", "differences", "behaviors", "instances", "layers", "sensitivity")
# What no route answers with, and the panel reads all the same.
BESIDE_ROUTES = ("report",)
_PLAIN = ("str", "int", "float", "bool", "None")


class NotOnTheWireError(Exception):
    """The contract uses something that has no counterpart in what is generated."""

    def __init__(self, node: ast.AST) -> None:
        line = getattr(node, "lineno", "?")
        super().__init__(
            f"wire, line {line}: cannot express `{ast.unparse(node)}` in TypeScript and in JSON"
            " schemas. Keep to TypedDict classes, NotRequired, Literal, unions, list, dict[str, …]"
            " and tuple, or teach scripts/wire_contract.py the new form."
        )


@dataclass(frozen=True, slots=True)
class Plain:
    """`str`, `int`, `float`, `bool` or `None`."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """Another declaration."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | bool | int | None


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """From texts to values."""

    value: Type


@dataclass(frozen=True, slots=True)
class TupleOf:
    items: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Two or more alternatives, none of which has alternatives itself."""

    members: tuple[Type, ...]


Type: TypeAlias = Plain | Named | Constant | ListOf | MapOf | TupleOf | AnyOf


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Type
    required: bool
    comment: list[str]


@dataclass(frozen=True, slots=True)
class Interface:
    """A TypedDict, with the fields that it adds to those of its `bases`."""

    name: str
    comment: list[str]
    bases: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a type."""

    name: str
    comment: list[str]
    type: Type


Declaration: TypeAlias = Interface | Alias


def sources(modules: Sequence[str] = MODULES) -> list[str]:
    """The modules of the contract; by default those that routes answer with."""
    return [(SOURCE / f"{module}.py").read_text(encoding="utf-8") for module in modules]


def declarations(source: str) -> Iterator[Declaration]:
    """What the Python module `source` declares, in its order."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        match node:
            case ast.ClassDef():
                yield _interface(node, lines)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield Alias(name, _comment_above(node, lines), _type(value))
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                raise NotOnTheWireError(node)


def members(type: Type) -> tuple[Type, ...]:
    """The alternatives of a type; of most it is the only one."""
    return type.members if isinstance(type, AnyOf) else (type,)


def _interface(node: ast.ClassDef, lines: list[str]) -> Interface:
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    total = not any(keyword.arg == "total" for keyword in node.keywords)
    return Interface(
        node.name,
        (ast.get_docstring(node) or "").splitlines(),
        tuple(base for base in bases if base != "TypedDict"),
        tuple(_field(field, lines, total) for field in node.body if not _is_text(field)),
    )


def _field(node: ast.stmt, lines: list[str], total: bool) -> Field:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
            required, annotation = _unwrap(annotation, total)
            return Field(name, _type(annotation), required, _comment_above(node, lines))
    raise NotOnTheWireError(node)


def _unwrap(annotation: ast.expr, total: bool) -> tuple[bool, ast.expr]:
    """Whether the field is required, and its annotation without NotRequired or Required."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="NotRequired" | "Required" as word), slice=inner):
            return word == "Required", inner
    return total, annotation


def _type(node: ast.expr) -> Type:
    found = tuple(_members(node))
    return found[0] if len(found) == 1 else AnyOf(found)


def _members(node: ast.expr) -> Iterator[Type]:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _members(left)
            yield from _members(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            for value in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield _constant(value)
        case ast.Subscript(value=ast.Name(id=container), slice=inner):
            yield _container(container, inner, node)
        case ast.Constant(value=None):
            yield Plain("None")
        case ast.Name(id=name):
            yield Plain(name) if name in _PLAIN else Named(name)
        case _:
            raise NotOnTheWireError(node)


def _container(container: str, inner: ast.expr, node: ast.expr) -> Type:
    match container, inner:
        case "list", _:
            return ListOf(_type(inner))
        case "dict", ast.Tuple(elts=[ast.Name(id="str"), value]):
            return MapOf(_type(value))
        case "tuple", ast.Tuple(elts=elements):
            return TupleOf(tuple(map(_type, elements)))
    raise NotOnTheWireError(node)


def _constant(node: ast.expr) -> Constant:
    match node:
        case ast.Constant(value=str() | bool() | int() | None as value):
            return Constant(value)
    raise NotOnTheWireError(node)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _comment_above(node: ast.stmt, lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.strip().startswith("#"):
            break
        found.insert(0, line.strip().removeprefix("#").strip())
    return found
