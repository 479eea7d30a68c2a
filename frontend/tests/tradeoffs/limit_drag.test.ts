import { expect, test } from "vitest";

import { axisScale } from "../../src/model/charts/axis";
import { limitLines, movedLimit } from "../../src/model/tradeoffs/limit_drag";
import { metric, spec } from "../builders";

const size = spec("size_bytes", { goal: "min", unit: "B" });
const accuracy = spec("accuracy", { goal: "max" });
const limit = (relation: "absolute" | "base_plus" | "base_percent", value: number) =>
  ({ metric: "size_bytes", bound: "at_most", relation, value }) as const;

test("only limits on the two axes are lines, and stay within the plot", () => {
  const axis = axisScale([0, 100], "linear", 4, [0, 100]);
  const known = [25, 400].map((value) => ({ limit: limit("absolute", value), spec: size, value }));
  const other = { limit: limit("absolute", 1), spec: spec("latency"), value: 1 };
  const open = { limit: limit("base_plus", 1), spec: size, value: null };
  const lines = limitLines([...known, other, open], size, accuracy, axis, axis);
  expect(lines.map(({ across, share }) => [across, share])).toEqual([
    [true, 0.25],
    [true, 1],
  ]);
});

test("a dragged limit keeps what it is said against, with three digits", () => {
  const base = metric(2000);
  expect(movedLimit(limit("absolute", 1), 1234.567, base)).toEqual(limit("absolute", 1230));
  expect(movedLimit(limit("base_percent", -5), 1500, base)).toEqual(limit("base_percent", -25));
  expect(movedLimit(limit("base_plus", 0), 2100, base)).toEqual(limit("base_plus", 100));
  expect(movedLimit(limit("base_percent", -5), 1500, undefined).relation).toBe("absolute");
  expect(movedLimit(limit("base_percent", -5), 1500, metric(0)).relation).toBe("absolute");
});
