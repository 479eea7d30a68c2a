import { describe, expect, test } from "vitest";

import {
  breakWords,
  cellTip,
  chartForm,
  chartLines,
  curveBreaks,
  levelPlaces,
  textsThatFit,
} from "../../src/model/differences/factor_chart";
import { factorTable, type FactorTable } from "../../src/model/differences/factors";
import { allAlike } from "../../src/model/differences/likeness";
import { buildLineage } from "../../src/model/lineage/lineage";
import { siblingSweep } from "../../src/model/differences/sibling_sweep";
import type { Model, ParameterValue, Variable } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max", format: ".1%" });

type Measured = readonly [level: ParameterValue, ...repeats: number[]];

/** A table of one model for each level. */
function along(name: string, ...measured: Measured[]): FactorTable {
  const levels = measured.map(([value]) => ({
    value,
    text: String(value ?? "without"),
    models: 1,
  }));
  const variable: Variable = {
    id: name,
    name,
    kind: "parameter",
    parameter: name,
    numeric: measured.every(([value]) => value === null || typeof value === "number"),
    levels,
    of: measured.map((_, index) => index),
    explains: 1,
    joined: [],
  };
  const models = measured.map(([value, ...repeats]) =>
    model(`m${String(value)}`, { metrics: { accuracy: metric(repeats[0] ?? null, { repeats }) } }),
  );
  const byKey = new Map(models.map((one) => [one.key, one]));
  const keys = models.map(({ key }) => key);
  const kept = [...models.keys()];
  const compared = { models: keys, alike: allAlike(keys.length) };
  return factorTable(compared, variable, null, kept, byKey, { spec: accuracy, against: null });
}

const cliff = along("amount", [0.1, 0.99], [0.5, 0.985], [0.8, 0.92], [0.9, 0.271], [0.95, 0.1]);

describe("the form of a chart", () => {
  test("is a curve along a number, dots where bars from zero would look alike, else bars", () => {
    expect(chartForm(cliff)).toBe("curve");
    expect(chartForm(along("layer", ["conv2", 0.934], ["conv3", 0.98]))).toBe("dots");
    expect(chartForm(along("layer", ["conv2", 0.2], ["conv3", 0.98]))).toBe("bars");
    expect(chartForm(along("layer", ["conv2", 0.2, 0.3], ["conv3", 0.98]))).toBe("dots");
    expect(chartForm(along("amount", [0.1, 0.2], [0.5, 0.9]))).toBe("bars");
    expect(chartForm(along("layer", ["conv2", -0.9], ["conv3", 0.92]))).toBe("bars");
  });

  test("puts numbers where they are, and what is none at the left", () => {
    const [first, second, third] = levelPlaces(along("amount", [0, 1], [0.75, 0.9], [1, 0.2]));
    expect((second! - first!) / (third! - first!)).toBeCloseTo(0.75);
    const places = levelPlaces(along("lr", [null, 0.5], [0.001, 0.4], [0.01, 0.3], [0.1, 0.2]));
    expect(places[0]).toBeLessThan(places[1]!);
    expect(places[3]! - places[2]!).toBeCloseTo(places[2]! - places[1]!);
    expect(levelPlaces(along("layer", ["a", 1], ["b", 0.1]))).toEqual([0.25, 0.75]);
  });
});

describe("the break of a curve", () => {
  test("is its largest step, in words", () => {
    expect(curveBreaks(cliff)).toMatchObject([{ colour: 0, before: 2, after: 3 }]);
    expect(breakWords(cliff, accuracy)).toBe("80\u202f% → 90\u202f%: −64.9\u202fpt");
  });

  test("is none where the curve falls evenly, only spans a wide step, or hides in noise", () => {
    const even = along("amount", [0.1, 0.9], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]);
    expect(curveBreaks(even)).toEqual([]);
    expect(curveBreaks(along("amount", [0.5, 0.9], [0.8, 0.6], [0.9, 0.5]))).toEqual([]);
    const noisy = along(
      "amount",
      [0.1, 0.9, 0.2, 0.6],
      [0.2, 0.88, 0.3, 0.5],
      [0.3, 0.3, 0.9, 0.6],
    );
    expect(curveBreaks(noisy)).toEqual([]);
    expect(curveBreaks(along("amount", [0.1, 0.5], [0.2, 0.5], [0.3, 0.5]))).toEqual([]);
    expect(breakWords(along("layer", ["a", 1], ["b", 0.1]), accuracy)).toBe("");
  });

  test("is not looked for at what was not logged", () => {
    const gap = along("amount", [0.1, 0.99], [0.5], [0.8, 0.92], [0.9, 0.2]);
    expect(chartLines(gap).map(({ stops }) => stops.map(({ level }) => level))).toEqual([
      [0, 2, 3],
    ]);
    expect(curveBreaks(gap)).toMatchObject([{ before: 2, after: 3 }]);
  });
});

