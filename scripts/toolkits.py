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
from dataclasses import dataclass
from pathlib import Path

import bootstrap
import interpreter

PAGE = bootstrap.ROOT / "docs" / "toolkits-tested.md"
_FORMATS = "tests/writer/tensors/formats/test_toolkits.py"
_LIVE = "tests/writer/tensors/test_live_toolkits.py"
_HEAD = """# Toolkits tested

What each toolkit writes is read and compared with its own dequantization.
Written by `make test-toolkits`.

| toolkit | version | torch | date | result |
|---|---|---|---|---|
"""
# The longest takes a minute.
_SECONDS = 600
_ROW = re.compile(r"^\| ([^ |]+) \|.*$", re.MULTILINE)
_VERSIONS = "import sys; from importlib.metadata import version as v; print(*map(v, sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class Toolkit:
    """A package, and which of the tests marked `toolkits` are of it: pytest's -k expression."""

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
    "modelopt": (Toolkit("nvidia-modelopt", "modelopt"),),
    "neural-compressor": (Toolkit("neural-compressor-pt", "neural_compressor"),),
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
    rows = _known_rows()
    try:
        for group in chosen:
            rows |= _tested(group)
    except interpreter.InterpreterError as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: `{' '.join(error.cmd)}` ended with exit code {error.returncode}.")
    finally:
        PAGE.write_text(_HEAD + "".join(f"{rows[name]}\n" for name in sorted(rows)))
    failed = [row for row in rows.values() if "failed" in row or "error" in row]
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
    rows = {}
    for toolkit, version in zip(GROUPS[group], versions, strict=True):
        cells = (toolkit.package, version, torch, today, _result(python, toolkit))
        rows[toolkit.package] = f"| {' | '.join(cells)} |"
    return rows


def _result(python: Path, toolkit: Toolkit) -> str:
    """Such as "16 passed"."""
    pytest = [str(python), "-m", "pytest", "-q", "-m", "toolkits", "-k", toolkit.chosen]
    command = [*pytest, _FORMATS, _LIVE]
    try:
        done = subprocess.run(
            command, cwd=bootstrap.ROOT, stdout=subprocess.PIPE, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        # Such as one that waits for a compiler.
        return f"error: not ended after {_SECONDS} s"
    print(done.stdout, flush=True)
    counts = re.findall(
        r"\d+ (?:passed|failed|skipped|errors?|xfailed)", done.stdout.splitlines()[-1]
    )
    return ", ".join(counts) or f"error: pytest ended with {done.returncode}"


def _known_rows() -> dict[str, str]:
    """What other groups were found to do before."""
    known = PAGE.read_text() if PAGE.is_file() else ""
    packages = {toolkit.package for group in GROUPS.values() for toolkit in group}
    return {row[1]: row[0] for row in _ROW.finditer(known) if row[1] in packages}


if __name__ == "__main__":
    main()
