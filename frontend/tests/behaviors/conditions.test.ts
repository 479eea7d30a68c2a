import { describe, expect, test } from "vitest";

import {
  aboutModels,
  conditionWords,
  hasCondition,
  readConditions,
  withConditions,
  withoutCondition,
  writeConditions,
} from "../../src/model/behaviors/conditions";
import type { BehaviorMeasure, Condition, Dimension } from "../../src/model/wire.gen";

const SLICE: Condition = { kind: "slice", by: "attribute/ink", level: 1 };
const FLIP: Condition = { kind: "flip", model: "k1", flip: "negative" };
const CHANGE: Condition = { kind: "change", model: "k1", before: "3", after: "<b>8</b>" };
const RANGE: Condition = {
  kind: "range",
  model: "k1",
  measure: "nll",
  form: "difference",
  low: -0.12345,
  high: null,
};
const TEXT: Condition = { kind: "text", text: "“&%" };
const ALL = [SLICE, FLIP, CHANGE, RANGE, TEXT];

describe("conditions in a link", () => {
  test("come back as they went in", () => {
    expect(readConditions(writeConditions(ALL))).toEqual(ALL);
    expect(writeConditions([])).toBe("");
    expect(readConditions("")).toEqual([]);
  });

  test.each(["{", "3", "null", '{"kind":"text"}'])("%j holds to nothing", (json) => {
    expect(readConditions(json)).toEqual([]);
  });

  test("that are spelled wrongly are left out", () => {
    const wrong = [
      null,
      7,
      { kind: "what" },
      { kind: "constructor" },
      { kind: "slice", by: "x" },
      { kind: "slice", by: "x", level: 0.5 },
      { kind: "flip", model: "k", flip: "toString" },
      { kind: "range", model: "k", measure: "m", form: "value", low: "1", high: null },
      TEXT,
    ];
    expect(readConditions(JSON.stringify(wrong))).toEqual([TEXT]);
  });
});

describe("conditions about the same", () => {
  test("take each other’s place", () => {
    const other: Condition = { ...FLIP, flip: "positive" };
    expect(withConditions(ALL, other)).toEqual([SLICE, CHANGE, RANGE, TEXT, other]);
    expect(withConditions(ALL, { ...SLICE, level: 4 })).toHaveLength(5);
  });

  test("of other models, measures or dimensions stay: all must hold", () => {
    const others: Condition[] = [
      { ...FLIP, model: "k2" },
      { ...RANGE, model: "k2" },
      { ...RANGE, measure: "brier" },
      { ...SLICE, by: "label" },
    ];
    expect(withConditions(ALL, ...others)).toHaveLength(9);
  });

  test("can be dropped and found", () => {
    expect(withoutCondition(ALL, { ...RANGE, low: 7 })).toEqual([SLICE, FLIP, CHANGE, TEXT]);
    expect(hasCondition(ALL, { ...FLIP })).toBe(true);
    expect(hasCondition(ALL, { ...FLIP, flip: "positive" })).toBe(false);
  });
});

describe("conditions in words", () => {
  const dimensions: Dimension[] = [
    {
      id: "attribute/ink",
      name: "ink",
      numeric: true,
      overlapping: false,
      levels: [
        { text: "0 – 1", n: 1 },
        { text: "1 – 2", n: 1 },
      ],
    },
  ];
  const measures: BehaviorMeasure[] = [
    {
      id: "nll",
      label: "NLL",
      unit: "nats",
      goal: "min",
      rate: false,
      pairwise: false,
      forms: ["value"],
    },
  ];
  const words = (condition: Condition): string =>
    conditionWords(condition, (key) => `model ${key}`, dimensions, measures);

  test("name models, levels and ends", () => {
    expect(ALL.map(words)).toEqual([
      "ink: 1 – 2",
      "model k1: right → wrong",
      "model k1: 3 ▸ <b>8</b>",
      "−0.123 ≤ model k1: NLL against base",
      "““&%”",
    ]);
    expect(words({ ...RANGE, form: "value", low: null, high: 2 })).toBe("model k1: NLL ≤ 2");
  });

  test("of what is gone still say what was meant", () => {
    expect(words({ kind: "slice", by: "label", level: 3 })).toBe("label: level 3");
    expect(words({ ...RANGE, measure: "gone" })).toContain("gone");
  });
});

test("conditions about models that are not compared do not hold", () => {
  expect(aboutModels(ALL, ["base", "k2"])).toEqual([SLICE, TEXT]);
  expect(aboutModels(ALL, ["base", "k1"])).toEqual(ALL);
});
