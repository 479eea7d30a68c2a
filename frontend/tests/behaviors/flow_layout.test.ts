import { describe, expect, test } from "vitest";

import {
  flowLayout,
  flowWords,
  hasPattern,
  ribbonPath,
  ribbonWords,
} from "../../src/model/behaviors/flow_layout";
import type { AnswerFlow, ModelFlows } from "../../src/model/wire.gen";

function flow(before: string, after: string, n: number, broke = n, mended = 0): AnswerFlow {
  return { before, after, n, broke, mended };
}

const FLOWS: ModelFlows = {
  key: "m",
  n: 1000,
  changed: 100,
  broke: 60,
  mended: 30,
  pairs: 40,
  flows: [
    flow("three", "five", 40),
    flow("eight", "three", 30, 0, 30),
    flow("one", "five", 10, 4, 2),
  ],
  rest: { pairs: 37, n: 20, broke: 16, mended: 0 },
  reason: null,
};

describe("the flow of predictions", () => {
  const { left, right, ribbons, height } = flowLayout(FLOWS);

  test("has the largest at the top, and the rest as one at the end", () => {
    expect(left.map(({ text }) => text)).toEqual(["three", "eight", "one", ""]);
    expect(right.at(-1)).toMatchObject({ text: "", n: 20 });
    expect(right.find(({ text }) => text === "five")?.n).toBe(50);
    expect(ribbons.at(-1)?.flow).toBeNull();
  });

  test("says what most of a change did", () => {
    expect(ribbons.map(({ outcome }) => outcome)).toEqual(["broke", "mended", null, "broke"]);
  });

  test("draws ribbons as thick as they are frequent, inside their nodes and beside each other", () => {
    const [first, second, third] = ribbons;
    expect(first!.size / second!.size).toBeCloseTo(40 / 30);
    const five = right.find(({ text }) => text === "five")!;
    for (const { to, size } of [first!, third!]) {
      expect(to - size / 2).toBeGreaterThanOrEqual(five.top - 1e-9);
      expect(to + size / 2).toBeLessThanOrEqual(five.top + five.height + 1e-9);
    }
    expect(Math.abs(first!.to - third!.to)).toBeCloseTo((first!.size + third!.size) / 2);
    for (const nodes of [left, right]) {
      for (const [at, { top, height: tall }] of nodes.entries()) {
        expect(top + tall).toBeLessThanOrEqual(nodes[at + 1]?.top ?? height);
      }
    }
    expect(ribbonPath(first!, 100)).toMatch(/^M0,[\d.]+C50,.* 100,[\d.]+V[\d.]+C.*Z$/);
  });

  test("keeps a class that is called like the rest apart from it", () => {
    const { left: names } = flowLayout({ ...FLOWS, flows: [flow("", "five", 9)] });
    expect(names.map(({ n }) => n)).toEqual([9, 20]);
  });

  test("of a thousand classes stays as tall as its flows", () => {
    const flows = Array.from({ length: 16 }, (_, at) => flow(`a${at}`, `b${at}`, 5));
    const rest = { pairs: 1763, n: 3000, broke: 3000, mended: 0 };
    expect(flowLayout({ ...FLOWS, flows, rest }).height).toBeLessThan(360);
  });
});

describe("the words of a flow", () => {
  test("add up", () => {
    expect(flowWords(FLOWS)).toBe(
      "100 of 1,000 changed, in 40 ways: 60 broke, 30 mended, 10 wrong in another way",
    );
    expect(flowWords({ ...FLOWS, broke: null, mended: null, pairs: 1 })).toBe(
      "100 of 1,000 changed, in 1 way",
    );
    expect(flowWords({ ...FLOWS, changed: 0 })).toBe("none of 1,000 predictions changed");
  });

  test("tell a ribbon", () => {
    const { ribbons } = flowLayout(FLOWS);
    expect(ribbonWords(ribbons[0]!, FLOWS)).toBe("three ▸ five, 40 instances: 40 broke, 0 mended");
    expect(ribbonWords(ribbons[3]!, { ...FLOWS, broke: null })).toBe(
      "37 other changes, 20 instances",
    );
  });

  test("draw nothing where nothing happened more than twice", () => {
    expect(hasPattern(FLOWS)).toBe(true);
    expect(hasPattern({ ...FLOWS, flows: [flow("a", "b", 2)] })).toBe(false);
    expect(hasPattern({ ...FLOWS, flows: [] })).toBe(false);
  });
});
