"""A report as it lies in its file."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tensorboard_cnc.wire.report import Report

_BLOCK = re.compile(
    r'<script type="application/json" id="(cnc-report|cnc-answers)">(.*?)</script>', re.DOTALL
)


class Answered(NamedTuple):
    """A question by its key, and the answer; of images a data URL."""

    route: str
    parameters: Mapping[str, str]
    answer: Any


class Opened:
    """What the file of a report holds."""

    def __init__(self, path: Path) -> None:
        self.html = path.read_text(encoding="utf-8")
        blocks = dict(_BLOCK.findall(self.html))
        self.report: Report = json.loads(blocks["cnc-report"])
        written = json.loads(blocks["cnc-answers"])
        self._bodies: list[str] = written["bodies"]
        index = _unpacked(written["index"])
        self.at: dict[str, int] = index["at"]
        self.refused: dict[str, str] = index["refused"]

    def __iter__(self) -> Iterator[Answered]:
        for key, at in self.at.items():
            route, *told = json.loads(key)
            yield Answered(route, dict(told), self._answer(self._bodies[at]))

    def _answer(self, body: str) -> Any:
        return body if body.startswith("data:") else _unpacked(body)


def _unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(text)))
