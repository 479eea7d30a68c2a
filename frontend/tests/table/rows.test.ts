import { expect, test } from "vitest";

import { tableRows } from "../../src/model/table/sort";
import { model } from "../builders";

const sorted = ["a", "b", "c", "d"].map((id) => model(id));
const rows = (matching: string[] | null, kept: string[] | null, hide: boolean) =>
  tableRows(sorted, {
    matching: matching && new Set(matching),
    kept: kept && new Set(kept),
    hide,
  }).map(({ id }) => id);

test("what passes comes first, each part in the order of the sort", () => {
  expect(rows(null, null, true)).toEqual(["a", "b", "c", "d"]);
  expect(rows(["d", "b"], ["d", "b"], false)).toEqual(["b", "d", "a", "c"]);
});

test("hidden is what filters and search leave out, not what misses a budget", () => {
  expect(rows(["d", "b"], ["d"], true)).toEqual(["d", "b"]);
  expect(rows(null, ["d"], true)).toEqual(["d", "a", "b", "c"]);
  expect(rows([], [], true)).toEqual([]);
});
