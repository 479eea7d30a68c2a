"""Names of tensors: their modules, what wrappers added, and the order of a network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tensorboard_cnc.efficiency.adapters import WRAPPERS
from tensorboard_cnc.records.sketches import Role

# What wrappers put before the names of a module's own, and peft before those of a layer that it
# adapts.
_WRAPPERS = re.compile(
    rf"(?:(?<=^)|(?<=\.))(?:{'|'.join(WRAPPERS)})\."
    r"|(?<=\.)base_layer\.(?=(?:weight|bias)$)"
)
# What DataParallel, DistributedDataParallel and torch.optim.swa_utils call the module they wrap,
# and what peft does.
_OUTER = ("module.", "base_model.model.")
# What peft calls the network that it adapts, and in it the layer that it adapts.
_ADAPTED = re.compile(r"^base_model\.model\.|(?<=\.)base_layer\.")
_BASE_LAYER = ".base_layer."
# Where torch keeps what a parametrization is computed from; one with numbers of its own follows it.
_ORIGINAL = re.compile(r"parametrizations\.(\w+)\.original$")
_BUFFERS = frozenset(
    (
        "running_mean", "running_var", "num_batches_tracked", "inv_freq", "position_ids",
        "zero_point", "moving_mean", "moving_variance",
    )
)  # fmt: skip
_DIGITS = re.compile(r"(\d+)")
# Parts of names that stand at the beginning and at the end of the module they are in.
_FIRST = re.compile(
    r"weight|(?:\w+_)?embed(?:s|ding|dings)?(?:_tokens)?|wte|wpe|stem|conv_stem|conv1|patch_embed|shared"
    r"|tok_embeddings|backbone|encoder"
)
_LAST = re.compile(r"lm_head|heads?|head_drop|classifier|fc|score|output|logits|pooler|decoder")

_Part: TypeAlias = tuple[int, tuple[tuple[int, int, str], ...]]


@dataclass(frozen=True, slots=True)
class TensorName:
    """A full name in two parts: "encoder.0.weight" is `module` "encoder.0", `last` "weight"."""

    module: str
    last: str

    @classmethod
    def of(cls, name: str) -> TensorName:
        module, _, last = name.rpartition(".")
        return cls(module, last)


def without_wrappers(name: str) -> str:
    """`name` as the module inside torch.compile, FSDP and activation checkpointing has it."""
    return _WRAPPERS.sub("", name)


def outer_prefix(names: Iterable[str]) -> str:
    """What all names of a state dict begin with if its model was wrapped: "module.", or ""."""
    plain = [without_wrappers(name) for name in names]
    for outer in _OUTER:
        if plain and all(name.startswith(outer) for name in plain):
            return outer
    return ""


def plain_names(names: Iterable[str]) -> dict[str, str]:
    """By the names of a state dict or a file, those without what toolkits have added."""
    given = list(names)
    outer = outer_prefix(given)
    found = {}
    for name in given:
        inner = without_wrappers(without_wrappers(name).removeprefix(outer))
        found[name] = without_wrappers(_ADAPTED.sub("", inner))
    computed = {name.rpartition(".original")[0] for name in given if _ORIGINAL.search(name)} & {
        name.rpartition(".0.")[0] for name in given
    }
    return {
        name: plain if name.rpartition(".original")[0] in computed else _ORIGINAL.sub(r"\1", plain)
        for name, plain in found.items()
    }


def adapted_names(names: Iterable[str]) -> set[str]:
    """Those of layers that stand beside an adapter of peft, which changes what they compute."""
    given = list(names)
    modules = {name.partition(_BASE_LAYER)[0] for name in given if _BASE_LAYER in name}
    beside = {
        module
        for name in given
        if _BASE_LAYER not in name
        for module in _modules_of(name)
        if module in modules
    }
    return {
        name for name in given if _BASE_LAYER in name and name.partition(_BASE_LAYER)[0] in beside
    }


def _modules_of(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def buffer_or_parameter(last: str) -> Role:
    """What a tensor is, as far as its name alone tells."""
    return "buffer" if last.rpartition("/")[2] in _BUFFERS else "parameter"


def without_modules(name: str) -> str:
    """`name` without parts that are called "module", as in what torch.ao's QuantWrapper holds."""
    return ".".join(part for part in name.split(".") if part != "module")


def network_order(names: Iterable[str]) -> list[str]:
    """`names` from the first to the last layer, guessed: embeddings before, heads after.

    Files of safetensors sort tensors by name, so that layer 10 stands before layer 2; here
    numbers count as numbers.
    """
    return sorted(names, key=_order_key)


def _order_key(name: str) -> tuple[_Part, ...]:
    return tuple(_part_key(part) for part in name.split("."))


def _part_key(part: str) -> _Part:
    place = -1 if _FIRST.fullmatch(part) else 1 if _LAST.fullmatch(part) else 0
    pieces = _DIGITS.split(part)
    natural = tuple(
        _number_key(piece) if piece.isdecimal() else (0, 0, piece) for piece in pieces if piece
    )
    return place, natural


def _number_key(digits: str) -> tuple[int, int, str]:
    """As numbers are ordered, of any length."""
    plain = digits.lstrip("0")
    return 1, len(plain), plain
