import { describe, expect, test } from "vitest";

import { buildLineage } from "../../src/model/lineage/lineage";
import { assignColumns } from "../../src/model/map/columns";
import type { Model } from "../../src/model/wire.gen";
import { model } from "../builders";
import { paths, randomModels, t5 } from "./builders";

const names = (models: Model[]) =>
  assignColumns(buildLineage(models), "operation").heads.map((head) => head.name);

describe("columns by operation", () => {
  test("align an operation across branches", () => {
    expect(names(t5())).toEqual(["start", "Pruning", "Restore", "Retrain", "Selective ⟲ 2"]);
  });

  test("let an operation wait for all operations before it", () => {
    expect(names(paths("a", "a/quantize", "a/prune", "a/prune/quantize"))).toEqual([
      "start",
      "prune",
      "quantize",
    ]);
  });

  test("repeat an operation that occurs again down a branch", () => {
    expect(names(paths("a", "a/prune", "a/prune/tune", "a/prune/tune/prune"))).toEqual([
      "start",
      "prune",
      "tune",
      "prune (2)",
    ]);
  });

  test("hold a chain of one operation under one head, its steps inside", () => {
    const chain = ["a", "a/i", "a/i/i", "a/i/i/i", "a/i/i/i/q", "a/i/q"];
    const { heads, columns } = assignColumns(buildLineage(paths(...chain)), "operation");
    expect(heads.map(({ name, keys, steps }) => [name, keys.length, steps])).toEqual([
      ["start", 1, 1],
      ["i ⟲ 3", 3, 3],
      ["q", 2, 1],
    ]);
    expect(columns.map(({ head }) => head)).toEqual([0, 1, 1, 1, 2]);
    const places = columns.map(({ at }) => at);
    expect(places[2]! - places[1]!).toBeLessThan(0.5);
    expect(places[4]! - places[3]!).toBeCloseTo(1);
    expect(heads[1]!.at).toBeCloseTo((places[1]! + places[3]!) / 2);
  });

  test("take a chain of twenty thousand, and two that take turns, in good time", () => {
    const chain = [model("m0")];
    for (let i = 1; i < 20_000; i++) {
      const operation = { name: i % 2 ? "prune" : "tune", parameters: {} };
      chain.push(model(`m${i}`, { parents: [`m${i - 1}`], operation }));
    }
    const start = performance.now();
    const { columns } = assignColumns(buildLineage([...chain].reverse()), "operation");
    expect(columns).toHaveLength(20_000);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test("split one operation where two wait for each other", () => {
    const opposed = paths("a", "a/prune", "a/prune/quantize", "a/quantize", "a/quantize/prune");
    expect(names(opposed)).toEqual(["start", "prune", "quantize", "prune (2)"]);
  });

  test("tell a model without an operation from a root", () => {
    const models = [model("a"), model("b", { parents: ["a"] })];
    expect(names(models)).toEqual(["start", "no operation"]);
  });

  test("put roots without operation first, and those with one into its column", () => {
    const trained = model("b", { operation: { name: "train", parameters: {} } });
    const models = [trained, ...paths("a", "a/train")];
    const { heads } = assignColumns(buildLineage(models), "operation");
    expect(heads.map(({ name, keys }) => [name, keys])).toEqual([
      ["start", ["a"]],
      ["train", ["b", "a/train"]],
    ]);
  });

  test("keep operations apart from the start, whatever they are called", () => {
    expect(names(paths("a", "a/start", "a/__proto__"))).toEqual(["start", "start", "__proto__"]);
  });

  test.each([1, 2, 3, 4, 5])("run every edge to the right, and keep models whole (%i)", (seed) => {
    const models = randomModels(300, seed);
    const lineage = buildLineage(models);
    const { columns, heads, columnOf } = assignColumns(lineage, "operation");
    for (const node of lineage.preorder) {
      const column = columnOf.get(node.key)!;
      expect(heads[columns[column]!.head]!.operation).toBe(node.model.operation?.name ?? null);
      if (node.parent) expect(column).toBeGreaterThan(columnOf.get(node.parent.key)!);
    }
    expect(columns.flatMap((column) => column.keys)).toHaveLength(300);
    expect(heads.flatMap((head) => head.keys)).toEqual(columns.flatMap(({ keys }) => keys));
    const depth = Math.max(...lineage.preorder.map((node) => node.depth));
    expect(columns.length).toBeLessThanOrEqual(1 + 5 * depth);
  });
});

test("columns by step are the depths, named after their operation where there is one", () => {
  const lineage = buildLineage(paths("a", "a/prune", "a/prune/tune", "a/prune/prune"));
  const { heads } = assignColumns(lineage, "step");
  expect(heads.map(({ name, operation, keys }) => [name, operation, keys.length])).toEqual([
    ["start", null, 1],
    ["step 1", "prune", 1],
    ["step 2", null, 2],
  ]);
});
