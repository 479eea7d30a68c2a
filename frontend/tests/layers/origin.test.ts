import { describe, expect, test } from "vitest";

import { layerNetwork } from "../../src/model/layers/network";
import {
  hasFalls,
  isCumulative,
  signalFalls,
  startsOf,
  steepestFalls,
  steepestOf,
} from "../../src/model/layers/origin";
import { cellsOf, rowsOf, SPARSITY, SQNR, treeOf } from "./builders";

const ROWS = rowsOf("words", "norm1", "query", "norm2", "next");
const NETWORK = layerNetwork(ROWS);
const BASE = cellsOf("base", ROWS);
const PRUNED = cellsOf("pruned", ROWS, { words: 32, norm1: 10, query: 12, norm2: 5, next: 9 });
/** Of which nothing changed before the first norm, and one tensor was not logged. */
const NORMS = cellsOf("norms", ROWS, { norm1: 10.4, norm2: 6, next: 9 });
NORMS.certainty[1] = "exact";
const TREE = { ...treeOf(ROWS, SQNR, [BASE, PRUNED, NORMS]), view: "activations" as const };

const named = (row: number): string => ROWS.names[row] ?? "";

describe("where the signal falls", () => {
  test("is ranked by the fall from the tensor before, not by what all before it left", () => {
    const found = steepestFalls(TREE, NETWORK.tensors, NETWORK.tensors, 9);
    expect(found.map(({ row, model, fall }) => [named(row), model, fall])).toEqual([
      ["norm1", 1, 20],
      ["norm2", 1, 7],
    ]);
    expect(found[0]).toMatchObject({ before: 32, after: 10 });
    expect(steepestFalls(TREE, NETWORK.tensors, NETWORK.tensors, 1)).toHaveLength(1);
  });

  test("of some tensors alone still counts from the one before each", () => {
    const kept = NETWORK.tensors.filter((row) => named(row) === "norm2");
    expect(steepestFalls(TREE, NETWORK.tensors, kept, 9).map(({ fall }) => fall)).toEqual([7]);
  });

  test("does not count what the intervals leave open, and the first tensor only where it is low", () => {
    const unsure = { ...PRUNED, high: ROWS.names.map((name) => (name === "norm2" ? 12.5 : null)) };
    const falls = (cells: typeof PRUNED) =>
      signalFalls(cells, 1, NETWORK.tensors).map(({ row, from }) => [named(row), from !== null]);
    expect(falls(unsure)).toEqual([["norm1", true]]);
    const lost = cellsOf("lost", ROWS, { words: 2, norm1: 3, query: 1 });
    expect(falls(lost)).toEqual([
      ["words", false],
      ["query", true],
    ]);
    const late = cellsOf("late", ROWS, { words: 20, norm1: 3 });
    expect(falls(late)).toEqual([["norm1", true]]);
    expect(steepestOf([])).toBeNull();
  });

  test("is told of each model, also from ∞ and across what was not logged", () => {
    const starts = startsOf(TREE, NETWORK.tensors);
    expect(starts.map(({ row, model }) => [named(row), model])).toEqual([
      ["norm1", 1],
      ["norm1", 2],
    ]);
    expect(starts[1]).toMatchObject({ before: Infinity, after: 10.4 });
    const alone = treeOf(ROWS, SQNR, [BASE, cellsOf("same", ROWS)]);
    expect(startsOf(alone, NETWORK.tensors)).toEqual([]);
  });

  test("is known of the SQNR of activations only", () => {
    expect(hasFalls(TREE)).toBe(true);
    expect(hasFalls({ ...TREE, view: "weights" })).toBe(false);
    expect(hasFalls(treeOf(ROWS, SPARSITY, [BASE]))).toBe(false);
  });
});

test("what layers give is cumulative unless each was given the base's input", () => {
  expect(isCumulative(TREE, SQNR)).toBe(true);
  expect(isCumulative(TREE, { ...SQNR, id: "local_sqnr" })).toBe(false);
  expect(isCumulative(TREE, SPARSITY)).toBeNull();
  expect(isCumulative(treeOf(ROWS, SQNR, [BASE]), SQNR)).toBeNull();
});
