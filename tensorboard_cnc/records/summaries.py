"""Which value of a scalar stands for a model: the grammar of ``metric(summary=)``."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias, get_args

SummaryKind: TypeAlias = Literal["last", "best", "max", "min", "at"]
_AT = re.compile(r"at:(-?[0-9]{1,19})")


class ScalarSummary(NamedTuple):
    """The kind of a summary, and for "at" the training step."""

    kind: SummaryKind
    step: int = 0


def scalar_summary(text: str) -> ScalarSummary | None:
    """What `text` means: "last" (or ""), "best", "max", "min" or "at:<step>"; None: nothing."""
    if match := _AT.fullmatch(text):
        step = int(match[1])
        return ScalarSummary("at", step) if -(2**63) <= step < 2**63 else None
    if not text:
        return ScalarSummary("last")
    kind = next((kind for kind in get_args(SummaryKind) if kind == text != "at"), None)
    return ScalarSummary(kind) if kind else None
