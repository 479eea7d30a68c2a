"""State dicts that torch has saved (.pt, .pth, .bin, .ckpt), without running what they hold."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown, text_of
from tensorboard_cnc.writer.tensors.files.contents import needed
from tensorboard_cnc.writer.tensors.files.stored_file import LocalFile, StoredFile, damaged
from tensorboard_cnc.writer.tensors.torch_tensors import is_torch_tensor

if TYPE_CHECKING:
    from torch import Tensor

_ZIP = b"PK\3\4"
# Where training loops keep the weights: of Lightning and many others; what comes first counts.
_NESTED = ("state_dict", "model_state_dict", "model", "module", "net", "network", "weights")
_DEEPEST = 3
_SMALL = 2**24
_LARGEST_SPARSE = 2**36
_RULE = "Such files are opened with torch.load(path, weights_only=True), which runs no code"
_SAVE = "Save the weights alone, with torch.save(net.state_dict(), path)"


def read(files: Sequence[StoredFile], _like: Collection[str] = ()) -> Mapping[str, Any]:
    """The state dict in the files of one checkpoint; of zip files, the tensors stay in them.

    Raises:
      ArgumentError: torch is missing or too old, or a file is damaged or holds more than tensors.
      OSError: a file cannot be read.
    """
    found: dict[str, Any] = {}
    for file in files:
        found |= _state_dict(file)
    return found


def _state_dict(file: StoredFile) -> dict[str, Any]:
    if not isinstance(file, LocalFile):
        raise ArgumentError(f"{file} is elsewhere", _RULE, "Download it first")
    loaded = _weights(_loaded(file), _DEEPEST)
    if loaded is None:
        raise ArgumentError(
            f"{file} holds no state dict",
            f"It is a mapping of names to tensors, or has one under {', '.join(_NESTED)}",
            _SAVE,
        )
    _check_tree(file, loaded)
    return loaded


def _loaded(file: LocalFile) -> Any:
    torch = needed("torch", file, "torch")
    release = tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])
    if release < (2, 6):
        raise ArgumentError(
            f"{file} would be opened with torch {torch.__version__}",
            "Before torch 2.6, files could run code in spite of weights_only=True",
            "Update torch, or convert the file to safetensors",
        )
    zipped = file.size() >= len(_ZIP) and file.read(0, len(_ZIP)).tobytes() == _ZIP
    if zipped:
        _check_zip(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(file.path, map_location="cpu", weights_only=True, mmap=zipped)
    except OSError:
        raise
    except Exception as error:
        text = text_of(error)
        if global_ := re.search(r"GLOBAL ([\w.]+)", text):
            raise ArgumentError(
                f"{file} is a pickle that would run code: it holds {global_[1]}", _RULE, _SAVE
            ) from error
        raise damaged(file, f"cannot be opened by torch: {text[:200]}", _RULE) from error


def _check_zip(file: LocalFile) -> None:
    """An archive holds its parts as they are, as torch stores them: none is inflated."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise damaged(file, f"is no whole archive: {text_of(error)}", _RULE) from error
    if any("/code/" in part.filename for part in parts):
        raise ArgumentError(
            f"{file} is a program of TorchScript",
            _RULE,
            "Open it with torch.jit.load, and pass the module",
        )
    packed = any(part.compress_type != zipfile.ZIP_STORED for part in parts)
    if packed or sum(part.file_size for part in parts) > file.size():
        raise damaged(file, "is compressed, or overlaps", "torch.save stores parts as they are")


def _weights(loaded: Any, deepest: int) -> dict[str, Any] | None:
    """The state dict itself, or the one that a training loop has put among other things."""
    if not isinstance(loaded, Mapping):
        return None
    nested = (loaded.get(key) for key in _NESTED)
    found = next((each for each in nested if _holds_tensors(each)), None)
    if found is not None and deepest:
        return _weights(found, deepest - 1)
    return dict(loaded) if _holds_tensors(loaded) else None


def _holds_tensors(value: Any, deepest: int = _DEEPEST) -> bool:
    if not isinstance(value, Mapping):
        return is_torch_tensor(value)
    return deepest >= 0 and any(_holds_tensors(each, deepest - 1) for each in value.values())


def _check_tree(file: StoredFile, tree: Mapping[Any, Any]) -> None:
    """A file must not blow up: its mappings hold each other once, its tensors their values."""
    seen, left = {id(tree)}, [tree]
    while left:
        for name, value in left.pop().items():
            if isinstance(value, Mapping):
                if id(value) in seen:
                    raise damaged(file, f"holds {shown(str(name))} twice", _RULE)
                seen.add(id(value))
                left.append(value)
            elif is_torch_tensor(value) and _is_blown_up(value):
                raise damaged(
                    file,
                    f"gives {shown(str(name))} the shape {tuple(value.shape)} on few bytes",
                    "A tensor has a place for each of its values",
                )


def _is_blown_up(tensor: Tensor) -> bool:
    """Whether it repeats its memory, as expanded tensors do, and is not small."""
    if str(tensor.layout) != "torch.strided":
        return tensor.numel() > _LARGEST_SPARSE
    if type(tensor).__name__ not in ("Tensor", "Parameter") or tensor.is_quantized:
        return False
    held = tensor.untyped_storage().nbytes()
    return tensor.numel() * tensor.element_size() > max(held, _SMALL)
