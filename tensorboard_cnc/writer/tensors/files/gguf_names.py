"""The names of a GGUF file as Hugging Face's, and the order in which it has a layer's rows.

Converters change values too: they add one to norms, transpose, split and reorder. Only of the
architectures listed here is it known that they rename, and put the rows of queries and keys in
another order or leave them. All others keep the names of GGUF: two such files are compared, and
nothing passes for a tensor that it is not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tensorboard_cnc.writer.tensors.files.contents import needed

_REORDERED = frozenset(
    ("llama", "mistral3", "granite", "granitemoe", "granitehybrid", "minicpm", "olmo", "llada")
)
_AS_THEY_ARE = frozenset(
    "qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe olmo2 apertus llama4".split()
)
# What is computed anew or transposed, of some of these.
_CHANGED = re.compile(r"ssm_|rope_|rot_embd|_exps\.|xielu")
_BLOCK = re.compile(r"^blk\.(\d+)\.")
_ROTATED = re.compile(r"^blk\.(\d+)\.attn_([qk])\.(?:weight|bias)$")
# What most networks call their tensors, for a file without another model to follow.
_USUAL = (
    "model.embed_tokens model.norm lm_head input_layernorm post_attention_layernorm "
    "post_feedforward_layernorm self_attn.q_proj self_attn.k_proj self_attn.v_proj "
    "self_attn.o_proj self_attn.q_norm self_attn.k_norm mlp.gate_proj mlp.up_proj mlp.down_proj"
).split()
_OWN = {
    "apertus": ("attention_layernorm", "feedforward_layernorm"),
    "llada": ("model.transformer.",),
    "llama4": ("feed_forward.",),
}


def hugging_face_names(
    values: Mapping[str, Any], names: Collection[str], like: Collection[str]
) -> dict[str, str]:
    """By name in the file, the name in Hugging Face's network; others are left out.

    Of several that a converter takes for one, that which is in `like`, else the usual one.
    """
    blocks = {int(each[1]) for each in map(_BLOCK.match, names) if each is not None}
    known = values.get("general.architecture") in _REORDERED | _AS_THEY_ARE
    if not known or len(blocks) <= max(blocks, default=0):
        return {}
    architecture = values["general.architecture"]
    choices = _choices(architecture, len(blocks))
    found: dict[str, str] = {}
    for name in names:
        stem, _, last = name.rpartition(".")
        chosen = (
            None
            if _CHANGED.search(name)
            else _chosen([f"{each}.{last}" for each in choices.get(stem, ())], like, architecture)
        )
        if chosen is not None:
            found[name] = chosen
    taken = defaultdict(list)
    for name, chosen in found.items():
        taken[chosen].append(name)
    return {name: chosen for name, chosen in found.items() if len(taken[chosen]) == 1}


def _choices(architecture: str, blocks: int) -> dict[str, list[str]]:
    """By stem in the file, all stems that a converter gives this name."""
    gguf = needed("gguf", "A GGUF file", "gguf")
    kinds = {name: kind for kind, name in gguf.MODEL_ARCH_NAMES.items()}
    if architecture not in kinds:
        return {}
    # The map adds the names of one architecture to those of its class.
    own = {"block_mappings_cfg": dict(gguf.TensorNameMap.block_mappings_cfg)}
    mapping = type("Own", (gguf.TensorNameMap,), own)(kinds[architecture], blocks).mapping
    found: dict[str, list[str]] = defaultdict(list)
    for theirs, (_, stem) in mapping.items():
        if theirs != stem:
            found[stem].append(theirs)
    return found


def _chosen(choices: Sequence[str], like: Collection[str], architecture: str) -> str | None:
    if given := [each for each in choices if each in like]:
        return given[0] if len(given) == 1 else None
    own = (each for each in choices if any(part in each for part in _OWN.get(architecture, ())))
    usual = (each for each in choices if _is_usual(each.rpartition(".")[0]))
    return next(own, None) or next(usual, None)


def _is_usual(stem: str) -> bool:
    return stem.removeprefix("model.layers.").partition(".")[2] in _USUAL or stem in _USUAL


def rotated_heads(values: Mapping[str, Any], name: str) -> int | None:
    """How many heads lie in pairs of rows in this tensor, 0 where its rows are in order.

    None where the file does not tell.
    """
    found = _ROTATED.match(name)
    architecture = values.get("general.architecture")
    if found is None or architecture not in _REORDERED:
        return 0
    heads = values.get(f"{architecture}.attention.head_count")
    if found[2] == "k":
        heads = values.get(f"{architecture}.attention.head_count_kv", heads)
    if isinstance(heads, list):
        block = int(found[1])
        heads = heads[block] if block < len(heads) else None
    return heads if isinstance(heads, int) and heads > 0 else None
