import { describe, expect, it, test } from "vitest";

import { estimateOf, replicatesOf } from "../../src/model/metrics/estimate";
import { corrected, shareBeyond, studentT975 } from "../../src/model/metrics/student";
import { metric, model } from "../builders";
import { normalFrom } from "../random";

const measured = (...repeats: (number | null)[]) => metric(repeats[0] ?? null, { repeats });

describe("estimateOf", () => {
  it("is Student's interval around the median of the repeats", () => {
    const found = estimateOf(measured(8, 9, 10));
    // s = 1, n = 3: 4.3027 · √(π/2) / √3
    expect(found?.value).toBe(9);
    expect((found?.high ?? 0) - 9).toBeCloseTo(3.1134, 3);
    expect(9 - (found?.low ?? 0)).toBeCloseTo(3.1134, 3);
    expect(found).toMatchObject({ n: 3, source: "repeats" });
  });

  it("is the interval of the mean for two", () => {
    const found = estimateOf(measured(1, 3));
    expect(found?.value).toBe(2);
    expect(found?.high).toBeCloseTo(2 + 12.7062, 4);
  });

  it("takes replicates before repeats", () => {
    expect(estimateOf(measured(1, 1.1), [1, 2, 6])).toMatchObject({
      value: 2,
      n: 3,
      source: "replicates",
    });
    expect(estimateOf(measured(1, 1.1), [1])).toMatchObject({ n: 2, source: "repeats" });
  });

  it("has no interval for one value, and none where nothing finite was logged", () => {
    expect(estimateOf(measured(8))).toBeNull();
    expect(estimateOf(measured(8, null))).toBeNull();
    expect(estimateOf(measured(null, 8, 9))).toBeNull();
    expect(estimateOf(measured(1e200, -1e200, 1e200))).toBeNull();
  });

  it("has an interval without width where all repeats are the same", () => {
    expect(estimateOf(measured(0.1, 0.1, 0.1))).toMatchObject({ low: 0.1, high: 0.1 });
  });

  it("lies between ranks from six on, which an outlier does not move", () => {
    const calm = [...Array.from({ length: 29 }, (_, at) => 1 + at / 1000), 100];
    const found = estimateOf(measured(...calm));
    // Of 30 values the 10th and the 21st: P(Bin(30, ½) ≤ 9) = 0.0214.
    expect(found).toMatchObject({ low: 1.009, high: 1.02, n: 30 });
    expect(Math.sqrt(found?.single.variance ?? NaN)).toBeLessThan(0.02);
    // scipy.stats.binom.ppf: 6 values hold it between their ends, 1000 between the 469th and 532nd.
    expect(estimateOf(measured(1, 2, 3, 4, 5, 6))).toMatchObject({ low: 1, high: 6 });
    const many = Array.from({ length: 1000 }, (_, at) => at + 1);
    expect(estimateOf(measured(...many))).toMatchObject({ low: 469, high: 532 });
  });

  it("is a logged interval, brought to 95 %", () => {
    const interval = { low: 0.69, high: 0.73, level: 0.95 };
    expect(estimateOf(metric(0.71, { interval }))).toMatchObject({ source: "interval", n: 1 });
    expect(estimateOf(metric(0.71, { interval }))?.error).toBeCloseTo(0.0102, 4);
    const wide = estimateOf(metric(0.71, { interval: { ...interval, level: 0.68 } }));
    expect(wide?.low).toBeCloseTo(0.71 - 0.02 * 1.97089, 5);
    const skew = estimateOf(metric(0.71, { interval: { low: 0.7, high: 0.75, level: 0.95 } }));
    expect(skew?.error).toBeCloseTo(0.04 / 1.959964, 5);
    const repeated = metric(0.71, { repeats: [0.7, 0.71, 0.72], interval });
    expect(estimateOf(repeated)).toMatchObject({ source: "interval" });
  });

  it.each([2, 3, 5, 6, 7, 30])(
    "covers the true value at least 94 times in 100 with %i repeats",
    (n) => {
      const normal = normalFrom(n);
      const trials = 4000;
      let covered = 0;
      for (let trial = 0; trial < trials; trial++) {
        const found = estimateOf(measured(...Array.from({ length: n }, normal)));
        if (found && found.low <= 0 && found.high >= 0) covered++;
      }
      expect(covered / trials).toBeGreaterThan(0.94);
    },
  );
});

test("replicates are the models that the server numbers alike", () => {
  const [a, b] = [0, 1].map((seed) => model(`m${seed}`, { replicate_group: 0 }));
  const found = replicatesOf([a!, model("alone"), b!]);
  expect([...found]).toEqual([
    ["m0", [a, b]],
    ["m1", [a, b]],
  ]);
});

describe("studentT975", () => {
  // scipy.stats.t.ppf(0.975, df)
  it.each([
    [1, 12.706205],
    [2, 4.302653],
    [3, 3.182446],
    [4, 2.776445],
    [6, 2.446912],
    [30, 2.042272],
    [100, 1.983972],
  ])("at %d degrees of freedom is %d", (df, exact) => {
    expect(studentT975(df)).toBeCloseTo(exact, 4);
  });

  it("is wider than the truth beyond its table, by 1.3 % at most", () => {
    expect(studentT975(1e6) / 1.959966).toBeGreaterThan(1);
    expect(studentT975(1e6) / 1.959966).toBeLessThan(1.013);
    expect(studentT975(Infinity)).toBe(studentT975(100));
  });

  it("rounds broken degrees of freedom down", () => {
    expect(studentT975(2.9)).toBe(studentT975(2));
    expect(studentT975(0.5)).toBe(studentT975(1));
  });
});

describe("the quantile of many comparisons", () => {
  // scipy.stats.t.ppf(1 - 0.025 / comparisons, df)
  it.each([
    [1, 28, 356.5061],
    [4, 28, 7.39235],
    [10, 28, 4.215],
    [29, 1225, 4.82882],
    [100, 1225, 4.29316],
  ])("with %d degrees of freedom and %d comparisons is %d", (df, comparisons, exact) => {
    expect(corrected(df, comparisons) / exact).toBeCloseTo(1, 3);
  });

  it("is that of the table for one", () => {
    for (const df of [1, 2, 7, 40]) {
      expect(shareBeyond(studentT975(df), df)).toBeCloseTo(0.05, 5);
      expect(corrected(df, 1)).toBe(studentT975(df));
    }
  });
});
