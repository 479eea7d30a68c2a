import { describe, expect, it, test } from "vitest";

import { estimateOf, replicatesOf, studentT975 } from "../../src/model/metrics/estimate";
import { metric, model } from "../builders";

const measured = (...repeats: (number | null)[]) =>
  model("m", { metrics: { ms: metric(repeats[0] ?? null, { repeats }) } });

/** Pseudo-random numbers in 0…1 from a fixed seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("estimateOf", () => {
  it("is Student's interval around the median of the repeats", () => {
    const found = estimateOf(measured(8, 9, 10), "ms");
    // s = 1, n = 3: 4.3027 · √(π/2) / √3
    expect(found?.value).toBe(9);
    expect((found?.high ?? 0) - 9).toBeCloseTo(3.1134, 3);
    expect(9 - (found?.low ?? 0)).toBeCloseTo(3.1134, 3);
    expect(found).toMatchObject({ n: 3, source: "repeats" });
  });

  it("is the interval of the mean for two", () => {
    const found = estimateOf(measured(1, 3), "ms");
    expect(found?.value).toBe(2);
    expect(found?.high).toBeCloseTo(2 + 12.7062, 4);
  });

  it("takes replicates before repeats", () => {
    const group = [measured(1, 1.1), measured(2, 2.1), measured(6, 6.1)];
    expect(estimateOf(group[0]!, "ms", group)).toMatchObject({
      value: 2,
      n: 3,
      source: "replicates",
    });
    const alone = [group[0]!, model("unmeasured")];
    expect(estimateOf(group[0]!, "ms", alone)).toMatchObject({ n: 2, source: "repeats" });
  });

  it("has no interval for one value, and none where nothing finite was logged", () => {
    expect(estimateOf(measured(8), "ms")).toBeNull();
    expect(estimateOf(measured(8, null), "ms")).toBeNull();
    expect(estimateOf(measured(null, 8, 9), "ms")).toBeNull();
    expect(estimateOf(model("m"), "ms")).toBeNull();
    expect(estimateOf(measured(1e200, -1e200, 1e200), "ms")).toBeNull();
  });

  it("has an interval without width where all repeats are the same", () => {
    expect(estimateOf(measured(0.1, 0.1, 0.1), "ms")).toMatchObject({ low: 0.1, high: 0.1 });
  });

  it.each([2, 3, 5, 7])("covers the true value at least 94 times in 100 with %i repeats", (n) => {
    const random = randomFrom(n);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const trials = 4000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const found = estimateOf(measured(...Array.from({ length: n }, normal)), "ms");
      if (found && found.low <= 0 && found.high >= 0) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.94);
  });
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
