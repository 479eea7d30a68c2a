import { describe, expect, test } from "vitest";

import { heatCell, heatReach, leadOf, sharedWords } from "../../src/model/behaviors/matrix";
import { mostLossy } from "../../src/model/behaviors/sort";
import { behaviorOf, CORRECT, measure, sliceCells, sliceTable } from "./builders";

const BASE = sliceCells("base", 3, { value: [0.9, 0.8, 0.7] });
const MODEL = sliceCells("model", 3, {
  value: [0.6, 0.8, 0.72],
  change: [-0.3, 0, 0.02],
  q: [0.001, 1, 0.4],
});

/** Per cent of the colour that is mixed into the ground. */
function inkOf(ground: string): number {
  return Number(/(\d+)%/.exec(ground)?.[1] ?? 0);
}

describe("a cell of the matrix", () => {
  const reach = heatReach([sliceTable([BASE, MODEL], [0, 1, 2])], CORRECT);

  test("has the change as number and as ink, strong where q < .05", () => {
    expect(reach).toBe(0.3);
    const [lost, same, open] = [0, 1, 2].map((row) => heatCell(MODEL, row, CORRECT, reach));
    expect(lost).toMatchObject({ text: "−30.0", verdict: "worse" });
    expect(lost?.ground).toContain("var(--worse)");
    expect(same).toEqual({ text: "±0", ground: "", verdict: null });
    expect(open).toMatchObject({ text: "+2.00", verdict: null });
    expect(open?.ground).toContain("var(--better)");
    expect(inkOf(open?.ground ?? "")).toBeLessThan(inkOf(lost?.ground ?? "") / 3);
  });

  test("takes a rise of a loss for worse, and no side without a goal", () => {
    const risen = sliceCells("model", 1, { value: [2], change: [1], q: [0.01] });
    const loss = measure({ goal: "min" });
    expect(heatCell(risen, 0, loss, 1).ground).toContain("var(--worse)");
    expect(heatCell(risen, 0, loss, 1).text).toBe("+1");
    expect(heatCell(risen, 0, measure({ goal: null }), 1).ground).toBe("");
  });

  test("of the base, and of what compares already, is a mean; the latter faint where it differs", () => {
    expect(heatCell(BASE, 0, CORRECT, 1)).toEqual({ text: "90.0", ground: "", verdict: null });
    const agrees = measure({ rate: true, pairwise: true });
    const found = heatCell(sliceCells("model", 1, { value: [0.75] }), 0, agrees, 0.25);
    expect(found).toMatchObject({ text: "75.0", verdict: null });
    expect(inkOf(found.ground)).toBe(14);
  });

  test("is not drowned by slices of a few instances", () => {
    const table = { ...sliceTable([BASE, MODEL], [0, 1, 2]), small: [true, false, false] };
    expect(heatReach([table], CORRECT)).toBe(0.02);
  });
});

describe("the model in the pane", () => {
  const compared = ["base", "a", "b"];

  test("is the focused one, else that of the sort, else the worst, else the first", () => {
    expect(leadOf("a", "harm:b", "b", compared)).toBe("a");
    expect(leadOf(null, "harm:b", "a", compared)).toBe("b");
    expect(leadOf(null, "value:base", "b", compared)).toBe("b");
    expect(leadOf(null, "-n", "gone", compared)).toBe("a");
    expect(leadOf(null, null, null, ["base"])).toBe("base");
    expect(leadOf("base", "harm:b", null, compared)).toBe("base");
  });

  test("where nothing has a change is the one that agrees least", () => {
    const agreeing = (key: string, value: number) =>
      behaviorOf(key, { agreement: { n: 9, value, low: null, high: null } });
    expect(mostLossy([agreeing("a", 0.9), agreeing("b", 0.6)], null)).toBe("b");
    expect(mostLossy([behaviorOf("a")], null)).toBeNull();
  });
});

test("a head says what a model shares with the base, and what is left out", () => {
  const excluded = [{ n: 7, why: "its prediction is not finite" }];
  const { text, tip } = sharedWords(behaviorOf("a", { n: 93, n_shared: 93, excluded }));
  expect(text).toBe("n 93 · 7 out");
  expect(tip).toContain("7 left out: its prediction is not finite");
  expect(sharedWords(behaviorOf("a", { logged: false })).text).toBe("no predictions");
});
