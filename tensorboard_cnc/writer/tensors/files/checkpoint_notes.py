"""What a checkpoint says of its quantization, in config.json and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensorboard_cnc.json_text import JsonTextError, parsed
from tensorboard_cnc.writer.tensors.files.stored_file import StoredFile

# Files that say it, and under which keys: of Transformers and vLLM, MLX, ModelOpt, AutoGPTQ.
_FILES: dict[str, tuple[str, ...]] = {
    "config.json": ("quantization_config", "compression_config", "quantization"),
    "hf_quant_config.json": ("quantization",),
    "quantize_config.json": (),
    "quantization_config.json": (),
}
# A config is small; whatever is larger is none.
_LONGEST = 2**24


def quantization_beside(file: StoredFile) -> dict[str, Any]:
    """What the configs in the directory of a checkpoint say of its quantization; {} for none.

    Raises:
      OSError: a config cannot be read.
    """
    for name, keys in _FILES.items():
        config = json_object(file.beside(name))
        found = [config, *_parts(config)] if keys else [config]
        for each in found:
            stated = next((each[key] for key in keys if isinstance(each.get(key), dict)), None)
            if stated or (not keys and each):
                return dict(stated or each)
    return {}


def _parts(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The configs of the models inside a model, such as the one for text."""
    return [each for key, each in config.items() if key.endswith("_config") and _is_json(each)]


def _is_json(value: Any) -> bool:
    return isinstance(value, dict)


def json_object(file: StoredFile) -> dict[str, Any]:
    """The object in a small JSON file, empty where there is none."""
    if not file.is_file() or (size := file.size()) > _LONGEST:
        return {}
    try:
        found = parsed(file.read(0, size).tobytes())
    except JsonTextError:
        return {}
    return found if isinstance(found, dict) else {}
