"""What users pass for instances, ids and labels, checked and as arrays; a random order of ids."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.format.bounds import NAME_CHARACTERS
from tensorboard_cnc.format.columns import text_ids
from tensorboard_cnc.sketches.hashing import GOLDEN, mixed
from tensorboard_cnc.wording import shown, text_of, type_name

Array = NDArray[Any]


def array_of(value: Any, what: str) -> Array:
    """A NumPy array of `value`: a tensor of any device and type, an array, or nested lists.

    Masked values become NaN, or None where the array holds no numbers; so do the missing entries
    of a data frame.

    Raises:
      ArgumentError: it is ragged or has no order, or its library cannot copy it.
    """
    try:
        if callable(getattr(value, "detach", None)):
            value = value.detach().cpu()
            if value.dtype.is_floating_point and value.element_size() == 2:
                value = value.float()
        # Arrays of pandas have a mask too, and are none of NumPy's.
        masked = isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value)
        found = _unmasked(value) if masked else np.asarray(value)
        if found.dtype.kind == "U" and isinstance(value, list | tuple) and found.ndim == 1:
            # NumPy would make texts of numbers and NaN that stand beside texts.
            found = found if all(isinstance(each, str) for each in value) else _objects(value)
        if found.dtype == object and found.ndim:
            found = _objects([_without_missing(each) for each in found.flat], found.shape)
    except Exception as error:
        raise ArgumentError(
            f"The {what} of type {type_name(value)} could not be read: {text_of(error)}",
            "An array, tensor or list has rows of equal length",
            "Pass a NumPy array or a CPU tensor",
        ) from error
    if found.ndim == 0 and found.dtype == object:
        raise _no_rows(value, what)
    if found.dtype == np.float16:
        return found.astype(np.float32)
    return found


def in_rows(value: Any, what: str) -> Any:
    """`value` as an array, list or tuple with one entry for each id.

    Raises:
      ArgumentError: it is a single value, or has no order.
    """
    if isinstance(value, list | tuple):
        return value
    if any(hasattr(value, mark) for mark in ("ndim", "__array__", "detach")):
        found = array_of(value, what)
        if found.ndim:
            return found
    elif not isinstance(value, str | bytes | Mapping | Set):
        try:
            return list(value)
        except Exception as error:
            raise _no_rows(value, what) from error
    raise _no_rows(value, what)


def is_half(value: Any) -> bool:
    """Whether `value` is stored in 16 bits, so that small errors are due to rounding."""
    return "float16" in str(getattr(value, "dtype", ""))


def checked_ids(value: Any, *, unique: bool = True) -> Array:
    """Ids as int64 (n,) or texts (n,).

    Raises:
      ArgumentError: there are none, one is neither a number nor a text, or one occurs twice.
    """
    found = array_of(value, "ids")
    if found.ndim != 1 or not found.size:
        raise ArgumentError(
            f"The ids have shape {found.shape}",
            "Ids are a list of at least one whole number or text",
            "Pass one id for each instance, for example range(len(data))",
        )
    if found.dtype.kind in "iu":
        if found.dtype.kind == "u" and found.max() > np.iinfo(np.int64).max:
            raise ArgumentError(
                f"An id is {found.max()}",
                "Whole numbers as ids have at most 63 bits",
                "Convert them with str(...)",
            )
        ids = found.astype(np.int64)
    else:
        ids = text_ids(_checked_texts(value if isinstance(value, list | tuple) else found.tolist()))
    if unique:
        _check_unique(ids)
    return ids


def _checked_texts(ids: Sequence[Any]) -> Sequence[str]:
    for each in ids:
        # NumPy would turn numbers beside texts into texts.
        if not isinstance(each, str):
            raise ArgumentError(
                f"The ids are {shown(ids)}",
                "Ids are whole numbers of at most 63 bits or texts, not both",
                "Convert them with int(...) or str(...)",
            )
        if not each.isprintable() or len(each) > NAME_CHARACTERS:
            raise ArgumentError(
                f"The id {shown(each)} has {len(each):,} characters",
                f"Ids have at most {NAME_CHARACTERS:,}, all printable",
                "Use shorter and plainer ids",
            )
    return ids


def checked_rows(values: Sequence[Any] | Array, n: int, what: str) -> None:
    """Checks that there is one value for each id.

    Raises:
      ArgumentError: there are more or fewer.
    """
    if len(values) != n:
        raise ArgumentError(
            f"There are {len(values):,} {what} for {n:,} ids",
            "There must be one for each id",
            "Pass both in the same order and of the same length",
        )


def random_ranks(ids: NDArray[Any]) -> NDArray[np.uint64]:
    """One number for each id (n,), the same for every model, run and machine.

    The instances with the smallest numbers keep their full vectors, so that the subsets of all
    models are nested however they are ordered or cut. Texts are first reduced by CRC-32.
    """
    if ids.dtype.kind == "i":
        x = ids.astype(np.uint64)
    else:
        codes = (zlib.crc32(each.encode("utf-8", "surrogatepass")) for each in ids.tolist())
        x = np.fromiter(codes, np.uint64, len(ids))
    return mixed(x + GOLDEN)


def first_rows(ids: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Rows of the `count` ids that come first in this order, ascending."""
    if count >= len(ids):
        return np.arange(len(ids))
    if count <= 0:
        return np.empty(0, np.int64)
    return np.sort(np.argpartition(random_ranks(ids), count - 1)[:count])


