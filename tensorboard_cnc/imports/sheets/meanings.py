"""What each column of a table is: guessed by its name and cells, or said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal, TypeAlias, get_args

from tensorboard_cnc.errors import TableError
from tensorboard_cnc.imports.sheets.amounts import are_amounts
from tensorboard_cnc.imports.sheets.sheet import UNNAMED, Cell, Sheet
from tensorboard_cnc.wording import quoted

Meaning: TypeAlias = Literal[
    "id", "name", "parent", "operation", "description", "checkpoint", "status", "parameter",
    "metric", "ignored",
]  # fmt: skip
# Of which a model has one.
SINGLE: tuple[Meaning, ...] = (
    "id", "name", "parent", "operation", "description", "checkpoint", "status",
)  # fmt: skip
# By names without case, spaces and signs; the first that fits is taken.
_NAMES: Mapping[Meaning, tuple[str, ...]] = {
    "id": ("id", "modelid", "model", "modelname", "name", "runname", "runid", "run", "experiment"),
    "name": ("name", "runname", "modelname", "displayname"),
    "parent": ("parent", "parents", "base", "parentid", "basemodel", "parentmodel", "from"),
    "operation": ("operation", "op", "method", "technique", "compression"),
    "description": ("description", "notes", "note", "comment", "comments"),
    "checkpoint": ("checkpoint", "checkpointpath", "weights"),
    "status": ("status", "state"),
}
# Of trackers' exports: who ran it and when, which says nothing of the model.
_OF_TRACKERS = frozenset(
    ("user", "created", "updated", "runtime", "sweep", "hostname", "endtime", "starttime",
     "tags", "group", "jobtype", "source", "version", "agent", "github", "timestamp")
)  # fmt: skip
_SETTINGS = frozenset(
    """
    seed randomstate lr learningrate epochs epoch maxepochs maxepoch steps maxsteps batchsize
    batch bits wbits abits groupsize sparsity amount ratio rank r alpha temperature pruningratio
    density blocksize momentum weightdecay dropout warmup warmupsteps calibration
    calibrationsamples iterations finetuneepochs
    """.split()
)
_PREFIXES: Mapping[str, Meaning] = {
    "param": "parameter", "params": "parameter", "parameter": "parameter", "config": "parameter",
    "hparam": "parameter", "hparams": "parameter", "metric": "metric", "metrics": "metric",
    "summary": "metric", "value": "metric", "values": "metric", "result": "metric",
}  # fmt: skip
_PREFIX = re.compile(r"(?P<prefix>[a-z]+)(?:[._:/]|\s)\s*(?P<rest>.+)", re.IGNORECASE)


def meanings(sheet: Sheet, said: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """What each column means, in their order; `said` goes before every guess.

    Raises:
      TableError: a column that is said is not there, or two are what a model has one of.
    """
    _check_said(sheet, said)
    found: dict[str, Meaning] = dict(said)
    for meaning in SINGLE:
        if meaning not in found.values() and (name := _named(sheet, meaning, found)):
            found[name] = meaning
    for name in sheet:
        if name not in found:
            found[name] = _of_a_model(name, sheet[name])
    if "id" not in found.values():
        raise TableError(
            f"No column is an id: there are {', '.join(map(quoted, list(sheet)[:8]))}",
            "Each model needs an id of its own",
            "Say which column it is: --map id=COLUMN",
        )
    return {name: found[name] for name in sheet}


def plain_name(name: str) -> str:
    """A column's name without the prefix by which a tracker's export tells what it is."""
    match = _PREFIX.fullmatch(name)
    return match["rest"] if match and match["prefix"].lower() in _PREFIXES else name


def _check_said(sheet: Sheet, said: Mapping[str, Meaning]) -> None:
    for name in said:
        if name not in sheet:
            near = get_close_matches(name[:200], [known[:200] for known in sheet], 1)
            raise TableError(
                f"There is no column {quoted(name)}",
                "--map names a column of the table",
                f"Did you mean {quoted(near[0])}" if near else "Look at its header",
            )
    for meaning in SINGLE:
        named = [name for name, what in said.items() if what == meaning]
        if len(named) > 1:
            raise TableError(
                f"{quoted(named[0])} and {quoted(named[1])} are both mapped to {meaning}",
                f"A model has one {meaning}",
                "Map one of them",
            )


def _named(sheet: Sheet, meaning: Meaning, taken: Mapping[str, Meaning]) -> str | None:
    """The column with the best name for this; ids and names are told apart by their cells."""
    # A run's settings say what it was made from, not what it is.
    plain = plain_name if meaning in ("parent", "operation") else str
    free = [name for name in sheet if name not in taken]
    letters = {name: re.sub(r"[\W_]", "", plain(name)).lower() for name in free}
    fitting = [name for known in _NAMES[meaning] for name, said in letters.items() if said == known]
    if meaning == "id":
        fitting.sort(key=lambda name: not _are_ids(sheet[name]))
    if meaning == "name":
        fitting = [name for name in fitting if _are_ids(sheet[name])]
    return fitting[0] if fitting else None


def _are_ids(cells: Sequence[Cell]) -> bool:
    return None not in cells and "" not in cells and len(set(cells)) == len(cells)


def _of_a_model(name: str, cells: Sequence[Cell]) -> Meaning:
    """A metric is a number that is not known as a setting; a setting is all else that is said."""
    match = _PREFIX.fullmatch(name)
    if match and match["prefix"].lower() in _PREFIXES:
        kind = _PREFIXES[match["prefix"].lower()]
        return "ignored" if kind == "metric" and not are_amounts(cells) else kind
    letters = re.sub(r"[\W_]", "", name).lower()
    if letters in _OF_TRACKERS or letters in _NAMES["name"] or name.startswith("_"):
        return "ignored"
    if UNNAMED.fullmatch(name) or all(cell is None or cell == "" for cell in cells):
        return "ignored"
    inner = re.sub(r"[\W_]", "", re.split(r"[./]", name)[-1]).lower()
    if {letters, inner} & _SETTINGS or not are_amounts(cells):
        return "parameter"
    return "metric"


def parse_mapping(texts: Sequence[str]) -> dict[str, Meaning]:
    """What ``--map MEANING=COLUMN`` says, each column once.

    Raises:
      TableError: one is not of this form.
    """
    said: dict[str, Meaning] = {}
    kinds: dict[str, Meaning] = {kind: kind for kind in get_args(Meaning)}
    for text in texts:
        meaning, _, name = text.partition("=")
        if meaning not in kinds or not name:
            raise TableError(
                f"--map is {quoted(text)}",
                f"It is MEANING=COLUMN, with one of {', '.join(kinds)}",
                "Write --map id=Name --map metric=val_acc, say",
            )
        said[name] = kinds[meaning]
    return said
