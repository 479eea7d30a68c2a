import { expect, test } from "vitest";

import { buildLineage } from "../../src/model/lineage/lineage";
import { tableColumns } from "../../src/model/table/columns";
import { tableCsv } from "../../src/model/table/csv";
import { sortedModels } from "../../src/model/table/sort";
import { child, model, valuesOf } from "../builders";

const models = [
  model("dense"),
  child("p50", "dense", "prune", { amount: 0.5 }),
  child("q", "p50", "int8"),
];
const context = (within: ReadonlySet<string> | null) => ({
  lineage: buildLineage(models),
  standing: (key: string) => (key === "q" ? "front" : key === "p50" ? "tied" : null) as never,
  caution: (key: string) => (key === "q" ? ("harmed" as const) : null),
  within,
});
const columnsOf = (within: ReadonlySet<string> | null = null) =>
  tableColumns({ models, metrics: [], context: context(within) });

test("front, parents and recipe are columns, and within budgets where there are some", () => {
  expect(columnsOf().map(({ id }) => id)).toEqual([
    "model",
    "operation",
    "front",
    "parents",
    "recipe",
    "p.amount",
  ]);
  expect(columnsOf(new Set(["q"])).map(({ id }) => id)).toContain("budgets");
});

test("they stand in the file as they are shown", () => {
  const shown = columnsOf(new Set(["q"])).filter(({ kind }) => /model|standing|lineage/.test(kind));
  const cells = valuesOf({ models, metrics: [] });
  const lines = tableCsv(models, shown, cells)
    .replace(/\u202f/g, " ")
    .trim()
    .split(/\r?\n/);
  expect(lines).toEqual([
    "model,run,status,front,within budgets,parents,recipe",
    "dense,dense,finished,,no,,dense",
    "p50,p50,finished,tied,no,dense,dense → prune 50 %",
    "q,q,finished,front ⚠,yes,p50,dense → prune 50 % → int8",
  ]);
});

test("the front comes first when sorted by it", () => {
  const order = sortedModels(models, columnsOf(), [{ column: "front", descending: false }]);
  expect(order.map(({ id }) => id)).toEqual(["q", "p50", "dense"]);
});
