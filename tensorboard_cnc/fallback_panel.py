"""What the tab shows when the plugin or its panel is broken: what is wrong, and the remedy.

Standard library only, because everything else may be what is broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from tensorboard.plugins import base_plugin

_MODULE = """\
export function render() {
  const dark = window.parent.document.body.classList.contains("dark-mode");
  const style = document.body.style;
  style.cssText = "margin: 48px auto; max-width: 640px; font: 14px/1.5 Roboto, sans-serif;";
  style.color = dark ? "#eee" : "#212121";
  for (const [tag, text] of %s) {
    const element = document.createElement(tag);
    element.textContent = text;
    document.body.append(element);
  }
}
"""


def fallback_module(reason: str, remedy: str) -> bytes:
    """An ES module that shows `reason` and `remedy`, as text, in place of the panel."""
    lines = [["h3", "Compress & Compare cannot be shown"], ["p", reason], ["p", remedy]]
    # Escaped to ASCII, so that no character can end the string or the line.
    return (_MODULE % json.dumps(lines)).encode("ascii")


class FallbackPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Stands in for a plugin that could not be loaded."""

    plugin_name = "cnc"

    def __init__(self, context: base_plugin.TBContext, reason: str) -> None:
        super().__init__(context)
        self._module = fallback_module(
            f"The plugin could not be loaded. {reason}",
            "Reinstall it where TensorBoard runs: "
            "pip install --force-reinstall tensorboard-cnc, then restart TensorBoard.",
        )

    def is_active(self) -> bool:
        return True

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(
            es_module_path="/static/index.js", tab_name="Compress & Compare"
        )

    def get_plugin_apps(self) -> dict[str, Callable[..., Iterable[bytes]]]:
        return {"/static/index.js": self._serve_module}

    def _serve_module(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        del environ
        start_response("200 OK", [("Content-Type", "text/javascript; charset=utf-8")])
        return [self._module]
