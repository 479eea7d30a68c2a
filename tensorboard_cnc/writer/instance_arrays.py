"""What users pass for instances, ids and labels, as checked NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.column_codec import text_ids
from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.writer.naming import MAX_LENGTH
from tensorboard_cnc.writer.wording import shown, text_of, type_name

Array = NDArray[Any]


def array_of(value: Any, what: str) -> Array:
    """A NumPy array of `value`: a tensor of any device and type, an array, or nested lists.

    Raises:
      ArgumentError: it is ragged, or its library cannot copy it.
    """
    try:
        if callable(getattr(value, "detach", None)):
            value = value.detach().cpu()
            if value.dtype.is_floating_point and value.element_size() == 2:
                value = value.float()
        found = np.asarray(value)
    except Exception as error:
        raise ArgumentError(
            f"The {what} of type {type_name(value)} could not be read: {text_of(error)}",
            "An array, tensor or list has rows of equal length",
            "Pass a NumPy array or a CPU tensor",
        ) from error
    if found.dtype == np.float16:
        return found.astype(np.float32)
    return found


def is_half(value: Any) -> bool:
    """Whether rounding to 16 bits explains small errors of `value`."""
    return "float16" in str(getattr(value, "dtype", ""))


def checked_ids(value: Any, *, unique: bool = True) -> Array:
    """Ids as int64 (n,) or texts (n,).

    Raises:
      ArgumentError: there are none, one is neither a number nor a text, or one comes twice.
    """
    found = array_of(value, "ids")
    if found.ndim != 1 or not found.size:
        raise ArgumentError(
            f"The ids have shape {found.shape}",
            "Ids are a list of at least one whole number or text",
            "Pass one id for each instance, for example range(len(data))",
        )
    if found.dtype.kind in "iu":
        ids = found.astype(np.int64)
    elif found.dtype.kind in "UO" and all(isinstance(each, str) for each in found.tolist()):
        ids = text_ids(found.tolist())
        longest = max(found.tolist(), key=len)
        if len(longest) > MAX_LENGTH:
            raise ArgumentError(
                f"The id {shown(longest)} has {len(longest):,} characters",
                f"Ids have at most {MAX_LENGTH:,}",
                "Use shorter ids",
            )
    else:
        raise ArgumentError(
            f"The ids are {shown(found.tolist())}",
            "Ids are whole numbers or texts, not both",
            "Convert them with int(...) or str(...)",
        )
    if unique:
        _check_unique(ids)
    return ids


def checked_rows(values: Sequence[Any] | Array, n: int, what: str) -> None:
    """Refuses `values` that are not one for each id.

    Raises:
      ArgumentError: their number is another.
    """
    if len(values) != n:
        raise ArgumentError(
            f"There are {len(values):,} {what} for {n:,} ids",
            "Each id has one",
            "Pass both in the same order and of the same length",
        )


def class_codes(value: Any, classes: tuple[str, ...], what: str) -> tuple[Array, tuple[str, ...]]:
    """Class indices, int32 (n,), -1 for None or NaN, and the classes.

    Raises:
      ArgumentError: a label is outside the classes.
    """
    found = array_of(value, what)
    if found.dtype.kind in "UO":
        return _codes_of_names(found.tolist(), classes, what)
    if found.dtype.kind == "f" and np.any(found[np.isfinite(found)] % 1):
        raise _not_classes(found[np.isfinite(found)][0], what)
    if found.ndim != 1 or found.dtype.kind not in "biuf":
        raise _not_classes(found.tolist(), what)
    codes = np.where(np.isnan(found), -1, found) if found.dtype.kind == "f" else found
    outside = (codes < -1) | (codes >= len(classes) if classes else False)
    if np.any(outside):
        row = int(np.argmax(outside))
        raise ArgumentError(
            f"The {what} of row {row} is {shown(codes[row].item())}",
            f"The classes are 0 to {len(classes) - 1}, and -1 is unknown",
            "Correct it, or pass all classes with classes=",
        )
    return codes.astype(np.int32), classes


def _check_unique(ids: Array) -> None:
    ordered = np.sort(ids)
    same = ordered[1:] == ordered[:-1]
    if np.any(same):
        twice = ordered[int(np.argmax(same))]
        raise ArgumentError(
            f"The id {shown(twice.item() if hasattr(twice, 'item') else twice)} comes twice",
            "Instances are compared by id, so each id is there once",
            "Number the instances with range(n), or drop the repetitions",
        )


def _codes_of_names(
    names: list[Any], classes: tuple[str, ...], what: str
) -> tuple[Array, tuple[str, ...]]:
    if not classes:
        classes = tuple(sorted({str(name) for name in names if name is not None}))
    code = {name: number for number, name in enumerate(classes)} | {None: -1}
    for row, name in enumerate(names):
        if name not in code:
            raise ArgumentError(
                f"The {what} of row {row} is {shown(name)}",
                f"The classes are {shown(list(classes))}",
                "Correct it, or pass all classes with classes=",
            )
    return np.array([code[name] for name in names], np.int32), classes


def _not_classes(seen: Any, what: str) -> ArgumentError:
    return ArgumentError(
        f"The {what} are {shown(seen)}",
        "Classes are given as a list of indices or names",
        "Pass whole numbers or texts, one for each instance",
    )
