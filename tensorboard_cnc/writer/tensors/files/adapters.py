"""LoRA adapters of peft: a directory with adapter_config.json, and what it adds to its base."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.tensors.files.adapted_weight import AdapterParts, adapted
from tensorboard_cnc.writer.tensors.files.checkpoint_notes import json_object
from tensorboard_cnc.writer.tensors.files.places import place_of
from tensorboard_cnc.writer.tensors.files.remote_files import RemoteFile
from tensorboard_cnc.writer.tensors.files.safetensors_files import read
from tensorboard_cnc.writer.tensors.files.stored_file import LocalFile, StoredFile, damaged
from tensorboard_cnc.writer.tensors.tensor_names import plain_names
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource

_CONFIG, _TENSORS = "adapter_config.json", "adapter_model.safetensors"
# Patterns of names without groups, sets and braces, and with at most two repetitions.
_TAME = re.compile(r"\^?(?:[\w.-]|\\[.dw])*(?:[*+?](?:[\w.-]|\\[.dw])+){0,2}\$?")
_LONGEST = 300
_PART = re.compile(
    r"(?P<module>.+)\.(?P<part>lora_A|lora_B|lora_embedding_A|lora_embedding_B"
    r"|lora_magnitude_vector)(?:\.weight)?$"
)
# Of these starts A and B say all; others, such as PiSSA's, take something off the base.
_STARTS = (None, True, False, "gaussian", "orthogonal", "eva")
# What else a config may say: W + s · BA stays what is computed, at every position.
_KNOWN = frozenset(
    "peft_type peft_version auto_mapping base_model_name_or_path revision inference_mode task_type "
    "r lora_alpha lora_dropout target_modules exclude_modules modules_to_save fan_in_fan_out bias "
    "use_rslora use_dora init_lora_weights layers_to_transform layers_pattern rank_pattern "
    "alpha_pattern megatron_core loftq_config eva_config runtime_config qalora_group_size".split()
)


@dataclass(frozen=True, slots=True)
class Adapter:
    """What the directory says, and its tensors."""

    place: str
    config: Mapping[str, Any]
    tensors: Sequence[TensorSource | Refused]

    def scaling(self, module: str, rank: int) -> float | str:
        """What BA is multiplied with, or why that is not known."""
        stated = _of_pattern(self.config, "rank_pattern", module, self.config.get("r"))
        alpha = _of_pattern(self.config, "alpha_pattern", module, self.config.get("lora_alpha"))
        if stated != rank:
            return f"it has rank {rank} where its config says {shown(stated)}"
        if not isinstance(alpha, int | float) or isinstance(alpha, bool):
            return f"its config says lora_alpha = {shown(alpha)}"
        return alpha / (sqrt(rank) if self.config.get("use_rslora") is True else rank)


def is_adapter(path: str | os.PathLike[str]) -> bool:
    """Whether a directory, or the file of tensors in it, is of an adapter."""
    file = _config_file(path)
    if file is None or not file.is_file():
        return False
    return any(file.beside(name).is_file() for name in (_TENSORS, "adapter_model.bin"))


def adapter_at(path: Any) -> Adapter:
    """The adapter at `path`.

    Raises:
      ArgumentError: there is none, or one that is not read.
      OSError: it cannot be read.
    """
    file = _config_file(path) if isinstance(path, str | os.PathLike) else None
    if file is None or not file.is_file():
        raise ArgumentError(
            f"base= is given, and the weights are {shown(path)} of type {type_name(path)}",
            f"A base belongs to the directory of a LoRA adapter, which holds {_CONFIG}",
            "Leave base= out, or name that directory",
        )
    config = json_object(file)
    start, kind = config.get("init_lora_weights"), config.get("peft_type")
    seen = [f"peft_type = {shown(kind)}"] if kind != "LORA" else []
    if start not in _STARTS:
        seen.append(f"init_lora_weights = {shown(start)}, which may change the base")
    seen += [f"{key} = {shown(each)}" for key, each in config.items() if each and key not in _KNOWN]
    if seen:
        raise ArgumentError(
            f"{file} says {seen[0]}",
            "LoRA adapters are read, with rsLoRA, DoRA and patterns of ranks, on their own base",
            "Merge it (merge_and_unload), and log the merged model",
        )
    tensors = file.beside(_TENSORS)
    if not tensors.is_file():
        raise damaged(file, f"has no {_TENSORS} beside it", "That holds the adapter")
    return Adapter(os.fspath(path), config, read([tensors]).tensors)


def merged(
    adapter: Adapter, base: Sequence[TensorSource | Refused]
) -> list[TensorSource | Refused]:
    """The base's tensors as the adapter changes them, and what of it has no place there.

    Raises:
      ArgumentError: nothing of the adapter belongs to this base.
    """
    parts, whole, left = _sorted(adapter)
    found: list[TensorSource | Refused] = []
    for source in base:
        module = source.name.removesuffix(".weight")
        if module in parts and source.name != module:
            found.append(_changed(adapter, source, parts.pop(module)))
        elif source.name in whole:
            found.append(whole.pop(source.name))
        else:
            found.append(source)
    # What an adapter changes in a way that is not read is not as the base has it.
    touched = tuple(f"{module}." for module in parts)
    found = (
        [
            Refused(each.name, "its adapter is not read", getattr(each, "weights", None))
            if each.name.startswith(touched)
            else each
            for each in found
        ]
        if touched
        else found
    )
    if not any(one is not other for one, other in zip(found, base, strict=True)):
        raise ArgumentError(
            f"{adapter.place} changes no tensor of the base",
            "The modules that it names are those of its base",
            "Name the model that it was trained on as the base",
        )
    homeless = [each.name for held in parts.values() for each in held.values()] + list(whole)
    reason = "the base has no weight that it belongs to"
    return [*_untied(found, base), *left, *(Refused(name, reason, 0) for name in homeless)]


def _changed(
    adapter: Adapter, source: TensorSource | Refused, held: Mapping[str, TensorSource]
) -> TensorSource | Refused:
    if isinstance(source, Refused):
        return source
    parts = AdapterParts.of(held)
    module = source.name.removesuffix(".weight")
    if parts is None:
        return Refused(source.name, "only parts of its adapter are there", source.weights)
    if adapter.config.get("use_dora") and parts.lengths is None:
        return Refused(source.name, "its adapter has no lengths for DoRA", source.weights)
    scaling = adapter.scaling(module, parts.a.shape[0])
    if isinstance(scaling, str):
        return Refused(source.name, f"its adapter is not read: {scaling}", source.weights)
    fan_in_first = adapter.config.get("fan_in_fan_out") is True
    return adapted(source, parts, scaling, fan_in_first=fan_in_first)


def _untied(
    found: Sequence[TensorSource | Refused], base: Sequence[TensorSource | Refused]
) -> list[TensorSource | Refused]:
    """A tensor that shared the memory of one that was changed does so no longer."""
    changed = {one.name for one, other in zip(found, base, strict=True) if one is not other}
    return [
        replace(each, tied="") if isinstance(each, TensorSource) and each.tied in changed else each
        for each in found
    ]


def _sorted(
    adapter: Adapter,
) -> tuple[dict[str, dict[str, TensorSource]], dict[str, TensorSource], list[Refused]]:
    """Parts by module, tensors that stand for the base's own, and what cannot be read."""
    parts: dict[str, dict[str, TensorSource]] = defaultdict(dict)
    whole: dict[str, TensorSource] = {}
    left = []
    names = plain_names(each.name for each in adapter.tensors)
    for each in adapter.tensors:
        name = names[each.name].replace(".modules_to_save.", ".")
        if isinstance(each, Refused):
            left.append(each)
        elif found := _PART.match(name):
            parts[found["module"]][found["part"]] = each
        else:
            whole[name] = replace(each, name=name, module=name.rpartition(".")[0])
    return dict(parts), whole, left


def _of_pattern(config: Mapping[str, Any], key: str, module: str, usual: Any) -> Any:
    """What the first pattern says that the end of a module's name fits."""
    patterns = config.get(key)
    for pattern, value in patterns.items() if isinstance(patterns, Mapping) else ():
        # Others could be matched for ever.
        if len(module) > _LONGEST or _TAME.fullmatch(pattern) is None:
            return f"the pattern {shown(pattern)}, which is not read"
        if re.match(rf"(?:.*\.)?(?:{pattern})$", module):
            return value
    return usual


def _config_file(path: str | os.PathLike[str]) -> StoredFile | None:
    """Where the config of an adapter would be; None for a file of another name."""
    place = place_of(path)
    if isinstance(place, LocalFile | RemoteFile):
        return place.beside(_CONFIG) if place.name == _TENSORS else None
    return place.file(_CONFIG)
