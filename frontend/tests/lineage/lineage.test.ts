import { describe, expect, test } from "vitest";

import {
  ancestorsOf,
  buildLineage,
  childrenOf,
  descendantsOf,
  parentsOf,
} from "../../src/model/lineage/lineage";
import { model } from "../builders";
import { paths } from "../map/builders";

const family = (parents: Record<string, string[]>) =>
  buildLineage(Object.entries(parents).map(([id, of]) => model(id, { parents: of })));

describe("the graph", () => {
  test("has the first parent as the main one, and the others as further ones", () => {
    const { nodes, roots } = family({ a: [], b: [], c: ["b", "a"] });
    expect(nodes.get("c")?.parent?.key).toBe("b");
    expect(nodes.get("c")?.furtherParents.map((node) => node.key)).toEqual(["a"]);
    expect(nodes.get("a")?.furtherChildren.map((node) => node.key)).toEqual(["c"]);
    expect(roots.map((root) => root.key)).toEqual(["a", "b"]);
  });

  test("counts depth along main parents, whatever the order of creation", () => {
    const { nodes } = buildLineage(paths("a/x/y", "a/x", "a"));
    expect([...nodes.values()].map((node) => node.depth)).toEqual([2, 1, 0]);
  });

  test("lists each parent before its children", () => {
    const { preorder } = buildLineage(paths("a/x/y", "b", "a/x", "a", "a/z"));
    expect(preorder.map((node) => node.key)).toEqual(["b", "a", "a/x", "a/x/y", "a/z"]);
  });

  test("takes the next parent where the first is unknown", () => {
    const { nodes } = family({ a: [], c: ["gone", "a"] });
    expect(nodes.get("c")?.parent?.key).toBe("a");
  });

  test("survives cycles, models that are their own parent, and repeated keys", () => {
    const { preorder, nodes } = family({ a: ["c"], b: ["a"], c: ["b"], d: ["d"] });
    expect(preorder).toHaveLength(4);
    expect(nodes.get("d")?.parent).toBeNull();
    const twice = buildLineage([model("a"), model("a", { parents: ["a"] })]);
    expect(twice.preorder).toHaveLength(1);
  });

  test("takes a chain of 3,000 models", () => {
    const chain = Array.from({ length: 3000 }, (_, i) =>
      model(`${i}`, { parents: i > 0 ? [`${i - 1}`] : [] }),
    );
    expect(buildLineage(chain).preorder.at(-1)?.depth).toBe(2999);
  });
});

describe("relatives", () => {
  const lineage = family({ a: [], b: ["a"], c: ["a"], d: ["b", "c"], e: ["d"] });

  test("are found by any parent, nearest first", () => {
    expect(parentsOf(lineage, "d")).toEqual(["b", "c"]);
    expect(childrenOf(lineage, "c")).toEqual(["d"]);
    expect(ancestorsOf(lineage, "e")).toEqual(["d", "b", "c", "a"]);
    expect(descendantsOf(lineage, "a")).toEqual(["b", "c", "d", "e"]);
  });

  test("of an unknown model are none", () => {
    expect(ancestorsOf(lineage, "?")).toEqual([]);
    expect(childrenOf(lineage, "?")).toEqual([]);
  });

  test("of models in a cycle are each other", () => {
    const cycle = family({ a: ["b"], b: ["a"] });
    expect(ancestorsOf(cycle, "a")).toEqual(["b"]);
  });
});
