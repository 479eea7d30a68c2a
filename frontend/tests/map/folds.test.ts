import { describe, expect, test } from "vitest";

import {
  countIn,
  describeFold,
  foldTexts,
  foldValue,
  spokenFold,
} from "../../src/model/map/fold_words";
import {
  AUTO_FOLDS,
  foldMap,
  modelsAt,
  READABLE_ROWS,
  revealed,
  withFold,
  type FoldChoice,
} from "../../src/model/map/folds";
import { foldName, FoldTree } from "../../src/model/map/fold_tree";
import { layoutMap } from "../../src/model/map/layout";
import { colourScale } from "../../src/model/map/scales";
import type { Model } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";
import { randomModels, t5 } from "./builders";

const accuracy = spec("accuracy", { goal: "max" });

/** One root, `wide` prunings of it, each tuned `tuned` times. */
function sweep(wide: number, tuned: number): Model[] {
  const models = [model("dense", { metrics: { accuracy: metric(0.95) } })];
  for (let i = 0; i < wide; i++) {
    models.push({
      ...child(`p${i}`, "dense", "prune", { amount: i / wide }),
      metrics: { accuracy: metric(0.5 + i / 1000) },
    });
    for (let j = 0; j < tuned; j++) models.push(child(`p${i}-t${j}`, `p${i}`, "tune", { lr: j }));
  }
  return models;
}

function folded(models: readonly Model[], choice: FoldChoice = AUTO_FOLDS) {
  const tree = new FoldTree(models);
  return { tree, map: foldMap(models, tree, choice) };
}

describe("of themselves", () => {
  test("small maps do not fold", () => {
    for (const models of [t5(), randomModels(60, 1), sweep(30, 1)]) {
      const { map } = folded(models);
      expect(map.models).toBe(models);
      expect([...map.folds]).toEqual([]);
    }
  });

  test.each([1, 2, 3])("1,000 and 5,000 models fold until they are readable (seed %i)", (seed) => {
    for (const count of [1000, 5000]) {
      const { map } = folded(randomModels(count, seed));
      const layout = layoutMap(map.models, "operation");
      const leaves = layout.placed.filter(({ children }) => children.length === 0);
      expect(leaves.length).toBeLessThanOrEqual(READABLE_ROWS);
      expect(leaves.length).toBeGreaterThan(READABLE_ROWS / 5);
      expect(map.models.length - map.folds.size + map.standIn.size).toBe(count);
    }
  });

  test("a wide group folds into one node, in the place of its models", () => {
    const { map } = folded(sweep(100, 2));
    expect(map.models.map(({ id }) => id)).toEqual(["dense", "prune × 100 (+ 200)"]);
    expect(map.standIn.get("p7-t1")).toBe("+p0");
    expect(map.models[1]).toMatchObject({ parents: ["dense"], operation: { name: "prune" } });
  });

  test("what is finished folds before what is being made", () => {
    const models = sweep(14, 5);
    const last = { ...models.at(-1)!, status: "running" as const };
    const { map } = folded([...models.slice(0, -1), last]);
    expect(map.standIn.has(last.key)).toBe(false);
    expect(map.standIn.has("p12-t0")).toBe(true);
  });

  test("ends fold before what leads on", () => {
    const models = [...sweep(100, 0), child("tuned", "p3", "tune")];
    const { map } = folded(models);
    const names = map.models.map(({ id }) => id);
    expect(names).toEqual(["dense", "prune × 99", "p3", "tuned"]);
  });

  test("any lineage has an answer: a thousand roots, cycles, missing parents, one long chain", () => {
    const roots = Array.from({ length: 1000 }, (_, i) => model(`r${i}`));
    expect(folded(roots).map.models.map(({ id }) => id)).toEqual(["models × 1000"]);
    const cycle = [model("a", { parents: ["b"] }), model("b", { parents: ["a"] })];
    expect(folded(cycle).map.models).toHaveLength(2);
    const chain = [model("c0")];
    for (let i = 1; i < 2000; i++) chain.push(child(`c${i}`, `c${i - 1}`, "tune"));
    expect(folded(chain).map.models.length).toBeGreaterThan(0);
  });
});

describe("by a person's choice", () => {
  const models = sweep(100, 2);

  test("a group opens as far as it is readable, and folds again", () => {
    const opened = withFold(AUTO_FOLDS, "p0", true);
    const { map } = folded(models, opened);
    expect(map.standIn.has("p99")).toBe(false);
    expect(map.open.map(({ id }) => id)).toContain("p0");
    expect(folded(models, withFold(opened, "p0", false)).map.models).toHaveLength(2);
  });

  test("all open, all folded", () => {
    expect(folded(models, { ...AUTO_FOLDS, rest: "open" }).map.models).toBe(models);
    expect(folded(t5(), { ...AUTO_FOLDS, rest: "folded" }).map.models).toHaveLength(1);
  });

  test("what hides a model opens, and no more", () => {
    const { tree, map } = folded(models);
    const choice = revealed(AUTO_FOLDS, tree, map, "p7-t1");
    const after = foldMap(models, tree, choice);
    expect(after.standIn.has("p7-t1")).toBe(false);
    expect(choice.open).toContain("p0");
    expect(revealed(AUTO_FOLDS, tree, map, "dense")).toBe(AUTO_FOLDS);
  });

  test("what is picked in a fold is all of it, or its members", () => {
    const { map } = folded(models);
    expect(modelsAt(map, ["dense", "+p0"])).toHaveLength(301);
    expect(modelsAt(map, ["dense", "+p0"], "members")).toHaveLength(101);
  });

  test("unknown ids of an old link do nothing", () => {
    const choice: FoldChoice = { rest: "auto", open: ["gone"], folded: ["__proto__"] };
    expect(folded(t5(), choice).map.folds.size).toBe(0);
  });

  test("parents in a fold are replaced by it, once", () => {
    const merged = [...models, model("merged", { parents: ["dense", "p3", "p4"] })];
    const { map } = folded(merged);
    expect(map.models.at(-1)?.parents).toEqual(["dense", "+p0"]);
  });
});

describe("the words of a fold", () => {
  const models = sweep(40, 0);
  const { map } = folded(models, { rest: "auto", open: [], folded: ["p0"] });
  const fold = map.folds.get("+p0")!;
  const colour = colourScale(models, accuracy);

  test("say how many, and the best", () => {
    expect(foldTexts(fold, colour, 3)).toEqual([
      "prune × 40, best 0.539 · 3 selected",
      "prune × 40 · 3 selected",
      "40 folded · 3 selected",
      "40",
    ]);
    expect(foldTexts(fold, null, 0)[0]).toBe("prune × 40");
    expect(foldName({ ...fold.group, operation: null, size: 41 })).toBe("models × 40 (+ 1)");
  });

  test("take the best of the metric's goal; without one the median", () => {
    const values = colourScale(models, { ...accuracy, goal: "min" });
    expect(foldValue(fold, values)).toBe(0.5);
    expect(foldValue(fold, colourScale(models, { ...accuracy, goal: null }))).toBeCloseTo(0.5195);
    const unlogged = { ...fold, models: [model("x")] };
    expect(foldValue(unlogged, colour)).toBeNull();
  });

  test("are spoken, and described with their ranges", () => {
    expect(spokenFold(fold, colour, 1)).toBe(
      "40 models by prune, folded, accuracy best 0.539, 1 selected, children of dense",
    );
    expect(describeFold(fold, [accuracy]).metrics).toMatchObject([{ value: "0.500 – 0.539" }]);
    expect(countIn(fold, new Set(["p1", "dense"]))).toBe(1);
  });
});
