import { describe, expect, it } from "vitest";

import { sumWords } from "../../src/model/claims/sensitivity";
import {
  allocationAfter,
  bytesAfter,
  damageAfter,
  damageText,
  rankText,
  rankWords,
  stepsWithin,
  typedBytes,
  whyChosen,
} from "../../src/model/layers/sensitivity";
import { FOUND } from "./sensitivity_found";

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
  expect([rankText(FOUND, 0, 0), rankText(FOUND, 0, 1), rankText(FOUND, 1, 1)]).toEqual([
    "1–2",
    "2",
    "–",
  ]);
});

it("reads a size as it is typed", () => {
  const read = (text: string) => typedBytes(FOUND, text);
  expect(["1.5 kB", "42", "0.1 KiB", "50 %", " half", "100\u202f%"].map(read)).toEqual([
    1500, 42, 102, 69, 69, 138,
  ]);
  expect(["", "much", "-3 B", "3 s"].map(read)).toEqual([null, null, null, null]);
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
