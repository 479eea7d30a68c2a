import { expect, test } from "vitest";

import { measurementTip, metricTip } from "../../src/model/metrics/measurement";
import { metric, spec } from "../builders";

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

test("a value of a scalar says which one and at which step", () => {
  const scalar = metric(0.95, { step: 400, scalar: "val/acc" });
  const tip = (summary?: string) =>
    measurementTip(scalar, spec("accuracy", summary ? { summary } : {})).split("\n")[1];
  expect(tip()).toBe("last of the scalar val/acc, step 400");
  expect(tip("best")).toBe("best of the scalar val/acc, step 400");
  expect(tip("at:400")).toBe("the scalar val/acc at step 400");
});
