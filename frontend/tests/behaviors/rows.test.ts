import { describe, expect, test } from "vitest";

import { setDiff } from "../../src/model/behaviors/prediction_diff";
import {
  distinctLineages,
  farPages,
  instanceRow,
  pageOffsets,
  wholeBar,
} from "../../src/model/behaviors/rows";
import {
  columnOf,
  commonSorts,
  directionOf,
  firstSort,
  harmSortWords,
  modelSorts,
  nextSort,
  sortAmong,
} from "../../src/model/behaviors/sort";
import { TallList } from "../../src/model/charts/in_sight";
import type { InstanceLineage, InstancePage } from "../../src/model/wire.gen";

const PAGE: InstancePage = {
  dataset: "d",
  measure: "correct",
  form: "value",
  n: 2,
  of: 5,
  offset: 0,
  ids: [7, "b"],
  labels: ["cat", null],
  attributes: {},
  models: [
    {
      key: "k",
      predicted: ["dog", null],
      correct: [false, null],
      confidence: [0.5, null],
      values: [0, null],
    },
  ],
};

describe("a row of a page", () => {
  test("has its label and what each model answered", () => {
    expect(instanceRow(PAGE, 0)).toEqual({
      id: 7,
      label: "cat",
      text: null,
      target: null,
      image: false,
      predictions: [{ key: "k", predicted: "dog", correct: false, confidence: 0.5, value: 0 }],
      votes: null,
    });
  });

  test("keeps what is not logged apart from 0 and false", () => {
    expect(instanceRow(PAGE, 1)?.predictions).toEqual([
      { key: "k", predicted: null, correct: null, confidence: null, value: null },
    ]);
    expect(instanceRow(PAGE, 2)).toBeNull();
  });

  test("tells the votes of a family", () => {
    const votes = { answers: ["dog"], votes: [3], base_votes: [1], voters: [4], correct: [false] };
    expect(instanceRow({ ...PAGE, votes }, 0)?.votes).toEqual({
      answer: "dog",
      votes: 3,
      base: 1,
      voters: 4,
    });
  });

  test("has bars on the scale of the histogram", () => {
    expect(wholeBar([-4, 0, 2])).toBe(4);
    expect(wholeBar([])).toBe(1);
  });
});

describe("pages", () => {
  test("are those that rows are on", () => {
    expect(pageOffsets(0, 1, 100)).toEqual([0]);
    expect(pageOffsets(99, 101, 100)).toEqual([0, 100]);
    expect(pageOffsets(250, 250, 100)).toEqual([200]);
  });

  test("far from the latest are forgotten", () => {
    expect(farPages([0, 100, 2000, 2100, 5000], 2100, 100)).toEqual([0, 5000]);
    expect(farPages([0, 2000], 0, 100)).toEqual([]);
  });
});

describe("a list too tall for a browser", () => {
  const list = new TallList(1_000_000, 50);
  const viewport = 500;

  test("is as tall as its rows where it can be", () => {
    const small = new TallList(100, 50);
    expect(small.shown).toBe(5000);
    expect(small.rows(1234, viewport)).toBe(1234);
    expect(small.top(3, 1234, viewport)).toBe(150);
  });

  test("reaches its last row at its end", () => {
    const end = list.shown - viewport;
    expect(list.shown).toBeLessThan(17_000_000);
    expect(list.rows(end, viewport)).toBeCloseTo(1_000_000 * 50 - viewport);
    // The last row ends where the list ends.
    expect(list.top(999_999, end, viewport) + 50).toBeCloseTo(list.shown, 3);
  });

  test("shows the same row where it is scrolled to it", () => {
    const scrolled = list.list(30_000_000, viewport);
    expect(list.rows(scrolled, viewport)).toBeCloseTo(30_000_000);
    expect(list.top(600_000, scrolled, viewport)).toBeCloseTo(scrolled);
  });

  test("begins at its top, also while it is below what is in sight", () => {
    expect(list.rows(-300, viewport)).toBe(0);
    expect(list.top(0, -300, viewport)).toBe(0);
  });
});

