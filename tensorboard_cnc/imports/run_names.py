"""Directory names for models: readable, unique, and valid on every file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from tensorboard_cnc.format.tags import SUBRUN

_UNSAFE = re.compile(r"[^\w.+=@-]+")
_MAX_BYTES = 120
# Windows keeps these for devices, with any extension; the last is where a directory writer's
# own events are.
_RESERVED = re.compile(rf"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|{SUBRUN}", re.IGNORECASE)


def run_names(model_ids: Iterable[str]) -> dict[str, str]:
    """The directory name of each id: the id itself where that is safe, else with a hash added.

    No two names are equal, nor would be where upper and lower case are the same.
    """
    names = {model_id: _safe(model_id) for model_id in model_ids}
    uses = Counter(name.casefold() for name in names.values())
    return {
        model_id: name
        if name == model_id and uses[name.casefold()] == 1
        else f"{name}-{_digits(model_id)}"
        for model_id, name in names.items()
    }


def _digits(model_id: str) -> str:
    """8 hexadecimal digits of an id, also of one that is refused later."""
    return hashlib.sha256(model_id.encode(errors="backslashreplace")).hexdigest()[:8]


def _safe(model_id: str) -> str:
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", model_id))
    name = name.encode(errors="ignore")[:_MAX_BYTES].decode(errors="ignore").strip(".-")
    return "model" if not name or _RESERVED.fullmatch(name) else name
