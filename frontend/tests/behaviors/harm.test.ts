import { describe, expect, test } from "vitest";

import {
  brokenWords,
  mostBroken,
  foremost,
  mostHarmed,
  mostHarmedPair,
  othersWords,
  pairWords,
} from "../../src/model/behaviors/harm";
import type { Outcomes } from "../../src/model/wire.gen";
import { harmedPair, harmedSlice } from "./builders";

const slice = (model: string, flips: number, n: number) =>
  harmedSlice(model, {
    by: "attribute/page",
    level: 0,
    name: "page",
    text: "try",
    n,
    flips,
    small: n < 30,
  });
const pair = (model: string, flips: number) => harmedPair(model, { flips });
const FOUND = {
  dataset: "d",
  measure: "correct",
  slices: [slice("a", 300, 1500), slice("a", 12, 40), slice("b", 20, 40), slice("c", 9, 9)],
  tests: 9,
  pairs: [pair("a", 20), pair("a", 60)],
  pair_tests: 4,
  models: [],
  reason: null,
};

describe("the slice that broke most", () => {
  test("is that with the largest share, of a model or of any", () => {
    expect(mostBroken(FOUND, "a")?.flips).toBe(12);
    expect(mostBroken(FOUND)?.model).toBe("b");
    expect(mostBroken(FOUND, "d")).toBeNull();
  });

  test("comes after those that are harmed", () => {
    const lost = [slice("a", 5, 90), { ...slice("a", 9, 80), change: -0.3, harmed: false }];
    const found = {
      ...FOUND,
      slices: [slice("a", 40, 60), ...lost].map((one, at) => ({ ...one, harmed: at === 1 })),
    };
    expect(foremost(found, "a")?.flips).toBe(5);
    expect(mostHarmed(found)?.n).toBe(90);
    expect(mostHarmed(found, "b")).toBeNull();
    expect(
      foremost({ ...found, slices: lost.map((one) => ({ ...one, harmed: false })) })?.flips,
    ).toBe(9);
    expect(mostHarmedPair(FOUND, "a")?.flips).toBe(20);
    expect(mostHarmedPair(FOUND, "b")).toBeNull();
  });

  test("has 30 instances at least", () => {
    expect(mostBroken(FOUND, "c")).toBeNull();
  });

  test("is described by what was counted", () => {
    expect(brokenWords(slice("a", 1200, 8000))).toBe(
      "1,200 of 8,000 right → wrong, 3 wrong → right",
    );
    expect(pairWords(pair("a", 60))).toBe("label 7 · scan faint");
    const all: Outcomes = {
      n: 1040,
      both_right: 900,
      negative: 32,
      positive: 8,
      both_wrong: 100,
      changed_wrong: 0,
    };
    expect(othersWords(slice("a", 12, 40), all)).toBe(" (all others: 2.0\u202f% broke)");
    expect(othersWords(slice("a", 32, 1040), all)).toBe("");
    expect(othersWords(slice("a", 12, 40), null)).toBe("");
  });
});
