import { expect, test } from "vitest";

import { holdsSelection } from "../../src/model/report/inside";

const REPORT = { base: "dense", models: ["a", "b", "c"] };

test.each([
  ["all of its models", "dense", ["c", "a", "b"], true],
  ["all of them and the base", "dense", ["dense", "a", "b", "c"], true],
  ["one of them", "dense", ["b"], true],
  ["none", "dense", [], true],
  ["some of them", "dense", ["a", "b"], false],
  ["another model", "dense", ["d"], false],
  ["another base", "a", ["b"], false],
  ["no base", null, [], false],
])("%s", (_, base, selected, holds) => {
  expect(holdsSelection(REPORT, base, selected)).toBe(holds);
});
