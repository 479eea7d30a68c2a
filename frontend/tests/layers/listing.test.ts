import { describe, expect, test } from "vitest";

import { AUTO_EXPANSION, type Expansion } from "../../src/model/layers/expansion";
import { treeStep } from "../../src/model/layers/keys";
import {
  flatListing,
  isExpanded,
  keptRows,
  nameFilter,
  toggledModule,
  treeListing,
  type TensorRange,
} from "../../src/model/layers/listing";
import { layerNetwork, nearestRow } from "../../src/model/layers/network";
import { rowsOf } from "./builders";

const network = layerNetwork(
  rowsOf(
    "stem.weight",
    "body.0.conv.weight",
    "body.0.conv.bias",
    "body.1.conv.weight",
    "head.weight",
  ),
);

function listed(
  expansion: Expansion = AUTO_EXPANSION,
  text = "",
  regex = false,
  range: TensorRange | null = null,
): string[] {
  const kept = keptRows(network, nameFilter(text, regex), range);
  return treeListing(network, isExpanded(network, expansion), kept).map(
    ({ row, level, expanded }) =>
      `${level}${expanded === null ? "" : expanded ? "-" : "+"} ${network.labels[row]}`,
  );
}

test("a network knows its depths, labels and tensors", () => {
  expect(network.count).toBe(13);
  expect(network.tensors.map((row) => network.rows.names[row])).toEqual([
    "stem.weight",
    "body.0.conv.weight",
    "body.0.conv.bias",
    "body.1.conv.weight",
    "head.weight",
  ]);
  expect(network.depths[network.byName.get("body.0.conv.bias")!]).toBe(4);
  expect(network.labels[network.byName.get("body.0")!]).toBe("0");
  expect(network.labels[0]).toBe("whole network");
});

test("a row of another view has a nearest one here", () => {
  expect(nearestRow(network, "stem.weight")).toBe("stem.weight");
  expect(nearestRow(network, "body.1.conv.output")).toBe("body.1.conv.weight");
  expect(nearestRow(network, "body.7.conv.output")).toBe("body");
  expect(nearestRow(network, "elsewhere.weight")).toBeNull();
  expect(nearestRow(network, "")).toBe("");
});

describe("the tree", () => {
  test("is open as far as it is short", () => {
    expect(listed()).toHaveLength(13);
    const many = layerNetwork(
      rowsOf(...Array.from({ length: 130 }, (_, at) => `block.${at}.conv.weight`)),
    );
    const kept = keptRows(many, nameFilter("", false), null);
    // 130 blocks are too many: the network and its one module.
    expect(treeListing(many, isExpanded(many, AUTO_EXPANSION), kept)).toHaveLength(2);
  });

  test("opens and folds modules", () => {
    const folded: Expansion = { rest: "none", toggled: [] };
    expect(listed(folded)).toEqual(["1- whole network", "2+ stem", "2+ body", "2+ head"]);
    expect(listed(toggledModule(folded, "body"))).toEqual([
      "1- whole network",
      "2+ stem",
      "2- body",
      "3+ 0",
      "3+ 1",
      "2+ head",
    ]);
    expect(toggledModule(toggledModule(folded, "body"), "body")).toEqual(folded);
    expect(listed({ rest: "all", toggled: [""] })).toEqual(["1+ whole network"]);
  });

  test("a filter opens what holds a hit and leaves out the rest", () => {
    expect(listed({ rest: "none", toggled: [] }, "0.conv.b")).toEqual([
      "1- whole network",
      "2- body",
      "3- 0",
      "4- conv",
      "5 bias",
    ]);
    expect(listed(AUTO_EXPANSION, "nowhere")).toEqual([]);
  });

  test("a module that is found by its own name keeps all it holds", () => {
    expect(listed({ rest: "all", toggled: [] }, "^body\\.1$", true)).toEqual([
      "1- whole network",
      "2- body",
      "3- 1",
      "4- conv",
      "5 weight",
    ]);
  });

  test("an expression that is none is said and filters nothing", () => {
    const filter = nameFilter("(", true);
    expect(filter.error).toMatch(/regular expression/i);
    expect(keptRows(network, filter, null).tensors).toHaveLength(5);
    expect(nameFilter("(", false).error).toBeNull();
  });

  test("a brush keeps a stretch of tensors", () => {
    const rest: Expansion = { rest: "all", toggled: [] };
    expect(listed(rest, "", false, [2, 3])).toEqual([
      "1- whole network",
      "2- body",
      "3- 0",
      "4- conv",
      "5 bias",
      "3- 1",
      "4- conv",
      "5 weight",
    ]);
    expect(keptRows(network, nameFilter("weight", false), [2, 3]).tensors).toHaveLength(1);
  });

  test("a flat list holds tensors alone", () => {
    const kept = keptRows(network, nameFilter("weight", false), null);
    const names = flatListing(kept, (a, b) => b - a).map(({ row }) => network.rows.names[row]);
    expect(names).toEqual([
      "head.weight",
      "body.1.conv.weight",
      "body.0.conv.weight",
      "stem.weight",
    ]);
  });
});

test("keys walk the tree", () => {
  const rest: Expansion = { rest: "none", toggled: ["body"] };
  const kept = keptRows(network, nameFilter("", false), null);
  const rows = treeListing(network, isExpanded(network, rest), kept);
  expect(treeStep("ArrowDown", 0, rows)).toEqual({ kind: "go", index: 1 });
  expect(treeStep("ArrowUp", 0, rows)).toEqual({ kind: "go", index: 0 });
  expect(treeStep("End", 0, rows)).toEqual({ kind: "go", index: 5 });
  expect(treeStep("PageDown", 0, rows)).toEqual({ kind: "go", index: 5 });
  expect(treeStep("ArrowRight", 1, rows)).toEqual({ kind: "toggle", index: 1 });
  expect(treeStep("ArrowRight", 2, rows)).toEqual({ kind: "go", index: 3 });
  expect(treeStep("ArrowLeft", 2, rows)).toEqual({ kind: "toggle", index: 2 });
  expect(treeStep("ArrowLeft", 4, rows)).toEqual({ kind: "go", index: 2 });
  expect(treeStep("Enter", 4, rows)).toEqual({ kind: "open", index: 4 });
  expect(treeStep("Escape", 4, rows)).toEqual({ kind: "close" });
  expect(treeStep("q", 4, rows)).toBeNull();
  expect(treeStep("ArrowDown", 0, [])).toBeNull();
});
