import { describe, expect, test } from "vitest";

import {
  changeHeading,
  harmOf,
  rowCosts,
  topChanges,
  worstBargain,
} from "../../src/model/layers/change";
import { layersCsv } from "../../src/model/layers/csv";
import { marksOf, partOf } from "../../src/model/layers/measure";
import { layerNetwork } from "../../src/model/layers/network";
import {
  nextSort,
  readSort,
  rowOrder,
  sortText,
  type LayerSort,
} from "../../src/model/layers/sort";
import { cellWords, noteWords, partText, unmatchedWords } from "../../src/model/layers/words";
import { cellsOf, rowsOf, SPARSITY, SQNR, treeOf } from "./builders";

const rows = rowsOf("a", "b", "c", "d", "e");
const network = layerNetwork(rows);
const BYTES = { a: 100, b: 100, c: 100, d: 100, e: 100 };
const tree = treeOf(rows, SQNR, [
  cellsOf("base", rows, {}, BYTES),
  cellsOf("one", rows, { a: 30, b: 10, c: 20 }, { a: 20, b: 98, c: 20, d: 20, e: 20 }),
  cellsOf("two", rows, { a: 5, b: 40, d: 25 }, BYTES),
]);

function top(of = tree): string[] {
  return topChanges(harmOf(of), of.models.length, network.tensors, 10).map(
    ({ row, model }) => `${rows.names[row]} ${of.models[model]?.key}`,
  );
}

describe("where it changed most", () => {
  test("the lowest SQNR of any model is the worst; rows without a number are left out", () => {
    expect(top()).toEqual(["a two", "b one", "c one", "d two"]);
    expect(changeHeading(SQNR)).toBe("Lowest SQNR");
  });

  test("what did not change at all is no change", () => {
    const [base, one] = tree.models;
    const same = { ...one!, certainty: rows.names.map(() => "exact" as const) };
    const unbounded = treeOf(rows, SQNR, [base!, same]);
    expect(top(unbounded)).toEqual(["b one", "c one", "a one"]);
    const highest = rowOrder({ by: "value", key: "one", descending: true }, unbounded, network);
    expect([...network.tensors].sort(highest).map((row) => rows.names[row])).toEqual([..."deacb"]);
  });

  test("a measure that does not compare changes by its distance from the base", () => {
    const sparse = treeOf(rows, SPARSITY, [
      cellsOf("base", rows, { a: 0.5, b: 0.1, c: 0.2 }),
      cellsOf("one", rows, { a: 0.4, b: 0.9, d: 1 }),
    ]);
    expect(top(sparse)).toEqual(["b one", "a one"]);
    expect(changeHeading(SPARSITY)).toBe("Largest change of sparsity");
  });
});

describe("what costs much and saves little", () => {
  const names = ["a", "b", "c", "d"];
  const of = (values: number[], bytes: number[]) => {
    const record = (all: number[]) => Object.fromEntries(names.map((name, at) => [name, all[at]!]));
    return treeOf(rows, SQNR, [
      cellsOf("base", rows, {}, BYTES),
      cellsOf("one", rows, record(values), record(bytes)),
    ]);
  };

  test("stands out by a bad figure and few bytes saved", () => {
    const costs = rowCosts(of([30, 4, 5, 25], [10, 10, 99, 10]), network.tensors);
    expect(costs.map(({ saved }) => saved)).toEqual([90, 90, 1, 90]);
    expect(rows.names[worstBargain(costs)!.row]).toBe("c");
  });

  test("is nobody where nothing is saved, or where all saves alike", () => {
    expect(
      worstBargain(rowCosts(of([30, 4, 5, 25], [100, 100, 100, 100]), network.tensors)),
    ).toBeNull();
    expect(
      worstBargain(rowCosts(of([30, 4, 5, 25], [10, 10, 10, 10]), network.tensors)),
    ).toBeNull();
    expect(worstBargain([])).toBeNull();
  });
});

