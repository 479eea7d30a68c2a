import { describe, expect, test } from "vitest";

import { largestSteps, type LargeStep } from "../../src/model/lineage/largest_steps";
import { buildLineage } from "../../src/model/lineage/lineage";
import { replicatesOf } from "../../src/model/metrics/estimate";
import type { Model } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max", format: ".1%" });

function measured(one: Model, ...repeats: number[]): Model {
  const sorted = [...repeats].sort((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length / 2)] ?? null;
  return { ...one, metrics: { accuracy: metric(value, { repeats }) } };
}

function tell(models: readonly Model[], most = 3, of = accuracy) {
  return largestSteps(
    buildLineage(models),
    of,
    { replicates: replicatesOf(models), comparisons: models.length },
    most,
  );
}

function words({ parent, phrase, change, more }: LargeStep): string {
  const others = more.length ? ` +${more.length}` : "";
  return `${parent.id} → ${phrase}${others}: ${Math.round(change.amount * 10) / 10}`;
}

const sweep = [
  measured(model("dense"), 0.99),
  measured(child("p50", "dense", "prune", { amount: 0.5 }), 0.98),
  measured(child("p90", "dense", "prune", { amount: 0.9 }), 0.27),
  measured(child("p95", "dense", "prune", { amount: 0.95 }), 0.1),
  measured(child("r35", "dense", "low rank", { rank_ratio: 0.35 }), 0.6),
  measured(child("p90-ft", "p90", "fine-tune", { epochs: 8 }), 0.98),
  measured(child("r35-ft", "r35", "fine-tune", { epochs: 8 }), 0.97),
];

describe("the steps that tell most", () => {
  test("are the largest losses and gains against the parent, one for each operation on it", () => {
    const { losses, gains } = tell(sweep);
    expect(losses.map(words)).toEqual([
      "dense → prune 95\u202f% +2: -89",
      "dense → low rank 35\u202f%: -39",
    ]);
    expect(gains.map(words)).toEqual([
      "p90 → fine-tune 8 epochs: 71",
      "r35 → fine-tune 8 epochs: 37",
    ]);
    expect(losses[0]?.more.map(({ id }) => id)).toEqual(["p90", "p50"]);
    expect(tell(sweep, 1).losses).toHaveLength(1);
  });

  test("are better where the metric is less, where less is better", () => {
    const { losses, gains } = tell(sweep, 3, { ...accuracy, goal: "min" });
    expect(gains[0]?.child.id).toBe("p95");
    expect(losses[0]?.child.id).toBe("p90-ft");
  });

  test("are no repair where they train what was at chance", () => {
    const raw = measured(model("init"), 0.1);
    const models = [...sweep, raw, measured(child("small", "init", "train"), 0.97)];
    const gains = (untrained: string[]) =>
      largestSteps(
        buildLineage(models),
        accuracy,
        { replicates: replicatesOf(models), comparisons: models.length },
        1,
        new Set(untrained),
      ).gains.map(({ child: { id } }) => id);
    expect(gains([])).toEqual(["small"]);
    expect(gains(["init"])).toEqual(["p90-ft"]);
  });

  test("leave out what is within noise, and tell how sure the others are", () => {
    const noisy = [
      measured(model("dense"), 0.95, 0.93, 0.97),
      measured(child("same", "dense", "int8 quantize"), 0.94, 0.96, 0.92),
      measured(child("worse", "dense", "prune"), 0.7, 0.71, 0.69),
      measured(child("once", "dense", "low rank"), 0.5),
    ];
    const { losses } = tell(noisy);
    expect(losses.map(({ child: { id } }) => id)).toEqual(["once", "worse"]);
    const [, worse] = losses;
    // Welch: s = 0.02 and 0.01, medians of three.
    const error = Math.sqrt((Math.PI / 2) * (0.02 ** 2 / 3 + 0.01 ** 2 / 3));
    const freedom = (0.02 ** 2 + 0.01 ** 2) ** 2 / ((0.02 ** 4 + 0.01 ** 4) / 2);
    expect(Math.floor(freedom)).toBe(2);
    expect(worse?.reach?.kind).toBe("points");
    expect(worse?.reach?.amount).toBeCloseTo(4.30265 * error * 100, 6);
    expect(tell(sweep).losses[0]?.reach).toBeNull();
  });

  test("are measured by the largest of their own side, and small ones left out", () => {
    const score = spec("score", { goal: "max" });
    const scored = (one: Model, value: number): Model => ({
      ...one,
      metrics: { score: metric(value) },
    });
    const models = [
      scored(model("dense"), 1),
      scored(child("half", "dense", "prune"), 0.5),
      scored(child("same", "dense", "int8 quantize"), 0.999),
      scored(child("grown", "half", "distill"), 500),
    ];
    const { losses, gains } = tell(models, 3, score);
    expect(losses.map(({ child: { id } }) => id)).toEqual(["half"]);
    expect(gains.map(({ child: { id } }) => id)).toEqual(["grown"]);
  });

  test("compare nothing that is missing, not finite, or was measured elsewhere", () => {
    const latency = spec("latency_ms", { goal: "min", unit: "ms" });
    const timed = (one: Model, value: number | null, host: string): Model => ({
      ...one,
      metrics: { latency_ms: metric(value, { host }) },
    });
    const models = [
      timed(model("dense"), 8, "lab"),
      timed(child("phone", "dense", "export"), 80, "phone"),
      timed(child("broken", "dense", "prune"), null, "lab"),
      child("bare", "dense", "low rank"),
      timed(child("faster", "dense", "int8 quantize"), 4, "lab"),
    ];
    const { losses, gains } = tell(models, 3, latency);
    expect(losses).toEqual([]);
    expect(gains.map(words)).toEqual(["dense → int8 quantize: -50"]);
    expect(tell(models, 3, { ...latency, goal: null })).toEqual({ losses: [], gains: [] });
  });

  test("keep models that failed apart from those that did not", () => {
    const dead = measured(child("dead", "dense", "prune", { amount: 0.99 }), 0.05);
    const { losses } = tell([...sweep, { ...dead, status: "failed" }]);
    expect(losses.map(({ child: { id, status }, more }) => [id, status, more.length])).toEqual([
      ["dead", "failed", 0],
      ["p95", "finished", 2],
      ["r35", "finished", 0],
    ]);
  });
});
