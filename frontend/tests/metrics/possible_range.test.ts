import { expect, test } from "vitest";

import { possibleRange } from "../../src/model/metrics/possible_range";
import { spec } from "../builders";

test("a metric's range is what its spec says, then its unit, then its name", () => {
  expect(possibleRange(spec("score", { low: -1, high: 1 }), [0.2])).toEqual([-1, 1]);
  expect(possibleRange(spec("top1", { format: ".1%" }), [0.9])).toEqual([0, 1]);
  expect(possibleRange(spec("accuracy"), [0.9])).toEqual([0, 1]);
  expect(possibleRange(spec("F1"), [0.9, 88.2])).toEqual([0, 100]);
  expect(possibleRange(spec("latency", { unit: "ms" }), [3])).toEqual([0, Infinity]);
  expect(possibleRange(spec("loss_bytes", { unit: "B" }), [3])).toEqual([0, Infinity]);
  expect(possibleRange(spec("reward"), [3])).toEqual([-Infinity, Infinity]);
});

test("values beyond it show that it says nothing", () => {
  expect(possibleRange(spec("gain", { format: ".1%" }), [-0.2, 1.4])).toEqual([
    -Infinity,
    Infinity,
  ]);
});
