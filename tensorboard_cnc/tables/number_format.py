"""How a table wants its numbers written: d3-format specifiers, also careless ones."""

from __future__ import annotations

import re

_SPECIFIER = re.compile(
    r"(?:.?[<>=^])?[-+( ]?[$#]?0?\d*,?(?P<precision>\.\d+)?~?(?P<type>[a-z%])?", re.IGNORECASE
)
_TYPES = "%bcdefgnoprsXx"


def meant_format(specifier: str) -> str:
    """`specifier` where it is complete, what it was meant as where it lacks a type, else "".

    Taken literally, ".2" would be two significant digits: 90.34 and 89.50 would look the same.
    """
    found = _SPECIFIER.fullmatch(specifier)
    if found is None or not specifier:
        return ""
    if found["type"]:
        return specifier if found["type"] in _TYPES else ""
    if found["precision"]:
        return f"{specifier}f"
    return ",.12~g" if "," in specifier else ".12~g"