describe("sorting rows", () => {
  test("by a click begins with the worst, then the best, then ends", () => {
    expect(nextSort(null, "value:a", "max")).toBe("value:a");
    expect(nextSort("value:a", "value:a", "max")).toBe("-value:a");
    expect(nextSort("-value:a", "value:a", "max")).toBeNull();
    expect(nextSort("order", "value:a", "min")).toBe("-value:a");
    expect(nextSort("-value:a", "value:a", null)).toBe("value:a");
  });

  test("by a column is by what it shows", () => {
    expect(columnOf("a", false, "instances", "value")).toBe("value:a");
    expect(columnOf("a", false, "instances", "difference")).toBe("change:a");
    expect(columnOf("a", false, "slices", "value")).toBe("change:a");
    expect(columnOf("a", true, "slices", "difference")).toBe("value:a");
  });

  test("by a model that is not compared is no sort", () => {
    expect(sortAmong("-change:a", ["b", "a"])).toBe("-change:a");
    expect(sortAmong("-change:a", ["b"])).toBeNull();
    expect(sortAmong("-disagreement", [])).toBe("-disagreement");
    expect(sortAmong(null, [])).toBeNull();
  });

  test("begins with the model that lost most", () => {
    const change = { n: 9, low: null, high: null, relative: null, p: null, test: null };
    const [a, b] = [
      { key: "a", change: { ...change, value: -0.1 } },
      { key: "b", change: { ...change, value: -0.3 } },
    ];
    const none = { key: "c", change: null };
    expect(firstSort("slices", [a, b, none], "max")).toBe("harm:b");
    expect(firstSort("slices", [a, b], "min")).toBe("harm:a");
    expect(firstSort("slices", [b, none], "max")).toBeNull();
    expect(firstSort("instances", [a, b], "max")).toBe("change:b");
    expect(firstSort("instances", [a], "min")).toBe("-change:a");
    expect(firstSort("instances", [a], null)).toBeNull();
    expect(firstSort("instances", [none], "max")).toBeNull();
    expect(firstSort("instances", [none], null, true)).toBe("-disagreement");
    expect(firstSort("slices", [none], null, true)).toBeNull();
    expect(firstSort("broken", [a, b], "max")).toBe("change:b");
    expect(firstSort("forgotten", [a, b], "max")).toBeNull();
    expect(harmSortWords("harm:b", (key) => key.toUpperCase())).toContain("loss of B first");
    expect(harmSortWords("harm", String)).toContain("largest loss first");
    expect(harmSortWords("-n", String)).toBe("");
  });

  test("is told in words", () => {
    expect(directionOf("-value:a", "value:a")).toBe("descending");
    expect(directionOf("value:a", "value:a")).toBe("ascending");
    expect(directionOf(null, "value:a")).toBe("none");
    expect(modelSorts("a", "m", true).map(({ value }) => value)).toEqual(["value:a", "-value:a"]);
    expect(commonSorts("forgotten", true).map(({ value }) => value)).toContain("-votes");
    expect(commonSorts("instances", false).map(({ value }) => value)).not.toContain(
      "-disagreement",
    );
  });
});

describe("lineages of an instance", () => {
  const lineage = (broke: number | null, ...keys: string[]): InstanceLineage => ({
    model: keys.at(-1)!,
    steps: keys.map((key) => ({
      key,
      predicted: null,
      correct: null,
      confidence: null,
      value: null,
    })),
    broke,
    still: broke !== null,
  });

  test("that another continues are not told twice; what broke comes first", () => {
    const lineages = [
      lineage(null, "root", "a"),
      lineage(1, "root", "b"),
      lineage(1, "root", "b", "c"),
      lineage(null, "other", "b"),
    ];
    expect(distinctLineages(lineages).map(({ model }) => model)).toEqual(["c", "a", "b"]);
  });

  test("of the root alone stay", () => {
    expect(distinctLineages([lineage(null, "root")])).toHaveLength(1);
  });
});

test("classes of a multi-label answer are told apart", () => {
  expect(setDiff(["cat", "dog"], ["dog", "tree"])).toEqual([
    { kind: "same", text: "dog" },
    { kind: "added", text: "tree" },
    { kind: "removed", text: "cat" },
  ]);
  expect(setDiff([], [])).toEqual([]);
});
