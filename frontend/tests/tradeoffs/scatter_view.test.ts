import { describe, expect, test } from "vitest";

import { endsFirst, placeNames } from "../../src/model/tradeoffs/scatter_names";
import { countOutside, crowdView, viewOf } from "../../src/model/tradeoffs/scatter_view";

const at = (key: string, x: number, y: number) => ({ key, x, y });
/** Six of eight models are near the best. */
const points = [
  at("a", 10, 0.984),
  at("b", 20, 0.99),
  at("c", 30, 0.975),
  at("d", 40, 0.98),
  at("e", 80, 0.993),
  at("f", 60, 0.92),
  at("broken", 30, 0.27),
  at("lost", 20, 0.1),
];

describe("the view of the crowd", () => {
  test("holds the models near the best, with some room", () => {
    const [left, right, bottom, top] = crowdView(points, "max", ["a"])!;
    expect(left).toBeLessThan(10);
    expect(right).toBeGreaterThan(80);
    expect(bottom).toBeGreaterThan(0.9);
    expect(bottom).toBeLessThan(0.92);
    expect(top).toBeGreaterThan(0.993);
    expect(countOutside(points, [left, right, bottom, top])).toBe(2);
    const errors = points.map(({ key, x, y }) => at(key, x, 1 - y));
    expect(crowdView(errors, "min", [])).not.toBeNull();
    expect(crowdView(errors, "max", [])).toBeNull();
  });

  test("is none where it would hide what is looked at, or nothing is crowded", () => {
    expect(crowdView(points, "max", ["broken"])).toBeNull();
    expect(crowdView(points, "max", ["not in the plot"])).not.toBeNull();
    expect(crowdView(points, null, [])).toBeNull();
    expect(
      crowdView(
        points.map((one, i) => ({ ...one, y: i / 8 })),
        "max",
        [],
      ),
    ).toBeNull();
    expect(crowdView([], "max", [])).toBeNull();
  });

  test("has room by ratio where the axis will be logarithmic", () => {
    const [left, right] = viewOf([at("a", 1, 0), at("b", 1000, 1)])!;
    expect(left).toBeGreaterThan(0.5);
    expect(right).toBeLessThan(2000);
    expect(viewOf([])).toBeNull();
    const [, , bottom, top] = viewOf([at("a", 5, 2)])!;
    expect(bottom).toBeLessThan(2);
    expect(top).toBeGreaterThan(2);
    expect(countOutside(points, null)).toBe(0);
  });
});

describe("names in the plot", () => {
  const plot = { left: 40, top: 10, width: 300, height: 150 };
  const places = new Map([
    ["a", { x: 60, y: 20 }],
    ["b", { x: 72, y: 22 }],
    ["c", { x: 84, y: 21 }],
    ["far", { x: 600, y: 21 }],
  ]);
  const named = [...places.keys()].map((key) => ({ key, text: `model-${key}` }));

  test("cover neither points nor one another, and stay inside", () => {
    const names = placeNames(named, places, plot);
    expect(names.map(({ key }) => key)).toEqual(["a", "b"]);
    const boxes = names.map(({ x, y, text, anchor }) => {
      const width = text.length * 5.7;
      const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      return { left, right: left + width, top: y - 6, bottom: y + 6 };
    });
    for (const [i, a] of boxes.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(plot.left);
      expect(a.right).toBeLessThanOrEqual(340);
      for (const { x, y } of places.values()) {
        const covers = x > a.left && x < a.right && y > a.top && y < a.bottom;
        expect(covers).toBe(false);
      }
      for (const b of boxes.slice(i + 1)) {
        const apart =
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart).toBe(true);
      }
    }
    // What does not stand beside its point has a line to it.
    expect(names.filter(({ leader }) => leader).length).toBeGreaterThan(0);
  });

  test("are struck through by no line, neither of the front nor to another name", () => {
    const corners = [...places.values()].sort((a, b) => a.x - b.x);
    const names = placeNames(named, places, plot, corners);
    expect(names.length).toBeGreaterThan(0);
    const steps = corners.slice(1).flatMap((to, at) => {
      const from = corners[at]!;
      return [[from.x, from.y, to.x, from.y] as const, [to.x, from.y, to.x, to.y] as const];
    });
    const led = names.flatMap(({ key, leader }) => {
      const ends = leader.match(/-?\d+(\.\d+)?/g)?.map(Number);
      return ends ? [{ key, line: ends }] : [];
    });
    for (const { key, x, y, text, anchor } of names) {
      const width = text.length * 5.7;
      const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      const lines = [...steps, ...led.flatMap((one) => (one.key === key ? [] : [one.line]))];
      for (const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] of lines) {
        for (let share = 0; share <= 1; share += 0.02) {
          const [at, up] = [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share];
          const through = at > left + 3 && at < left + width - 3 && up > y - 3 && up < y + 3;
          expect(through, `${key} at ${at},${up}`).toBe(false);
        }
      }
    }
  });

  test("are left out where there is no room", () => {
    const tiny = { left: 40, top: 10, width: 50, height: 30 };
    expect(placeNames(named, places, tiny).length).toBeLessThan(3);
  });

  test("are for the ends of a long front, and evenly between", () => {
    const items = Array.from({ length: 21 }, (_, i) => i);
    expect(endsFirst(items, 5)).toEqual([0, 20, 5, 10, 15]);
    expect(endsFirst([7], 5)).toEqual([7]);
    expect(endsFirst([], 5)).toEqual([]);
    expect(endsFirst([1, 2], 5)).toEqual([1, 2]);
  });
});
