"""The built panel's files, and a note in place of a panel that was never built."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path

from tensorboard_cnc.fallback_panel import fallback_module
from tensorboard_cnc.plugin.responses import Body, prepare

STATIC = Path(__file__).parent.parent / "static"
ENTRY = "index.js"

# Not the mimetypes module: on Windows the registry may call scripts text/plain.
_CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def panel_file(name: str, folder: Path = STATIC) -> Body | None:
    """The file `name` below `folder`, as a path with forward slashes; None if there is none."""
    # A name with a NUL, or longer than the file system allows, is no file either.
    with contextlib.suppress(ValueError, OSError):
        path = (folder / name).resolve()
        content_type = _CONTENT_TYPES.get(path.suffix)
        if path.is_relative_to(folder.resolve()) and content_type and path.is_file():
            return _read(path, path.stat().st_mtime_ns, content_type)
    if name == ENTRY:
        return prepare(_not_built(), _CONTENT_TYPES[".js"])
    return None


@functools.lru_cache(maxsize=16)
def _read(path: Path, _mtime_ns: int, content_type: str) -> Body:
    return prepare(path.read_bytes(), content_type)


def _not_built() -> bytes:
    return fallback_module(
        "The panel has not been built into this installation.",
        "In a checkout run: pip install . (or make dev); otherwise reinstall tensorboard-cnc.",
    )
