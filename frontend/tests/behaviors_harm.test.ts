import { describe, expect, test } from "vitest";

import {
  evenHarmWords,
  largestHarm,
  mostHarmed,
  pairWords,
  surelyHarmed,
  worstPair,
} from "../src/model/behaviors_harm";
import type {
  BehaviorMeasure,
  Change,
  HarmedPair,
  HarmedSlice,
  ModelBehavior,
} from "../src/model/wire.gen";

const F1: BehaviorMeasure = {
  id: "f1",
  label: "F1",
  unit: "",
  goal: "max",
  rate: false,
  pairwise: false,
  forms: ["value", "difference"],
};

const slice = (model: string, q: number): HarmedSlice => ({
  model,
  by: "attribute/page",
  level: 0,
  name: "page",
  text: "try",
  n: 32,
  flips: 17,
  lift: 1.3,
  p: q / 10,
  q,
  small: false,
});
const pair = (model: string, q: number): HarmedPair => ({
  model,
  by: ["label", "attribute/scan"],
  levels: [7, 1],
  names: ["label", "scan"],
  texts: ["7", "faint"],
  n: 79,
  flips: 60,
  lift: 2.9,
  part_lift: 2.1,
  p: q / 10,
  q,
});
const FOUND = {
  dataset: "d",
  slices: [slice("a", 0.01), slice("b", 0.06), slice("a", 0.04)],
  tests: 9,
  pairs: [pair("a", 0.02)],
  pair_tests: 4,
  reason: null,
};

function changed(value: number, p: number | null): ModelBehavior {
  const change: Change = { n: 344, value, low: null, high: null, relative: null, p, test: null };
  return { change } as ModelBehavior;
}

describe("harmed slices", () => {
  test("are those beyond chance, the surest first", () => {
    expect(surelyHarmed(FOUND)).toHaveLength(2);
    expect(mostHarmed(FOUND, "a")?.q).toBe(0.01);
    expect(mostHarmed(FOUND, "b")).toBeNull();
    expect(largestHarm(FOUND, "b")?.q).toBe(0.06);
    expect(largestHarm(FOUND, "c")).toBeNull();
    expect(pairWords(worstPair(FOUND, "a")!)).toBe("label 7 · scan faint");
    expect(worstPair(FOUND, "b")).toBeNull();
  });
});

describe("a model of which no slice stands out", () => {
  const largest = "(largest: page try ×1.3, q .88)";

  test.each([
    [changed(-0.259, 1e-9), `evenly: −0.259 on the whole, no slice more than the rest ${largest}`],
    [
      changed(0.02, 0.01),
      `better: +0.0200 on the whole, no slice breaks more than the rest ${largest}`,
    ],
    [changed(-0.001, 0.7), "no change beyond noise"],
    [changed(-0.259, null), `no slice more than the rest ${largest}`],
    [{ change: null } as ModelBehavior, `no slice more than the rest ${largest}`],
  ])("is harmed as a whole, or not at all: %#", (model, words) => {
    expect(evenHarmWords(model, F1, slice("a", 0.88))).toBe(words);
  });

  test("of a measure without a goal says nothing of better or worse", () => {
    const words = evenHarmWords(changed(-0.259, 1e-9), { ...F1, goal: null }, null);
    expect(words).toBe("no slice more than the rest");
  });
});
