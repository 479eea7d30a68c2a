import { describe, expect, it } from "vitest";

import { sumWords } from "../../src/model/claims/sensitivity";
import {
  allocationAfter,
  bytesAfter,
  damageAfter,
  damageText,
  rankWords,
  stepsWithin,
  whyChosen,
} from "../../src/model/layers/sensitivity";
import type { Sensitivity } from "../../src/model/wire.gen";

const layer = (name: string) => ({
  name,
  module: name,
  kind: "Linear",
  shape: [4, 4],
  dense_bytes: 64,
  tied: [],
});

const FOUND: Sensitivity = {
  key: "k",
  method: "exact",
  damage: "kl",
  score: "",
  unit: "nats",
  instances: 64,
  tokens: 0,
  groups: 32,
  seconds: 1,
  layers: [layer("a.weight"), layer("b.weight")],
  candidates: [
    { name: "int8", own: false },
    { name: "int4", own: false },
  ],
  cells: {
    damage: [
      [0.01, 0.1],
      [0.02, 0.5],
    ],
    low: [
      [null, null],
      [null, null],
    ],
    high: [
      [null, null],
      [null, null],
    ],
    bytes: [
      [16, 8],
      [16, 8],
    ],
    rank_first: [
      [1, 2],
      [1, null],
    ],
    rank_last: [
      [2, 2],
      [2, null],
    ],
  },
  reasons: [],
  refused: [],
  known: 4,
  dense_bytes: 138,
  other_bytes: 10,
  start: [-1, -1],
  start_bytes: 138,
  start_damage: 0,
  steps: [
    { layer: 0, candidate: 0, bytes: 90, damage: 0.01, low: 0.005, high: 0.02 },
    { layer: 1, candidate: 0, bytes: 42, damage: 0.03, low: 0.01, high: 0.05 },
    { layer: 0, candidate: 1, bytes: 34, damage: 0.12, low: 0.1, high: 0.2 },
  ],
  uniform: [],
  trials: [],
  additivity: null,
};

describe("a plan", () => {
  it("is looked up step by step", () => {
    expect(allocationAfter(FOUND, 0)).toEqual([-1, -1]);
    expect(allocationAfter(FOUND, 3)).toEqual([1, 0]);
    expect([0, 1, 3].map((steps) => bytesAfter(FOUND, steps))).toEqual([138, 90, 34]);
    expect(damageAfter(FOUND, 2).damage).toBe(0.03);
  });

  it("takes the fewest steps that fit", () => {
    expect([200, 138, 137, 90, 89, 42, 34, 1].map((size) => stepsWithin(FOUND, size))).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3,
    ]);
  });

  it("says why a layer has what it has", () => {
    expect(whyChosen(FOUND, 0, 0)).toContain("next int4 would save 8");
    expect(whyChosen(FOUND, 1, 0)).toContain("nothing that was measured is smaller for less");
  });
});

it("tells layers apart only where intervals do", () => {
  expect(rankWords(FOUND, 0, 0)).toBe("1 to 2, not told apart");
  expect(rankWords(FOUND, 0, 1)).toBe("2 of 2");
  expect(rankWords(FOUND, 1, 1)).toBe("");
});

it("writes small damages with an exponent", () => {
  expect(damageText(FOUND, 0.00001234)).toBe("1.2e-5 nats");
  expect(damageText(FOUND, 0)).toBe("0 nats");
});

it("says whether damages add up", () => {
  expect(sumWords(null)).toBe("Whether damages add up was not measured");
  expect(sumWords({ trials: 9, low: 0.8, high: 1.25 })).toBe(
    "9 whole allocations that were measured came to ×0.80 to ×1.25 their sums",
  );
});
