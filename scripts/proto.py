"""Compiles ``tensorboard_cnc/format/cnc.proto``; run it as ``make proto``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "tensorboard_cnc/format/cnc.proto"
GENERATED = ("tensorboard_cnc/format/cnc_pb2.py", "tensorboard_cnc/format/cnc_pb2.pyi")


def generate(target: Path) -> None:
    """Writes GENERATED below the folder `target`."""
    protoc = [sys.executable, "-m", "grpc_tools.protoc", "-I."]
    options = [f"--python_out={target}", f"--pyi_out={target}"]
    subprocess.run([*protoc, *options, SOURCE], cwd=ROOT, check=True)


if __name__ == "__main__":
    generate(ROOT)
    print("wrote", *GENERATED)
