"""An allocation as text for the toolkits that carry it out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from tensorboard_cnc.candidates.names import BuiltIn, built_in

Format: TypeAlias = Literal["json", "torchao", "llm-compressor", "regex"]


def exported(allocation: Mapping[str, str], form: Format) -> str:
    """Full names of weights and their candidates, as a text that ends with a line break.

    What a toolkit cannot express is listed in comments, and never left out silently.
    """
    return _WRITERS[form](allocation)


def _json(allocation: Mapping[str, str]) -> str:
    return json.dumps(dict(allocation), indent=2, ensure_ascii=False) + "\n"


def _regex(allocation: Mapping[str, str]) -> str:
    lines = [
        f"{candidate}: ^({'|'.join(map(re.escape, names))})$"
        for candidate, names in _by_candidate(allocation).items()
    ]
    return "\n".join(lines) + "\n"


def _torchao(allocation: Mapping[str, str]) -> str:
    lines, left = [], []
    for name, candidate in allocation.items():
        config = _torchao_config(built_in(candidate))
        if config is None:
            left.append(f"# {json.dumps(name)}: {candidate} has no torchao config")
        else:
            # A module's name stands for its weight.
            fqn = name.removesuffix(".weight")
            lines.append(f"    {json.dumps(fqn, ensure_ascii=False)}: {config},")
    body = "\n".join(lines)
    return "\n".join(
        [
            "import torch",
            "from torchao.quantization import Float8WeightOnlyConfig, FqnToConfig",
            "from torchao.quantization import IntxWeightOnlyConfig, quantize_",
            "from torchao.quantization.granularity import PerAxis, PerGroup",
            "",
            *left,
            f"config = FqnToConfig({{\n{body}\n}})",
            "quantize_(net, config, filter_fn=None)",
            "",
        ]
    )


def _torchao_config(by: BuiltIn | None) -> str | None:
    if by is None or by.activations:
        return None
    if by.kind == "int":
        per = f"PerGroup({by.group})" if by.group else "PerAxis(0)"
        return f"IntxWeightOnlyConfig(weight_dtype=torch.int{by.bits}, granularity={per})"
    return "Float8WeightOnlyConfig()" if by.kind == "fp8" else None


def _llm_compressor(allocation: Mapping[str, str]) -> str:
    groups, left = [], []
    for at, (candidate, names) in enumerate(_by_candidate(allocation).items()):
        weights = _compressed_tensors(built_in(candidate))
        if weights is None:
            left.append(f"# {len(names)} weights with {candidate}: no QuantizationModifier has it")
            continue
        modules = [name.removesuffix(".weight") for name in names]
        targets = [
            f"            - {json.dumps('re:^' + re.escape(each) + '$')}" for each in modules
        ]
        groups += [
            f"        group_{at}:",
            "          targets:",
            *targets,
            "          weights:",
            *(f"            {key}: {value}" for key, value in weights.items()),
        ]
    head = [
        "quant_stage:",
        "  quant_modifiers:",
        "    QuantizationModifier:",
        "      config_groups:" if groups else "      config_groups: {}",
    ]
    return "\n".join([*left, *head, *groups, ""])


def _compressed_tensors(by: BuiltIn | None) -> dict[str, str] | None:
    """The arguments of weights in compressed-tensors."""
    if by is None or by.activations:
        return None
    if by.kind == "int":
        found = {"num_bits": str(by.bits), "type": "int", "symmetric": "true"}
        if by.group:
            return {**found, "strategy": "group", "group_size": str(by.group)}
        return {**found, "strategy": "channel"}
    if by.kind == "fp8":
        return {"num_bits": "8", "type": "float", "symmetric": "true", "strategy": "channel"}
    if by.kind == "nvfp4":
        return {
            "num_bits": "4",
            "type": "float",
            "symmetric": "true",
            "strategy": "tensor_group",
            "group_size": "16",
        }
    return None


def _by_candidate(allocation: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, candidate in allocation.items():
        found.setdefault(candidate, []).append(name)
    return found


_WRITERS: dict[Format, Callable[[Mapping[str, str]], str]] = {
    "json": _json,
    "torchao": _torchao,
    "llm-compressor": _llm_compressor,
    "regex": _regex,
}
