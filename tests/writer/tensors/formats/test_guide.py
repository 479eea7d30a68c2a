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


def test_each_line_is_tested() -> None:
    lines = re.findall(r"^\| (.+?) \| `m\.weights", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    cases = {name.partition(",")[0] for name in (*CASES, *STATED)}
    assert set(lines) == cases | FILES.keys()
    assert all(path.is_file() for path in FILES.values())
    assert len(lines) > len(FORMATS) // 2
