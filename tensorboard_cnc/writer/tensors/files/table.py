"""Every format of files that is read, and which files a path or an address stands for."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tensorboard_cnc.errors import ArgumentError
from tensorboard_cnc.wording import shown
from tensorboard_cnc.writer.tensors.files import (
    gguf_files,
    onnx_files,
    pickled_files,
    safetensors_files,
)
from tensorboard_cnc.writer.tensors.files.contents import Contents, Reader
from tensorboard_cnc.writer.tensors.files.places import Folder, place_of
from tensorboard_cnc.writer.tensors.files.remote_files import RemoteFile
from tensorboard_cnc.writer.tensors.files.safetensors_header import read_index
from tensorboard_cnc.writer.tensors.files.stored_file import LocalFile, StoredFile
from tensorboard_cnc.writer.tensors.tensor_source import Refused

_INDEX = ".index.json"
_PART = re.compile(r"-(\d{1,9})-of-(\d{1,9})(?=\.\w+$)")
_RULE = (
    "Weights are read from files of safetensors, GGUF, ONNX and torch (.pt, .pth, .bin, .ckpt), "
    "an index of several, or a directory that holds one model"
)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """Files of one format: how their names end, how they begin, and what reads them.

    `parts` names all files of the model of which one has this name. `model`: how the names begin of
    those that hold a model, in a directory. `together`: whether all of these are one.
    """

    suffixes: tuple[str, ...]
    read: Reader
    magic: bytes = b""
    parts: Callable[[str], Sequence[str]] = lambda name: [name]
    model: str = ""
    together: bool = False


# In the order in which a directory is searched for them.
_FORMATS = (
    FileFormat((".safetensors",), safetensors_files.read, together=True),
    FileFormat((".gguf",), gguf_files.read, b"GGUF", gguf_files.shards),
    # Beside these lie states of optimizers and schedulers.
    FileFormat((".bin",), pickled_files.read, model="pytorch_model"),
    FileFormat((".pt", ".pth", ".ckpt"), pickled_files.read, b"PK\3\4", model="model"),
    FileFormat((".onnx",), onnx_files.read),
)


def contents_of(
    path: str | os.PathLike[str], like: Collection[str] = ()
) -> Contents | Mapping[str, Any]:
    """The tensors of the model at `path`, or the state dict that it holds.

    `like`: the names that other models have, for formats that have names of their own.

    Raises:
      ArgumentError: nothing there is read, or it is damaged or truncated.
      OSError: it cannot be read.
    """
    place = place_of(path)
    files: list[StoredFile] = (
        [place] if isinstance(place, LocalFile | RemoteFile) else _in_folder(place)
    )
    if files[0].name.endswith(_INDEX):
        index = files[0]
        listed = read_index(index)
        files = [_part(index, name) for name in sorted(set(listed.values()))]
        if not files:
            raise ArgumentError(f"{index} lists no tensors", _RULE, "Name another one")
        return _complete(_format_of(files[0]).read(files, like), listed)
    layout = _format_of(files[0])
    if len(files) == 1:
        files = [_part(files[0], name) for name in layout.parts(files[0].name)]
    return layout.read(files, like)


def _in_folder(folder: Folder) -> list[StoredFile]:
    """The files, or the index, that hold the model in a directory."""
    names = folder.names()
    for layout in _FORMATS:
        own = [name for name in names if name.startswith(layout.model)]
        indices = [name for name in own if name.endswith(_suffixes(layout, _INDEX))]
        if len(indices) == 1:
            return [folder.file(indices[0])]
        if indices:
            raise ArgumentError(
                f"{folder} holds {len(indices)} indices, {shown(indices)}",
                "Each lists the tensors of one model",
                "Name one of them",
            )
        found = [name for name in own if name.endswith(layout.suffixes)]
        _check_parts(folder, found)
        models = {tuple(layout.parts(name)) for name in found}
        if found and (layout.together or len(models) == 1):
            return [folder.file(name) for name in (found if layout.together else found[:1])]
        if found:
            raise ArgumentError(
                f"{folder} holds {len(models)} models, such as {shown(found[0])}",
                _RULE,
                "Name one of its files",
            )
    raise ArgumentError(f"{folder} holds no file with weights", _RULE, "Name another one")


def _check_parts(folder: Folder, names: Sequence[str]) -> None:
    """Checks that files which say of how many they are one are all there."""
    parts = defaultdict(set)
    for name in names:
        if found := _PART.search(name):
            parts[name[: found.start()], int(found[2])].add(int(found[1]))
    for (stem, count), numbers in parts.items():
        if len(numbers) < count:
            raise ArgumentError(
                f"{folder} holds {len(numbers):,} of the {count:,} files of {shown(stem)}",
                "The files of one model are in one directory",
                "Download the missing ones, or name one of those that are there",
            )


def _suffixes(layout: FileFormat, more: str) -> tuple[str, ...]:
    return tuple(suffix + more for suffix in layout.suffixes)


def _format_of(file: StoredFile) -> FileFormat:
    named = [each for each in _FORMATS if file.name.endswith(each.suffixes)]
    # Such as the files in the caches of Ollama and Hugging Face.
    begins = b"" if named or not file.size() else file.read(0, 4).tobytes()
    found = named or [each for each in _FORMATS if each.magic and begins == each.magic]
    if not found:
        raise ArgumentError(
            f"{file} is of no format that is read",
            _RULE,
            "Load it yourself, and pass its state dict or a mapping of names to arrays",
        )
    return found[0]


def _part(file: StoredFile, name: str) -> StoredFile:
    found = file.beside(name)
    if not found.is_file() and name != file.name:
        raise ArgumentError(
            f"{file} lists the file {shown(name)}, which is not beside it",
            "The files of one model are in one directory",
            "Download the missing file, or name one of those that are there",
        )
    return found


def _complete(
    found: Contents | Mapping[str, Any], listed: Mapping[str, str]
) -> Contents | Mapping[str, Any]:
    """The same, with what an index promises and no file holds refused."""
    if not isinstance(found, Contents):
        return found
    names = {each.name for each in found.tensors}
    missing = [
        Refused(name, f"the index says that {file} holds it, but it does not")
        for name, file in listed.items()
        if name not in names
    ]
    return Contents([*found.tensors, *missing], found.quantization, found.metadata)
