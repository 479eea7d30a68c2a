import { describe, expect, test } from "vitest";

import { harmOf, kindOf, leadingKind } from "../../src/model/layers/change";
import { layerNetwork } from "../../src/model/layers/network";
import { cellsOf, rowsOf, SQNR, treeOf } from "./builders";

const NAMES = ["norm1.weight", "norm2.weight", "norm3.weight", "head.weight", "norm1.bias"];
const ROWS = rowsOf(...NAMES);
ROWS.kinds = ROWS.names.map((name) => (name.startsWith("norm") ? "LayerNorm" : "Linear"));
const NETWORK = layerNetwork(ROWS);

function leads(...values: number[]) {
  const cells = cellsOf("m", ROWS, Object.fromEntries(values.map((each, at) => [NAMES[at], each])));
  const tree = treeOf(ROWS, SQNR, [cellsOf("base", ROWS), cells]);
  return leadingKind(harmOf(tree), 2, NETWORK, NETWORK.tensors);
}

describe("the kind of tensor that changed most", () => {
  test("is that of its module and its own name", () => {
    expect(NETWORK.tensors.map((row) => kindOf(NETWORK, row))).toEqual([
      "LayerNorm weight",
      "LayerNorm weight",
      "LayerNorm weight",
      "Linear weight",
      "LayerNorm bias",
    ]);
  });

  test("leads where all of it changed more than anything else", () => {
    const found = leads(12, 10, 11, 30);
    expect(found).toMatchObject({ kind: "LayerNorm weight", of: 3 });
    expect(found?.changes.map(({ harm }) => -harm)).toEqual([10, 11, 12]);
    expect(found?.next?.harm).toBe(-30);
  });

  test("does not lead where two do, where another is between, or where there is no other", () => {
    expect(leads(12, 10, 31, 30)).toBeNull();
    expect(leads(12, 10, 11)).toBeNull();
    expect(leads()).toBeNull();
  });
});
