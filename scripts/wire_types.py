"""Generates the panel's TypeScript types from ``tensorboard_cnc/wire/``, the JSON contract.

With them goes the table of Student's t, so that both sides test with the same quantiles. Run it
as ``make types``. Docstrings and the comments above a field become ``/** */``.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tensorboard_cnc.analysis.distributions import t_975

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tensorboard_cnc" / "wire"
# In the order of the generated file; each may use the names of those before it.
MODULES = ("values", "models", "differences", "behaviors", "instances", "layers")
TARGET = ROOT / "frontend" / "src" / "model" / "wire.gen.ts"
HEADER = "// Generated from tensorboard_cnc/wire/ by `make types`; edit it there.\n"

WIDTH = 100
QUANTILES = 100
PLAIN = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "None": "null"}


class NotOnTheWireError(Exception):
    """The contract uses something that has no counterpart in the generated types."""

    def __init__(self, node: ast.AST) -> None:
        line = getattr(node, "lineno", "?")
        super().__init__(
            f"wire, line {line}: cannot express `{ast.unparse(node)}` in TypeScript. Keep to"
            " TypedDict classes, NotRequired, Literal, unions, list, dict[str, …] and tuple,"
            " or teach scripts/wire_types.py the new form."
        )


def main() -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(generated(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")


def generated() -> str:
    """The TypeScript of the whole contract."""
    sources = [(SOURCE / f"{module}.py").read_text(encoding="utf-8") for module in MODULES]
    return "\n".join([HEADER, quantiles(), *map(typescript, sources)])


def quantiles() -> str:
    """The 97.5 % quantiles of Student's t, for the tests that the panel makes of any two models."""
    numbers = ", ".join(f"{t_975(degrees):.6g}" for degrees in range(1, QUANTILES + 1))
    what = f"What 2.5 % of Student's t exceed, with 1 to {QUANTILES} degrees of freedom."
    lines = textwrap.fill(numbers + ",", WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"/** {what} */\nexport const STUDENT_T_975: readonly number[] = [\n{lines}\n];\n"


def typescript(source: str) -> str:
    """TypeScript that declares the same types as the Python module `source`."""
    lines = source.splitlines()
    body = ast.parse(source).body
    return "\n".join(block for node in body for block in _statement(node, lines))


def _statement(node: ast.stmt, lines: list[str]) -> Iterator[str]:
    match node:
        case ast.ClassDef():
            yield _interface(node, lines)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield _comment(_comment_above(node, lines)) + _declaration(f"export type {name}", value)
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return
        case _:
            raise NotOnTheWireError(node)


def _declaration(left: str, value: ast.expr) -> str:
    line = f"{left} = {_type(value)};\n"
    if len(line) <= WIDTH + 1:
        return line
    return f"{left} =\n  | " + "\n  | ".join(_members(value)) + ";\n"


def _interface(node: ast.ClassDef, lines: list[str]) -> str:
    bases = [_type(base) for base in node.bases if not _is_name(base, "TypedDict")]
    extends = f" extends {', '.join(bases)}" if bases else ""
    total = not any(keyword.arg == "total" for keyword in node.keywords)
    fields = "".join(_field(field, lines, total) for field in node.body if not _is_text(field))
    return f"{_comment(_docstring(node))}export interface {node.name}{extends} {{\n{fields}}}\n"


def _field(node: ast.stmt, lines: list[str], total: bool) -> str:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
            required, annotation = _unwrap(annotation, total)
        case _:
            raise NotOnTheWireError(node)
    mark = "" if required else "?"
    declared = f"{name}{mark}: {_type(annotation)};\n"
    if len(declared) + 2 > WIDTH + 1:
        declared = f"{name}{mark}:\n    | " + "\n    | ".join(_members(annotation)) + ";\n"
    return _comment(_comment_above(node, lines), "  ") + "  " + declared


def _unwrap(annotation: ast.expr, total: bool) -> tuple[bool, ast.expr]:
    """Whether the field is required, and its annotation without NotRequired or Required."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="NotRequired" | "Required" as word), slice=inner):
            return word == "Required", inner
    return total, annotation


def _type(node: ast.expr) -> str:
    return " | ".join(_members(node))


def _members(node: ast.expr) -> list[str]:
    """The alternatives of a type, each once: int | float is one number."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return list(dict.fromkeys(_members(left) + _members(right)))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            values = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return [_literal(value) for value in values]
        case ast.Subscript(value=ast.Name(id=container), slice=inner):
            return [_container(container, inner, node)]
        case ast.Constant(value=None):
            return ["null"]
        case ast.Name(id=name):
            return [PLAIN.get(name, name)]
    raise NotOnTheWireError(node)


def _container(container: str, inner: ast.expr, node: ast.expr) -> str:
    match container, inner:
        case "list", _:
            members = _members(inner)
            return f"{members[0]}[]" if len(members) == 1 else f"({' | '.join(members)})[]"
        case "dict", ast.Tuple(elts=[key, value]) if _is_name(key, "str"):
            return f"Record<string, {_type(value)}>"
        case "tuple", ast.Tuple(elts=elements):
            return f"[{', '.join(_type(element) for element in elements)}]"
    raise NotOnTheWireError(node)


def _literal(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str() | bool() | int() | None as value):
            return json.dumps(value, ensure_ascii=False)
    raise NotOnTheWireError(node)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _docstring(node: ast.ClassDef) -> list[str]:
    return (ast.get_docstring(node) or "").splitlines()


def _comment_above(node: ast.stmt, lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.strip().startswith("#"):
            break
        found.insert(0, line.strip().removeprefix("#").strip())
    return found


def _comment(text: list[str], indent: str = "") -> str:
    """`text` as a ``/** */`` above a declaration, or nothing when there is no text."""
    if not text:
        return ""
    if any("*/" in line for line in text):
        raise ValueError(f"wire: the comment {text} contains */, which would end it; reword it")
    text = [re.sub(r"``([^`]+)``", r"`\1`", line) for line in text]
    if len(text) == 1:
        return f"{indent}/** {text[0]} */\n"
    starred = "\n".join(f" * {line}".rstrip() for line in text)
    return textwrap.indent(f"/**\n{starred}\n */\n", indent)


if __name__ == "__main__":
    main()