def _unmasked(value: Any) -> Array:
    if value.dtype.kind in "biuf":
        return np.asarray(value.astype(np.float64).filled(np.nan))
    plain: Array = np.array(value.data, object)
    plain[np.ma.getmaskarray(value)] = None
    return plain


def _objects(entries: Sequence[Any], shape: tuple[int, ...] = (-1,)) -> Array:
    found = np.empty(len(entries), object)
    for place, entry in enumerate(entries):
        found[place] = entry
    return found.reshape(shape)


def _without_missing(entry: Any) -> Any:
    """None for NaN, NaT and pandas' NA; anything else as it is."""
    if type(entry).__name__ in ("NAType", "NaTType"):
        return None
    return None if isinstance(entry, float) and entry != entry else entry


def columns_by_name(given: Any, what: str, example: str) -> Mapping[str, Any]:
    """Columns by name: of a mapping, a data frame, a table or a structured array.

    Raises:
      ArgumentError: `given` has no columns with names.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return given
    names = getattr(given, "columns", None)
    if names is None or not hasattr(given, "__getitem__"):
        names = getattr(getattr(given, "dtype", None), "names", None)
    # Of an Arrow table `columns` are the columns themselves.
    names = getattr(given, "column_names", names)
    if names is not None:
        return {name: given[name] for name in names}
    name = getattr(given, "name", None)
    if hasattr(given, "__array__"):
        if isinstance(name, str):
            return {name: given}
    elif callable(getattr(given, "to_dict", None)) and isinstance(
        table := given.to_dict(), Mapping
    ):
        return table
    raise ArgumentError(
        f"The {what} are {shown(given)} of type {type_name(given)}",
        f"{what.capitalize()} are one value for each instance, by name",
        f"Write {what}={example}, or pass a data frame with such columns",
    )


def names_of_columns(given: Any) -> list[Any] | None:
    """What the columns of a data frame or table are called, None where that says nothing.

    Frames that are made of arrays number their columns.
    """
    names = getattr(given, "column_names", getattr(given, "columns", None))
    if names is None or not hasattr(given, "__array__"):
        return None
    found = [getattr(each, "item", lambda each=each: each)() for each in names]
    numbered = all(str(name) in (f"{n}", f"column_{n}") for n, name in enumerate(found))
    return None if numbered or not all(isinstance(each, int | str) for each in found) else found


def _check_unique(ids: Array) -> None:
    ordered = np.sort(ids)
    same = ordered[1:] == ordered[:-1]
    if np.any(same):
        twice = ordered[int(np.argmax(same))]
        raise ArgumentError(
            f"The id {shown(twice.item() if hasattr(twice, 'item') else twice)} occurs twice",
            "Instances are compared by id, so each id is unique",
            "Number the instances with range(n), or drop the repetitions",
        )


def _no_rows(value: Any, what: str) -> ArgumentError:
    return ArgumentError(
        f"The {what} are {shown(value)} of type {type_name(value)}",
        "They must be an array, a tensor or a list, in the order of the ids",
        "Pass a list with one entry for each id",
    )
