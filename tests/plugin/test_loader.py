"""TensorBoard always starts: whatever is broken in the plugin is told in its tab."""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tensorboard.backend.application import TensorBoardWSGI
from tensorboard.plugins.base_plugin import TBContext
from werkzeug.test import Client

from tensorboard_cnc.fallback_panel import FallbackPlugin, fallback_module
from tensorboard_cnc.loader import CncLoader
from tensorboard_cnc.plugin.record_cache import LIMIT_BYTES
from tests.tensorboard_host import tensorboard_process


def test_importing_the_entry_point_imports_nothing_that_can_fail() -> None:
    code = (
        "import sys, tensorboard.plugins.base_plugin; before = set(sys.modules);"
        "import tensorboard_cnc.loader; print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    own = [name for name in result.stdout.split() if name.startswith("tensorboard_cnc")]
    assert own == ["tensorboard_cnc", "tensorboard_cnc.fallback_panel", "tensorboard_cnc.loader"]
    foreign = {"torch", "numpy", "werkzeug", "google_crc32c", "google.protobuf"}
    assert not foreign & set(result.stdout.split())


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, {"cnc": 1}), (None, {"cnc": 1}), ({"images": 5}, {"cnc": 1, "images": 5})],
)
def test_one_sample_per_tag_is_the_default(given: object, expected: dict[str, int]) -> None:
    flags = argparse.Namespace(samples_per_plugin=given)
    CncLoader().fix_flags(flags)
    assert flags.samples_per_plugin == expected


def test_a_users_own_retention_wins() -> None:
    flags = argparse.Namespace(samples_per_plugin={"cnc": 7})
    CncLoader().fix_flags(flags)
    assert flags.samples_per_plugin == {"cnc": 7}


def test_flags_of_an_unknown_tensorboard_do_not_stop_it() -> None:
    CncLoader().fix_flags(argparse.Namespace())


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    CncLoader().define_flags(parser)
    return parser.parse_args(arguments)


def test_the_limit_of_the_cache_is_a_flag() -> None:
    context = TBContext(flags=parsed("--cnc_cache_mb", "2048"))
    assert CncLoader().load(context)._cache._limit == 2048 << 20
    for flags in (parsed(), argparse.Namespace(), None):
        assert CncLoader().load(TBContext(flags=flags))._cache._limit == LIMIT_BYTES


def test_the_flags_default_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    assert f"(default: {LIMIT_BYTES >> 20})" in capsys.readouterr().out


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "much", "", "9" * 5000])
def test_a_limit_that_is_none_is_refused(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--cnc_cache_mb", value)
    assert "--cnc_cache_mb" in capsys.readouterr().err


def test_a_flag_that_another_plugin_has_does_not_stop_tensorboard() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cnc_cache_mb")
    CncLoader().define_flags(parser)


def test_the_soft_open_file_limit_is_raised_to_the_hard_one() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        CncLoader().fix_flags(argparse.Namespace(samples_per_plugin={}))
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_backend_that_cannot_be_imported_becomes_a_tab_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard_cnc.plugin.backend", None)
    plugin = CncLoader().load(TBContext())
    assert isinstance(plugin, FallbackPlugin)
    assert plugin.is_active()
    client = Client(TensorBoardWSGI([plugin]))
    answer = client.get("/data/plugin/cnc/static/index.js")
    assert answer.content_type.startswith("text/javascript")
    assert "ModuleNotFoundError" in answer.text
    assert "pip install" in answer.text


def test_the_note_is_data_in_its_script_not_code() -> None:
    hostile = 'a"; alert(1); //\u2028</script>\n'
    module = fallback_module(hostile, "remedy").decode("ascii")
    lines = re.search(r"of (\[\[.*\]\])\)", module)
    assert lines is not None
    assert json.loads(lines[1])[1] == ["p", hostile]


def test_tensorboard_starts_with_a_broken_backend(tmp_path: Path) -> None:
    broken = tmp_path / "site" / "sitecustomize.py"
    broken.parent.mkdir()
    broken.write_text("import sys; sys.modules['tensorboard_cnc.plugin.backend'] = None\n")
    logdir = tmp_path / "logs"
    logdir.mkdir()
    env = {"PYTHONPATH": str(broken.parent)}
    with tensorboard_process("--logdir", str(logdir), env=env) as tensorboard:
        with urllib.request.urlopen(f"{tensorboard.url}/data/plugins_listing") as answer:
            listing = json.load(answer)
        assert listing["cnc"]["enabled"]
        assert "scalars" in listing
        url = f"{tensorboard.url}/data/plugin/cnc/static/index.js"
        with urllib.request.urlopen(url) as answer:
            assert b"could not be loaded" in answer.read()
    assert "could not be loaded" in tensorboard.log
    assert "Traceback" not in tensorboard.log
