import { describe, expect, test } from "vitest";

import type { TableColumn } from "../../src/model/table/column";
import { shownColumns, tableColumns } from "../../src/model/table/columns";
import type { TableMode } from "../../src/model/table/cells";
import { nextSorts, sortedModels } from "../../src/model/table/sort";
import type { Model } from "../../src/model/wire.gen";
import { cellsOf, child, metric, model, spec, valuesOf } from "../builders";

const accuracy = spec("accuracy", { goal: "max" });
const latency = spec("latency", { goal: "min", primary: false });
const size = spec("size", { goal: "min" });
const metrics = [latency, accuracy, size];

function order(models: Model[], column: string, descending = false): string[] {
  const columns = tableColumns({ models, metrics });
  return sortedModels(models, columns, [{ column, descending }]).map(({ id }) => id);
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
    expect(sortedModels(models, columns, [{ column: "m.gone", descending: true }])).toBe(models);
    expect(sortedModels(models, columns, [])).toBe(models);
  });
});

describe("clicking a head", () => {
  const column = (id: string): TableColumn => {
    const found = tableColumns({ models: [], metrics }).find((one) => one.id === id);
    if (!found) throw new Error(id);
    return found;
  };

  test("shows the best first, then the reverse, then the order of creation", () => {
    const first = nextSorts(column("m.accuracy"), [], false);
    expect(first).toEqual([{ column: "m.accuracy", descending: true }]);
    const second = nextSorts(column("m.accuracy"), first, false);
    expect(second).toEqual([{ column: "m.accuracy", descending: false }]);
    expect(nextSorts(column("m.accuracy"), second, false)).toEqual([]);
    expect(nextSorts(column("m.size"), [], false)).toEqual([
      { column: "m.size", descending: false },
    ]);
  });

  const bySize = [{ column: "m.size", descending: false }];

  test("of another column starts anew", () => {
    expect(nextSorts(column("model"), bySize, false)).toEqual([
      { column: "model", descending: false },
    ]);
  });

  test("with Shift sorts within, turns in place, and leaves the others", () => {
    const two = nextSorts(column("m.accuracy"), bySize, true);
    expect(two).toEqual([...bySize, { column: "m.accuracy", descending: true }]);
    const turned = nextSorts(column("m.size"), two, true);
    expect(turned.map(({ descending }) => descending)).toEqual([true, true]);
    expect(nextSorts(column("m.size"), turned, true)).toEqual([two[1]]);
  });
});

describe("sorting by several columns", () => {
  const models = [
    child("a", "x", "tune", { lr: 0.1 }),
    child("b", "x", "prune", { lr: 0.2 }),
    child("c", "x", "tune", { lr: 0.2 }),
    child("d", "x", "prune", { lr: 0.1 }),
  ];

  test("goes by the second where the first is equal", () => {
    const sorts = [
      { column: "operation", descending: false },
      { column: "p.lr", descending: true },
    ];
    const columns = tableColumns({ models, metrics });
    expect(sortedModels(models, columns, sorts).map(({ id }) => id)).toEqual(["b", "d", "c", "a"]);
  });
});

describe("columns shown", () => {
  const columns = tableColumns({ models: [child("a", "x", "tune", { lr: 0.1 })], metrics });

  test("begin with the model and the pinned ones; the model is never left out", () => {
    const shown = shownColumns(columns, ["model", "m.accuracy"], ["p.lr"]);
    expect(shown.map(({ id }) => id)).toEqual([
      "model",
      "p.lr",
      "operation",
      "m.size",
      "m.latency",
    ]);
  });
});

