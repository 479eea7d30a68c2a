import { describe, expect, test } from "vitest";

import { differenceText } from "../../src/model/differences/factors";
import { pairRows } from "../../src/model/differences/pairs";
import { metricFormat } from "../../src/model/format/metric_format";
import type { Differences, Effect, MetricSpec } from "../../src/model/wire.gen";
import text from "../../../tests/golden/differences.json?raw";
import { spec } from "../builders";

const golden = JSON.parse(text) as Differences;
const f1 = spec("f1", { goal: "max", format: ".1%" });

function write(amount: number): string {
  return differenceText(amount, f1, metricFormat(f1).full);
}

function told(effect: Partial<Effect>, of: MetricSpec = f1) {
  const whole: Effect = {
    pairs: 4,
    mean: 0.26,
    spread: 0.4,
    least: 0.002,
    most: 0.875,
    rose: 4,
    fell: 0,
    low: null,
    high: null,
    p: null,
    q: null,
    ...effect,
  };
  const variable = golden.variables[0]!.id;
  const effects = { [of.name]: whole };
  const pairs = [{ variable, before: 0, after: 1, pairs: whole.pairs, models: [0, 1], effects }];
  const [row] = pairRows({ ...golden, pairs }, of, write);
  const plain = (words: string) => words.replace(/[\u202f\u2009]/g, " ");
  return { words: plain(row!.words), verdict: row!.verdict, hint: plain(row!.hint) };
}

describe("the rows of matched pairs", () => {
  const rows = pairRows(golden, f1, write);

  test("say what changed, the largest effects first", () => {
    expect(rows.map(({ before, after }) => `${before} → ${after}`)).toContain("without → with");
    const sizes = rows.map(({ mean }) => Math.abs(mean));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  test("of a metric that was not logged are none", () => {
    expect(pairRows(golden, spec("constructor"), write)).toEqual([]);
  });
});

describe("the words of matched pairs", () => {
  test("of four that agree are their number and range, and what chance alone does", () => {
    expect(told({})).toEqual({
      words: "better in 4 of 4, +0.2 to +87.5 pt",
      verdict: "",
      hint: "too few pairs to rule out chance: chance alone has all 4 agree 1 time in 8; 6 that agree would",
    });
    expect(told({}, { ...f1, goal: "min" }).words).toMatch(/^worse in 4 of 4/);
    expect(told({}, { ...f1, goal: null }).words).toMatch(/^up in 4 of 4/);
  });

  test("of a single pair are none", () => {
    expect(told({ pairs: 1, rose: 1 })).toEqual({ words: "", verdict: "", hint: "" });
  });

  test("of pairs that disagree count the side that is told", () => {
    const split = told({ rose: 1, fell: 3, least: -0.1, most: 0.02, mean: -0.03 });
    expect(split.words).toBe("worse in 3 of 4, −10.0 to +2.0 pt");
    expect(told({ rose: 0, fell: 0, least: 0, most: 0, mean: 0 }).words).toBe("the same in 4 of 4");
  });

  test("claim what the sign-flip test and the number of contrasts allow", () => {
    const known = { pairs: 8, rose: 7, fell: 1, low: 0.01, high: 0.4, p: 0.02, q: 0.03 };
    expect(told(known)).toMatchObject({ verdict: "better", hint: "" });
    expect(told({ ...known, q: 0.2 })).toMatchObject({
      verdict: "",
      hint: "may be chance among all the contrasts that were looked at",
    });
  });

  test("never say better beside cannot tell, but what would have been found", () => {
    const unsure = told({ pairs: 8, rose: 5, fell: 3, low: -0.1, high: 0.1, p: 0.4, q: 0.4 });
    expect(unsure.verdict).toBe("");
    expect(unsure.words).toMatch(/^cannot tell: up in 5 of 8/);
    expect(unsure.hint).toBe("a mean change of about 14.3 pt would have been found");
  });
});
