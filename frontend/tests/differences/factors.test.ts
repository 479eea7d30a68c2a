/** The golden answer is asserted by the backend's tests: this is what it really sends. */
import { describe, expect, test } from "vitest";

import {
  differenceText,
  extentOf,
  factorTable,
  hasNoise,
  isMixed,
  keptModels,
  levelText,
  rangeText,
} from "../../src/model/differences/factors";
import { likenessBut } from "../../src/model/differences/likeness";
import { metricFormat } from "../../src/model/format/metric_format";
import type { Differences, Variable } from "../../src/model/wire.gen";
import text from "../../../tests/golden/differences.json?raw";
import { metric, model, spec } from "../builders";

const golden = JSON.parse(text) as Differences;
const f1 = spec("f1", { goal: "max", format: ".1%" });
const byKey = new Map(
  golden.models.map((key, i) => {
    const group = golden.replicates.findIndex((models) => models.includes(i));
    const given = group < 0 ? {} : { replicate_group: group };
    return [key, model(key, { metrics: { f1: metric(0.9 - i / 100) }, ...given })];
  }),
);

function compared(x: Variable) {
  return { models: golden.models, alike: likenessBut(golden, x.id) };
}

function variable(kind: Variable["kind"]): Variable {
  const found = golden.variables.find((one) => one.kind === kind);
  if (!found) throw new Error(`the golden answer has no ${kind}`);
  return found;
}

const tune = variable("step");
const what = variable("alternatives");
const everything = golden.models.map((_, index) => index);

describe("a table of two variables", () => {
  const table = factorTable(compared(what), what, tune, everything, byKey, {
    spec: f1,
    against: null,
  });

  test("has a cell for each combination, null where no model is", () => {
    expect(table.cells.map((row) => row.map((cell) => cell?.models.length ?? null))).toEqual([
      [1, null],
      [2, 2],
      [2, 2],
      [1, null],
    ]);
  });

  test("gives means, and intervals where there are replicates", () => {
    const [replicated, ...more] = table.cells[1]![0]!.points;
    expect(more).toEqual([]);
    expect(replicated!.value).toBeCloseTo(0.88);
    expect(replicated!.estimate).toMatchObject({ n: 2, source: "replicates" });
    expect(table.cells[0]![0]!.points[0]!.estimate).toBeNull();
    expect(hasNoise(table)).toBe(true);
    expect(Math.min(...extentOf(table))).toBeLessThan(0.8);
  });

  test("has no interval beyond what the metric can be", () => {
    const high = (key: string, value: number) =>
      model(key, { replicate_group: 0, metrics: { f1: metric(value) } });
    const near = new Map(["a", "b", "c"].map((key, i) => [key, high(key, 0.99 + i / 200)]));
    const alike = { models: [...near.keys()], alike: { stratum: [0, 0, 0], form: [0, 0, 0] } };
    const x = { ...tune, of: [0, 0, 0] };
    const [point] = factorTable(alike, x, null, [0, 1, 2], near, { spec: f1, against: null })
      .cells[0]![0]!.points;
    expect(point!.estimate).toMatchObject({ n: 3, high: 1 });
    expect(point!.estimate!.low).toBeCloseTo(0.995 - (4.303 * 0.005) / Math.sqrt(3), 4);
    const against = model("base", { metrics: { f1: metric(0.9) } });
    const change = factorTable(alike, x, null, [0, 1, 2], near, { spec: f1, against });
    expect(change.cells[0]![0]!.points[0]!.estimate!.high).toBeCloseTo(0.1);
  });

  test("keeps apart models that no seed makes replicates", () => {
    const apart = new Map(
      [...byKey].map(([key, { replicate_group: _, ...one }]) => [key, one] as const),
    );
    const shown = { spec: f1, against: null };
    const cell = factorTable(compared(what), what, tune, everything, apart, shown).cells[1]![0]!;
    expect(cell.points.map(({ estimate }) => estimate)).toEqual([null, null]);
    expect(cell.mixed).toBe(false);
  });

  test("says where a cell mixes what else differs, and pools none of it", () => {
    const shown = { spec: f1, against: null };
    const alone = factorTable(compared(what), what, null, everything, byKey, shown);
    expect(isMixed(table)).toBe(false);
    expect(isMixed(alone)).toBe(true);
    const pruned = alone.cells[1]![0]!;
    expect(pruned.mixed).toBe(true);
    expect(pruned.points.map(({ models }) => models.length)).toEqual([2, 2]);
    expect(new Set(pruned.points.map(({ stratum }) => stratum)).size).toBe(2);
  });

  test("is a change against a base where that is asked for", () => {
    const against = model("base", { metrics: { f1: metric(0.9) } });
    const changed = factorTable(compared(what), what, null, everything, byKey, {
      spec: f1,
      against,
    });
    expect(changed.cells[0]![0]!.value).toBeCloseTo(-0.09);
    const lacking = factorTable(compared(what), what, null, everything, byKey, {
      spec: f1,
      against: model("base"),
    });
    expect(lacking.cells[0]![0]!.value).toBeNull();
  });
});

describe("narrowing to levels", () => {
  test("keeps the models that have one of the kept levels of every narrowed variable", () => {
    const with_ = tune.levels[1]!.text;
    const kept = keptModels(golden, { [tune.id]: [with_] });
    expect(kept).toEqual([1, 3, 5, 7]);
    expect(keptModels(golden, { [tune.id]: [] })).toEqual([]);
    expect(keptModels(golden, { "gone/variable": ["x"] })).toEqual(everything);
  });
});

test("a difference reads as a change does", () => {
  const shares = metricFormat(f1).full;
  const read = (amount: number) => differenceText(amount, f1, shares).replace(/\u202f/g, " ");
  expect(read(0.012)).toBe("+1.2 pt");
  expect(read(-0.07)).toBe("−7.0 pt");
  expect(rangeText(0.002, 0.875, read)).toBe("+0.2 to +87.5 pt");
  expect(rangeText(-0.07, 0.012, String)).toBe("-0.07 to 0.012");
  const latency = spec("latency", { unit: "ms" });
  expect(differenceText(-3.1, latency, metricFormat(latency).full)).toBe("−3.10\u202fms");
});

test("a level reads as its parameter does everywhere", () => {
  const amount: Variable = {
    id: "parameter/prune#1/amount",
    name: "amount",
    kind: "parameter",
    parameter: "amount",
    numeric: true,
    levels: [
      { value: null, text: "without", models: 1 },
      { value: 0.5, text: "0.5", models: 1 },
    ],
    of: [0, 1],
    explains: 1,
    joined: [],
  };
  expect([levelText(amount, 0), levelText(amount, 1)]).toEqual(["without", "50\u202f%"]);
  expect(levelText(amount, 7)).toBe("");
});
