import { describe, expect, test } from "vitest";

import {
  harmedCsv,
  largestShare,
  pairRows,
  sliceRows,
  type HarmedRow,
} from "../../src/model/behaviors/harmed_rows";
import type { HarmedSlice, HarmedSlices } from "../../src/model/wire.gen";
import { harmedPair, harmedSlice } from "./builders";

function slice(model: string, text: string, flips: number, lift: number): HarmedSlice {
  const level = ["clean", "faint", "noisy", "turned"].indexOf(text);
  const change = -flips / 100;
  const harmed = text === "noisy";
  const mended = text === "clean" ? 9 : 0;
  return harmedSlice(model, {
    level,
    text,
    flips,
    lift,
    mended,
    change,
    harmed,
    small: text === "turned",
  });
}

const FOUND: HarmedSlices = {
  dataset: "d",
  measure: "correct",
  slices: [
    slice("a", "turned", 90, 3),
    slice("a", "faint", 54, 1.8),
    slice("b", "noisy", 20, 2.6),
    slice("b", "faint", 8, 1.4),
    slice("a", "clean", 60, 1.1),
  ],
  tests: 6,
  pairs: [harmedPair("a", { flips: 70, mended: 2 })],
  pair_tests: 12,
  models: [],
  reason: null,
};

const words = (rows: readonly HarmedRow[]): string[] =>
  rows.map((row) => row.words.replace("scan: ", ""));

describe("broken slices, models side by side", () => {
  test("have a row each, with the conditions that hold for their instances", () => {
    const rows = sliceRows(FOUND, null);
    const faint = rows.find((row) => row.words === "scan: faint")!;
    expect([...faint.cells.keys()]).toEqual(["a", "b"]);
    expect(faint.conditions).toEqual([{ kind: "slice", by: "attribute/scan", level: 1 }]);
    const [pair] = pairRows(FOUND, null);
    expect(pair).toMatchObject({ words: "label 7 · scan faint", n: 79, small: false });
    expect(pair?.conditions).toHaveLength(2);
  });

  test("are sorted by what was counted, of any model or of one, small ones last", () => {
    expect(words(sliceRows(FOUND, null))).toEqual(["noisy", "clean", "faint", "turned"]);
    expect(words(sliceRows(FOUND, "-loss"))).toEqual(words(sliceRows(FOUND, null)));
    expect(words(sliceRows(FOUND, "-churn"))).toEqual(["clean", "faint", "noisy", "turned"]);
    expect(words(sliceRows(FOUND, "-rate"))).toEqual(["clean", "faint", "noisy", "turned"]);
    expect(words(sliceRows(FOUND, "-lift"))).toEqual(["noisy", "faint", "clean", "turned"]);
    expect(words(sliceRows(FOUND, "-rate:b"))).toEqual(["noisy", "faint", "clean", "turned"]);
    expect(words(sliceRows(FOUND, "-lift:a"))).toEqual(["faint", "clean", "noisy", "turned"]);
    // Of a link that was made when there was such an order.
    expect(words(sliceRows(FOUND, "q:b"))).toEqual(["noisy", "faint", "clean", "turned"]);
  });

  test("are a file with all that was counted", () => {
    const [head, first] = harmedCsv(sliceRows(FOUND, null), (key) => key.toUpperCase());
    expect(head?.slice(0, 5)).toEqual(["slice", "model", "harmed", "n", "groups"]);
    expect(first?.slice(0, 4)).toEqual(["scan: noisy", "B", "yes", 100]);
    expect(first).toHaveLength(head!.length);
  });

  test("have bars on the scale of the largest share", () => {
    expect(largestShare(sliceRows(FOUND, null))).toBe(0.9);
    expect(largestShare([])).toBe(1);
  });
});
