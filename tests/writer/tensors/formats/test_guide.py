"""Every layout that the guide lists is read by a test, and the guide lists every one."""

from __future__ import annotations

import re
from pathlib import Path

from tensorboard_cnc.writer.tensors.formats.table import FORMATS
from tests.writer.tensors.formats.test_layouts import CASES, STATED

GUIDE = Path(__file__).parents[4] / "docs/guides/llm-quantization.md"
# Kinds of files, whose tests are beside those of layouts.
FILES = {
    name: Path(__file__).parents[1] / f"files/test_{name.lower()}.py" for name in ("GGUF", "ONNX")
}
# Networks in memory, and the beginnings of the names of their tests.
LIVE = {
    "bitsandbytes modules": "bitsandbytes",
    "HQQ modules": "hqq",
    "quanto modules": "quanto",
    "torchao modules": "torchao",
    "NNCF": "nncf",
    "Neural Compressor": "neural_compressor",
    "torch-pruning": "torch_pruning",
    "peft": "peft",
    "brevitas": "brevitas",
    "llm-compressor": "llmcompressor",
    "ModelOpt modules": "modelopt",
    "Keras models": "keras",
    "Flax": "flax",
}
LIVE_TESTS = [
    Path(__file__).parents[1] / f"test_{name}.py"
    for name in ("live_toolkits", "live_adapters", "trees_of_toolkits")
]


def test_each_line_is_tested() -> None:
    lines = re.findall(r"^\| (.+?) \| `m\.weights", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    cases = {name.partition(",")[0] for name in (*CASES, *STATED)}
    assert set(lines) == cases | FILES.keys() | LIVE.keys()
    tests = "".join(path.read_text(encoding="utf-8") for path in LIVE_TESTS)
    assert all(f"def test_{name}" in tests for name in LIVE.values())
    assert all(path.is_file() for path in FILES.values())
    assert len(lines) > len(FORMATS) // 2
