"""Codes of quantized weights that nothing here can turn into values: refused, never compared.

What is not known to be read rightly is left out by name, because codes that pass for values give
numbers that look exact and are wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from tensorboard_cnc.efficiency.packed_weights import QUANTIZERS
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource

LOG_VALUES = "log the dequantized weights as a mapping"
# What libraries keep beside codes: scales; zero points, tables, the order of groups.
_SCALE = re.compile(r"scale|absmax|amax|^scb$", re.IGNORECASE)
_COMPANION = re.compile(
    rf"{_SCALE.pattern}|zero|quant_map|g_idx|codebook|_shape$|^_shift$|^biases$", re.IGNORECASE
)
# Scales of what a layer computes, which stand beside its weight.
_ACTIVATIONS = re.compile(r"(?:input|output|act|[qkv])_\w*(?:scale|zero_point)|scale_input")
_WEIGHT = re.compile(r"(?:.*_)?(?:weight|bias|kernel|embeddings?)")
# Names that hold codes whatever their role, and whose they look like.
_NAMED = {
    "qweight": "GPTQ or AWQ",
    "qzeros": "GPTQ or AWQ",
    "weight_packed": "compressed-tensors",
    "W_q": "HQQ",
    "_data": "quanto",
    "_weight_qdata": "torchao",
}
# What tells by standing beside a tensor, or under its name.
_BESIDE = {
    "SCB": "bitsandbytes",
    "absmax": "bitsandbytes",
    "weight_scale_2": "ModelOpt",
    "scale_weight": "ComfyUI",
    "kernel_scale": "Keras",
}
_BYTES = ("int8", "uint8")
# Of Keras, which keeps the weight as it was beside what it has seen of it.
_FOLLOWED = f"it is rounded to float8 when it is used, by a scale that follows it: {LOG_VALUES}"
_LORA = f"a LoRA of Keras beside it changes it: {LOG_VALUES}"
# The text with which bitsandbytes says how it packed a weight.
_TEXT = ".quant_state."
# Values that are looked at together.
_PIECE = 2**16
# Types of which one number may hold several codes.
_PACKED = ("uint8", "int16", "uint16", "int32", "uint32", "uint64")


class Names:
    """The names of all tensors, by the module or tensor that they belong to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._of: dict[str, set[str]] = defaultdict(set)
        for name in names:
            head, last = split(name)
            self._of[head].add(last)

    def around(self, name: str) -> set[str]:
        """What stands beside a tensor, and under its name."""
        head, last = split(name)
        return (self._of.get(head, set()) - {last}) | self._of.get(name, set())


def split(name: str) -> tuple[str, str]:
    """A name before its last part, and that; Keras and JAX separate them by a slash."""
    end = max(name.rfind("."), name.rfind("/"))
    return name[: max(end, 0)], name[end + 1 :]


def holds_text(name: str) -> bool:
    """Whether the bytes of this name are no numbers."""
    return _TEXT in name


def is_named_codes(name: str) -> bool:
    """Whether a tensor of this name holds codes whatever its type."""
    return split(name)[1] in _NAMED


def without_codes(sources: list[TensorSource | Refused]) -> list[TensorSource | Refused]:
    """The same, where codes that were not joined with scales are refused.

    The scales of these, and integers and truth values that are neither weights nor codes, such as
    indices and masks, become buffers, which count in no module.
    """
    names = Names(each.name for each in sources)
    checked = [checked_codes(each, names) for each in sources]
    refused = (each.name for each in checked if isinstance(each, Refused))
    coded = {place for name in refused for place in _places(name)}
    read = {split(each.name)[0] for each in checked if getattr(each, "scheme", None)}
    return [_aside(each, coded, read) for each in checked]


def checked_codes(source: TensorSource | Refused, names: Names) -> TensorSource | Refused:
    """The same tensor if its values are known, a buffer if it is an index, or why it is refused."""
    if isinstance(source, Refused) or source.scheme is not None:
        return source
    last = split(source.name)[1]
    around = names.around(source.name)
    if f"{last}_amax_history" in around:
        return Refused(source.name, _FOLLOWED, source.weights)
    if f"lora_{last}_a" in around:
        return Refused(source.name, _LORA, source.weights)
    whole = source.dtype.startswith(("int", "uint"))
    if last not in _NAMED and _COMPANION.search(last):
        if source.dtype in _BYTES and _SCALE.search(last):
            reason = f"it holds scales that are {source.dtype} codes themselves: {LOG_VALUES}"
            return Refused(source.name, reason, 0)
        beside = "weight" in around and QUANTIZERS.fullmatch(last)
        return replace(source, role="buffer") if whole or beside else source
    if _is_codes(source, last, around):
        return Refused(source.name, _reason(source, names), _weights_of(source))
    mask = source.dtype == "bool" and not last.endswith(("weight", "kernel"))
    return replace(source, role="buffer") if whole or mask else source


def _places(codes: str) -> set[str]:
    """Where what belongs to codes stands; quanto puts its own a level deeper, or two."""
    found = {split(codes)[0], codes}
    while split(codes)[1] == "_data":
        codes = split(codes)[0]
        found.add(codes)
    return found


def _aside(
    source: TensorSource | Refused, coded: set[str], read: set[str]
) -> TensorSource | Refused:
    """Scales and the like are no weights beside what is refused, nor those of a layer's outputs."""
    module, last = split(source.name)
    unread = module in coded and _COMPANION.search(last)
    if isinstance(source, Refused):
        return source
    near = module in read or ((read or coded) and source.size == 1)
    other = near and _ACTIVATIONS.fullmatch(last)
    return replace(source, role="buffer") if unread or other else source


def _is_codes(source: TensorSource, last: str, around: set[str]) -> bool:
    if source.dtype.startswith(("float8", "float4")):
        # Without a scale they are numbers like any others.
        return any(map(_SCALE.search, around))
    if not source.dtype.startswith(("int", "uint")) or source.size <= 1:
        return False
    if last in _NAMED or last.endswith("_blocks"):
        return True
    if source.dtype == "uint8" and _is_mask(source):
        return False
    # Indices have 64 bits, which nobody packs codes into.
    if source.dtype != "int64" and len(source.shape) > 1 and any(map(_COMPANION.search, around)):
        return True
    if source.role == "buffer":
        return False
    # What a module learns is no index.
    narrow = source.dtype.endswith(("int8", "int16"))
    return narrow or bool(source.kind) or _WEIGHT.fullmatch(last) is not None


def _is_mask(source: TensorSource) -> bool:
    """Whether all are 0 or 1, as in the causal masks that checkpoints of GPT keep as bytes."""
    read = source.open()
    pieces = (read(at, min(at + _PIECE, source.size)) for at in range(0, source.size, _PIECE))
    return all(piece.max() <= 1 for piece in pieces)


def _reason(source: TensorSource, names: Names) -> str:
    library = _library(source.name, names)
    like = f" (they look like those of {library})" if library else ""
    return f"it holds {source.dtype} codes whose scales are not understood{like}: {LOG_VALUES}"


def _library(name: str, names: Names) -> str:
    """Whose codes they look like, "" where that cannot be told."""
    last = split(name)[1]
    if last.endswith("_blocks"):
        return "MXFP4"
    around = names.around(name)
    found = (library for beside, library in _BESIDE.items() if beside in around)
    return _NAMED.get(last) or next(found, "")


def _weights_of(source: TensorSource) -> int | None:
    """How many weights the codes stand for; None where several may be in one number."""
    if split(source.name)[1] == "qzeros":
        return 0
    return None if source.dtype in _PACKED else source.size
