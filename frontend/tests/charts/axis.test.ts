import { describe, expect, test } from "vitest";

import { axisScale, axisWithin, suitsLog, tickPlace } from "../../src/model/charts/axis";
import { histogram } from "../../src/model/charts/histogram";

describe("an axis", () => {
  test("is logarithmic by itself where values are spread wide and above zero", () => {
    expect(axisScale([1, 29], "auto", 5).log).toBe(false);
    expect(axisScale([1, 30], "auto", 5).log).toBe(true);
    expect(axisScale([0, 1e6], "auto", 5).log).toBe(false);
    expect(axisScale([-1, 10], "log", 5).log).toBe(false);
    expect(axisScale([0, 10], "log", 5)).toMatchObject({ log: false, low: -0.5, high: 10.5 });
    expect(axisScale([1, 10], "log", 5, [0, 10])).toMatchObject({ log: true });
    expect(axisScale([1, 10], "log", 5, [0, 10]).low).toBeGreaterThan(0);
    expect(axisScale([1, 1e6], "linear", 5).log).toBe(false);
    expect(suitsLog(0, 10)).toBe(false);
  });

  test.each(["linear", "log"] as const)("%s holds all values and inverts", (choice) => {
    const values = [0.002, 1, 740];
    const axis = axisScale(values, choice, 5);
    for (const value of values) {
      expect(axis.share(value)).toBeGreaterThan(0);
      expect(axis.share(value)).toBeLessThan(1);
      expect(axis.value(axis.share(value))).toBeCloseTo(value, 9);
    }
    for (const tick of axis.ticks) {
      expect(axis.share(tick)).toBeGreaterThanOrEqual(0);
      expect(axis.share(tick)).toBeLessThanOrEqual(1);
    }
    expect(axis.ticks.length).toBeGreaterThan(1);
  });

  test("has round ticks on a logarithmic axis, few enough to read", () => {
    expect(axisScale([1, 100], "log", 5).ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect(axisScale([1e-9, 1e9], "log", 5).ticks.length).toBeLessThanOrEqual(7);
    expect(axisScale([40, 60], "log", 4).ticks.length).toBeGreaterThan(1);
  });

  test("of one value, or none, is an axis all the same", () => {
    for (const values of [[], [0], [5], [-3]]) {
      const axis = axisScale(values, "auto", 4);
      expect(axis.high).toBeGreaterThan(axis.low);
    }
  });

  test("shows the part that is zoomed to", () => {
    const axis = axisScale([1, 1000], "log", 4, [10, 100]);
    expect([axis.low, axis.high]).toEqual([expect.closeTo(10), expect.closeTo(100)]);
    expect(axisScale([1, 1000], "log", 4, [-1, 100]).low).toBeGreaterThan(0);
  });
});

describe("a histogram", () => {
  test("counts every value once, those at the ends too", () => {
    const values = Array.from({ length: 500 }, (_, i) => Math.sin(i) * 10);
    const { counts, largest } = histogram([...values, 10, -10], 20);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(502);
    expect(largest).toBe(Math.max(...counts));
  });

  test("puts part of the values into the bins of all", () => {
    const all = histogram([0, 1, 2, 3, 4, 100], 10);
    const some = histogram([100], 10, all.axis);
    expect(some.counts.indexOf(1)).toBe(all.counts.lastIndexOf(1));
  });
});

test("an axis within what is possible has no room beyond its ends", () => {
  expect(axisWithin([0.5, 1], 3, [0, 1])).toMatchObject({ low: 0.475, high: 1 });
  expect(axisWithin([0, 1], 3, [0, 1])).toMatchObject({ low: 0, high: 1 });
  expect(axisWithin([4, 8], 3, [-Infinity, Infinity])).toMatchObject({ low: 3.8, high: 8.2 });
});

test("texts of ticks stay inside their chart", () => {
  const margin = { left: 20, right: 20 };
  expect(tickPlace(50, "50", 100, margin)).toEqual({ x: 50, "text-anchor": "middle" });
  expect(tickPlace(0, "0.000647", 100, margin)).toEqual({ x: -19, "text-anchor": "start" });
  expect(tickPlace(100, "210 thousand", 100, margin)).toEqual({ x: 119, "text-anchor": "end" });
});
