import { describe, expect, test } from "vitest";

import { markPath } from "../../src/model/colour/mark_path";
import {
  markOfSlot,
  marksOf,
  marksOfMany,
  only,
  toggled,
  withAll,
} from "../../src/model/selection/selection";

const keys = (selection: readonly { key: string }[]): string[] => selection.map(({ key }) => key);

test("models that stay keep their marks when others leave", () => {
  const three = withAll([], ["a", "b", "c"]);
  const two = toggled(three, "a");
  expect(keys(two)).toEqual(["b", "c"]);
  expect(marksOf(two).get("c")).toEqual(marksOf(three).get("c"));
});

test("a model that comes takes the lowest free mark, at the end of the order", () => {
  const again = toggled(toggled(withAll([], ["a", "b", "c"]), "b"), "d");
  expect(keys(again)).toEqual(["a", "c", "d"]);
  expect(marksOf(again).get("d")).toEqual(markOfSlot(1));
});

test("selecting exactly some models keeps the marks of those that were selected", () => {
  const selection = only(withAll([], ["a", "b", "c"]), ["x", "c"]);
  expect(marksOf(selection).get("c")).toEqual(markOfSlot(2));
  expect(marksOf(selection).get("x")).toEqual(markOfSlot(0));
  expect(selection).toHaveLength(2);
});

test("adding what is there changes nothing", () => {
  const selection = withAll([], ["a", "b", "a"]);
  expect(selection).toEqual([
    { key: "a", slot: 0 },
    { key: "b", slot: 1 },
  ]);
  expect(withAll(selection, ["b"])).toEqual(selection);
});

describe("marks", () => {
  test("are all different for 40 models", () => {
    const marks = Array.from({ length: 40 }, (_, slot) => JSON.stringify(markOfSlot(slot)));
    expect(new Set(marks).size).toBe(40);
    expect(markOfSlot(7).shape).toBe("circle");
    expect(markOfSlot(8).shape).toBe("square");
    expect(markOfSlot(40)).toEqual(markOfSlot(0));
  });

  test.each(["square", "diamond", "triangle", "cross"] as const)(
    "a %s covers as much as a circle",
    (shape) => {
      const numbers = markPath(shape, 10).slice(1, -1).split(" ").map(Number);
      const points = Array.from({ length: numbers.length / 2 }, (_, i) => [
        numbers[2 * i] ?? NaN,
        numbers[2 * i + 1] ?? NaN,
      ]);
      const area = points.reduce((sum, [x = NaN, y = NaN], i) => {
        const [nextX = NaN, nextY = NaN] = points[(i + 1) % points.length] ?? [];
        return sum + (x * nextY - nextX * y) / 2;
      }, 0);
      expect(Math.abs(area) / (Math.PI * 100)).toBeCloseTo(1, 2);
    },
  );
});

test("beyond eight all marks have one ink, and the hovered model its own", () => {
  const keys = (count: number) => Array.from({ length: count }, (_, at) => `m${at}`);
  const eight = marksOf(only([], keys(8)));
  expect(marksOfMany(eight, null)).toBe(eight);
  const nine = marksOf(only([], keys(9)));
  const colours = [...marksOfMany(nine, "m3").values()].map(({ colour }) => colour);
  expect(colours.filter((colour) => colour === "var(--ink)")).toHaveLength(8);
  expect(colours[3]).toBe(nine.get("m3")?.colour);
});
