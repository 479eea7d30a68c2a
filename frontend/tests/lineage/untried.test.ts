import { describe, expect, test } from "vitest";

import { buildLineage } from "../../src/model/lineage/lineage";
import { unchangedSteps, untriedSteps } from "../../src/model/lineage/untried";
import type { Model } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";

/** Dense, and so many pruned ones; those named went on with recalibration and int8. */
function sweep(wentOn: readonly string[], all: readonly string[] = ["p50", "p80", "p90"]): Model[] {
  return [
    model("dense"),
    ...all.map((id) => child(id, "dense", "prune")),
    ...wentOn.flatMap((id) => [
      child(`${id}-bn`, id, "recalibrate"),
      child(`${id}-bn-int8`, `${id}-bn`, "int8"),
    ]),
  ];
}

function tell(models: readonly Model[], id: string) {
  const target = models.find((one) => one.id === id)!;
  return untriedSteps(buildLineage(models), [target], 3).map(({ steps, others, of }) => [
    steps.join(" + "),
    others,
    of,
  ]);
}

describe("what was not tried", () => {
  test("is how others of the same operation went on, the longest way of the most usual", () => {
    expect(tell(sweep(["p50", "p90"]), "p80")).toEqual([["recalibrate + int8", 2, 2]]);
  });

  test("is not said of one other, of what was done, or of another operation", () => {
    expect(tell(sweep(["p50"]), "p80")).toEqual([]);
    expect(tell(sweep(["p50", "p80", "p90"]), "p80")).toEqual([]);
    expect(tell(sweep(["p50", "p90"]), "dense")).toEqual([]);
  });

  test("is said once of each way, of the first model that lacks it", () => {
    const models = sweep(["p50", "p90"], ["p50", "p70", "p80", "p90"]);
    const targets = ["p80", "p70"].map((id) => models.find((one) => one.id === id)!);
    const found = untriedSteps(buildLineage(models), targets, 3);
    expect(found.map(({ key }) => key)).toEqual(["p80"]);
  });

  test("is not one more round of the same operation", () => {
    const rounds = ["p50", "p80"].map((id) => child(`${id}-again`, id, "prune"));
    expect(tell([...sweep([]), ...rounds], "p90")).toEqual([]);
  });

  test("counts what failed as not tried", () => {
    const models = sweep(["p50", "p90"]);
    models.push({ ...child("p80-bn", "p80", "recalibrate"), status: "failed" });
    expect(tell(models, "p80")).toEqual([["recalibrate + int8", 2, 2]]);
  });
});

describe("steps that changed nothing", () => {
  const specs = [spec("accuracy"), spec("size_bytes"), spec("latency_ms", { unit: "ms" })];
  const of = (one: Model, accuracy: number, size: number, latency: number): Model => ({
    ...one,
    metrics: { accuracy: metric(accuracy), size_bytes: metric(size), latency_ms: metric(latency) },
  });
  const tellUnchanged = (...models: Model[]) =>
    unchangedSteps(buildLineage(models), specs).map(({ parent, step, numbers }) => [
      parent,
      step,
      numbers,
    ]);
  const dense = of(model("dense"), 0.9, 100, 8);

  test("leave all numbers as they were, whatever a clock says", () => {
    const same = of(child("same", "dense", "int8 quantize"), 0.9, 100, 5);
    const other = of(child("other", "dense", "prune"), 0.9, 99, 8);
    expect(tellUnchanged(dense, same, other)).toEqual([["dense", "int8 quantize", 2]]);
  });

  test("are not told of one number, nor of models without an operation", () => {
    const bare = { ...of(child("bare", "dense", "x"), 0.9, 100, 8), operation: null };
    const one = { ...child("one", "dense", "x"), metrics: { accuracy: metric(0.9) } };
    expect(tellUnchanged(dense, bare, one)).toEqual([]);
  });
});
