"""Models that are said to be running and have not said a word for long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tensorboard_cnc.analysis.catalog import Catalog
from tensorboard_cnc.analysis.lineage import Member

# Longer than nearly all training steps between two records. A job that was killed says nothing
# more, and would be running for ever.
SILENT_AFTER_US = 3 * 3600 * 1_000_000


def last_words_us(catalog: Catalog) -> Mapping[str, int]:
    """By model key when anything of it was last logged, in microseconds since 1970."""
    return {member.key: max(_times(catalog, member)) for member in catalog.members}


def is_silent(member: Member, last_word_us: int, now_us: int) -> bool:
    """Whether it should have said something since."""
    return member.card.status == "running" and now_us - last_word_us >= SILENT_AFTER_US


def next_silence_us(catalog: Catalog, now_us: int) -> float:
    """When the next model falls silent, if nobody logs anything more."""
    last_words = last_words_us(catalog)
    return min(
        (
            last_words[member.key] + SILENT_AFTER_US
            for member in catalog.members
            if member.card.status == "running"
            and not is_silent(member, last_words[member.key], now_us)
        ),
        default=float("inf"),
    )


def _times(catalog: Catalog, member: Member) -> Iterator[int]:
    yield member.card.created_us
    yield member.card.closed_us or 0
    for entry in catalog.measured[member.key].values():
        yield entry.measurement.logged_us
    for bulk in catalog.bulk.get(member.key, ()):
        yield bulk.logged_us
