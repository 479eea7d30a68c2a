"""Weights that modules of toolkits keep as codes beside scales, and what those stand for.

Toolkits are known by what their modules hold, and never imported.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tensorboard_cnc.records.sketches import Scheme

if TYPE_CHECKING:
    from torch import Tensor, nn

NNCF_HOOKS = "__nncf_hooks"
# What a quantizer keeps beside a weight, as parameters too, as compressed-tensors does.
QUANTIZERS = re.compile(r"(?:weight|input|output)_(?:(?:global_)?(?:scale|zero_point)|g_idx|shape)")


class LogicalWeight(NamedTuple):
    """A weight by the name of its attribute.

    Attributes:
      compute: gives its values.
      replaces: the names of what is stored for it in the module's state; with a dot at the end,
        all names that begin so.
      stored: the tensors that it is kept in; None where its values alone count, such as of masks.
      scheme: how its codes are made, None where it has none.
      storage: the type of its codes.
    """

    name: str
    compute: Callable[[], Tensor]
    replaces: tuple[str, ...]
    stored: tuple[Tensor, ...] | None = None
    scheme: Scheme | None = None
    storage: str = ""


def packed_weights(module: nn.Module) -> Iterator[LogicalWeight]:
    """The weights of `module` itself that are packed, and the biases that it keeps beside them."""
    for name, parameter in getattr(module, "_parameters", {}).items():
        if getattr(parameter, "quant_state", None) is not None:
            yield _of_bitsandbytes4(name, parameter)
        elif type(parameter).__name__ == "Int8Params" and "int8" in str(parameter.dtype):
            yield _of_bitsandbytes8(name, parameter, module)
    if is_hqq(module):
        yield from _of_hqq(module)
    elif is_inc(module):
        yield from _of_inc(module)


def is_hqq(module: Any) -> bool:
    meta = getattr(module, "meta", None)
    packed = getattr(module, "W_q", None) is not None and callable(
        getattr(module, "dequantize", None)
    )
    return packed and isinstance(meta, dict) and "nbits" in meta


def is_inc(module: Any) -> bool:
    """Whether it is a layer of Intel Neural Compressor, which has buffers alone."""
    packed = all(hasattr(module, name) for name in ("qweight", "scales", "bits", "group_size"))
    return packed and callable(getattr(module, "recover", None))


def nncf_weights(network: nn.Module) -> Iterator[LogicalWeight]:
    """The weights, by their names in `network`, that hooks of NNCF decompress or quantize."""
    hooks = dict(network.named_children()).get(NNCF_HOOKS)
    for key, module in getattr(hooks, "post_hooks", {}).items():
        name = key.rpartition("__")[0].replace(":", ".")
        parameter = _parameter(network, name)
        if parameter is not None:
            yield _of_nncf(name, parameter, key, module)


def _parameter(network: nn.Module, name: str) -> Tensor | None:
    try:
        return network.get_parameter(name)
    except AttributeError:
        # The hook is on what an operation computes.
        return None


def _of_nncf(name: str, parameter: Tensor, key: str, hooks: Any) -> LogicalWeight:
    def compute() -> Tensor:
        value = parameter.detach()
        for hook in hooks.values():
            value = hook(value)
        return value

    replaces = (name, f"{NNCF_HOOKS}.post_hooks.{key}.")
    if parameter.is_floating_point():
        return LogicalWeight(name, compute, replaces, (parameter,))
    held = [each.detach() for each in (*hooks.parameters(), *hooks.buffers())]
    values = compute()
    bits = 8 * parameter.nbytes / max(values.numel(), 1)
    scale = next((each for each in held if each.is_floating_point()), None)
    symmetric = not any("Asymmetric" in type(each).__name__ for each in hooks.values())
    scales = scale.numel() if scale is not None else 0
    scheme = _scheme("NNCF", bits, held, scales=scales, group=values.numel() // max(scales, 1),
                     symmetric=symmetric)  # fmt: skip
    return LogicalWeight(name, compute, replaces, (parameter.detach(), *held), scheme,
                         f"int{bits:g}" if symmetric else f"uint{bits:g}")  # fmt: skip


def _of_bitsandbytes4(name: str, parameter: Any) -> LogicalWeight:
    state = parameter.quant_state
    functional: Any = sys.modules["bitsandbytes"].functional
    # The second is of scales that are quantized themselves.
    states = (state, getattr(state, "state2", None))
    parts = [getattr(each, part, None) for each in states for part in ("absmax", "code")]
    scales = [each for each in parts if each is not None]
    kind = str(getattr(state, "quant_type", "nf4"))
    scheme = _scheme(f"bitsandbytes {kind}", 4, scales, scales=state.absmax.numel(),
                     group=getattr(state, "blocksize", None), symmetric=None)  # fmt: skip
    compute = partial(functional.dequantize_4bit, parameter.data, state)
    stored = (parameter.data, *scales)
    return LogicalWeight(name, compute, (f"{name}.", name), stored, scheme, kind)


def _of_bitsandbytes8(name: str, parameter: Any, module: Any) -> LogicalWeight:
    # Its first pass takes the scales out of the parameter.
    scales = parameter.SCB if parameter.SCB is not None else module.state.SCB
    codes = parameter.data

    def compute() -> Tensor:
        found: Tensor = codes.float() * (scales.float().reshape(-1, 1) / 127)
        return found

    scheme = _scheme("bitsandbytes int8", 8, [scales], scales=scales.numel(),
                     group=codes.shape[-1], axis=0)  # fmt: skip
    replaces = (name, "SCB", "weight_format")
    return LogicalWeight(name, compute, replaces, (codes, scales), scheme, "int8")


def _of_hqq(module: Any) -> Iterator[LogicalWeight]:
    meta = module.meta
    scales = [each for name in ("scale", "zero") if hasattr(each := meta.get(name), "numel")]
    # What its state holds besides, such as the shape, is no tensor of the network.
    others = tuple(sorted({"W_q", *module.state_dict()} - {"bias"}))
    scheme = _scheme("hqq", meta["nbits"], scales, group=meta.get("group_size"),
                     scales=scales[0].numel() if scales else 0, symmetric=False)  # fmt: skip
    stored = (module.W_q.data, *scales)
    storage = f"uint{meta['nbits']}"
    yield LogicalWeight("weight", module.dequantize, others, stored, scheme, storage)
    yield from _bias_beside(module)


def _of_inc(module: Any) -> Iterator[LogicalWeight]:
    # An order of groups that is no buffer is one that it worked out.
    buffers = dict(module.named_buffers(recurse=False))
    parts = ("qweight", "scales", "qzeros", "g_idx")
    codes, *others = (buffers[name] for name in parts if name in buffers)
    scheme = _scheme(
        "Neural Compressor",
        module.bits,
        others,
        group=module.group_size,
        scales=module.scales.numel(),
        symmetric=not hasattr(module, "qzeros"),
    )
    replaces = ("qweight", "scales", "qzeros", "g_idx", "weight")
    storage = f"{module.dtype}{module.bits}" if module.dtype == "int" else str(module.dtype)
    compute = partial(_recovered, module)
    yield LogicalWeight("weight", compute, replaces, (codes, *others), scheme, storage)
    yield from _bias_beside(module)


def _recovered(module: Any) -> Tensor:
    # It notes the order of its groups.
    order = module.g_idx
    try:
        found: Tensor = module.recover()
        return found
    finally:
        module.g_idx = order


def _bias_beside(module: Any) -> Iterator[LogicalWeight]:
    """A bias that is no parameter, since nothing is trained."""
    if getattr(module, "bias", None) is not None and "bias" not in module._parameters:
        yield LogicalWeight("bias", lambda: module.bias, ("bias",))


def _scheme(
    algorithm: str,
    bits: float,
    others: Iterable[Tensor],
    *,
    scales: int,
    group: int | None,
    symmetric: bool | None = True,
    axis: int | None = None,
) -> Scheme:
    overhead = sum(each.nbytes for each in others)
    return Scheme(bits=bits, algorithm=algorithm, symmetric=symmetric, group=group, axis=axis,
                  scales=scales, overhead_bytes=overhead)  # fmt: skip
