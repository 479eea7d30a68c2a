"""Log directories that are elsewhere, or larger than the host can read, in a real TensorBoard."""

from __future__ import annotations

import pytest

from benchmarks.trust.outcome import Outcome
from benchmarks.trust.remote import through_a_data_server, through_s3, with_few_descriptors
from tests.tensorboard_host import LOADERS

fast = pytest.mark.skipif("fast" not in LOADERS, reason="this platform has no data server")


def kept(*outcomes: Outcome) -> bool:
    return not any(outcome.red for outcome in outcomes)


def test_what_is_written_to_s3_is_read_from_s3() -> None:
    assert kept(through_s3(3))


@fast
def test_a_data_server_elsewhere_shows_the_same() -> None:
    assert kept(through_a_data_server(5))


@fast
def test_what_descriptors_are_lacking_for_is_said_and_is_not_missing() -> None:
    assert kept(*with_few_descriptors(300, 256))
