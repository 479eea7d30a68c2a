"""Log directories that are elsewhere, or larger than the host can read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.size import Size
from benchmarks.trust.outcome import Outcome
from tensorboard_cnc import cnc_summary
from tests.tensorboard_host import (
    LOADERS,
    TensorBoardProcess,
    data_server,
    tensorboard_process,
    wait_until,
)

_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "anybody",
    "AWS_SECRET_ACCESS_KEY": "anything",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def attack(size: Size) -> list[Outcome]:
    outcomes = [through_s3(size.count(100, 3))]
    if "fast" in LOADERS:
        outcomes += [
            through_a_data_server(size.count(100, 3)),
            *with_few_descriptors(3000, 1024),
            with_replaced_files(size.count(20, 1)),
        ]
    return outcomes


def through_s3(count: int) -> Outcome:
    """Models are written into a bucket and read from it."""
    with object_store("runs"):
        log_chain("s3://runs/sweep", count)
        with tensorboard_process("--logdir", "s3://runs/sweep") as server:
            found = settled_models(server, count)
    return Outcome("what is written to S3 is read from S3", count, _lacking(found, count))


def through_a_data_server(count: int) -> Outcome:
    """TensorBoard asks a data server that somebody else has started."""
    with tempfile.TemporaryDirectory() as folder:
        log_chain(folder, count)
        with (
            data_server(Path(folder)) as address,
            tensorboard_process(f"--grpc_data_provider={address}") as server,
        ):
            found = settled_models(server, count)
    return Outcome("a data server elsewhere shows the same", count, _lacking(found, count))


def with_few_descriptors(count: int, limit: int) -> list[Outcome]:
    """More event files than TensorBoard may open, which the terminal alone says.

    Its fast loader shows some of them, or dies, and then the Python loader shows all.
    """
    under = ("sh", "-c", f'ulimit -n {limit}; exec "$0" "$@"')

    def settled(answer: dict[str, Any]) -> bool:
        return "incomplete" not in answer or _says(answer, "event files")

    with tempfile.TemporaryDirectory() as folder:
        log_chain(folder, count)
        with tensorboard_process("--logdir", folder, under=under) as server:
            found = _answer_when(server, settled)
    shown = sum(model["status"] != "missing" for model in found["models"])
    untrue = sum("no run has logged" in each["message"] for each in found["problems"])
    silent = int(shown < count and not _says(found, "event files"))
    return [
        Outcome("too few descriptors are said", 1, silent, f"{shown:,} of {count:,} models shown"),
        Outcome("what was not read is not told as missing", count, untrue),
    ]


def with_replaced_files(count: int) -> Outcome:
    """Event files are replaced as rsync does it, under the fast loader."""
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder, "runs")
        log_chain(str(logdir), count)
        with tensorboard_process("--logdir", str(logdir)) as server:
            settled_models(server, count)
            for file in sorted(logdir.rglob("*tfevents*")):
                copy = Path(folder, "copy")
                shutil.copy(file, copy)
                copy.replace(file)
            _answer_when(server, lambda answer: _says(answer, f"{count:,} event file"))
    return Outcome("replaced event files are said", count, 0)


@contextlib.contextmanager
def object_store(bucket: str) -> Iterator[None]:
    """An S3 server on this machine with one empty bucket, which all that follows talks to."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    try:
        with mock.patch.dict(os.environ, {**_CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}):
            boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
            yield
    finally:
        server.stop()


def log_chain(logdir: str, count: int) -> None:
    """`count` models in runs of their own, each made of the one before."""
    for number in range(count):
        parents = [f"m{number - 1}"] if number else []
        with cnc_summary.model(f"{logdir}/run-{number}", f"m{number}", parents=parents) as model:
            model.metrics({"accuracy": number / count})


def settled_models(server: TensorBoardProcess, count: int) -> dict[str, Any]:
    """The response once TensorBoard shows nothing more, with at least `count` models."""
    return _answer_when(
        server, lambda found: len(found["models"]) >= count and "incomplete" not in found
    )


def _answer_when(
    server: TensorBoardProcess, ready: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    found: dict[str, Any] = wait_until(lambda: _answer(server, ready), "the models")
    return found


def _answer(
    server: TensorBoardProcess, ready: Callable[[dict[str, Any]], bool]
) -> dict[str, Any] | None:
    with urllib.request.urlopen(f"{server.url}/data/plugin/cnc/models") as response:
        found: dict[str, Any] = json.load(response)
    if ready(found):
        return found
    time.sleep(0.2)
    return None


def _says(answer: dict[str, Any], words: str) -> bool:
    return any(words in problem["message"] for problem in answer["problems"])


def _lacking(answer: dict[str, Any], count: int) -> int:
    """How many of the chain are not there as they were logged."""
    keys = {model["id"]: model["key"] for model in answer["models"]}
    whole = sum(
        bool(
            model["parents"] == ([keys.get(f"m{at - 1}")] if at else [])
            and model["metrics"]["accuracy"]["value"] == at / count
        )
        for model in answer["models"]
        if model["status"] == "finished" and (at := int(model["id"][1:])) < count
    )
    return count - whole