test("a cell says what it is of", () => {
  const cell = cliff.cells[2]![0]!;
  const words = cellTip(cliff, cell, 2, 0, (value) => `${value * 100} %`);
  expect(words).toBe("amount: 80\u202f%\n92 %\nm0.8");
});

test("of texts that would cover one another the first stay", () => {
  const texts = [10, 20, 60].map((x) => ({ x, y: 10, text: "99" }));
  expect(textsThatFit(texts, 100).map(({ x }) => x)).toEqual([10, 60]);
  const apart = texts.map((one, index) => ({ ...one, y: index * 14 }));
  expect(textsThatFit(apart, 100)).toHaveLength(3);
});

describe("a model among its siblings", () => {
  const measured = (one: Model, value: number | null): Model => ({
    ...one,
    metrics: { accuracy: metric(value) },
  });
  const prune = (amount: number, value: number | null, scope = "global") =>
    measured(child(`${scope}-${amount}`, "dense", "prune", { amount, scope, seed: amount }), value);
  const models = [
    measured(model("dense"), 0.99),
    prune(0.9, 0.27),
    prune(0.5, 0.98),
    prune(0.8, 0.92),
    prune(0.99, null),
    prune(0.8, 0.25, "layer"),
    { ...prune(0.95, 0.1), status: "failed" as const },
    measured(child("tuned", "global-0.9", "fine-tune", { epochs: 3 }), 0.9),
  ];
  const lineage = buildLineage(models);
  const operations = [
    { name: "prune", parameters: ["amount", "scope", "seed"], seeds: ["seed"], models: 6 },
  ];

  test("is a sweep of the one number in which they differ", () => {
    const table = siblingSweep(lineage, "global-0.9", accuracy, operations);
    expect(table?.x.name).toBe("amount");
    expect(table?.x.levels.map(({ value }) => value)).toEqual([0.5, 0.8, 0.9]);
    expect(table?.cells.map(([cell]) => cell?.value)).toEqual([0.98, 0.92, 0.27]);
  });

  test("is none where a seed is taken for a parameter", () => {
    expect(siblingSweep(lineage, "global-0.9", accuracy, [])).toBeNull();
  });

  test("never mixes teachers", () => {
    const taught = (teacher: string, amount: number, value: number): Model => ({
      ...measured(child(`${teacher}-${amount}`, "dense", "distill", { amount }), value),
      parents: ["dense", teacher],
    });
    const family = ["a", "b"].flatMap((teacher) =>
      [0.1, 0.5, 0.9].map((amount) => taught(teacher, amount, amount)),
    );
    const table = siblingSweep(buildLineage([model("dense"), ...family]), "a-0.5", accuracy, [
      { name: "distill", parameters: ["amount"], seeds: [], models: 6 },
    ]);
    expect(table?.cells.map(([cell]) => cell?.models.map(({ id }) => id))).toEqual([
      ["a-0.1"],
      ["a-0.5"],
      ["a-0.9"],
    ]);
  });

  test("is none without a parent, a number, or three values of it", () => {
    expect(siblingSweep(lineage, "dense", accuracy, operations)).toBeNull();
    expect(siblingSweep(lineage, "layer-0.8", accuracy, operations)).toBeNull();
    expect(siblingSweep(lineage, "tuned", accuracy, operations)).toBeNull();
    expect(siblingSweep(lineage, "nobody", accuracy, operations)).toBeNull();
  });
});
