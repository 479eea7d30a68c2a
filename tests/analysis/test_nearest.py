"""Predictions find their data set like a model its parent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tensorboard_cnc.analysis.nearest import Resolution, resolve_dataset
from tensorboard_cnc.records.instances import Dataset, Predictions
from tensorboard_cnc.records.models import Bulk


class Log:
    """Data sets by run, each of a name, a fingerprint and ids."""

    def __init__(self) -> None:
        self.datasets: dict[Bulk, Dataset | None] = {}
        self.read: list[str] = []

    def add(
        self, run: str, fingerprint: str, ids: Sequence[int] = (1, 2, 3), name: str = "test"
    ) -> Bulk:
        step = len(self.datasets)
        bulk = Bulk("dataset", run, "", name, run, f"cnc/dataset/{name}", step, float(step))
        self.datasets[bulk] = Dataset(name, np.array(ids), "scores", fingerprint)
        return bulk

    def resolve(self, run: str, fingerprint: str = "", ids: Sequence[int] = (3, 1)) -> Resolution:
        predictions = Predictions(
            "m", "test", np.array(ids), "scores", dataset_fingerprint=fingerprint
        )

        def read(bulk: Bulk) -> Dataset | None:
            self.read.append(bulk.run)
            return self.datasets[bulk]

        return resolve_dataset(predictions, run, self.datasets, read)


@pytest.mark.parametrize("separator", ["/", "\\"])
def test_the_nearest_is_taken_and_no_other_read(separator: str) -> None:
    log = Log()
    for run in ("a", "a/b", "a/b/c", "a/b/c/data", "x"):
        log.add(run.replace("/", separator), run)
    run = "a/b/c".replace("/", separator)
    assert log.resolve(run).fingerprint == "a/b/c"
    assert log.resolve(f"{run}{separator}model").fingerprint == "a/b/c/data", "its directory's"
    assert log.resolve("x").fingerprint == "x"
    assert "a" not in log.read, "it is farther than those that fit"


def test_of_several_at_one_level_the_newest_is_assumed() -> None:
    log = Log()
    log.add("sweep/data/version_0", "old")
    newest = log.add("sweep/data/version_1", "new")
    found = log.resolve("sweep/model")
    assert (found.bulk, found.assumed) == (newest, True)
    assert log.resolve("sweep/model", "old").assumed is False


def test_those_of_the_same_fingerprint_count_as_one() -> None:
    log = Log()
    log.add("data/1", "same")
    newest = log.add("data/2", "same")
    found = log.resolve("model")
    assert (found.bulk, found.assumed) == (newest, False)


def test_a_fingerprint_that_is_known_must_match_wherever_it_is() -> None:
    log = Log()
    log.add("model", "near")
    far = log.add("far/away", "wanted")
    assert log.resolve("model", "wanted").bulk == far
    assert log.resolve("model").fingerprint == "near"
    unknown = log.resolve("model", "nobody logged this")
    assert (unknown.bulk, unknown.fingerprint) == (None, "nobody logged this")


def test_it_must_contain_all_ids() -> None:
    log = Log()
    log.add("model", "small", ids=(1, 2))
    far = log.add("far", "large", ids=range(10))
    assert log.resolve("model", ids=(1, 9)).bulk == far
    lacking = log.resolve("model", ids=(1, 9, 77))
    assert (lacking.bulk, lacking.fingerprint, lacking.lacking) == (None, "", 2)


def test_another_name_is_another_data_set() -> None:
    log = Log()
    log.add("model", "other", name="train")
    assert log.resolve("model") == Resolution("")


def test_one_that_cannot_be_read_is_passed_over() -> None:
    log = Log()
    log.datasets[log.add("model", "damaged")] = None
    far = log.add("far", "good")
    assert log.resolve("model").bulk == far


def test_texts_and_numbers_are_different_ids() -> None:
    log = Log()
    bulk = log.add("model", "texts")
    log.datasets[bulk] = Dataset("test", np.array(["1", "2"]), "scores", "texts")
    found = log.resolve("model", ids=(1, 2))
    assert (found.bulk, found.lacking) == (None, 2)
