"""Tests what toolkits write, each group in an environment of its own: toolkits exclude each other.

``python scripts/toolkits.py`` runs all groups, ``python scripts/toolkits.py keras`` one, and writes
what was found to docs/toolkits-tested.md. Toolkits come in their newest versions.
"""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import bootstrap
import interpreter

PAGE = bootstrap.ROOT / "docs" / "toolkits-tested.md"
_FORMATS = "tests/writer/tensors/formats/test_toolkits.py"
_LIVE = tuple(f"tests/writer/tensors/test_live_{name}.py" for name in ("toolkits", "adapters"))
_TREES = "tests/writer/tensors/test_trees_of_toolkits.py"
_HEAD = """# Toolkits tested

What each toolkit writes is read and compared with its own dequantization.
Written by `make test-toolkits`. torch.ao, GGUF and ONNX are read beside their libraries in every
`make test`; Keras on TensorFlow and torchao in every `make test-writers` too.

| toolkit | version | torch | date | result |
|---|---|---|---|---|
"""
# A group takes two minutes, and those that compile their kernels a few more.
_SECONDS = 3600
# Of pytest's report.
_OUTCOMES = {"failure": "failed", "error": "error", "skipped": "skipped"}
_ROW = re.compile(r"^\| ([^ |]+) \|.*$", re.MULTILINE)
_VERSIONS = "import sys; from importlib.metadata import version as v; print(*map(v, sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class Toolkit:
    """A package, and what the names of those of the tests marked `toolkits` hold that are of it."""

    package: str
    chosen: str
    beside: tuple[str, ...] = ()


# Those of a group are installed together, each with what it needs beside it.
GROUPS: dict[str, tuple[Toolkit, ...]] = {
    "torch": (
        Toolkit("bitsandbytes", "bitsandbytes"),
        Toolkit("brevitas", "brevitas"),
        Toolkit("compressed-tensors", "compressed_tensors"),
        Toolkit("hqq", "hqq"),
        Toolkit("optimum-quanto", "quanto"),
        Toolkit("peft", "peft"),
        Toolkit("torch-pruning", "torch_pruning"),
        Toolkit("torchao", "torchao"),
    ),
    "keras": (Toolkit("keras", "keras"), Toolkit("flax", "flax")),
    "nncf": (Toolkit("nncf", "nncf"),),
    "modelopt": (Toolkit("nvidia-modelopt", "modelopt", ("huggingface_hub",)),),
    "neural-compressor": (
        Toolkit("neural-compressor-pt", "neural_compressor", ("accelerate", "transformers")),
    ),
    "llm-compressor": (Toolkit("llmcompressor", "llmcompressor"),),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"of {', '.join(GROUPS)}; all by default")
    chosen = parser.parse_args().groups or list(GROUPS)
    if unknown := set(chosen) - GROUPS.keys():
        parser.error(
            f"no group is called {', '.join(sorted(unknown))}: choose of {', '.join(GROUPS)}"
        )
    found: dict[str, str] = {}
    try:
        for group in chosen:
            found |= _tested(group)
    except interpreter.InterpreterError as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: `{' '.join(error.cmd)}` ended with exit code {error.returncode}.")
    finally:
        # Those that were found before, by another run perhaps.
        rows = _known_rows() | found
        PAGE.write_text(_HEAD + "".join(f"{rows[name]}\n" for name in sorted(rows)))
    failed = [row for row in rows.values() if re.search("failed|error|skipped|no test", row)]
    if failed:
        sys.exit("\n".join(failed))


def _tested(group: str) -> dict[str, str]:
    """The rows of the toolkits of a group, by their names."""
    venv = bootstrap.ROOT / f".venv-toolkits-{group}"
    python = bootstrap.make_venv(venv)
    bootstrap.install(python, venv, ["test"])
    packages = [toolkit.package for toolkit in GROUPS[group]]
    beside = [each for toolkit in GROUPS[group] for each in toolkit.beside]
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, *bootstrap.torch_index(), "--upgrade", *packages, *beside], check=True)
    command = [str(python), "-c", _VERSIONS, "torch", *packages]
    torch, *versions = subprocess.check_output(command, text=True).split()
    today = datetime.date.today().isoformat()
    results = _results(python, GROUPS[group])
    rows = {}
    for toolkit, version in zip(GROUPS[group], versions, strict=True):
        cells = (toolkit.package, version, torch, today, results[toolkit.package])
        rows[toolkit.package] = f"| {' | '.join(cells)} |"
    return rows


def _results(python: Path, toolkits: tuple[Toolkit, ...]) -> dict[str, str]:
    """By package, such as "16 passed"."""
    chosen = " or ".join(toolkit.chosen for toolkit in toolkits)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        pytest = [str(python), "-m", "pytest", "-q", "-m", "toolkits", "-k", chosen]
        command = [*pytest, f"--junitxml={report}", _FORMATS, *_LIVE, _TREES]
        try:
            done = subprocess.run(command, cwd=bootstrap.ROOT, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            # Such as one that waits for a compiler.
            return {each.package: f"error: not ended after {_SECONDS} s" for each in toolkits}
        if not report.is_file():
            return {
                each.package: f"error: pytest ended with {done.returncode}" for each in toolkits
            }
        cases = list(ElementTree.parse(report).iter("testcase"))
    outcomes = {toolkit.package: Counter[str]() for toolkit in toolkits}
    for toolkit in toolkits:
        for case in cases:
            if toolkit.chosen in case.attrib["name"]:
                said = (_OUTCOMES[each.tag] for each in case if each.tag in _OUTCOMES)
                outcomes[toolkit.package][next(said, "passed")] += 1
    return {
        package: ", ".join(f"{count} {outcome}" for outcome, count in sorted(found.items()))
        or "no test"
        for package, found in outcomes.items()
    }


def _known_rows() -> dict[str, str]:
    """What other groups were found to do before."""
    known = PAGE.read_text() if PAGE.is_file() else ""
    packages = {toolkit.package for group in GROUPS.values() for toolkit in group}
    return {row[1]: row[0] for row in _ROW.finditer(known) if row[1] in packages}


if __name__ == "__main__":
    main()
