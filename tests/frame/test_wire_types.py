"""From TypedDict to TypeScript."""

from __future__ import annotations

import pytest
from wire_contract import NotOnTheWireError
from wire_types import typescript


def declared(python: str) -> str:
    return typescript(python).strip()


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("str", "string"),
        ("int | float", "number"),
        ("bool | None", "boolean | null"),
        ("list[str]", "string[]"),
        ("list[float | None]", "(number | null)[]"),
        ("list[list[int]]", "number[][]"),
        ("dict[str, list[Metric]]", "Record<string, Metric[]>"),
        ("tuple[int, str]", "[number, string]"),
        ("Literal['a', 2, True, None]", '"a" | 2 | true | null'),
        ("Literal['\"']", r'"\""'),
    ],
)
def test_type(annotation: str, expected: str) -> None:
    assert declared(f"X = {annotation}") == f"export type X = {expected};"


def test_interface_with_comments_and_optional_fields() -> None:
    python = '''
class Metric(Base, TypedDict):
    """One ``metric``.

    In two paragraphs.
    """

    value: float | None
    # The machine
    # that logged it.
    host: NotRequired[str]
'''
    assert declared(python) == (
        "/**\n * One `metric`.\n *\n * In two paragraphs.\n */\n"
        "export interface Metric extends Base {\n"
        "  value: number | null;\n"
        "  /**\n   * The machine\n   * that logged it.\n   */\n"
        "  host?: string;\n"
        "}"
    )


def test_fields_of_a_partial_dict_are_optional_unless_required() -> None:
    python = "class A(TypedDict, total=False):\n    x: int\n    y: Required[int]\n"
    assert declared(python) == "export interface A {\n  x?: number;\n  y: number;\n}"


def test_a_long_union_is_wrapped_as_prettier_does() -> None:
    names = [f"measure_number_{i}" for i in range(8)]
    python = f"X = Literal[{', '.join(map(repr, names))}]"
    assert (
        declared(python)
        == "export type X =\n  | " + "\n  | ".join(f'"{name}"' for name in names) + ";"
    )


@pytest.mark.parametrize(
    "python",
    ["X = set[str]", "X = dict[int, str]", "def f(): ...", "class A(TypedDict):\n    x: int = 1"],
)
def test_refuses_what_has_no_counterpart(python: str) -> None:
    with pytest.raises(NotOnTheWireError, match=r"(?s)line \d: cannot express .* TypeScript"):
        typescript(python)


def test_refuses_a_comment_that_would_end_early() -> None:
    with pytest.raises(ValueError, match="reword"):
        typescript('class A(TypedDict):\n    """Bad */ text."""\n')
