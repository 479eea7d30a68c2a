import { describe, expect, test } from "vitest";

import {
  sliceBar,
  sliceCsv,
  sliceNames,
  sliceScale,
  sliceTip,
  sliceVerdict,
} from "../../src/model/behaviors/slices";
import { summaryCsv } from "../../src/model/behaviors/summary_csv";
import type { BehaviorSummary, SliceCells, SliceTable } from "../../src/model/wire.gen";
import { behaviorOf, CORRECT } from "./builders";

const BASE: SliceCells = {
  key: "base",
  n: [100, 0],
  value: [0.9, null],
  low: [0.8, null],
  high: [0.95, null],
  change: [null, null],
  change_low: [null, null],
  change_high: [null, null],
  p: [null, null],
  q: [null, null],
  negative: [null, null],
  positive: [null, null],
};
const MODEL: SliceCells = {
  ...BASE,
  key: "model",
  value: [0.6, null],
  low: [0.5, null],
  high: [0.7, null],
  change: [-0.3, null],
  change_low: [-0.4, null],
  change_high: [-0.2, null],
  p: [0.0001, null],
  q: [0.0004, null],
  negative: [32, null],
  positive: [2, null],
};
const TABLE: SliceTable = {
  dataset: "d",
  measure: "correct",
  by: ["label"],
  n: 2,
  tests: 1,
  offset: 0,
  levels: [[0], [1]],
  texts: [["cat"], ["dog"]],
  instances: [100, 3],
  small: [false, true],
  models: [BASE, MODEL],
  total: 103,
  left_out: 0,
};

describe("a bar of a slice", () => {
  test("shows a mean from 0 on, the base’s as a mark", () => {
    const scale = sliceScale([TABLE], CORRECT, false);
    expect(scale.largest).toBe(1);
    expect(sliceBar(MODEL, BASE, 0, scale)).toEqual({
      from: 0,
      to: 60,
      low: 50,
      high: 70,
      mark: 90,
    });
    expect(sliceBar(BASE, BASE, 0, scale)?.mark).toBeNull();
  });

  test("shows a change from the middle on", () => {
    const scale = sliceScale([TABLE], CORRECT, true);
    expect(scale.largest).toBe(0.3);
    const bar = sliceBar(MODEL, BASE, 0, scale);
    expect(bar).toMatchObject({ from: 0, to: 50, mark: 50, low: 0 });
    expect(bar?.high).toBeCloseTo(50 - (50 * 2) / 3);
    expect(sliceBar(BASE, BASE, 0, scale)).toBeNull();
  });

  test("is none where nothing is known", () => {
    expect(sliceBar(MODEL, BASE, 1, { change: false, largest: 1 })).toBeNull();
  });

  test("of a measure that is no rate is on the scale of the largest", () => {
    expect(sliceScale([TABLE], { ...CORRECT, rate: false }, false).largest).toBe(0.9);
    expect(sliceScale([], { ...CORRECT, rate: false }, false).largest).toBe(1);
  });
});

test("a slice is told whole", () => {
  const lines = sliceTip(MODEL, 0, CORRECT)
    .replace(/\u202f/g, " ")
    .split("\n");
  expect(lines).toEqual([
    "60 % [50.0, 70.0] over n 100",
    "change −30.0 pt, 95 % interval −40.0 pt to −20.0 pt",
    "p < .001, q < .001",
    "right → wrong 32, wrong → right 2",
  ]);
  expect(sliceTip(MODEL, 1, CORRECT)).toContain("– ");
});

test("a slice has a verdict where its q is below .05, and none without a test", () => {
  expect(sliceVerdict(MODEL, 0, CORRECT)).toBe("worse");
  expect(sliceVerdict({ ...MODEL, q: [0.05] }, 0, CORRECT)).toBeNull();
  const untested = { ...MODEL, p: [null], q: [null], reason: "Trained again." };
  expect(sliceVerdict(untested, 0, CORRECT)).toBeNull();
  expect(sliceTip(untested, 0, CORRECT)).toContain("Trained again.");
  expect(sliceTip(untested, 0, CORRECT)).not.toContain("p <");
  const few = { ...MODEL, reason: "Too few decide in slices of fewer than 90 instances." };
  expect(sliceTip(few, 0, CORRECT)).toContain("fewer than 90 instances");
});

test("slices as a file have the columns of each model side by side", () => {
  const [head, first, second] = sliceCsv(TABLE, (key) => key.toUpperCase());
  expect(head?.slice(0, 4)).toEqual(["label", "n", "BASE n", "BASE value"]);
  expect(first?.slice(0, 4)).toEqual(["cat", 100, 100, 0.9]);
  expect(second).toHaveLength(head?.length ?? 0);
});

test("the summary as a file leaves out what no model has", () => {
  const value = { n: 5, value: 0.5, low: 0.4, high: 0.6 };
  const empty = behaviorOf("k", { n: 5, n_shared: 4, value });
  const summary = { models: [empty], measure: "rouge" } as unknown as BehaviorSummary;
  expect(summaryCsv(summary, () => "=name")).toEqual([
    ["model", "measure", "n", "shared with the base", "mean", "mean low", "mean high"],
    ["=name", "rouge", 5, 4, 0.5, 0.4, 0.6],
  ]);
});

test("long names of slices lose what all have in common", () => {
  const texts = [
    ["a species of a long name 1", "in"],
    ["a species of a long name 2", "out"],
  ];
  expect(sliceNames({ by: ["label", "place"], texts })).toEqual(["…name 1 · in", "…name 2 · out"]);
  expect(sliceNames({ by: ["label"], texts: [["cat"], ["dog"]] })).toEqual(["cat", "dog"]);
});
