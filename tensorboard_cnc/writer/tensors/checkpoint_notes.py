"""What a safetensors checkpoint says of its quantization: config.json and its files' metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard_cnc.errors import CncError
from tensorboard_cnc.writer.tensors.safetensors_files import checkpoint_files
from tensorboard_cnc.writer.tensors.safetensors_header import stored_metadata

# Files that say it, and under which keys: of Transformers and vLLM, MLX, ModelOpt, AutoGPTQ.
_FILES: dict[str, tuple[str, ...]] = {
    "config.json": ("quantization_config", "compression_config", "quantization"),
    "hf_quant_config.json": ("quantization",),
    "quantize_config.json": (),
    "quantization_config.json": (),
}
# A config is small; whatever is larger is none.
_LONGEST = 2**24


def checkpoint_notes(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The config of its quantization, and the metadata of its files; empty where there is none.

    Raises:
      OSError: a file cannot be read.
    """
    try:
        files = checkpoint_files(path)
        metadata = {key: text for file in files for key, text in stored_metadata(file).items()}
    except CncError:
        # Whoever reads the tensors says what is wrong.
        return {}, {}
    folder = path if path.is_dir() else path.parent
    for name, keys in _FILES.items():
        config = _json(folder / name)
        found = [config, *_parts(config)] if keys else [config]
        for each in found:
            stated = next((each[key] for key in keys if isinstance(each.get(key), dict)), None)
            if stated or (not keys and each):
                return dict(stated or each), metadata
    return {}, metadata


def _parts(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The configs of the models inside a model, such as the one for text."""
    return [each for key, each in config.items() if key.endswith("_config") and _is_json(each)]


def _is_json(value: Any) -> bool:
    return isinstance(value, dict)


def _json(path: Path) -> dict[str, Any]:
    """The object in a JSON file, empty where there is none."""
    if not path.is_file() or path.stat().st_size > _LONGEST:
        return {}
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
