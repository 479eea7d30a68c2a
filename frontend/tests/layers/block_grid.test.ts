import { describe, expect, test } from "vitest";

import { blockGrid, type BlockGrid } from "../../src/model/layers/blocks/grid";
import { layerNetwork } from "../../src/model/layers/network";
import { rowsOf } from "./builders";

type Shaped = Record<string, readonly number[]>;

function gridOf(tensors: Shaped): BlockGrid & { names: readonly string[] } {
  const rows = rowsOf(...Object.keys(tensors));
  rows.shapes = rows.names.map((name) => (tensors[name] ? [...tensors[name]] : null));
  return { ...blockGrid(layerNetwork(rows)), names: rows.names };
}

/** Blocks `path`.0 … with these tensors, each of that shape. */
function blocks(path: string, count: number, held: Shaped): Shaped {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) =>
      Object.entries(held).map(([name, shape]) => [`${path}${at}.${name}`, shape] as const),
    ).flat(),
  );
}

function labels({ families }: BlockGrid, at = 0): string[] {
  return families[at]!.kinds.map(({ label }) => label);
}

const LLAMA: Shaped = {
  "input_layernorm.weight": [8],
  "self_attn.q_proj.weight": [8, 8],
  "self_attn.k_proj.weight": [2, 8],
  "self_attn.v_proj.weight": [2, 8],
  "self_attn.o_proj.weight": [8, 8],
  "post_attention_layernorm.weight": [8],
  "mlp.gate_proj.weight": [20, 8],
  "mlp.up_proj.weight": [20, 8],
  "mlp.down_proj.weight": [8, 20],
};
const ROLES = ["q", "k", "v", "o", "gate", "up", "down", "norm 1", "norm 2"];

