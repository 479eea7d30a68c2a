import { describe, expect, test } from "vitest";

import {
  harmedCsv,
  largestShare,
  pairRows,
  sliceRows,
  type HarmedRow,
} from "../../src/model/behaviors/harmed_rows";
import type { HarmedSlice, HarmedSlices } from "../../src/model/wire.gen";
import { harmedPair, harmedSlice, measure } from "./builders";

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
    const rows = sliceRows(FOUND, null, null);
    const faint = rows.find((row) => row.words === "scan: faint")!;
    expect([...faint.cells.keys()]).toEqual(["a", "b"]);
    expect(faint.conditions).toEqual([{ kind: "slice", by: "attribute/scan", level: 1 }]);
    const [pair] = pairRows(FOUND, null, null);
    expect(pair).toMatchObject({ words: "label 7 · scan faint", n: 79, small: false });
    expect(pair?.conditions).toHaveLength(2);
  });

  test("are sorted by what was counted, of any model or of one, small ones last", () => {
    expect(words(sliceRows(FOUND, null, null))).toEqual(["noisy", "clean", "faint", "turned"]);
    expect(words(sliceRows(FOUND, null, "-loss"))).toEqual(words(sliceRows(FOUND, null, null)));
    expect(words(sliceRows(FOUND, null, "-churn"))).toEqual(["clean", "faint", "noisy", "turned"]);
    expect(words(sliceRows(FOUND, null, "-rate"))).toEqual(["clean", "faint", "noisy", "turned"]);
    expect(words(sliceRows(FOUND, null, "-lift"))).toEqual(["noisy", "faint", "clean", "turned"]);
    expect(words(sliceRows(FOUND, null, "-rate:b"))).toEqual(["noisy", "faint", "clean", "turned"]);
    expect(words(sliceRows(FOUND, null, "-lift:a"))).toEqual(["faint", "clean", "noisy", "turned"]);
    // Of a link that was made when there was such an order.
    expect(words(sliceRows(FOUND, null, "q:b"))).toEqual(["noisy", "faint", "clean", "turned"]);
  });

  test("are a file with all that was counted", () => {
    const [head, first] = harmedCsv(sliceRows(FOUND, null, null), null, (key) => key.toUpperCase());
    expect(head?.slice(0, 5)).toEqual(["slice", "model", "harmed", "n", "groups"]);
    expect(first?.slice(0, 4)).toEqual(["scan: noisy", "B", "yes", 100]);
    expect(first).toHaveLength(head!.length);
  });

  test("have bars on the scale of the largest share", () => {
    expect(largestShare(sliceRows(FOUND, null, null))).toBe(0.9);
    expect(largestShare([])).toBe(1);
  });

  test("of a loss are sorted by what it rose, and say so in the file", () => {
    const loss = measure({ id: "nll", label: "loss", goal: "min" });
    const of = (text: string, change: number, harmed: boolean) => ({
      ...slice("a", text, 5, 1),
      change,
      harmed,
    });
    const slices = [of("clean", -0.2, false), of("faint", 0.3, false), of("noisy", 0.1, true)];
    const rows = sliceRows({ ...FOUND, slices }, loss, null);
    expect(words(rows)).toEqual(["noisy", "faint", "clean"]);
    const [head] = harmedCsv(rows, loss, (key) => key);
    expect(head).toEqual(expect.arrayContaining(["rose", "fell", "share rose"]));
    expect(head).not.toContain("broke");
  });
});
