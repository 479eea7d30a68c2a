"""Puts together what a checkpoint keeps as codes, scales and zero points side by side.

Each tensor whose name a layout knows is shown to it. What no layout reads for sure is refused by
`unread_codes`, the last of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tensorboard_cnc.wording import text_of
from tensorboard_cnc.writer.tensors.formats.format import (
    Checkpoint,
    Decoded,
    Format,
    NotUnderstoodError,
    refused,
)
from tensorboard_cnc.writer.tensors.formats.table import all_formats
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.unread_codes import holds_text, is_named_codes, without_codes

_CODES = ("int", "uint", "float8", "float4")


def with_formats(
    found: Iterable[TensorSource | Refused],
    quantization: Mapping[str, Any] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> list[TensorSource | Refused]:
    """The same tensors, with weights in place of codes and of what stands beside these.

    `quantization` and `metadata` are those of `Checkpoint`.
    """
    sources = list(found)
    known = {each.name: each for each in sources if isinstance(each, TensorSource)}
    checkpoint = Checkpoint(known, quantization or {}, metadata or {})
    # A network without whole numbers holds no codes, and nobody is asked.
    coded = any(each.dtype.startswith(_CODES) and each.shape for each in known.values())
    answers = _answers(checkpoint, all_formats()) if coded else {}
    used = {name for each in answers.values() if isinstance(each, Decoded) for name in each.used}
    kept = (
        _with_tie(each.name, answers)
        if each.name in answers and isinstance(each, TensorSource)
        else each
        for each in sources
        if each.name in answers or (each.name not in used and not holds_text(each.name))
    )
    return without_codes(list(kept))


def _answers(checkpoint: Checkpoint, formats: Sequence[Format]) -> dict[str, Decoded | Refused]:
    """By the names of codes, what they stand for or why they are refused."""
    # Some store codes as floats; their names, or a text, tell.
    text = any(map(holds_text, checkpoint.tensors))
    found = {}
    for codes in checkpoint.tensors.values():
        whole = codes.dtype.startswith(_CODES) or text or is_named_codes(codes.name)
        asked = [each for each in formats if whole and each.covers(codes.name)]
        if asked and codes.scheme is None:
            answer = _answer(codes, checkpoint, asked)
            if answer is not None:
                found[codes.name] = answer
    return found


def _answer(
    codes: TensorSource, checkpoint: Checkpoint, formats: Sequence[Format]
) -> Decoded | Refused | None:
    given = [(each.name, _asked(each, codes, checkpoint)) for each in formats]
    read = {name: each for name, each in given if isinstance(each, Decoded)}
    if len(read) > 1:
        return refused(codes, " or ".join(read), "several layouts claim them")
    for layout, answer in read.items():
        name = answer.source.name
        if name in checkpoint.tensors and name not in answer.used:
            return refused(codes, layout, f'"{name}" stands beside them')
        return answer
    return next((each for _, each in given if isinstance(each, Refused)), None)


def _asked(layout: Format, codes: TensorSource, checkpoint: Checkpoint) -> Decoded | Refused | None:
    try:
        return layout.decode(codes, checkpoint)
    except NotUnderstoodError as error:
        return refused(codes, layout.name, error, error.weights)
    except Exception as error:
        # A damaged file, or a layout of somebody else: one tensor that cannot be read.
        return refused(codes, layout.name, text_of(error))


def _with_tie(name: str, answers: Mapping[str, Decoded | Refused]) -> TensorSource | Refused:
    """The weight, tied to what the codes that share its memory have become."""
    answer = answers[name]
    if isinstance(answer, Refused):
        return answer
    first = answers.get(answer.source.tied)
    tied = first.source.name if isinstance(first, Decoded) else answer.source.tied
    return replace(answer.source, tied=tied)
