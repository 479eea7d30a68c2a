import { describe, expect, test } from "vitest";

import { plotSize } from "../../src/model/charts/plot";

const margin = { left: 40, right: 10, top: 6, bottom: 20 };
const room = { width: 400, height: 240 };

describe("the plot of a chart", () => {
  test("is what its margins leave of its room, or of its own height", () => {
    expect(plotSize(room, margin)).toEqual({ width: 350, height: 214 });
    expect(plotSize(room, margin, { height: 126 })).toEqual({ width: 350, height: 100 });
  });

  test("is a square as large as it may be, and as its room is wide", () => {
    expect(plotSize(room, margin, { square: 326 })).toEqual({ width: 300, height: 300 });
    expect(plotSize({ ...room, width: 200 }, margin, { square: 326 })).toEqual({
      width: 150,
      height: 150,
    });
  });

  test("never shrinks to nothing", () => {
    expect(plotSize({ width: 0, height: 0 }, margin)).toEqual({ width: 40, height: 30 });
    expect(plotSize({ width: 0, height: 0 }, margin, { square: 326 }).width).toBe(80);
  });
});
