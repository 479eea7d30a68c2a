import { expect, test } from "vitest";

import { hiddenLevels, withFewLevels } from "../../src/model/differences/factors";
import type { Variable } from "../../src/model/wire.gen";

function variable(counts: readonly number[]): Variable {
  return {
    id: "v",
    name: "order",
    kind: "order",
    numeric: false,
    levels: counts.map((models, index) => ({ value: index, text: String(index), models })),
    of: counts.flatMap((models, index) => Array<number>(models).fill(index)),
    explains: 1,
    joined: [],
  };
}

test("of many levels the most frequent stay, in their order", () => {
  const all = variable([1, 5, 2, 5, 1]);
  const few = withFewLevels(all, 3);
  expect(few.levels.map(({ text }) => text)).toEqual(["1", "2", "3"]);
  expect(few.of).toEqual([-1, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, -1]);
  expect(hiddenLevels(all, few)).toBe("3 of 5 levels of order");
});

test("few levels stay as they are", () => {
  const all = variable([2, 1]);
  expect(withFewLevels(all, 2)).toBe(all);
  expect(hiddenLevels(all, all)).toBe("");
});

test("of levels that are equally frequent the first stay", () => {
  const few = withFewLevels(variable(Array<number>(2000).fill(1)), 40);
  expect(few.levels.map(({ value }) => value)).toEqual([...Array(40).keys()]);
});
