"""Numbers of a finished story that are not the page's: there should be none."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from werkzeug.test import Client

import tensorboard_cnc
from tensorboard_cnc.checks.check import Question, check
from tensorboard_cnc.checks.outcome import Verdict
from tensorboard_cnc.reports.report import Request, write_report
from tensorboard_cnc.results.runs import Runs
from tests.reports.opened import Opened
from tests.reports.test_answers import as_asked

# Of these levels there are thousands of answers, of which so many of each are held.
_MANY = ("instance", "instances", "row", "")
_HELD = 15


def differing(folder: Path, client: Client, base: str, models: list[str]) -> list[str]:
    """What `read`, `check` and a report say otherwise than the routes of `client`."""
    runs = tensorboard_cnc.read(folder)
    found = [] if _json(runs.contents.models) == _asked(client, "models") else ["read: models"]
    found += _of_comparison(runs, client, base, models)
    found += _of_checks(runs, client, base, models)
    path = folder.parent / f"{folder.name}.html"
    write_report(runs, path, Request(models=models, base=base))
    return found + _of_report(Opened(path), client)


def _of_comparison(runs: Runs, client: Client, base: str, models: list[str]) -> list[str]:
    compared = runs.compare(base, models)
    keys = [compared.base.key, *(model.key for model in compared.models)]
    of = {"base": keys[0], "models": ",".join(keys[1:])}
    pairs: dict[str, tuple[object, dict[str, str]]] = {
        "differences": (compared.differences, {"models": ",".join(keys)})
    }
    for level in ("summary", "harmed"):
        query = {**of, "level": level}
        pairs[f"behaviors {level}"] = (getattr(compared.behaviors, level), query)
    for view in ("weights", "sparsity"):
        query = {**of, "level": "tree", "view": view}
        pairs[f"layers {view}"] = (compared.layers.tree(view), query)
    return [
        f"read: {name}"
        for name, (said, query) in pairs.items()
        if _json(said) != _asked(client, name.partition(" ")[0], **query)
    ]


def _of_checks(runs: Runs, client: Client, base: str, models: list[str]) -> list[str]:
    """Harm is found just where the route finds it, and values are those of the table."""
    table = {model["key"]: model for model in _asked(client, "models")["models"]}
    found = []
    for name in models:
        model = runs.models[name]
        query = {"base": runs.models[base].key, "models": model.key, "level": "harmed"}
        (harm,) = _asked(client, "behaviors", **query)["models"]
        (outcome,) = check(runs, Question([name], base, no_harm=True))
        harmed = bool(harm["harmed"] or harm["pairs_harmed"])
        if (outcome.verdict is Verdict.FAILS) != harmed:
            found.append(f"check: harm of {name}")
        for metric, measured in table[model.key]["metrics"].items():
            limit = f"{metric} >= {measured['value']!r}"
            (outcome,) = check(runs, Question([name], base, [limit]))
            if outcome.verdict is not Verdict.HOLDS:
                found.append(f"check: {limit} of {name}")
    return found


def _of_report(opened: Opened, client: Client) -> list[str]:
    held: Counter[str] = Counter()
    found = []
    for route, parameters, answer in opened:
        kind = f"{route} {parameters.get('level', '')}"
        held[kind] += 1
        if isinstance(answer, str) or (kind.partition(" ")[2] in _MANY and held[kind] > _HELD):
            continue
        if answer != _asked(client, route, **as_asked(parameters, answer)):
            found.append(f"report: {kind} {dict(parameters)}")
    assert {"behaviors summary", "behaviors harmed", "layers tree", "differences "} <= set(held)
    return found


def _asked(client: Client, route: str, **query: str) -> Any:
    response = client.get(f"/data/plugin/cnc/{route}", query_string=query)
    assert response.status_code == 200, (route, query, response.text)
    return response.get_json()


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value))
