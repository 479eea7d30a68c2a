import { describe, expect, test } from "vitest";

import {
  banded,
  bandPath,
  levelTexts,
  linePath,
  reached,
  sliceLines,
} from "../../src/model/behaviors/slice_lines";
import { sidesOf } from "../../src/model/behaviors/prediction_sides";
import { sliceCells, sliceTable } from "./builders";

/** Rows as the largest loss sorts them: levels 2, 0, 1. */
const TABLE = sliceTable(
  [
    sliceCells("base", 3, { value: [3, 1, 2], low: [2, 0, 1], high: [4, 2, 3] }),
    sliceCells("m", 3, { value: [5, null, 4], low: [4, null, null], high: [6, null, null] }),
    sliceCells("nothing", 3),
  ],
  [2, 0, 1],
);
const same = (value: number): number => value;

describe("lines over slices by numbers", () => {
  const lines = sliceLines(TABLE, false);

  test("follow the order of levels, whatever the rows are sorted by", () => {
    expect(levelTexts(TABLE)).toEqual(["level 0", "level 1", "level 2"]);
    expect(lines.map(({ key }) => key)).toEqual(["base", "m"]);
    expect(lines[0]?.points.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(lines[1]?.points.map(({ at }) => at)).toEqual([1, 2]);
  });

  test("break where a level has no value, and bands where it has no interval", () => {
    expect(linePath(lines[0]!.points, same, same)).toBe("M0,1L1,2L2,3");
    expect(bandPath(lines[0]!.points, same, same)).toBe("M0,2L1,3L2,4L2,2L1,1L0,0Z");
    expect(bandPath(lines[1]!.points, same, same)).toBe("");
    const gap = [lines[0]!.points[0]!, lines[0]!.points[2]!];
    expect(linePath(gap, same, same)).toBe("M0,1M2,3");
  });

  test("have bands while they are few, else the base and the lead", () => {
    const many = Array.from({ length: 6 }, (_, at) => ({ key: `k${at}`, points: [] }));
    expect([...banded(lines, "base", "m")]).toEqual(["base", "m"]);
    expect([...banded(many, "k0", "k4")]).toEqual(["k0", "k4"]);
    expect(Math.max(...reached(lines, new Set(["base"])))).toBe(5);
    expect(Math.max(...reached(lines, new Set(["m"])))).toBe(6);
  });
});

describe("two texts side by side", () => {
  test("have what went in the first and what came in the second", () => {
    const { before, after } = sidesOf("born in 1809 there", "born in 1812 there", false);
    const only = (parts: typeof before, kind: string) =>
      parts.filter((part) => part.kind === kind).map(({ text }) => text);
    expect(only(before, "removed")).toEqual(["1809"]);
    expect(only(before, "added")).toEqual([]);
    expect(only(after, "added")).toEqual(["1812"]);
    expect(before.map(({ text }) => text).join("")).toBe("born in 1809 there");
    expect(after.map(({ text }) => text).join("")).toBe("born in 1812 there");
  });
});