describe("cells", () => {
  const parent = model("p", { metrics: { accuracy: metric(0.8), size: metric(100) } });
  const one = { ...child("a", "p", "tune"), metrics: { accuracy: metric(0.9), size: metric(50) } };
  const other = { ...child("b", "a", "tune"), metrics: { accuracy: metric(0.7) } };
  const models = [parent, one, other];
  const cells = (mode: TableMode) => cellsOf({ models, metrics }, mode, parent);

  test("show changes against parent, base and best", () => {
    expect(cells("value").number(one, size)).toBe(50);
    expect(cells("vs parent").change(other, accuracy)?.amount).toBeCloseTo(-100 * (0.2 / 0.9));
    expect(cells("vs base").change(other, accuracy)?.amount).toBeCloseTo(-12.5);
    expect(cells("vs base").change(parent, accuracy)).toBeNull();
    expect(cells("vs best").change(parent, size)?.amount).toBe(100);
    expect(cells("vs best").change(one, accuracy)?.verdict).toBe("same");
    expect(cells("vs parent").change(other, size)).toBeNull();
  });

  test("sort by what they show, nothing last", () => {
    const sorts = [{ column: "m.size", descending: true }];
    const columns = tableColumns({ models, metrics });
    const sorted = sortedModels(models, columns, sorts, cells("vs best"));
    expect(sorted.map(({ id }) => id)).toEqual(["p", "a", "b"]);
  });

  test("say what they show, exactly under the pointer, and in two fields of a file", () => {
    const column = tableColumns({ models, metrics }).find(({ id }) => id === "m.size")!;
    expect(column.text(one, cells("value"))).toBe("50");
    expect(column.text(one, cells("vs parent"))).toBe("−50.0\u202f%");
    expect(column.text(other, cells("vs parent"))).toBe("–");
    expect(column.tip(one, cells("vs parent"))).toBe("50");
    expect(column.csvHeads("vs base")).toEqual(["size vs base", "unit of size vs base"]);
    expect(column.csv(one, cells("vs base"))).toEqual([-50, "%"]);
    expect(column.csv(other, cells("vs base"))).toEqual([null, null]);
  });

  test("have bars from zero", () => {
    expect(cells("value").bar(one, size)).toEqual({ from: 0, to: 0.5 });
    expect(cells("value").bar(other, size)).toBeNull();
    expect(cells("vs base").bar(one, size)).toEqual({ from: 0, to: 1 });
  });
});

test("a file has what is known of uncertain numbers beside them", () => {
  const interval = { low: 0.69, high: 0.73, level: 0.95 };
  const models = [
    model("a", { metrics: { acc: metric(0.71, { interval }), macs: metric(2e6, { bound: "≥" }) } }),
    model("b", { metrics: { acc: metric(0.7), macs: metric(3e6) } }),
  ];
  const metrics = [spec("acc", { format: ".1%" }), spec("macs")];
  const columns = tableColumns({ models, metrics }).filter(({ kind }) => kind === "metric");
  const cells = valuesOf({ models, metrics });
  expect(columns.flatMap(({ csvHeads }) => csvHeads("value"))).toEqual([
    "acc",
    "acc low",
    "acc high",
    "acc level",
    "macs",
    "macs bound",
  ]);
  const rows = models.map((one) => columns.flatMap(({ csv }) => csv(one, cells)));
  expect(rows).toEqual([
    [0.71, 0.69, 0.73, 0.95, 2e6, "≥"],
    [0.7, null, null, null, 3e6, null],
  ]);
  const texts = columns.map(({ text }) => text(models[0]!, cells).replace(/\u202f/g, " "));
  expect(texts).toEqual(["71.0 [69.0–73.0]", "≥ 2.00 M"]);
  expect(columns[0]?.tip(models[0]!, cells)).toContain(
    "95 %: 69.0 to 73.0 %".replace(/ %/g, "\u202f%"),
  );
});

test("a change in mixed units is none", () => {
  const models = [0.93, 91].map((value, at) =>
    model(`m${at}`, { metrics: { acc: metric(value) } }),
  );
  const metrics = [spec("acc", { goal: "max", mixed: "shares and per cent" })];
  const column = tableColumns({ models, metrics }).find(({ kind }) => kind === "metric");
  const cells = cellsOf({ models, metrics }, "vs base", models[0]);
  expect(column?.text(models[1]!, cells)).toBe("mixed units");
});
