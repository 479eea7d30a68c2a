import { describe, expect, test } from "vitest";

import {
  foremost,
  harmBy,
  harmMeasure,
  mostBroken,
  mostHarmed,
  mostHarmedPair,
  pairWords,
} from "../../src/model/behaviors/harm";
import {
  brokenWords,
  churnWords,
  mostWords,
  othersWords,
} from "../../src/model/behaviors/harm_words";
import { CORRECT, harmedPair, harmedSlice, measure } from "./builders";

const slice = (model: string, flips: number, n: number) =>
  harmedSlice(model, {
    by: "attribute/page",
    level: 0,
    name: "page",
    text: "try",
    n,
    flips,
    small: n < 30,
  });
const pair = (model: string, flips: number) => harmedPair(model, { flips });
const FOUND = {
  dataset: "d",
  measure: "correct",
  slices: [slice("a", 300, 1500), slice("a", 12, 40), slice("b", 20, 40), slice("c", 9, 9)],
  tests: 9,
  pairs: [pair("a", 20), pair("a", 60)],
  pair_tests: 4,
  models: [],
  reason: null,
};

describe("the slice that broke most", () => {
  test("is that with the largest share, of a model or of any", () => {
    expect(mostBroken(FOUND, "a")?.flips).toBe(12);
    expect(mostBroken(FOUND)?.model).toBe("b");
    expect(mostBroken(FOUND, "d")).toBeNull();
  });

  test("comes after those that are harmed", () => {
    const lost = [slice("a", 5, 90), { ...slice("a", 9, 80), change: -0.3, harmed: false }];
    const found = {
      ...FOUND,
      slices: [slice("a", 40, 60), ...lost].map((one, at) => ({ ...one, harmed: at === 1 })),
    };
    expect(foremost(found, null, "a")?.flips).toBe(5);
    expect(mostHarmed(found, null)?.n).toBe(90);
    expect(mostHarmed(found, null, "b")).toBeNull();
    expect(
      foremost({ ...found, slices: lost.map((one) => ({ ...one, harmed: false })) }, null)?.flips,
    ).toBe(9);
    expect(mostHarmedPair(FOUND, null, "a")?.flips).toBe(20);
    expect(mostHarmedPair(FOUND, null, "b")).toBeNull();
  });

  test("has 30 instances at least", () => {
    expect(mostBroken(FOUND, "c")).toBeNull();
  });

  test("is described by what was counted", () => {
    expect(brokenWords(slice("a", 1200, 8000), null)).toBe(
      "1,200 of 8,000 right → wrong, 3 wrong → right",
    );
    expect(pairWords(pair("a", 60))).toBe("label 7 · scan faint");
    const others = { n: 1000, flips: 20, mended: 4, change: -0.016 };
    expect(othersWords({ rest: others }, null)).toBe(" (all others: 2.0\u202f% broke)");
    expect(othersWords({ rest: { ...others, n: 0 } }, null)).toBe("");
  });
});

describe("harm by scores and losses", () => {
  const f1 = measure({ id: "score/F1", label: "F1" });
  const nll = measure({ id: "nll", label: "nll", goal: "min" });

  test("is asked for by what is shown, where that has a goal of its own", () => {
    expect(harmMeasure(f1)).toBe("score/F1");
    expect(harmMeasure(nll)).toBe("nll");
    // The server chooses: what is right, where that is known.
    for (const shown of [CORRECT, null, measure({ goal: null }), measure({ pairwise: true })]) {
      expect(harmMeasure(shown)).toBeNull();
    }
    const measures = [CORRECT, f1];
    expect(harmBy({ ...FOUND, measure: "score/F1" }, { measures })).toBe(f1);
    expect(harmBy(FOUND, { measures })).toBeNull();
  });

  test("is what fell of a score, and what rose of a loss", () => {
    const counts = { n: 60, flips: 40, mended: 3 };
    expect(brokenWords(counts, f1)).toBe("40 of 60 fell, 3 rose");
    expect(brokenWords(counts, nll)).toBe("40 of 60 rose, 3 fell");
    expect(churnWords({ n: 200, broke: 80, mended: 20 }, nll)).toBe(
      "80 rose, 20 fell of 200 (churn 50\u202f%)",
    );
    expect([null, f1, nll].map(mostWords)).toEqual(["Broke most", "Fell most", "Rose most"]);
  });

  test("puts forward the slice whose loss rose most", () => {
    const slices = [0.1, 0.4, 0.2].map((change) => harmedSlice("a", { change }));
    expect(mostHarmed({ ...FOUND, slices }, nll)?.change).toBe(0.4);
    const fell = slices.map((one) => ({ ...one, change: -one.change }));
    expect(mostHarmed({ ...FOUND, slices: fell }, f1)?.change).toBe(-0.4);
  });
});
