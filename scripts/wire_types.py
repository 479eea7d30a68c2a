"""Generates the panel's TypeScript types from ``tensorboard_cnc/wire/``, the JSON contract.

With them goes the table of Student's t, so that both sides test with the same quantiles. Run it
as ``make types``. Docstrings and the comments above a field become ``/** */``.
"""

from __future__ import annotations

import json
import re
import textwrap

import wire_contract as contract
from wire_contract import ROOT, Alias, Field, Interface, Type

from tensorboard_cnc.analysis.distributions import t_975

TARGET = ROOT / "frontend" / "src" / "model" / "wire.gen.ts"
HEADER = "// Generated from tensorboard_cnc/wire/ by `make types`; edit it there.\n"

WIDTH = 100
QUANTILES = 100
PLAIN = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "None": "null"}


def main() -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(generated(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")


def generated() -> str:
    """The TypeScript of the whole contract."""
    sources = contract.sources((*contract.MODULES, *contract.BESIDE_ROUTES))
    return "\n".join([HEADER, quantiles(), *map(typescript, sources)])


def quantiles() -> str:
    """The 97.5 % quantiles of Student's t, for the tests that the panel makes of any two models."""
    numbers = ", ".join(f"{t_975(degrees):.6g}" for degrees in range(1, QUANTILES + 1))
    what = f"What 2.5 % of Student's t exceed, with 1 to {QUANTILES} degrees of freedom."
    lines = textwrap.fill(numbers + ",", WIDTH, initial_indent="  ", subsequent_indent="  ")
    return f"/** {what} */\nexport const STUDENT_T_975: readonly number[] = [\n{lines}\n];\n"


def typescript(source: str) -> str:
    """TypeScript that declares the same types as the Python module `source`."""
    return "\n".join(
        _alias(each) if isinstance(each, Alias) else _interface(each)
        for each in contract.declarations(source)
    )


def _alias(alias: Alias) -> str:
    line = f"export type {alias.name} = {_type(alias.type)};\n"
    if len(line) > WIDTH + 1:
        line = f"export type {alias.name} =\n  | " + "\n  | ".join(_members(alias.type)) + ";\n"
    return _comment(alias.comment) + line


def _interface(interface: Interface) -> str:
    extends = f" extends {', '.join(interface.bases)}" if interface.bases else ""
    fields = "".join(map(_field, interface.fields))
    comment = _comment(interface.comment)
    return f"{comment}export interface {interface.name}{extends} {{\n{fields}}}\n"


def _field(field: Field) -> str:
    mark = "" if field.required else "?"
    declared = f"{field.name}{mark}: {_type(field.type)};\n"
    if len(declared) + 2 > WIDTH + 1:
        alternatives = "\n    | ".join(_members(field.type))
        declared = f"{field.name}{mark}:\n    | {alternatives};\n"
    return _comment(field.comment, "  ") + "  " + declared


def _type(type: Type) -> str:
    return " | ".join(_members(type))


def _members(type: Type) -> list[str]:
    """The alternatives of a type, each once: int | float is one number."""
    return list(dict.fromkeys(map(_member, contract.members(type))))


def _member(type: Type) -> str:
    match type:
        case contract.Plain(name):
            return PLAIN[name]
        case contract.Named(name):
            return name
        case contract.Constant(value):
            return json.dumps(value, ensure_ascii=False)
        case contract.ListOf(item):
            members = _members(item)
            return f"{members[0]}[]" if len(members) == 1 else f"({' | '.join(members)})[]"
        case contract.MapOf(value):
            return f"Record<string, {_type(value)}>"
        case contract.TupleOf(items):
            return f"[{', '.join(map(_type, items))}]"
    raise TypeError(type)


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