describe("sorting", () => {
  const order = (sort: LayerSort) =>
    [...network.tensors]
      .sort(rowOrder(sort, tree, network))
      .map((row) => rows.names[row])
      .join("");

  test("rows without a number come last, whichever way", () => {
    expect(order({ by: "value", key: "one", descending: false })).toBe("bcade");
    expect(order({ by: "value", key: "one", descending: true })).toBe("acbde");
    expect(order({ by: "bytes", key: "one", descending: true })).toBe("bacde");
    expect(order({ by: "change", descending: true })).toBe("abcde");
    expect(order({ by: "name", descending: true })).toBe("edcba");
  });

  test("a sort goes through the link, whatever is in a key", () => {
    for (const sort of [
      { by: "value", key: "a:b", descending: true },
      { by: "change", descending: false },
    ] as LayerSort[]) {
      expect(readSort(sortText(sort))).toEqual(sort);
    }
    for (const text of [null, "", "value:a", "+value:", "+nothing"])
      expect(readSort(text)).toBeNull();
  });

  test("a column is sorted, reversed, and then the tree again", () => {
    const start: LayerSort = { by: "value", key: "one", descending: false };
    const back = { ...start, descending: true };
    expect(nextSort(null, start)).toEqual(start);
    expect(nextSort(start, start)).toEqual(back);
    expect(nextSort(back, start)).toBeNull();
    expect(nextSort({ by: "name", descending: false }, start)).toEqual(start);
  });
});

test("a cell tells all about itself", () => {
  const cells = {
    ...tree.models[1]!,
    low: rows.names.map(() => 9.5),
    high: rows.names.map(() => 10.5),
    certainty: rows.names.map(() => "estimate" as const),
    match: rows.names.map(() => "normalised" as const),
    own_names: { b: "module.b" },
    non_finite: rows.names.map(() => 2),
    outliers: [network.byName.get("b")!],
  };
  expect(cellWords(tree, cells, network.byName.get("b")!, (key) => `<${key}>`).split("\n")).toEqual(
    [
      "<one> · b",
      "named module.b here",
      "matched by name without wrappers",
      "SQNR: 10\u202fdB, estimated",
      "95 % interval 9.5\u202fdB to 10.5\u202fdB",
      "6 values: 98\u202fB as stored, 98\u202fB at best",
      "2\u202fB saved",
      "unchanged: 25\u202f%",
      "0–20 %: 75\u202f%",
      "2 values not finite, left out of all else",
      "a few weights changed a lot",
    ],
  );
  expect(unmatchedWords({ ...cells, unmatched_base: 12, unmatched_own: 3 })).toBe(
    "lacks 12 · 3 of its own",
  );
  expect(unmatchedWords(cells)).toBe("");
});

test("a note is told in sentences", () => {
  const note = { message: "norms are folded in", remedy: "Compare activations", model: "k" };
  const gone = { message: "Gone!", remedy: "" };
  expect(noteWords([{ ...gone, model: "a" }, note, { ...gone, model: "b" }, gone], String)).toEqual(
    [
      { text: `${note.model}: norms are folded in. Compare activations.`, minor: false },
      { text: "a, b: Gone!", minor: true },
    ],
  );
});

test("what is not compared is told in cells and files, and marked", () => {
  const part = { compared: 576, of: 98_880, refused: 3, words: "576 of 98,880 weights compared" };
  const rows = rowsOf("a.weight");
  const base = cellsOf("base", rows);
  const own = cellsOf("one", rows, { "": Infinity });
  const tree = treeOf(rows, SQNR, [base, { ...own, parts: { 0: part } }]);
  expect(cellWords(tree, tree.models[1]!, 0, (key) => key)).toContain(part.words);
  expect(layersCsv(tree, [0], (key) => key)).toContain(part.words);
  expect(marksOf("exact", part)).toBe("◐▪");
  expect(marksOf("exact", null)).toBe("▪");
  expect(partText(part)).toBe("576 of 98,880 compared");
  expect(partOf({ ...part, refused: 0 }, SPARSITY)).toBeNull();
  expect(partOf(part, SPARSITY)).toBe(part);
});

test("a file has a line for each tensor, and nothing where nothing was logged", () => {
  const lines = layersCsv(tree, network.tensors, (key) => key).split("\r\n");
  expect(lines).toHaveLength(7);
  expect(lines[0]).toContain(
    "one: sqnr,one: sqnr low,one: sqnr high,one: certainty,one: share unchanged",
  );
  expect(lines[2]).toMatch(
    /^b,parameter,2x3,,name,6,100,100,,,,,0.25,0.75,,,name,6,98,98,10,,,exact,/,
  );
});
