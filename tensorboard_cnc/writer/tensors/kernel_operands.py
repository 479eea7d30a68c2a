"""The weights that kernels get while a network runs: simulated quantization of any toolkit.

A network that quantizes its weights while it computes holds them as they were. What a product gets
beside the data is what it computes with, and no toolkit need be known to read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tensorboard_cnc.efficiency.inputs import Inputs, explain_rejection
from tensorboard_cnc.efficiency.preserving_state import preserving_state
from tensorboard_cnc.efficiency.state_tensors import is_wrapper
from tensorboard_cnc.writer.tensors.tensor_source import Refused, TensorSource
from tensorboard_cnc.writer.tensors.torch_tensors import dtype_name, flat_reader

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.utils._python_dispatch import TorchDispatchMode

# Products, by the names of their operations; embeddings look their weights up.
_PRODUCTS = frozenset(
    (
        "mm", "addmm", "bmm", "baddbmm", "mv", "addmv", "linear", "matmul", "_grouped_mm",
        "embedding", "convolution", "_convolution", "conv1d", "conv2d", "conv3d",
        "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    )
)  # fmt: skip
# Of torch.ao.nn.intrinsic.qat.
_FOLDING = ("_ConvBnNd", "LinearBn1d")
_SEVERAL = "it was used with several values in one pass: log the dequantized weights as a mapping"
_CODES = (
    "the kernel gets its codes, and their scales later: log the dequantized weights as a mapping"
)


@dataclass(slots=True)
class KernelOperands:
    """By the id of each module, the tensors that its products got and that are no data.

    A tensor is data if it was computed from the inputs.
    """

    # Memory whose content toolkits may change for the time of a product alone.
    _changing: frozenset[int] = frozenset()
    _seen: dict[int, list[Tensor]] = field(default_factory=dict)

    def note(self, module: int, operand: Tensor) -> None:
        """Keeps an operand as it is now, once where it is seen again."""
        seen = self._seen.setdefault(module, [])
        if not any(_is_same(operand, each) for each in seen):
            changing = operand.untyped_storage().data_ptr() in self._changing
            # Another tensor: this one may get other memory when the module has run.
            seen.append(operand.clone() if changing else operand.detach())

    def of(
        self, module: nn.Module, source: TensorSource, parameter: Tensor | None
    ) -> TensorSource | Refused | None:
        """`source` with the values that products got of it; None where none was seen to.

        `parameter` is the tensor that the module holds for it. A source that knows its codes
        stays as it is: its class says what they stand for.
        """
        if source.scheme is not None or source.held is not None or len(source.shape) < 2:
            return None
        found = [
            fitting
            for operand in self._seen.get(id(module), ())
            if (fitting := _in_shape(operand, source.shape)) is not None
        ]
        if parameter is not None and any(_is_same(parameter, each) for each in found):
            return source
        if not found:
            return None
        if len(found) > 1:
            return Refused(source.name, _SEVERAL, source.weights)
        operand = _without_norm(module, found[0])
        if _are_codes(operand):
            return Refused(source.name, _CODES, source.weights)
        return replace(
            source, dtype=dtype_name(operand.dtype), open=lambda: flat_reader(operand.contiguous())
        )


def operands_of(
    network: nn.Module, example_inputs: Any, *, quantizes: bool = True
) -> KernelOperands:
    """What the products of `network` get in one pass; its state is preserved.

    In evaluation mode, and without the autocast of the caller, which would round weights. Where
    a network `quantizes`, its own weights are copied when a product gets them: they may be others
    before and after.

    Raises:
      Exception: what the network raises when it is called, with a note that names the module.
    """
    import torch

    plain = [each for each in network.parameters() if quantizes and _has_values(each)]
    operands = KernelOperands(frozenset(each.untyped_storage().data_ptr() for each in plain))
    with preserving_state(network), ExitStack() as stack:
        device = next((each.device for each in network.parameters()), torch.device("cpu"))
        inputs = Inputs.of(example_inputs)
        inputs = inputs if device.type == "meta" else inputs.on(device)
        stack.enter_context(torch.autocast(device.type, enabled=False))
        running = stack.enter_context(_running_modules(network))
        stack.enter_context(_noting(operands, running, inputs.tensors()))
        try:
            inputs.call(network)
        except Exception as error:
            explain_rejection(error, network, inputs)
            raise
    return operands


@contextmanager
def _running_modules(network: nn.Module) -> Iterator[list[int]]:
    """The ids of the modules that run, the innermost last."""
    from torch.nn.modules import module as hooks

    running: list[int] = [id(network)]

    def begin(module: nn.Module, _inputs: Any) -> None:
        running.append(id(module))

    def end(_module: nn.Module, _inputs: Any, _output: Any) -> None:
        running.pop()

    handles = (
        hooks.register_module_forward_pre_hook(begin),
        hooks.register_module_forward_hook(end, always_call=True),
    )
    try:
        yield running
    finally:
        for handle in handles:
            handle.remove()


def _noting(operands: KernelOperands, running: list[int], data: list[Tensor]) -> TorchDispatchMode:
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves
    from torch.utils.weak import WeakTensorKeyDictionary

    computed: Any = WeakTensorKeyDictionary()
    sources: Any = WeakTensorKeyDictionary()
    for tensor in data:
        computed[tensor] = True

    class Noting(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = kwargs or {}
            given = [each for each in tree_leaves((args, kwargs)) if isinstance(each, torch.Tensor)]
            name = str(getattr(func, "_overloadpacket", func)).removeprefix("aten.")
            if name in _PRODUCTS:
                for tensor in given:
                    if tensor not in computed and _has_values(tensor):
                        operands.note(running[-1], sources.get(tensor, tensor))
            out = func(*args, **kwargs)
            if any(tensor in computed for tensor in given):
                for tensor in tree_leaves(out):
                    if isinstance(tensor, torch.Tensor):
                        computed[tensor] = True
            elif name in ("t", "transpose") and given[0].dim() == 2 and _has_values(given[0]):
                # Of a square operand only this tells which way it lies.
                sources[out] = given[0]
            return out

    return Noting()  # type: ignore[no-untyped-call]


def _has_values(tensor: Tensor) -> bool:
    """Whether its numbers are values in memory of its own; float8 and integers are codes."""
    if is_wrapper(tensor) or tensor.device.type == "meta":
        return False
    return tensor.is_floating_point() and tensor.element_size() > 1


def _in_shape(operand: Tensor, shape: tuple[int, ...]) -> Tensor | None:
    """The operand as the weight of this shape lies, None where it is another's."""
    if tuple(operand.shape) == shape:
        return operand
    return operand.t() if tuple(operand.shape[::-1]) == shape and operand.dim() == 2 else None


def _without_norm(module: Any, operand: Tensor) -> Tensor:
    """Without the scale of the norm that torch.ao folds in while it trains."""
    norm = getattr(module, "bn", None)
    if norm is None or not any(kind.__name__ in _FOLDING for kind in type(module).__mro__):
        return operand
    scale: Tensor = norm.weight / (norm.running_var + norm.eps).sqrt()
    return operand / scale.detach().reshape(-1, *[1] * (operand.dim() - 1))


def _is_same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors lie in the same memory, or hold the same values."""
    import torch

    if one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
        return False
    try:
        same = one.data_ptr() == other.data_ptr() and one.stride() == other.stride()
        return same or torch.equal(one, other)
    except Exception:
        # Subclasses without memory of their own.
        return False


def _are_codes(operand: Tensor) -> bool:
    """Whether all values are whole numbers, and not only −1, 0 and 1 of a ternary weight."""
    import torch

    return torch.equal(operand, operand.round()) and float(operand.abs().max()) > 1
