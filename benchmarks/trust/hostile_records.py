"""Hostile records for `guided`: each is refused with our error, or every route shows it."""

from __future__ import annotations

import random
import warnings
import zlib

import numpy as np

from benchmarks.trust.record_mutations import mutated
from benchmarks.trust.record_seeds import KINDS, seeds
from benchmarks.trust.served_records import serve
from tensorboard_cnc.errors import RecordError

_NAMES = tuple(KINDS)
CORPUS = [bytes([at]) + each for at, name in enumerate(_NAMES) for each in seeds()[name]]
# Asking all routes takes a hundred times as long as reading.
_SERVED = 16


def mutate(data: bytes, rng: random.Random) -> bytes:
    """An input like `data`: the number of a kind, then a payload."""
    kind = KINDS[_NAMES[data[0] % len(_NAMES)]] if data else KINDS[_NAMES[0]]
    return data[:1] + mutated(data[1:], kind.message, rng)


def attempt(data: bytes, *, served: int = _SERVED) -> bool:
    """Whether the record is accepted; raises what is no error of ours."""
    if not data:
        return False
    try:
        record = KINDS[_NAMES[data[0] % len(_NAMES)]].read(data[1:])
    except RecordError as error:
        if not error.remedy:
            raise AssertionError("an error without a remedy") from error
        return False
    if zlib.crc32(data) % served == 0:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            serve(record)
    return True
