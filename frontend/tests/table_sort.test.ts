import { describe, expect, test } from "vitest";

import { tableColumns, type TableColumn } from "../src/model/table_columns";
import { nextSort, sortedModels } from "../src/model/table_sort";
import type { Model } from "../src/model/wire.gen";
import { child, metric, model, spec } from "./builders";

const accuracy = spec("accuracy", { goal: "max" });
const latency = spec("latency", { goal: "min", primary: false });
const size = spec("size", { goal: "min" });
const metrics = [latency, accuracy, size];

function order(models: Model[], column: string, descending = false): string[] {
  const columns = tableColumns({ models, metrics });
  return sortedModels(models, columns, { column, descending }).map(({ id }) => id);
}

describe("columns", () => {
  const models = [
    child("a", "x", "prune", { amount: 0.5 }),
    child("b", "x", "tune", { epochs: 3, lr: 0.1 }),
    child("c", "x", "tune", { epochs: "many" }),
  ];

  test("are model, operation, primary metrics, other metrics, parameters by use", () => {
    expect(tableColumns({ models, metrics }).map(({ id }) => id)).toEqual([
      "model",
      "operation",
      "m.accuracy",
      "m.size",
      "m.latency",
      "p.epochs",
      "p.amount",
      "p.lr",
    ]);
  });

  test("are as wide as their longest number", () => {
    const wide = spec("m", { format: ",.6f" });
    const given = [model("a"), { ...model("b"), metrics: { m: metric(123456.5) } }];
    const [before, after] = [given.slice(0, 1), given].map(
      (some) => tableColumns({ models: some, metrics: [wide] })[2]!.width,
    );
    expect(before).toBe(84);
    expect(after).toBeGreaterThan(14 * 6.6);
  });

  test("know whether a parameter is always a number", () => {
    const numeric = tableColumns({ models, metrics })
      .filter((column) => column.kind === "parameter")
      .map((column) => [column.name, column.numeric]);
    expect(numeric).toEqual([
      ["epochs", false],
      ["amount", true],
      ["lr", true],
    ]);
  });

  test("are wide enough for their texts, within limits", () => {
    const long = [child("a", "x", "o", { layers: "x".repeat(500), n: 1 })];
    const widths = tableColumns({ models: long, metrics: [] }).map(({ width }) => width);
    expect(widths[2]).toBe(176);
    expect(widths[3]).toBe(84);
  });
});

describe("sorting", () => {
  const models = [
    model("prune-10", { metrics: { accuracy: metric(0.9) } }),
    model("prune-9"),
    model("Prune-2", { metrics: { accuracy: metric(null, { nonfinite: "NaN" }) } }),
    model("prune-1", { metrics: { accuracy: metric(0.7) } }),
    model("dense", { metrics: { accuracy: metric(null, { nonfinite: "-Infinity" }) } }),
    model("prune-3", { metrics: { accuracy: metric(0.9) } }),
  ];

  test("puts what was not logged last in both directions", () => {
    expect(order(models, "m.accuracy")).toEqual([
      "dense",
      "prune-1",
      "prune-10",
      "prune-3",
      "prune-9",
      "Prune-2",
    ]);
    expect(order(models, "m.accuracy", true)).toEqual([
      "prune-10",
      "prune-3",
      "prune-1",
      "dense",
      "prune-9",
      "Prune-2",
    ]);
  });

  test("is stable: equal values keep the order of creation in both directions", () => {
    const equal = ["c", "a", "b"].map((id) => model(id, { metrics: { size: metric(1) } }));
    expect(order(equal, "m.size")).toEqual(["c", "a", "b"]);
    expect(order(equal, "m.size", true)).toEqual(["c", "a", "b"]);
  });

  test("reads numbers inside names", () => {
    expect(order(models, "model")).toEqual([
      "dense",
      "prune-1",
      "Prune-2",
      "prune-3",
      "prune-9",
      "prune-10",
    ]);
  });

  test("puts numbers before words in a mixed parameter", () => {
    const mixed = [
      child("a", "x", "q", { amount: "int8" }),
      child("b", "x", "q", { amount: 0.9 }),
      child("c", "x", "q", { amount: 0.25 }),
      child("d", "x", "q", { other: 1 }),
      child("e", "x", "q", { amount: null }),
    ];
    expect(order(mixed, "p.amount")).toEqual(["c", "b", "a", "d", "e"]);
  });

  test("by an unknown column changes nothing and copies nothing", () => {
    const columns = tableColumns({ models, metrics });
    expect(sortedModels(models, columns, { column: "m.gone", descending: true })).toBe(models);
    expect(sortedModels(models, columns, null)).toBe(models);
  });
});

describe("clicking a head", () => {
  const column = (id: string): TableColumn => {
    const found = tableColumns({ models: [], metrics }).find((one) => one.id === id);
    if (!found) throw new Error(id);
    return found;
  };

  test("shows the best first, then the reverse, then the order of creation", () => {
    const first = nextSort(column("m.accuracy"), null);
    expect(first).toEqual({ column: "m.accuracy", descending: true });
    const second = nextSort(column("m.accuracy"), first);
    expect(second).toEqual({ column: "m.accuracy", descending: false });
    expect(nextSort(column("m.accuracy"), second)).toBeNull();
    expect(nextSort(column("m.size"), null)).toEqual({ column: "m.size", descending: false });
  });

  test("of another column starts anew", () => {
    expect(nextSort(column("model"), { column: "m.size", descending: false })).toEqual({
      column: "model",
      descending: false,
    });
  });
});