describe("blocks and kinds by names", () => {
  test("of a decoder as Hugging Face names it", () => {
    const grid = gridOf({
      "model.embed_tokens.weight": [99, 8],
      ...blocks("model.layers.", 48, LLAMA),
      "model.norm.weight": [8],
      "lm_head.weight": [99, 8],
    });
    expect(grid.families).toHaveLength(1);
    expect(labels(grid)).toEqual(ROLES);
    expect(grid.families[0]!.blocks.map(({ index }) => index)).toEqual(
      Array.from({ length: 48 }, (_, at) => at),
    );
    expect(grid.families[0]!.sections).toEqual([{ path: "model.layers", first: 0, last: 47 }]);
    expect(grid.outside.map((row) => grid.names[row])).toEqual([
      "model.embed_tokens.weight",
      "model.norm.weight",
      "lm_head.weight",
    ]);
    const [q] = grid.families[0]!.cells;
    expect(q!.map(([row]) => grid.names[row!])[17]).toBe("model.layers.17.self_attn.q_proj.weight");
  });

  test("of a GGUF file", () => {
    const grid = gridOf({
      "token_embd.weight": [99, 8],
      ...blocks("blk.", 6, {
        "attn_norm.weight": [8],
        "attn_q.weight": [8, 8],
        "attn_k.weight": [8, 8],
        "attn_v.weight": [8, 8],
        "attn_output.weight": [8, 8],
        "ffn_norm.weight": [8],
        "ffn_gate.weight": [20, 8],
        "ffn_up.weight": [20, 8],
        "ffn_down.weight": [8, 20],
      }),
      "output_norm.weight": [8],
    });
    expect(labels(grid)).toEqual(ROLES);
    expect(grid.outside).toHaveLength(2);
  });

  test("of GPT-2, with biases, and of one wrapped in another module", () => {
    const gpt = {
      "ln_1.weight": [8],
      "ln_1.bias": [8],
      "attn.c_attn.weight": [8, 24],
      "attn.c_attn.bias": [24],
      "attn.c_proj.weight": [8, 8],
      "attn.c_proj.bias": [8],
      "ln_2.weight": [8],
      "ln_2.bias": [8],
      "mlp.c_fc.weight": [8, 32],
      "mlp.c_fc.bias": [32],
      "mlp.c_proj.weight": [32, 8],
      "mlp.c_proj.bias": [8],
    };
    const grid = gridOf(blocks("module_1.transformer.h.", 4, gpt));
    expect(labels(grid).slice(0, 4)).toEqual(["qkv", "o", "up", "down"]);
    expect(new Set(labels(grid)).size).toBe(12);
    expect(labels(grid)).toContain("qkv bias");
    expect(labels(grid)).toContain("norm 2");
    expect(grid.families[0]!.blocks).toHaveLength(4);
  });

  test("of an encoder and a decoder in one grid of two sections", () => {
    const encoder = {
      "layer.0.SelfAttention.q.weight": [8, 8],
      "layer.0.SelfAttention.o.weight": [8, 8],
      "layer.0.layer_norm.weight": [8],
      "layer.1.DenseReluDense.wi.weight": [20, 8],
      "layer.1.DenseReluDense.wo.weight": [8, 20],
      "layer.1.layer_norm.weight": [8],
    };
    const decoder = {
      "layer.0.SelfAttention.q.weight": [8, 8],
      "layer.0.SelfAttention.o.weight": [8, 8],
      "layer.0.layer_norm.weight": [8],
      "layer.1.EncDecAttention.q.weight": [8, 8],
      "layer.1.EncDecAttention.o.weight": [8, 8],
      "layer.1.layer_norm.weight": [8],
      "layer.2.DenseReluDense.wi.weight": [20, 8],
      "layer.2.DenseReluDense.wo.weight": [8, 20],
      "layer.2.layer_norm.weight": [8],
    };
    const grid = gridOf({
      ...blocks("encoder.block.", 6, encoder),
      ...blocks("decoder.block.", 6, decoder),
    });
    expect(grid.families).toHaveLength(1);
    expect(grid.families[0]!.sections.map(({ path }) => path)).toEqual([
      "encoder.block",
      "decoder.block",
    ]);
    expect(grid.outside).toEqual([]);
    expect(new Set(labels(grid)).size).toBe(labels(grid).length);
    expect(labels(grid)).toContain("EncDecAttention q");
  });

  test("of the stages of a ResNet, whose blocks are of different numbers and kinds", () => {
    const bottleneck = {
      "conv1.weight": [4, 4, 1, 1],
      "bn1.weight": [4],
      "bn1.bias": [4],
      "conv2.weight": [4, 4, 3, 3],
      "bn2.weight": [4],
      "bn2.bias": [4],
      "conv3.weight": [4, 4, 1, 1],
      "bn3.weight": [4],
      "bn3.bias": [4],
    };
    const grid = gridOf({
      "conv1.weight": [4, 3, 7, 7],
      "bn1.weight": [4],
      ...Object.fromEntries(
        [3, 4, 6, 3].flatMap((count, stage) => [
          ...Object.entries(blocks(`layer${stage + 1}.`, count, bottleneck)),
          [`layer${stage + 1}.0.downsample.0.weight`, [4, 4, 1, 1]],
        ]),
      ),
      "fc.weight": [10, 4],
    });
    expect(grid.families).toHaveLength(1);
    expect(grid.families[0]!.blocks).toHaveLength(16);
    expect(grid.families[0]!.sections.map(({ path, first }) => [path, first])).toEqual([
      ["layer1", 0],
      ["layer2", 3],
      ["layer3", 7],
      ["layer4", 13],
    ]);
    expect(labels(grid)).toContain("downsample.0");
    const row = grid.families[0]!.cells[labels(grid).indexOf("downsample.0")]!;
    expect(row.map((cell) => cell.length).filter(Boolean)).toHaveLength(4);
    expect(grid.outside.map((row) => grid.names[row])).toEqual([
      "conv1.weight",
      "bn1.weight",
      "fc.weight",
    ]);
  });

  test("of stages with a single block (timm), and of blocks in a list (Swin)", () => {
    const mbconv = { "conv_dw.weight": [4, 1, 3, 3], "bn1.weight": [4], "conv_pw.weight": [4, 4] };
    const timm = gridOf({
      ...blocks("blocks.0.", 1, mbconv),
      ...blocks("blocks.1.", 2, mbconv),
      ...blocks("blocks.2.", 3, mbconv),
    });
    expect(timm.families[0]!.blocks).toHaveLength(6);
    expect(timm.outside).toEqual([]);
    const swin = {
      "norm1.weight": [4],
      "attn.qkv.weight": [12, 4],
      "attn.proj.weight": [4, 4],
      "mlp.fc1.weight": [16, 4],
      "mlp.fc2.weight": [4, 16],
    };
    const grid = gridOf({
      ...blocks("layers.0.blocks.", 2, swin),
      "layers.0.downsample.reduction.weight": [8, 16],
      ...blocks("layers.1.blocks.", 6, swin),
      "layers.1.downsample.reduction.weight": [8, 16],
      ...blocks("layers.2.blocks.", 2, swin),
    });
    expect(grid.families[0]!.blocks).toHaveLength(10);
    expect(labels(grid)).toEqual(["qkv", "o", "up", "down", "norm"]);
    expect(grid.outside).toHaveLength(2);
  });

  test("of a mixture of experts: a cell holds all experts", () => {
    const expert = { "w1.weight": [20, 8], "w2.weight": [8, 20], "w3.weight": [20, 8] };
    const grid = gridOf(
      blocks("model.layers.", 4, {
        "self_attn.q_proj.weight": [8, 8],
        "self_attn.k_proj.weight": [8, 8],
        "self_attn.v_proj.weight": [8, 8],
        "self_attn.o_proj.weight": [8, 8],
        "block_sparse_moe.gate.weight": [8, 8],
        ...blocks("block_sparse_moe.experts.", 8, expert),
        "input_layernorm.weight": [8],
      }),
    );
    expect(grid.families[0]!.blocks).toHaveLength(4);
    expect(labels(grid)).toEqual([
      "q",
      "k",
      "v",
      "o",
      "block_sparse_moe.gate",
      "gate",
      "down",
      "up",
      "norm",
    ]);
    expect(grid.families[0]!.cells[5]!.map((cell) => cell.length)).toEqual([8, 8, 8, 8]);
    expect(grid.outside).toEqual([]);
  });

  test("of Flax, and of Keras, which numbers layers by class", () => {
    const flax = gridOf(
      blocks("params.encoder.layers_", 4, {
        "attention.query.kernel": [8, 8],
        "attention.out.kernel": [8, 8],
        "ln.scale": [8],
      }),
    );
    expect(labels(flax)).toEqual(["q", "o", "norm"]);
    const keras = gridOf(
      Object.fromEntries(
        Array.from({ length: 5 }, (_, at) => {
          const nth = (name: string, n: number): string => (n ? `${name}_${n}` : name);
          return [
            [`${nth("layer_normalization", at)}.gamma`, [8]],
            [`${nth("dense", 2 * at)}.kernel`, [8, 32]],
            [`${nth("dense", 2 * at + 1)}.kernel`, [32, 8]],
          ] as [string, number[]][];
        }).flat(),
      ),
    );
    expect(keras.families[0]!.blocks).toHaveLength(5);
    expect(labels(keras)).toEqual(["dense", "dense 2", "norm"]);
    expect(keras.outside).toEqual([]);
  });

  test("of plain names: attention.output, feed_forward.up", () => {
    const grid = gridOf(
      blocks("blocks.", 4, {
        "attention.query.weight": [8, 8],
        "attention.output.weight": [8, 8],
        "feed_forward.up.weight": [20, 8],
        "feed_forward.down.weight": [8, 20],
        "feed_forward.down.bias": [8],
      }),
    );
    expect(labels(grid)).toEqual(["q", "o", "up", "down", "down bias"]);
  });

  test("are none where nothing repeats, and everything is outside", () => {
    const hashes = Array.from(
      { length: 200 },
      (_, at) => `w_${(at * 7919) % 1009}x${at % 7 ? "a" : "b"}`,
    );
    const grid = gridOf(Object.fromEntries(hashes.map((name) => [name, [4, 4]])));
    expect(grid.families).toEqual([]);
    expect(grid.outside).toHaveLength(new Set(hashes).size);
    expect(gridOf({ "head.weight": [2, 2] }).families).toEqual([]);
  });

  test("hold every tensor once, whatever names are", () => {
    const odd = {
      "a.0.b.1.c.w": [2],
      "a.0.b.2.c.w": [2],
      "a.1.b.1.c.w": [2],
      "x..0": [1],
      "0": [1],
    };
    const grid = gridOf({ ...odd, ...blocks("layers.", 3, LLAMA) });
    const all = [...grid.outside, ...grid.families.flatMap(({ cells }) => cells.flat(2))];
    expect([...all].sort((a, b) => a - b)).toEqual(
      grid.names.flatMap((name, row) =>
        name in { ...odd, ...blocks("layers.", 3, LLAMA) } ? row : [],
      ),
    );
  });
});
