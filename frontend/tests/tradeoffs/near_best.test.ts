import { describe, expect, test } from "vitest";

import { rampLegend } from "../../src/model/map/legend";
import { colourScale } from "../../src/model/map/scales";
import { isCrowdedAtBest, nearBestShare, nearBestValue } from "../../src/model/tradeoffs/near_best";
import type { Model } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max", format: ".1%" });
const size = spec("size", { goal: "min" });

function withValues(name: string, ...values: number[]): Model[] {
  return values.map((value, i) => model(`${i}`, { metrics: { [name]: metric(value) } }));
}

/** One-shot pruning: most are good, some are broken. */
const SWEEP = [0.99, 0.989, 0.985, 0.974, 0.92, 0.986, 0.98, 0.27, 0.1];

describe("a scale that is finer near the best", () => {
  test("runs from the worst to the best, whichever end that is", () => {
    for (const [better, best, worst] of [
      ["high", 1, 0],
      ["low", 0, 1],
    ] as const) {
      expect(nearBestShare(best, 0, 1, better)).toBe(1);
      expect(nearBestShare(worst, 0, 1, better)).toBeCloseTo(0);
      expect(nearBestShare(0.5, 0, 1, better)).toBeLessThan(0.2);
    }
    // A hundredth of the range from the best: log(2) of log(101).
    expect(nearBestShare(0.99, 0, 1, "high")).toBeCloseTo(1 - Math.log(2) / Math.log(101));
    expect(nearBestShare(7, 0, 1, "high")).toBe(1);
  });

  test("gives the value at a share", () => {
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const value = nearBestValue(share, 3, 90, "low");
      expect(nearBestShare(value, 3, 90, "low")).toBeCloseTo(share);
    }
  });

  test("suits values of which most are near the best", () => {
    const sorted = [...SWEEP].sort((a, b) => a - b);
    expect(isCrowdedAtBest(sorted, 0.1, 0.99, "high")).toBe(true);
    expect(isCrowdedAtBest(sorted, 0.1, 0.99, "low")).toBe(false);
    expect(isCrowdedAtBest(sorted, 0.1, 0.99, null)).toBe(false);
    expect(isCrowdedAtBest([0, 0.25, 0.5, 0.75, 1], 0, 1, "high")).toBe(false);
    expect(isCrowdedAtBest([0, 1, 1, 1, 1, 1], 0, 1, "high"), "nothing to tell apart").toBe(false);
    expect(isCrowdedAtBest([0, 0.98, 1], 0, 1, "high"), "too few").toBe(false);
  });
});

describe("colours", () => {
  const models = withValues("accuracy", ...SWEEP);

  test("tell the first damage from none, by themselves where many are near the best", () => {
    const even = colourScale(models, accuracy)!;
    const finer = colourScale(models, accuracy, "auto")!;
    expect(even.resolution).toBe("even");
    expect(finer.resolution).toBe("best");
    const apart = (scale: typeof even) => scale.strength(0.99) - scale.strength(0.92);
    expect(apart(even)).toBeLessThan(0.1);
    expect(apart(finer)).toBeGreaterThan(0.4);
    const strengths = SWEEP.map((value) => finer.strength(value));
    const ranks = (values: number[]) => [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    expect(ranks(strengths)).toEqual(ranks([...SWEEP]));
  });

  test("say what they are in the legend", () => {
    const legend = rampLegend(colourScale(models, accuracy, "best")!, "light");
    expect(legend).toMatchObject({ resolution: "best", low: "10.0\u202f%", high: "99.0\u202f%" });
    expect(legend.ticks.map(({ text, share }) => [text, share.toFixed(2)])).toEqual([
      ["71.5", "0.25"],
      ["90.9", "0.50"],
      ["97.1", "0.75"],
    ]);
    expect(rampLegend(colourScale(models, accuracy)!, "light").ticks).toEqual([]);
    const sizes = colourScale(withValues("size", 1, 2, 3, 100), size, "best")!;
    expect(rampLegend(sizes, "light").ticks.map(({ share }) => share.toFixed(2))).toEqual([
      "0.75",
      "0.50",
      "0.25",
    ]);
    expect(sizes.strength(1)).toBe(1);
  });

  test("leave no choice where nothing is better, or all is the same", () => {
    expect(colourScale(models, { ...accuracy, goal: null }, "best")?.resolution).toBeNull();
    expect(colourScale(withValues("accuracy", 1, 1), accuracy, "best")?.resolution).toBeNull();
  });
});
