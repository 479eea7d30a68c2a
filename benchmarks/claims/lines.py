"""A line of the battery: how often something was said, beside how often it may or must be."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import binom

# What is rarer is no chance: so are 71 false claims in 1,000 comparisons, where 50 are nominal.
_RARE = 0.0025
# Of so many trials a rate is held against its limit as it is.
_MANY = 200


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate that must not be exceeded (`most`), or must be reached."""

    rate: float
    most: bool

    def __str__(self) -> str:
        if self.rate in (0.0, 1.0):
            return "none" if self.most else "all"
        return f"{'≤' if self.most else '≥'} {_percent(self.rate)}"

    def allows(self, hits: int, of: int) -> bool:
        """Whether `hits` of so many trials keep it, but for chance."""
        if self.most:
            return float(binom.sf(hits - 1, of, self.rate)) > _RARE
        if of >= _MANY:
            return hits >= self.rate * of
        return float(binom.cdf(hits, of, self.rate)) > _RARE


NOMINAL = Limit(0.05, most=True)
NONE = Limit(0.0, most=True)
ALL = Limit(1.0, most=False)
COVERED = Limit(0.93, most=False)


def at_least(rate: float) -> Limit:
    """A limit that must be reached."""
    return Limit(rate, most=False)


@dataclass(frozen=True, slots=True)
class Line:
    """`hits` of `of` trials; without a `limit` it is told, but not judged.

    `churn`, `slices`, `models` and `sides` describe the comparisons, "" where there is no such
    thing.
    """

    what: str
    hits: int
    of: int
    limit: Limit | None
    churn: str = ""
    slices: str = ""
    models: int = 1
    sides: int = 1
    note: str = ""

    @property
    def red(self) -> bool:
        """Whether the limit is broken; without any trial nothing has been shown."""
        return self.limit is not None and not (self.of and self.limit.allows(self.hits, self.of))


_HEAD = ("case", "said", "limit", "", "churn", "slices", "models", "sides", "seed", "remark")


def rows(lines: list[Line], seed: int) -> list[tuple[str, ...]]:
    """The lines as texts, under their heads."""
    return [
        _HEAD,
        *(
            (
                line.what,
                f"{line.hits:,} of {line.of:,}" + (f" ({_rate(line)})" if line.of else ""),
                str(line.limit or ""),
                "RED" if line.red else "",
                line.churn,
                line.slices,
                str(line.models),
                str(line.sides),
                str(seed),
                line.note,
            )
            for line in lines
        ),
    ]


def table(lines: list[Line], seed: int) -> str:
    """Aligned columns."""
    cells = rows(lines, seed)
    widths = [max(len(row[at]) for row in cells) for at in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def markdown(lines: list[Line], seed: int) -> str:
    """A table for the documentation."""
    head, *rest = rows(lines, seed)
    ruled = [head, ("---",) * len(head), *rest]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled)


def _rate(line: Line) -> str:
    return _percent(line.hits / line.of)


def _percent(rate: float) -> str:
    return f"{100 * rate:.3g} %"
