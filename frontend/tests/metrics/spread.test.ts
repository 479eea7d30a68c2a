import { describe, expect, test } from "vitest";

import { bestBy, unsureOfBest } from "../../src/model/tradeoffs/best_models";
import { changeOf } from "../../src/model/format/change";
import { withinSpread } from "../../src/model/metrics/estimate";
import { metric, model, spec } from "../builders";

const latency = spec("latency_ms", { unit: "ms", goal: "min" });
const repeated = (...repeats: number[]) =>
  metric([...repeats].sort((a, b) => a - b)[Math.floor(repeats.length / 2)] ?? null, { repeats });

const slow = repeated(10, 10.2, 9.8, 10.1, 9.9);
const near = repeated(10.3, 10.1, 10.5, 10.2, 10.4);
const fast = repeated(8, 8.2, 7.8, 8.1, 7.9);

describe("two values are within the spread of their repeats", () => {
  test("where single repeats vary as much, although the means may be told apart", () => {
    // s = 0.158 each, 8 degrees of freedom: t · √(2 s²) = 2.306 · 0.2236 = 0.516.
    expect(withinSpread(slow, near)).toBe(true);
    expect(withinSpread(slow, { ...near, value: 10.515 })).toBe(true);
    expect(withinSpread(slow, { ...near, value: 10.518 })).toBe(false);
    expect(withinSpread(slow, fast)).toBe(false);
  });

  test("where one was measured once, as if it varied like the other", () => {
    expect(withinSpread(slow, metric(10.3))).toBe(true);
    expect(withinSpread(metric(10.3), slow)).toBe(true);
    expect(withinSpread(slow, metric(12))).toBe(false);
  });

  test("never where nothing was repeated, or does not vary", () => {
    expect(withinSpread(metric(10), metric(10.0001))).toBe(false);
    expect(withinSpread(repeated(5, 5, 5), repeated(6, 6, 6))).toBe(false);
    expect(withinSpread(slow, metric(null, { nonfinite: "NaN", repeats: [null, null] }))).toBe(
      false,
    );
  });
});

describe("what is within the spread is no finding", () => {
  test("of a change", () => {
    expect(changeOf(near, slow, latency)).toMatchObject({ verdict: "within spread" });
    expect(changeOf(near, slow, latency)?.amount).toBeCloseTo(3);
    expect(changeOf(fast, slow, latency)?.verdict).toBe("better");
    expect(changeOf(slow, fast, latency)?.verdict).toBe("worse");
    expect(changeOf(slow, slow, latency)?.verdict).toBe("same");
    expect(changeOf(near, slow, { ...latency, goal: null })?.verdict).toBeNull();
  });

  test("of being the best", () => {
    const models = [slow, near, fast, fast].map((latency_ms, i) =>
      model(`m${i}`, { metrics: { latency_ms } }),
    );
    const bestOf = (some: typeof models) => {
      const best = bestBy(some, latency)!;
      return [best.model.id, best.ties, unsureOfBest(some, best)];
    };
    expect(bestOf(models)).toEqual(["m2", 1, 0]);
    expect(bestOf(models.slice(0, 2))).toEqual(["m0", 0, 1]);
  });
});
