"""GPTQ and AWQ, packed by hand, code by code."""

from __future__ import annotations

import numpy as np

from tests.writer.tensors.formats.packed import Array, Packed, drawn, rows_of_bits


def gptq(
    outputs: int = 32,
    inputs: int = 64,
    *,
    bits: int = 4,
    group: int = 16,
    symmetric: bool = True,
    version: int = 1,
    act_order: bool = False,
    with_order: bool = True,
    seed: int = 0,
) -> Packed:
    draw = drawn(seed)
    groups = -(-inputs // group)
    q = draw.integers(0, 2**bits, (outputs, inputs))
    # What the first version stores as it is, less 1.
    z = draw.integers(1, 2**bits, (outputs, groups))
    if symmetric:
        z[:] = 2 ** (bits - 1)
    s = draw.uniform(0.001, 0.1, (outputs, groups)).astype(np.float16)
    g = np.arange(inputs) // group
    g = draw.permutation(g) if act_order else g
    weight = np.array([
        [float(s[o, g[i]]) * (q[o, i] - z[o, g[i]]) for i in range(inputs)] for o in range(outputs)
    ])  # fmt: skip
    tensors: dict[str, Array] = {
        "fc.qweight": rows_of_bits(q, bits).T.copy().view(np.int32),
        "fc.qzeros": rows_of_bits((z - (version == 1)).T, bits).view(np.int32),
        "fc.scales": s.T.copy(),
    }
    if with_order:
        tensors["fc.g_idx"] = g.astype(np.int32)
    config = {
        "quant_method": "gptq",
        "checkpoint_format": "gptq" if version == 1 else "gptq_v2",
        "sym": symmetric,
        "desc_act": act_order,
        "bits": bits,
        "group_size": group,
    }
    return Packed(tensors, weight, bits, group, config=config)


def awq(outputs: int = 32, inputs: int = 64, *, group: int = 16, seed: int = 0) -> Packed:
    draw = drawn(seed)
    groups = inputs // group
    q = draw.integers(0, 16, (inputs, outputs))
    z = draw.integers(0, 16, (groups, outputs))
    s = draw.uniform(0.001, 0.1, (groups, outputs)).astype(np.float16)
    weight = np.array([
        [float(s[i // group, o]) * (q[i, o] - z[i // group, o]) for i in range(inputs)]
        for o in range(outputs)
    ])  # fmt: skip
    order = [0, 2, 4, 6, 1, 3, 5, 7]
    shuffled = [8 * word + at for word in range(outputs // 8) for at in order]
    tensors: dict[str, Array] = {
        "fc.qweight": rows_of_bits(q[:, shuffled], 4).view(np.int32),
        "fc.qzeros": rows_of_bits(z[:, shuffled], 4).view(np.int32),
        "fc.scales": s,
    }
    config = {"quant_method": "awq", "bits": 4, "group_size": group, "version": "gemm"}
    return Packed(tensors, weight, 4, group, config=config)
