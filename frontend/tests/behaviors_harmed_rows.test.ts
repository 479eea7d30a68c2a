import { describe, expect, test } from "vitest";

import {
  largestShare,
  pairRows,
  sliceRows,
  type HarmedRow,
} from "../src/model/behaviors_harmed_rows";
import type { HarmedSlice, HarmedSlices } from "../src/model/wire.gen";

function slice(model: string, text: string, flips: number, lift: number, q: number): HarmedSlice {
  return {
    model,
    by: "attribute/scan",
    level: ["clean", "faint", "noisy"].indexOf(text),
    name: "scan",
    text,
    n: 100,
    flips,
    lift,
    p: q / 10,
    q,
    small: false,
  };
}

const FOUND: HarmedSlices = {
  dataset: "d",
  slices: [
    slice("a", "faint", 54, 1.8, 0.001),
    slice("b", "noisy", 20, 2.6, 0.01),
    slice("b", "faint", 8, 1.4, 0.02),
    slice("a", "clean", 60, 1.1, 0.4),
  ],
  tests: 6,
  pairs: [
    {
      model: "a",
      by: ["label", "attribute/scan"],
      levels: [7, 1],
      names: ["label", "scan"],
      texts: ["7", "faint"],
      n: 79,
      flips: 70,
      lift: 2.9,
      part_lift: 2.1,
      p: 0.001,
      q: 0.02,
    },
  ],
  pair_tests: 12,
  reason: null,
};

const words = (rows: readonly HarmedRow[]): string[] =>
  rows.map((row) => row.words.replace("scan: ", ""));

describe("harmed slices, models side by side", () => {
  test("have a row each, with the conditions that hold for their instances", () => {
    const rows = sliceRows(FOUND, null);
    expect(words(rows)).toEqual(["faint", "noisy", "clean"]);
    expect([...rows[0]!.cells.keys()]).toEqual(["a", "b"]);
    expect(rows[0]!.conditions).toEqual([{ kind: "slice", by: "attribute/scan", level: 1 }]);
    const [pair] = pairRows(FOUND, null);
    expect(pair).toMatchObject({ words: "label 7 · scan faint", n: 79, small: false });
    expect(pair?.conditions).toHaveLength(2);
  });

  test("are sorted by q or effect, of any model or of one", () => {
    expect(words(sliceRows(FOUND, "-lift"))).toEqual(["noisy", "faint", "clean"]);
    expect(words(sliceRows(FOUND, "-rate"))).toEqual(["clean", "faint", "noisy"]);
    expect(words(sliceRows(FOUND, "q:b"))).toEqual(["noisy", "faint", "clean"]);
    expect(words(sliceRows(FOUND, "-rate:b"))).toEqual(["noisy", "faint", "clean"]);
    expect(words(sliceRows(FOUND, "-lift:a"))).toEqual(["faint", "clean", "noisy"]);
  });

  test("have bars on the scale of the largest share", () => {
    expect(largestShare(sliceRows(FOUND, null))).toBe(0.6);
    expect(largestShare([])).toBe(1);
  });
});
