import { expect, test } from "vitest";

import { largestSteps, lossAndRepair } from "../../src/model/lineage/largest_steps";
import { buildLineage } from "../../src/model/lineage/lineage";
import { child, metric, model, spec } from "../builders";

const ACCURACY = spec("accuracy", { goal: "max" });
const at = (value: number) => ({ accuracy: metric(value) });
const LINEAGE = buildLineage([
  model("dense", { metrics: at(0.96) }),
  { ...child("prune-99", "dense", "prune", { amount: 0.99 }), metrics: at(0.1) },
  { ...child("prune-95", "dense", "prune", { amount: 0.95 }), metrics: at(0.3) },
  { ...child("prune-95-bn", "prune-95", "recalibrate"), metrics: at(0.6) },
  { ...child("prune-95-ft", "prune-95", "fine-tune"), metrics: at(0.9) },
  { ...child("prune-95-worse", "prune-95", "fine-tune"), metrics: at(0.2) },
]);
const { losses } = largestSteps(LINEAGE, ACCURACY, new Map(), 3);

function found(...measured: string[]): (string | undefined)[] {
  const pair = lossAndRepair(LINEAGE, losses, ACCURACY, new Set(measured));
  return [pair?.loss.id, pair?.repair?.id];
}

test("the largest loss that was repaired comes with what repaired it most", () => {
  const all = ["prune-99", "prune-95", "prune-95-bn", "prune-95-ft", "prune-95-worse"];
  expect(found(...all)).toEqual(["prune-95", "prune-95-ft"]);
  expect(found("prune-99", "prune-95", "prune-95-bn")).toEqual(["prune-95", "prune-95-bn"]);
});

test("a loss that nothing repaired stands alone; models without records are left out", () => {
  expect(found("prune-99", "prune-95", "prune-95-worse")).toEqual(["prune-99", undefined]);
  expect(found("dense", "prune-95-ft")).toEqual([undefined, undefined]);
});
