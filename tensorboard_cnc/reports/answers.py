"""What the routes of the page answer, kept under the keys that the panel looks them up by."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tensorboard_cnc.errors import RecordError
from tensorboard_cnc.plugin.parameters import read
from tensorboard_cnc.plugin.responses import BadRequestError, Body, File, json_body
from tensorboard_cnc.plugin.routes import ROUTES
from tensorboard_cnc.plugin.snapshot import Generation
from tensorboard_cnc.reports.answer_key import answer_key
from tensorboard_cnc.results.contents import Contents

# What stands around an answer, and what its key takes in the gzipped index.
_AROUND_BYTES = 10
_KEY_BYTES = 60


class Answers:
    """Asks the routes of the page, and keeps what they answer.

    Questions come in the order of their worth. What would make all of it larger than `most_bytes`
    is left out, and counted by the `part` of the report that it belongs to. Without instances, what
    summaries quote of predicted texts is left out too.
    """

    def __init__(self, contents: Contents, most_bytes: int, *, with_instances: bool = True) -> None:
        self._with_instances = with_instances
        self._records = contents.records
        self._generation = Generation(contents.catalog, json_body(contents.models))
        self._most_bytes = most_bytes
        self._bodies: list[_Kept] = []
        self._at: dict[str, int] = {}
        self._by_etag: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        self._full: set[str] = set()
        self.nbytes = 0
        # How many answers of each part are inside, and how many are not for want of room.
        self.inside: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def ask(self, part: str, route: str, **parameters: str | None) -> Any | None:
        """The answer, of images the file; None where it is refused, or there is no room for it."""
        told = {name: value for name, value in parameters.items() if value is not None}
        key = answer_key(route, told)
        if key in self._at:
            return self._bodies[self._at[key]].value()
        if key in self._refused:
            return None
        if part in self._full:
            self.left_out[part] += 1
            return None
        asked = ROUTES[f"/{route}"]
        try:
            body = asked.answer(read(asked.question, told), self._generation, self._records)
        except (BadRequestError, RecordError) as error:
            self._refused[key] = _reason(error)
            return None
        assert not isinstance(body, File), "files are for those who can ask a server"
        if told.get("level") == "summary" and not self._with_instances:
            body = _without_quotes(body)
        return self._keep(part, key, body)

    def _keep(self, part: str, key: str, body: Body) -> Any | None:
        known = self._by_etag.get(body.etag)
        kept = _Kept.of(body) if known is None else self._bodies[known]
        nbytes = _KEY_BYTES + (kept.nbytes if known is None else 0)
        if self.nbytes + nbytes > self._most_bytes:
            self._full.add(part)
            self.left_out[part] += 1
            return None
        if known is None:
            known = self._by_etag[body.etag] = len(self._bodies)
            self._bodies.append(kept)
        self.nbytes += nbytes
        self._at[key] = known
        self.inside[part] += 1
        return kept.value()

    @property
    def images(self) -> int:
        """How many images are inside."""
        return sum(kept.is_image for kept in self._bodies)

    def written(self) -> dict[str, Any]:
        """What the panel reads: an ``index`` of keys, and the ``bodies`` that it leads to."""
        index = json_body({"at": self._at, "refused": self._refused})
        return {
            "index": _Kept.of(index).written(),
            "bodies": [kept.written() for kept in self._bodies],
        }


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it lies in the file: gzipped JSON, or an image as it is."""

    content: bytes
    is_image: bool

    @classmethod
    def of(cls, body: Body) -> _Kept:
        if body.content_type == "image/png":
            return cls(body.content, True)
        return cls(body.compressed or gzip.compress(body.content, mtime=0), False)

    @property
    def nbytes(self) -> int:
        return len(self.content) * 4 // 3 + _AROUND_BYTES

    def value(self) -> Any:
        return self.content if self.is_image else json.loads(gzip.decompress(self.content))

    def written(self) -> str:
        text = base64.b64encode(self.content).decode()
        return f"data:image/png;base64,{text}" if self.is_image else text


def _without_quotes(body: Body) -> Body:
    """A summary of texts without those that models predicted: each is some instance's own."""
    summary = json.loads(body.content)
    if summary["kind"] not in ("texts", "scores"):
        return body
    sides = [{**side, "answers": [], "changes": []} for side in summary["models"]]
    return json_body({**summary, "models": sides})


def _reason(error: BadRequestError | RecordError) -> str:
    if isinstance(error, RecordError):
        return f"{error.message} {error.remedy}"
    return error.error
