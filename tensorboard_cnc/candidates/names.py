"""What built-in candidates are called, and what their names say; torch is not needed for it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["int", "fp8", "mxfp4", "nvfp4", "prune", "2:4", "rank"]

# What m.sensitivity tries where nobody says what.
DEFAULT = ("int8", "int4-g32", "int4", "int3-g32", "int2-g32", "nvfp4", "prune-50", "2:4")
_INTEGERS = re.compile(r"int(2|3|4|8)(?:-g(32|64|128))?(-a8)?")
_SHARES = re.compile(r"(prune|rank)-([1-9][0-9]?)")
_PLAIN: dict[str, Kind] = {"fp8": "fp8", "mxfp4": "mxfp4", "nvfp4": "nvfp4", "2:4": "2:4"}


class BuiltIn(NamedTuple):
    """What a name says.

    `bits` of each value that is stored; `group`: values that share a scale, 0: a whole output
    channel. `percent` of the values that become 0, or of the full rank that is kept.
    `activations`: the layer's inputs are rounded to 8 bits too.
    """

    kind: Kind
    bits: int = 0
    group: int = 0
    percent: int = 0
    activations: bool = False


def built_in(name: str) -> BuiltIn | None:
    """What the name of a built-in candidate says; None where it is none."""
    if found := _INTEGERS.fullmatch(name):
        bits, group, activations = found.groups()
        return BuiltIn("int", int(bits), int(group or 0), activations=activations is not None)
    if found := _SHARES.fullmatch(name):
        return BuiltIn("prune" if found[1] == "prune" else "rank", percent=int(found[2]))
    kind = _PLAIN.get(name)
    if kind is None:
        return None
    return BuiltIn(kind, {"fp8": 8, "2:4": 0}.get(kind, 4), {"mxfp4": 32, "nvfp4": 16}.get(kind, 0))


GRAMMAR = (
    "Built-in candidates are int8, int4, int3, int2 (by channel; with -g128, -g64 or -g32 by "
    "group; with -a8 at the end inputs are int8 too), fp8, mxfp4, nvfp4, 2:4, prune-1 to prune-99 "
    "(percent set to zero) and rank-1 to rank-99 (percent of the full rank kept)"
)
