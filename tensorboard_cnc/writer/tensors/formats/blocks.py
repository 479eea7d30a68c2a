"""How scales lie over a matrix of codes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# The side of a block of FP8 scales, unless its checkpoint says otherwise.
_SIDE = 128


@dataclass(frozen=True, slots=True)
class Blocks:
    """One scale to `rows` × `columns` values; the last of them may be shorter."""

    rows: int
    columns: int

    @classmethod
    def of(
        cls, shape: tuple[int, int], grid: tuple[int, int], stated: tuple[int, int] | None = None
    ) -> Blocks | None:
        """How a `grid` of scales lies over it, None where that cannot be told for sure.

        Groups within a row divide it into powers of two. Blocks of several rows are as `stated`,
        else of 128 × 128, where that is the only way along either side.
        """
        if stated is not None and all(
            count == -(-size // side) for size, count, side in zip(shape, grid, stated, strict=True)
        ):
            return cls(*stated)
        down, across = (_sides(*each) for each in zip(shape, grid, strict=True))
        if grid[0] in (1, shape[0]):
            sure = len(across) == 1 and (grid[1] == 1 or _is_power_of_two(*across))
            return cls(*down, *across) if sure else None
        sides = [
            found | ({_SIDE} if count == 1 and size <= _SIDE else set())
            for found, size, count in zip((down, across), shape, grid, strict=True)
        ]
        sure = {_SIDE} in sides and all(_SIDE in each for each in sides)
        return cls(_SIDE, _SIDE) if sure and stated is None else None


def _is_power_of_two(size: int) -> bool:
    return size.bit_count() == 1


def _sides(size: int, count: int) -> set[int]:
    """How long the `count` blocks along `size` values may be; the last may be shorter."""
    if count == 1:
        return {size}
    if not 0 < count <= size:
        return set()
    equal = {size // count} if size % count == 0 else set()
    return equal | ({_SIDE} if -(-size // _SIDE) == count else set())


def group_size(columns: int, groups: int, stated: Collection[int] = ()) -> int | None:
    """How many columns share a scale, None where that cannot be told for sure.

    A `stated` size may leave the last group short; without one, groups are equal powers of two.
    """
    if groups == 1:
        return columns
    fitting = {size for size in stated if size > 0 and -(-columns // size) == groups}
    if stated:
        return fitting.pop() if len(fitting) == 1 else None
    size, rest = divmod(columns, groups)
    return size if size and not rest and _is_power_of_two(size) else None
