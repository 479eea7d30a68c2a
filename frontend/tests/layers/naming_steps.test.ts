import { describe, expect, test } from "vitest";

import { buildLineage } from "../../src/model/lineage/lineage";
import { modulesAround, namesOfModule, stepsNaming } from "../../src/model/layers/naming_steps";
import { child, metric, model, spec } from "../builders";
import { ONE_PAIR } from "../../src/model/metrics/known";

const ACCURACY = spec("accuracy", { goal: "max", low: 0, high: 1, format: ".1%" });
const at = (value: number) => ({ accuracy: metric(value) });
const LINEAGE = buildLineage([
  model("dense", { metrics: at(0.9) }),
  { ...child("pruned", "dense", "prune", { part: "all", amount: 0.8 }), metrics: at(0.6) },
  { ...child("conv3", "pruned", "restore", { layer: "conv3" }), metrics: at(0.66) },
  { ...child("norms", "pruned", "restore", { part: "Norms" }), metrics: at(0.85) },
  { ...child("norms-10", "dense", "prune", { part: ["norms", "head"] }), metrics: at(0.67) },
  { ...child("queries", "pruned", "restore", { part: "queries" }), metrics: at(0.61) },
  { ...child("unmeasured", "pruned", "restore", { layer: "conv3" }), metrics: {} },
]);

function naming(name: string, ...near: string[]): string[] {
  return stepsNaming(LINEAGE, ACCURACY, name, true, new Set(near), ONE_PAIR).map(
    (step) => step.model.id,
  );
}

describe("steps that name a module", () => {
  test("by its path, its last part, or a plural of it", () => {
    expect([...namesOfModule("blocks.0.norm1")]).toEqual([
      "blocks.0.norm1",
      "norm1",
      "norm",
      "norm1s",
      "norms",
    ]);
    expect(namesOfModule("attention.query")).toContain("queries");
    expect(namesOfModule("ff.feed_forward")).toContain("feed-forward");
    expect(namesOfModule("blocks.0")).not.toContain("");
    expect([...namesOfModule("layers.0")]).toEqual(["layers.0"]);
  });

  test("or a module around it", () => {
    expect(modulesAround("blocks.0.norm1.weight", true)).toEqual([
      "blocks.0.norm1",
      "blocks.0",
      "blocks",
    ]);
    expect(modulesAround("conv3", false)).toEqual(["conv3"]);
    expect(modulesAround("scale", true)).toEqual([]);
  });

  test("are found in texts and lists, the largest change first", () => {
    expect(naming("conv3.weight")).toEqual(["conv3"]);
    expect(naming("blocks.0.norm1.weight")).toEqual(["norms", "norms-10"]);
    expect(naming("blocks.0.attention.query.output")).toEqual(["queries"]);
    expect(naming("conv2.weight")).toEqual([]);
    expect(naming("whole")).toEqual([]);
  });

  test("come first where they are near what is compared", () => {
    expect(naming("norm1.weight", "norms-10")).toEqual(["norms-10", "norms"]);
    const [first] = stepsNaming(LINEAGE, ACCURACY, "norm1.weight", true, new Set(), ONE_PAIR);
    expect(first?.change).toMatchObject({ kind: "points", verdict: "better" });
    expect(first?.change.amount).toBeCloseTo(25);
  });
});
