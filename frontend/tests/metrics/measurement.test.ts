import { expect, test } from "vitest";

import { metricTip } from "../../src/model/metrics/measurement";
import { spec } from "../builders";

test("a metric's tip says what it measures, in which unit, and what is better", () => {
  const description = "The state after zlib.";
  const size = spec("size_bytes", { unit: "B", goal: "min", guessed: true, description });
  expect(metricTip(size).split("\n")).toEqual([
    "size_bytes",
    "The state after zlib.",
    "unit: B",
    "lower is better (guessed from the name)",
  ]);
  expect(metricTip(spec("accuracy", { format: ".1%" }))).toBe("accuracy\nunit: %\nno goal");
});
