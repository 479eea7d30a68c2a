"""What is shipped: built from a clean copy without Node on the PATH, run without torch."""

from __future__ import annotations

import email
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import repository

from tests.tensorboard_host import DEADLINE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[2]
# The versions of the lock, also of what builds.
PIP = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
NOT_IN_A_CLONE = (
    *(".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info"),
    *("node_modules", "static", "build", "dist", "runs", "logs"),
)


@pytest.fixture(scope="module")
def build_log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Output of ``python -m build``: the sdist, then the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT, folder / "clone", ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE))
    # npm starts the build through a shell; nothing else is on this PATH.
    (folder / "bin").mkdir()
    (folder / "bin" / "sh").symlink_to("/bin/sh")
    result = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder / "dist"), str(folder / "clone")],
        env={**os.environ, **PIP, "PATH": str(folder / "bin")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return f"{folder / 'dist'}\n{result.stdout}"


@pytest.fixture(scope="module")
def dist(build_log: str) -> Path:
    return Path(build_log.splitlines()[0])


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and its dependencies, nothing else."""
    venv = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = venv / "bin" / "python"
    result = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", str(wheel)],
        env={**os.environ, **PIP},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return python


@pytest.fixture
def tensorboard(clean_python: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a real TensorBoard on an empty log directory."""
    (tmp_path / "logs").mkdir()
    log = tmp_path / "tensorboard.log"
    program = [str(clean_python.with_name("tensorboard")), "--logdir", str(tmp_path / "logs")]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*program, "--port", "0", "--host", "127.0.0.1"], stdout=output, stderr=output
        )
    try:
        yield address(process, log)
    finally:
        process.terminate()
        process.wait(DEADLINE_SECONDS)


def address(process: subprocess.Popen[bytes], log: Path) -> str:
    def found() -> re.Match[str] | None:
        assert process.poll() is None, f"TensorBoard did not start: {log.read_text()}"
        return re.search(r"http://127\.0\.0\.1:\d+/", log.read_text())

    match: re.Match[str] = wait_until(found, "the start of TensorBoard")
    return match[0]


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=DEADLINE_SECONDS) as response:
        body: bytes = response.read()
    return body


def run(python: Path, program: str) -> str:
    # Isolated: the working directory holds the sources, which would be imported instead.
    command = [str(python), "-I", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_wheel_and_sdist_hold_the_panel(wheel: Path, dist: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for script in ("index", "report"):
            assert archive.getinfo(f"tensorboard_cnc/static/{script}.js").file_size > 0
    assert {"tensorboard_cnc/py.typed", "tensorboard_cnc/format/cnc.proto"} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tensorboard_cnc"}
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        members = [name.split("/", 1)[-1] for name in archive.getnames()]
    assert {"tensorboard_cnc/static/index.js", "frontend/package-lock.json"} <= set(members)


def test_an_index_can_show_the_readme(wheel: Path) -> None:
    """It knows no relative link, and the addresses are those of the version's tag."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith("/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    readme = metadata.get_payload()
    assert isinstance(readme, str)
    assert re.findall(r"\]\((?!https?:|#)", readme) == []
    home, tag = repository.address(), f"v{metadata['Version']}"
    assert f"({home}/raw/{tag}/docs/images/overview.png)" in readme
    assert f"({home}/blob/{tag}/docs/logging.md)" in readme
    urls = metadata.get_all("Project-URL") or []
    assert f"Repository, {home}" in urls
    assert all(f", {home}" in url for url in urls)


def test_a_wheel_from_the_sdist_needs_no_second_npm(build_log: str) -> None:
    assert build_log.count("running build_panel") == 2
    assert len(re.findall(r"^> (?:\S+ )?build$", build_log, re.MULTILINE)) == 1


def test_logging_works_without_torch(clean_python: Path) -> None:
    program = """
import importlib.util
import tensorboard_cnc.cnc_summary
print(tensorboard_cnc.__version__, importlib.util.find_spec("torch"))
"""
    assert re.fullmatch(r"\d+\.\d+\.\d+ None\n", run(clean_python, program))


def test_the_command_line_program_is_installed(clean_python: Path) -> None:
    program = clean_python.with_name("tensorboard-cnc")
    result = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "import" in result.stdout


def test_a_real_tensorboard_serves_the_panel(tensorboard: str, wheel: Path) -> None:
    listing: dict[str, Any] = json.loads(fetch(f"{tensorboard}data/plugins_listing"))
    assert listing["cnc"]["tab_name"] == "Compress & Compare"
    served = fetch(f"{tensorboard}data/plugin/cnc/static/index.js")
    with zipfile.ZipFile(wheel) as archive:
        assert served == archive.read("tensorboard_cnc/static/index.js")
