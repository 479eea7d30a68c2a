import { expect, test } from "vitest";

import { largestSteps, lossAndRepair } from "../../src/model/lineage/largest_steps";
import { buildLineage } from "../../src/model/lineage/lineage";
import { child, metric, model, spec } from "../builders";
import { ONE_PAIR } from "../../src/model/metrics/known";

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
const { losses } = largestSteps(LINEAGE, ACCURACY, ONE_PAIR, 3);

function found(...measured: string[]): (string | undefined)[] {
  const pair = lossAndRepair(LINEAGE, losses, ACCURACY, ONE_PAIR, new Set(measured));
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

test("a gain that noise may have made repairs nothing", () => {
  const noisy = { replicates: new Map(), comparisons: 20 };
  const repeated = (value: number) => ({
    accuracy: metric(value, { repeats: [value - 0.05, value, value + 0.05] }),
  });
  const lineage = buildLineage([
    model("dense", { metrics: repeated(0.96) }),
    { ...child("pruned", "dense", "prune"), metrics: at(0.1) },
    { ...child("tuned", "pruned", "fine-tune"), metrics: repeated(0.15) },
  ]);
  const step = largestSteps(LINEAGE, ACCURACY, ONE_PAIR, 3).losses[0]!;
  const loss = { ...step, child: lineage.nodes.get("pruned")!.model, more: [] };
  const pair = lossAndRepair(lineage, [loss], ACCURACY, noisy, new Set(["pruned", "tuned"]));
  expect(pair).toMatchObject({ loss: { id: "pruned" }, repair: null });
});
