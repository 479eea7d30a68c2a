import { expect, test } from "vitest";

import { tickTexts } from "../../src/model/charts/axis";
import { spec } from "../builders";

const written = (ticks: number[], ...args: Parameters<typeof spec>) =>
  tickTexts(ticks, spec(...args)).map((text) => text.replace(/\u202f/g, " "));

test("ticks carry no idle zeros", () => {
  expect(written([0, 0.2, 0.4, 1], "accuracy")).toEqual(["0", "0.2", "0.4", "1"]);
  expect(written([0, 0.25], "f1", { format: ".2%" })).toEqual(["0", "25"]);
  expect(written([1e6, 1.2e6, 1e7], "s", { unit: "B" })).toEqual(["1 MB", "1.2 MB", "10 MB"]);
  expect(written([20, 100, 400], "steps")).toEqual(["20", "100", "400"]);
});

test("no two ticks of a zoomed axis are alike", () => {
  expect(written([0.801, 0.802, 0.803], "f1", { format: ".0%" })).toEqual(["80.1", "80.2", "80.3"]);
  expect(written([90.1, 90.2], "f1", { format: ".0f", unit: "%" })).toEqual(["90.1", "90.2"]);
  expect(written([99_710, 99_720], "s", { unit: "B" })).toEqual(["99.71 kB", "99.72 kB"]);
  expect(written([0.1, 0.2, 0.1 + 0.2], "x", { format: ".0f" })).toEqual(["0.1", "0.2", "0.3"]);
});
