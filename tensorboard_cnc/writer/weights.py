"""Turns the weights of a model into a record of sketches, tensor by tensor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from tensorboard_cnc.errors import ArgumentError, CncError
from tensorboard_cnc.format.bounds import NAME_CHARACTERS
from tensorboard_cnc.records.sketches import SketchRecord, TensorSketch
from tensorboard_cnc.sketches.module_kinds import axes_between, share_positions
from tensorboard_cnc.sketches.sizes import default_bytes, sizes_within
from tensorboard_cnc.wording import shown, storable, type_name
from tensorboard_cnc.writer.journal import now_us
from tensorboard_cnc.writer.naming import (
    checked_max_bytes,
    checked_name,
    checked_tensor_name,
)
from tensorboard_cnc.writer.ranks import gathered_on_first, rank_and_size
from tensorboard_cnc.writer.tensors.folded_norms import with_folded_norms
from tensorboard_cnc.writer.tensors.model_sources import (
    all_sources,
    is_path,
    sources_one_by_one,
)
from tensorboard_cnc.writer.tensors.sketching import (
    PartToCome,
    PieceSketcher,
    finished,
    tied_sketch,
)
from tensorboard_cnc.writer.tensors.tensor_names import without_modules
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.turned import turned

Source: TypeAlias = TensorSource | Refused
# Told of each tensor before it is read.
Watch: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Again:
    """A mapping that may make its tensors lazily: each is asked for twice, and never held."""

    model: Mapping[Any, Any]

    def __iter__(self) -> Iterator[Source]:
        return sources_one_by_one(self.model)


def weights_record(
    model_id: str,
    model: Any,
    inputs: Any = None,
    *,
    reference: Mapping[str, Any] | None = None,
    base: Any = None,
    max_bytes: int | None = None,
    watch: Watch | None = None,
) -> SketchRecord | None:
    """The sketches of all tensors of `model`; None on ranks other than the first.

    Raises:
      ArgumentError: `model` holds no tensor that can be read, or an argument is invalid.
      OSError: a checkpoint cannot be read.
    """
    max_bytes = None if max_bytes is None else checked_max_bytes(max_bytes)
    # Files with names of their own follow those of the other.
    others = _read_references(reference, ()) if is_path(model) else None
    sources = _sources(model, inputs, base, _names((others or {}).values()))
    survey = _surveyed(sources)
    if rank_and_size()[0] and not survey.shared:
        return None
    sizes = sizes_within(max_bytes or default_bytes(len(survey.measured)), survey.measured)
    if others is None:
        others = _read_references(reference, survey.names)
    with PieceSketcher(sizes) as pieces:
        sketching = _Sketching(pieces, _references(others, survey.names), survey.shared)
        for source in sources:
            if watch is not None:
                watch(source.name)
            sketching.add(source)
        sketching.complete()
    if rank_and_size()[0]:
        return None
    if not sketching.tensors:
        raise _nothing(model, sketching.refused)
    return SketchRecord(
        "weights",
        model_id,
        tuple(sketching.tensors.values()),
        refused=sketching.refused,
        refused_weights=sketching.refused_weights,
        logged_us=now_us(),
    )


@dataclass(slots=True)
class _Survey:
    """What has to be known of all tensors before the first is sketched.

    `measured`: of each that is not tied, how many values it has, and bytes per sampled value;
    `shared`: whether ranks hold parts of some.
    """

    names: set[str] = field(default_factory=set)
    measured: list[tuple[int, int]] = field(default_factory=list)
    shared: bool = False


def _surveyed(sources: Iterable[Source]) -> _Survey:
    """In one pass, and holding none of them: each may be made when it is asked for."""
    survey = _Survey()
    for source in sources:
        survey.names.add(source.name)
        if isinstance(source, TensorSource):
            survey.shared |= source.held is not None
            if not source.tied:
                survey.measured.append((source.size, _value_bytes(source)))
    return survey


class _Sketching:
    """Sketches tensors one by one; `refused` holds the names of others, and why."""

    def __init__(
        self,
        pieces: PieceSketcher,
        references: Mapping[str, Mapping[str, TensorSource]],
        shared: bool,
    ) -> None:
        self.tensors: dict[str, TensorSketch] = {}
        self.refused: dict[str, str] = {}
        self.refused_weights: dict[str, int] = {}
        self._pieces = pieces
        # Tensors whose sketches are not known yet, in their order.
        self._begun: deque[tuple[Source, PartToCome | None]] = deque()
        self._references = references
        self._shared = shared
        # The same on all ranks, so that they agree on which tensors to put together.
        self._names: set[str] = set()
        self._first_rank = not rank_and_size()[0]

    def add(self, source: Source) -> None:
        """Begins one more. In a distributed job all ranks call it."""
        self._begun.append(self._begin(source))
        # What ranks put together they put together in one order.
        while self._begun and (self._shared or self._is_known(self._begun[0][1])):
            self._complete_first()

    def complete(self) -> None:
        """Waits for all that were begun."""
        while self._begun:
            self._complete_first()

    def _begin(self, source: Source) -> tuple[Source, PartToCome | None]:
        if isinstance(source, Refused):
            return source, None
        if reason := self._unfit_name(source.name):
            return Refused(source.name, reason, source.weights), None
        self._names.add(source.name)
        if source.tied in self._names:
            return source, None
        if self._shared and source.held is None and not self._first_rank:
            # All ranks hold the same: the first one's is enough.
            source = replace(source, held=(0, 0))
        return source, self._pieces.read(source, self._counterparts(source))

    def _is_known(self, coming: PartToCome | None) -> bool:
        return coming is None or not coming.left

    def _complete_first(self) -> None:
        source, coming = self._begun.popleft()
        found = self._sketch(source, coming)
        if isinstance(found, Refused):
            name = storable(found.name)[:NAME_CHARACTERS]
            self.refused[name] = storable(found.reason)
            if found.weights is not None:
                self.refused_weights[name] = found.weights
        elif found is not None:
            self.tensors[found.name] = found

    def _sketch(self, source: Source, coming: PartToCome | None) -> TensorSketch | Refused | None:
        if isinstance(source, Refused):
            return source
        if coming is None:
            return self._tied(source)
        part = self._pieces.complete(coming)
        for other in gathered_on_first(part)[1:] if self._shared else ():
            part.merge(other)
        return finished(source, part) if self._first_rank else None

    def _tied(self, source: TensorSource) -> TensorSketch | Refused | None:
        first = self.tensors.get(source.tied)
        if first is not None:
            return tied_sketch(source, first)
        reason = self.refused.get(source.tied)
        return None if reason is None else Refused(source.name, reason, 0)

    def _unfit_name(self, name: str) -> str:
        if name in self._names:
            return "another tensor has the same name once wrappers are removed"
        try:
            checked_tensor_name(name)
        except CncError as error:
            return str(error)
        return ""

    def _counterparts(self, source: TensorSource) -> dict[str, TensorSource]:
        """The same tensors in other models, with their values in the same positions."""
        found = {}
        for key, tensors in self._references.items():
            theirs = next((tensors[name] for name in _names_of(source) if name in tensors), None)
            if theirs is not None and (beside := _beside(theirs, source)) is not None:
                found[key] = beside
        return found


def _names_of(source: TensorSource) -> Iterator[str]:
    """What it may be called in other models, as Keras and Flax call weights kernels."""
    yield from (source.name, without_modules(source.name))
    module, _, last = source.name.rpartition(".")
    if (other := {"kernel": "weight", "weight": "kernel"}.get(last)) is not None:
        yield f"{module}.{other}" if module else other


def _beside(theirs: TensorSource, own: TensorSource) -> TensorSource | None:
    """Their tensor in the positions of the own; None where it cannot be compared."""
    if share_positions(theirs, own):
        return theirs if _covers(theirs, own) else None
    axes = axes_between(own, theirs)
    whole = theirs.held is None and own.held is None
    return turned(theirs, axes) if axes is not None and whole else None


def _covers(theirs: TensorSource, own: TensorSource) -> bool:
    """Whether this process holds as much of their tensor as of its own."""
    if theirs.held is None or theirs.held == own.held:
        return True
    first, last = own.held or (0, own.size)
    return theirs.held[0] <= first and last <= theirs.held[1]


def _sources(model: Any, inputs: Any, base: Any, like: Collection[str]) -> Iterable[Source]:
    made_lazily = isinstance(model, Mapping) and not isinstance(model, dict)
    if made_lazily and base is None and inputs is None:
        return _Again(model)
    return all_sources(model, inputs, like=like, base=base)


@dataclass(frozen=True, slots=True)
class _Reference:
    """Another model, and its tensors."""

    model: Any
    tensors: list[TensorSource]


def _read_references(
    given: Mapping[str, Any] | None, like: Collection[str]
) -> dict[str, _Reference]:
    """Other models by their ids."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"reference= is {shown(given)} of type {type_name(given)}",
            "It maps the ids of other models, such as the parents, to their weights",
            'Write reference={"dense": dense_net}',
        )
    found = {}
    for key, model in given.items():
        tensors = [each for each in all_sources(model, like=like) if isinstance(each, TensorSource)]
        found[checked_name(key, "id of a reference")] = _Reference(model, tensors)
    return found


def _names(references: Iterable[_Reference]) -> set[str]:
    return {each.name for reference in references for each in reference.tensors}


def _references(
    read: Mapping[str, _Reference], own: set[str]
) -> dict[str, dict[str, TensorSource]]:
    """The tensors of other models by name; `own` are the names that the model itself has."""
    return {
        key: {
            name: each
            for each in (*other.tensors, *with_folded_norms(other.model, own))
            for name in (without_modules(each.name), each.name)
        }
        for key, other in read.items()
    }


def _value_bytes(source: TensorSource) -> int:
    return 2 if source.dtype in ("float16", "bfloat16") else 3


def _nothing(model: Any, refused: Mapping[str, str]) -> ArgumentError:
    name, reason = next(iter(refused.items()), ("", ""))
    why = f", for example {shown(name)}: {reason.removesuffix('.')}" if refused else ""
    return ArgumentError(
        f"No tensor of the {type_name(model)} can be logged{why}",
        "Weights are arrays of real numbers with names",
        "Pass a module with its weights loaded, or its state dict",
    )
