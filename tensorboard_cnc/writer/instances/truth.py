"""What is right for each instance: classes, several classes, numbers, or texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.instances.arrays import (
    array_of,
    checked_rows,
    in_rows,
)
from tensorboard_cnc.writer.instances.class_labels import (
    are_values,
    check_spaces,
    class_codes,
    is_one_hot,
    names_in,
    with_unknown,
)
from tensorboard_cnc.writer.instances.memberships import is_nested, known_memberships
from tensorboard_cnc.writer.naming import checked_name
from tensorboard_cnc.writer.texts import cut_texts


def truth_of(
    n: int,
    labels: Any,
    classes: Any,
    targets: Any,
    *,
    multilabel: bool = False,
    unknown_label: Any = None,
) -> dict[str, Any]:
    """The fields of a `Dataset` that hold the truth, including its kind.

    One-hot labels are classes, unless an instance may have several (`multilabel`).

    Raises:
      ArgumentError: both labels and targets are given, or one of them is malformed.
    """
    names = () if classes is None else checked_classes(classes)
    if labels is not None and targets is not None:
        raise ArgumentError(
            "A data set was given both labels= and targets=",
            "Labels are classes; targets are numbers or texts",
            "Pass one of them, and the other as attributes={...}",
        )
    if targets is not None:
        return _targets(n, targets)
    if labels is None:
        return {"kind": "classes" if names else "scores", "classes": names}
    labels = with_unknown(in_rows(labels, "labels"), unknown_label)
    names = names or names_in(labels)
    if multilabel or (is_nested(labels) and not is_one_hot(labels)):
        members = known_memberships(labels, names, "labels")
        checked_rows(members.flags, n, "labels")
        return {
            "kind": "multi-label",
            "classes": names,
            "memberships": members.flags,
            "memberships_known": members.known,
        }
    codes = class_codes(labels, names, "labels", by_value=are_values(classes))
    checked_rows(codes, n, "labels")
    return {"kind": "classes", "classes": names, "labels": codes}


def checked_classes(given: Iterable[Any]) -> tuple[str, ...]:
    """Names of classes.

    Raises:
      ArgumentError: one is not a valid name, or occurs twice.
    """
    if isinstance(given, str):
        raise ArgumentError(
            f"classes={given!r} is one text", "Classes are a list of names", "Pass a list"
        )
    classes = tuple(checked_name(str(name), "class") for name in in_rows(given, "classes"))
    if len(set(classes)) < len(classes):
        twice = Counter(classes).most_common(1)[0][0]
        raise ArgumentError(
            f'The class "{twice}" occurs twice', "Class names are unique", "Rename one of them"
        )
    check_spaces(classes)
    return classes


def numbers_of(values: Any, n: int, what: str, dtype: Any) -> NDArray[Any]:
    """One number for each of n instances; NaN where there is none.

    Raises:
      ArgumentError: they are not numbers, or not n of them.
    """
    found = array_of(values, what)
    if found.dtype == object:
        found = _without_none(found)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1 or found.dtype.kind not in "biuf":
        raise ArgumentError(
            f"The {what} have shape {found.shape} and type {found.dtype}",
            "They must be one number for each instance",
            "Flatten them, for example with values.reshape(-1)",
        )
    checked_rows(found, n, what)
    with np.errstate(over="ignore"):
        numbers: NDArray[Any] = found.astype(dtype)
    if np.any(lost := np.isinf(numbers) & np.isfinite(found)):
        row = int(np.argmax(lost))
        raise ArgumentError(
            f"Row {row} of the {what} is {shown(found[row].item())}",
            f"The greatest number that can be stored is {np.finfo(dtype).max:.1e}",
            "Log it in a larger unit, or its logarithm",
        )
    return numbers


def _targets(n: int, targets: Any) -> dict[str, Any]:
    found = array_of(targets, "targets")
    texts = found.dtype.kind == "U" or (
        found.dtype.kind == "O" and any(isinstance(each, str) for each in found.flat)
    )
    if not texts:
        return {"kind": "numbers", "numbers": numbers_of(targets, n, "targets", np.float64)}
    wanted = cut_texts(targets, "targets")
    checked_rows(wanted, n, "targets")
    return {"kind": "texts", "targets": wanted}


def _without_none(found: NDArray[Any]) -> NDArray[Any]:
    try:
        return np.array([np.nan if each is None else each for each in found.tolist()])
    except ValueError:
        return found
