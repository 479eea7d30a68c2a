"""The order of a network's tensors, guessed from their names where a file has forgotten it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

_DIGITS = re.compile(r"(\d+)")
# Parts of names that stand at the beginning and at the end of the module they are in.
_FIRST = re.compile(
    r"weight|(?:\w+_)?embed(?:s|ding|dings)?(?:_tokens)?|wte|wpe|stem|conv_stem|conv1|patch_embed|shared"
    r"|tok_embeddings|backbone|encoder"
)
_LAST = re.compile(r"lm_head|heads?|head_drop|classifier|fc|score|output|logits|pooler|decoder")

_Part: TypeAlias = tuple[int, tuple[tuple[int, int, str], ...]]


def network_order(names: Iterable[str]) -> list[str]:
    """`names` from the first to the last layer: numbers as numbers, embeddings before, heads after.

    Files of safetensors sort tensors by name, so that layer 10 stands before layer 2.
    """
    return sorted(names, key=_key)


def _key(name: str) -> tuple[_Part, ...]:
    return tuple(_part(part) for part in name.split("."))


def _part(part: str) -> _Part:
    place = -1 if _FIRST.fullmatch(part) else 1 if _LAST.fullmatch(part) else 0
    pieces = _DIGITS.split(part)
    natural = tuple(
        (1, int(piece), "") if piece.isdecimal() else (0, 0, piece) for piece in pieces if piece
    )
    return place, natural
