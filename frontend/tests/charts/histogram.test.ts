import { describe, expect, test } from "vitest";

import {
  axisEnds,
  barsPath,
  binsOf,
  endsOf,
  oneNumberEach,
  rangeAfterKey,
  rangeWords,
} from "../../src/model/charts/histogram";

const EDGES = [0, 0.25, 0.5, 0.75, 1];
const NUMBERS = [-0.5, 0.5, 1.5];

describe("a range of bins", () => {
  test("covers what lies between its ends", () => {
    expect(binsOf(0.25, 0.75, EDGES)).toEqual({ from: 1, to: 2 });
    expect(binsOf(null, 0.25, EDGES)).toEqual({ from: 0, to: 0 });
    expect(binsOf(0.3, 0.6, EDGES)).toEqual({ from: 1, to: 2 });
    expect(binsOf(null, null, EDGES)).toBeNull();
    expect(binsOf(0.5, null, [])).toBeNull();
  });

  test("beyond the histogram is at its end", () => {
    expect(binsOf(5, 9, EDGES)).toEqual({ from: 3, to: 3 });
    expect(binsOf(-5, 9, EDGES)).toEqual({ from: 0, to: 3 });
  });

  test("is open at the ends of the histogram", () => {
    expect(endsOf({ from: 1, to: 2 }, EDGES)).toEqual({ low: 0.25, high: 0.75 });
    expect(endsOf({ from: 0, to: 3 }, EDGES)).toEqual({ low: null, high: null });
  });

  test("comes back from its ends", () => {
    for (let from = 0; from < 4; from++) {
      for (let to = from; to < 4; to++) {
        const { low, high } = endsOf({ from, to }, EDGES);
        if (low === null && high === null) continue;
        expect(binsOf(low, high, EDGES)).toEqual({ from, to });
      }
    }
  });
});

describe("keys", () => {
  test("begin at an end, move, widen and clear", () => {
    expect(rangeAfterKey("ArrowRight", false, null, 4)).toEqual({ from: 0, to: 0 });
    expect(rangeAfterKey("ArrowLeft", false, null, 4)).toEqual({ from: 3, to: 3 });
    expect(rangeAfterKey("ArrowRight", false, { from: 1, to: 2 }, 4)).toEqual({ from: 2, to: 3 });
    expect(rangeAfterKey("ArrowRight", false, { from: 2, to: 3 }, 4)).toEqual({ from: 2, to: 3 });
    expect(rangeAfterKey("ArrowRight", true, { from: 1, to: 1 }, 4)).toEqual({ from: 1, to: 2 });
    expect(rangeAfterKey("ArrowLeft", true, { from: 1, to: 1 }, 4)).toEqual({ from: 1, to: 1 });
    expect(rangeAfterKey("Delete", false, { from: 1, to: 1 }, 4)).toBeNull();
  });

  test("of other purpose are left alone", () => {
    expect(rangeAfterKey("j", false, null, 4)).toBeUndefined();
  });
});

describe("words of bins", () => {
  test("are their ends, or the one number in each", () => {
    expect(rangeWords({ from: 1, to: 2 }, EDGES)).toBe("0.25 to 0.75");
    expect(rangeWords({ from: 1, to: 1 }, NUMBERS)).toBe("1");
    expect(rangeWords({ from: 0, to: 1 }, NUMBERS)).toBe("0 to 1");
    expect(axisEnds(EDGES)).toEqual(["0", "1"]);
    expect(axisEnds([-1.5, -0.5, 0.5])).toEqual(["−1", "0"]);
  });

  test("tell bins of one number from bins of halves", () => {
    expect(oneNumberEach(NUMBERS)).toBe(true);
    expect(oneNumberEach([0.5, 2.5])).toBe(false);
    expect(oneNumberEach(EDGES)).toBe(false);
    expect(oneNumberEach([])).toBe(false);
  });
});

test("bars stand on the ground, the largest as high as the drawing, none for nothing", () => {
  expect(barsPath([4, 0, 2], 4, 30, 10)).toBe("M0.5,10v-10h9v10ZM20.5,10v-5h9v5Z");
});

test("what is counted at all is seen, also in a narrow drawing", () => {
  expect(barsPath([1, 1000], 1000, 1, 10)).toContain("M0.5,10v-1.5h0.5v1.5Z");
});
