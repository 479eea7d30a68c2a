"""Which class of each instance is meant: by index or name, one-hot, or as one of two signs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import CLASSES
from tensorboard_cnc.wording import shown, type_name
from tensorboard_cnc.writer.instances.arrays import array_of
from tensorboard_cnc.writer.naming import checked_name

# What PyTorch's losses leave out unless another ignore_index= is given; no class has this index.
IGNORED = -100
_SIGNS = ("-1", "1")
_WHOLE = re.compile(r"[+-]?\d+")


def names_in(*given: Any) -> tuple[str, ...]:
    """All names among labels, sorted; "-1" and "1" where these are the labels; else nothing.

    Names that are whole numbers are in the order of the numbers.

    Raises:
      ArgumentError: a text is not a valid name of a class, or two differ only in spaces.
    """
    names: set[str] = set()
    for labels in given:
        if _are_signs(labels):
            names.update(_SIGNS)
        if labels is None or getattr(getattr(labels, "dtype", None), "kind", "O") not in "UO":
            continue
        for label in labels.tolist() if hasattr(labels, "tolist") else labels:
            inner = label if isinstance(label, list | tuple | set | frozenset) else (label,)
            names.update(checked_name(name, "class") for name in inner if isinstance(name, str))
    check_spaces(names)
    return tuple(sorted(names, key=_as_number if are_whole(names) else None))


def check_spaces(names: Iterable[str]) -> None:
    """Checks that no two names differ only in the spaces around them.

    Raises:
      ArgumentError: two do.
    """
    plain: dict[str, str] = {}
    for name in sorted(names):
        other = plain.setdefault(name.strip(), name)
        if other != name:
            raise ArgumentError(
                f"The classes {other!r} and {name!r} differ only in spaces",
                "Each name is a class of its own",
                "Strip the labels, for example with [label.strip() for label in labels]",
            )


def are_whole(names: Iterable[str]) -> bool:
    """Whether all names are whole numbers."""
    return all(_WHOLE.fullmatch(name) and name.isascii() for name in names)


def have_two_orders(names: tuple[str, ...]) -> bool:
    """Whether names are whole numbers that sort otherwise as texts, as "10" and "9" do."""
    return are_whole(names) and sorted(names) != sorted(names, key=_as_number)


def are_values(classes: Any) -> bool:
    """Whether classes were given as whole numbers, other than their indices.

    Then whole numbers among labels are these values, as those of scikit-learn's `classes_` are.
    """
    if classes is None or isinstance(classes, str):
        return False
    given = classes.tolist() if hasattr(classes, "tolist") else list(classes)
    whole = all(isinstance(each, int | np.integer) and not isinstance(each, bool) for each in given)
    return whole and given != list(range(len(given)))


def with_unknown(labels: Any, unknown: Any) -> Any:
    """Labels with NaN or None in place of what marks the unknown, also inside of rows.

    Raises:
      ArgumentError: `unknown` is no number or text.
    """
    if unknown is None:
        return labels
    if not isinstance(unknown, int | float | np.number | str):
        raise ArgumentError(
            f"unknown_label= is {shown(unknown)} of type {type_name(unknown)}",
            "It is the one label that marks what is unknown",
            "Write for example unknown_label=-1, or None in its place among the labels",
        )
    if isinstance(labels, np.ndarray):
        if labels.dtype.kind in "biuf":
            number = not isinstance(unknown, str)
            return np.where(labels == unknown, np.nan, labels) if number else labels
        labels = labels.tolist()
    return [
        with_unknown(list(each), unknown)
        if isinstance(each, list | tuple | np.ndarray)
        else (
            None if isinstance(each, str) == isinstance(unknown, str) and each == unknown else each
        )
        for each in labels
    ]


def is_one_hot(labels: Any) -> bool:
    """Whether labels are 0 and 1 for each class, exactly one of them 1 for each instance."""
    if not isinstance(labels, np.ndarray):
        rows = list(labels)
        if not all(isinstance(row, list | tuple | np.ndarray) and len(row) > 1 for row in rows):
            return False
        if len({len(row) for row in rows}) != 1:
            return False
        if any(each is None or isinstance(each, str) for row in rows for each in row):
            return False
        labels = np.asarray(rows)
    if labels.ndim != 2 or labels.shape[1] < 2 or labels.dtype.kind not in "biuf":
        return False
    return bool(np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all())


def class_codes(
    value: Any, classes: tuple[str, ...], what: str, width: int = 0, *, by_value: bool = False
) -> NDArray[np.int32]:
    """Class indices, int32 (n,), -1 for None, NaN and -100.

    Args:
      value: indices or names (n,), or 0 and 1 (n, C) with one 1 for each instance.
      classes: the names of all classes, if they have any.
      what: what `value` is, for messages.
      width: the number of classes where they have no names, 0 where that is unknown.
      by_value: whole numbers are names, not indices.

    Raises:
      ArgumentError: a label is outside the classes.
    """
    found = _plain_labels(array_of(value, what))
    if is_one_hot(found):
        found = _of_one_hot(found, len(classes) or width, what)
        by_value = False
    if found.ndim != 1:
        raise _not_classes(found.tolist(), what)
    if found.dtype.kind in "UO":
        return _codes_of_names(found.tolist(), classes, what)
    if found.dtype.kind not in "biuf":
        raise _not_classes(found.tolist(), what)
    known = np.isfinite(found) & (found != IGNORED)
    if found.dtype.kind == "f" and np.any(found[known] % 1):
        raise _not_classes(found[known], what)
    most = (len(classes) or width or CLASSES) - 1
    outside = known & ((found < 0) | (found > most))
    if by_value or np.any(outside):
        by_name = _codes_of_values(found, known, classes)
        if by_name is not None:
            return by_name
        if not np.any(outside):
            outside = known & ~np.isin(found, [int(name) for name in classes])
        raise _outside(found, outside, classes, most, what, by_value=by_value)
    return np.where(known, found, -1).astype(np.int32)


def _are_signs(labels: Any) -> bool:
    if labels is None or not len(labels):
        return False
    if not isinstance(labels, np.ndarray):
        if not all(each is None or isinstance(each, int | float | np.number) for each in labels):
            return False
        labels = np.array([np.nan if each is None else each for each in labels], float)
    if labels.dtype.kind not in "if" or labels.ndim > 2 or labels.size != len(labels):
        return False
    known = labels[np.isfinite(labels) & (labels != IGNORED)]
    return bool(np.array_equal(np.unique(known), (-1, 1)))


def _as_number(name: str) -> tuple[int, str]:
    return int(name), name


def _of_one_hot(found: NDArray[Any], width: int, what: str) -> NDArray[Any]:
    if width and found.shape[1] != width:
        raise ArgumentError(
            f"The {what} are one-hot with {found.shape[1]:,} columns for {width:,} classes",
            "Each class has one column",
            "Pass one column for each class, or indices",
        )
    codes: NDArray[Any] = found.argmax(axis=1)
    return codes


def _plain_labels(found: NDArray[Any]) -> NDArray[Any]:
    """One label for each row; those that are numbers or None as floats."""
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.dtype.kind == "O" and found.ndim == 1:
        labels = found.tolist()
        if all(label is None or isinstance(label, int | float) for label in labels):
            return np.array([np.nan if label is None else label for label in labels], float)
    return found


def _codes_of_values(
    found: NDArray[Any], known: NDArray[np.bool_], classes: tuple[str, ...]
) -> NDArray[np.int32] | None:
    """Codes of labels that are the whole numbers by which classes are named; None if one is not."""
    if not classes or not are_whole(classes):
        return None
    values = np.array([int(name) for name in classes], float)
    order = np.argsort(values, kind="stable")
    at = np.minimum(np.searchsorted(values, found, sorter=order), len(values) - 1)
    codes = order[at]
    if np.any(known & (values[codes] != found)):
        return None
    return np.where(known, codes, -1).astype(np.int32)


def _codes_of_names(names: list[Any], classes: tuple[str, ...], what: str) -> NDArray[np.int32]:
    code: dict[Any, int] = {name: number for number, name in enumerate(classes)}
    code[None] = -1
    try:
        return np.array([code[name] for name in names], np.int32)
    except (KeyError, TypeError):
        row = next(
            row for row, name in enumerate(names) if name is not None and name not in classes
        )
    raise ArgumentError(
        f"Row {row} of the {what} is {shown(names[row])}",
        f"The classes are {shown(list(classes))}" if classes else "No names of classes are known",
        "Correct it, or name all classes with classes=, here or in cnc_summary.dataset",
    )


def _outside(
    found: NDArray[Any],
    outside: NDArray[np.bool_],
    classes: tuple[str, ...],
    most: int,
    what: str,
    *,
    by_value: bool,
) -> ArgumentError:
    row = int(np.argmax(outside))
    label = found[row].item()
    label = int(label) if label == int(label) else label
    seen = f"Row {row} of the {what} is {label}"
    if by_value:
        return ArgumentError(
            seen,
            f"classes= are the numbers {shown(list(classes))}, and labels are among them",
            "Name all classes with classes=, or pass classes as texts and labels as indices",
        )
    regression = " or, for a regression, floats" if what.startswith("predicted") else ""
    return ArgumentError(
        seen,
        f"The classes are 0 to {most:,}; unknown are None, NaN and -100",
        f"Correct it, name all classes with classes=, or pass unknown_label={label} "
        f"if it marks what is unknown{regression}",
    )


def _not_classes(seen: Any, what: str) -> ArgumentError:
    return ArgumentError(
        f"The {what} are {shown(seen)}",
        "Classes are given as a list of indices or names",
        "Pass whole numbers or texts, one for each instance, or multilabel=True",
    )
