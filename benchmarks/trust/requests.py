"""Requests that are generated from docs/openapi.yaml, and some that nothing describes."""

from __future__ import annotations

import copy
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from schemathesis import GenerationMode

from benchmarks.size import Size
from benchmarks.trust.load import log_models
from benchmarks.trust.outcome import Outcome
from tests.described_client import check, description
from tests.tensorboard_host import InProcessTensorBoard, serve_in_process

_ROUTES = "/data/plugin/cnc"
_OLD_LOGS = Path(__file__).parents[2] / "tests" / "fixtures" / "logs_0_1_0"
# Of few values Hypothesis draws fewer: 50,000 remain.
_REQUESTS = 54_000
_MOST_SECONDS = 2.0
# So many of those that broke a promise are printed.
_TOLD = 20
# Hypothesis gets slower with what it has generated.
_AT_A_TIME = 250
# How requests are divided among the routes.
_SHARES = {
    "/behaviors": 0.6,
    "/layers": 0.2,
    "/differences": 0.1,
    "/instance_media": 0.05,
    "/models": 0.05,
}
_SORTS = ["order", "id", "label", "disagreement", "votes", "harm", "n", "level"]
_SORTS_OF = ["value", "change", "confidence", "harm", "p"]

Json = dict[str, Any]


@dataclass(slots=True)
class Found:
    """What came of the requests so far."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    undescribed: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def tried(self) -> int:
        return self.statuses.total()


def attack(size: Size) -> list[Outcome]:
    found = made(size)
    told = ", ".join(f"{n:,} × {status}" for status, n in sorted(found.statuses.items()))
    for each in (*found.faults, *found.undescribed, *found.slow)[:_TOLD]:
        print(each, file=sys.stderr)
    return [
        Outcome("no request meets a fault (5xx)", found.tried, len(found.faults), told),
        Outcome("responses are as described", found.tried, len(found.undescribed)),
        Outcome(
            f"none takes over {_MOST_SECONDS:.0f} s of processor time",
            found.tried,
            len(found.slow),
            f"{found.slowest:.2f} s",
        ),
    ]


def made(size: Size) -> Found:
    """What comes of the requests to logs as they are now, to damaged ones, and to none at all."""
    found = Found()
    for number, log in enumerate((_current, _damaged, _empty)):
        with tempfile.TemporaryDirectory() as folder:
            log(Path(folder), size)
            with serve_in_process(Path(folder), "python") as tensorboard:
                tensorboard.models()
                requests = size.count(_REQUESTS // 3, 12)
                start = size.seed + number
                for path, query in queries(known_values(tensorboard), requests, start):
                    ask(tensorboard, path, query, found)
    return found


def ask(tensorboard: InProcessTensorBoard, path: str, query: str, found: Found) -> None:
    """Makes a request, in which a warning counts as a fault, and notes what came of it."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        response = tensorboard.client.get(f"{_ROUTES}{path}", query_string=query)
        response.get_data()
    seconds = time.process_time() - start
    found.statuses[response.status_code] += 1
    found.slowest = max(found.slowest, seconds)
    told = f"{path}?{query[:2000]}: {response.status_code} {response.data[:300]!r}"
    if response.status_code >= 500:
        found.faults.append(told)
    if seconds > _MOST_SECONDS:
        found.slow.append(told)
    try:
        check(path, response)
    except (AssertionError, ValidationError):
        found.undescribed.append(told)


def queries(known: Json, count: int, start: int) -> Iterator[tuple[str, str]]:
    """So many routes and query strings: half as described with known values, others without."""
    positive, negative = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    informed = schemathesis.openapi.from_dict(_informed(known))
    free = schemathesis.openapi.from_dict(description())
    kinds = ((informed, positive, 0.5), (free, positive, 0.1), (informed, negative, 0.3))
    for path, share in _SHARES.items():
        for schema, mode, part in kinds:
            if mode is negative and not description()["paths"][path]["get"]["parameters"]:
                continue
            strategy = schema[path]["GET"].as_strategy(generation_mode=mode).map(_query_of)
            number = max(1, round(count * share * part))
            yield from ((path, query) for query in _drawn(strategy, number, start))
        yield from ((path, q) for q in _drawn(_ANYTHING, round(count * share * 0.1), start))


def known_values(tensorboard: InProcessTensorBoard) -> Json:
    """By parameter or field of a condition what is there to be named."""

    def answer(route: str, **query: str) -> Any:
        return tensorboard.client.get(f"{_ROUTES}/{route}", query_string=query).get_json()

    keys = [model["key"] for model in answer("models")["models"]]
    known: Json = {"base": keys, "models": keys, "except": keys, "model": keys}
    if keys:
        summary = answer("behaviors", base=keys[0], models=",".join(keys))
        tree = answer("layers", base=keys[0], models=",".join(keys))
        page = answer("behaviors", base=keys[0], models=",".join(keys), level="instances")
        known |= {
            "dataset": [each["key"] for each in summary["datasets"]],
            "measure": [each["id"] for each in (*summary["measures"], *tree["measures"])],
            "by": [each["id"] for each in summary["dimensions"]],
            "id": [str(id) for id in page.get("ids", [])[:5]],
            "row": tree["rows"]["names"][:20],
            "sort": [*_SORTS, *(f"-{kind}:{key}" for kind in _SORTS_OF for key in keys)],
        }
    return {name: values for name, values in known.items() if values}


def _informed(known: Json) -> Json:
    """The description, in which texts are those that are known."""
    found = copy.deepcopy(description())
    for path in found["paths"].values():
        for parameter in path["get"]["parameters"]:
            held = parameter if "schema" in parameter else parameter["content"]["application/json"]
            _narrow(held["schema"], known.get(parameter["name"]))
    for name in ("InSlice", "Flipped", "AnswersChanged", "InRange"):
        for field_name, schema in found["components"]["schemas"][name]["properties"].items():
            _narrow(schema, known.get(field_name))
    return found


def _narrow(schema: Json, values: Sequence[str] | None) -> None:
    of = schema["items"] if schema.get("type") == "array" else schema
    if values and of.get("type") == "string":
        of["enum"] = values


def _query_of(case: Any) -> str:
    params: str | Mapping[str, Any] = case.as_transport_kwargs().get("params") or ""
    return params if isinstance(params, str) else urlencode(params, doseq=True)


_NAMES = st.sampled_from(["base", "models", "except", "level", "filter", "by", "limit", "row"])
_ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(st.tuples(_NAMES, st.text(max_size=20)), max_size=8).map(urlencode),
    st.builds(
        lambda name, text, times: urlencode({name: text * times}),
        _NAMES,
        st.sampled_from(["[", '{"a":', "9", "a,", "\0", "é", "[1],"]),
        st.integers(0, 20_000),
    ),
)


def _drawn(strategy: st.SearchStrategy[str], count: int, start: int) -> Iterator[str]:
    for number, done in enumerate(range(0, count, _AT_A_TIME)):
        found: list[str] = []
        # What the test does is to keep what it is given.
        keep = given(strategy)(lambda query: found.append(query))  # noqa: B023
        limited = settings(
            max_examples=min(_AT_A_TIME, count - done),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        seed(1000 * start + number)(limited(keep))()
        yield from found


def _current(logdir: Path, _: Size) -> None:
    log_models(logdir, 300, 12)


def _damaged(logdir: Path, size: Size) -> None:
    """Logs of 0.1.0 with a changed byte in every second file, and a third of the others cut."""
    shutil.copytree(_OLD_LOGS, logdir, dirs_exist_ok=True)
    rng = np.random.default_rng(size.seed)
    for number, path in enumerate(sorted(logdir.rglob("*tfevents*"))):
        content = bytearray(path.read_bytes())
        at = int(rng.integers(len(content) // 2, len(content)))
        if number % 2:
            content[at] ^= 0xFF
        path.write_bytes(content[:at] if number % 6 == 0 else content)


def _empty(_: Path, __: Size) -> None:
    """Nothing at all."""
