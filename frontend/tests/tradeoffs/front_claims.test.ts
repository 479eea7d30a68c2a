import { describe, expect, test } from "vitest";

import { changeBetween } from "../../src/model/format/change";
import { replicatesOf } from "../../src/model/metrics/estimate";
import { openStandings, paretoFront } from "../../src/model/tradeoffs/pareto";
import { scatterPoints } from "../../src/model/tradeoffs/scatter";
import type { Model } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";
import { normalFrom } from "../random";

/** How many sets of models each null makes; more seeds by CLAIMS_SEEDS. */
const SETS = Number(import.meta.env["CLAIMS_SEEDS"] ?? 200);

const latency = spec("latency_ms", { goal: "min", unit: "ms" });
const accuracy = spec("accuracy", { goal: "max", format: ".1%" });

/** Identical models: their medians differ by what processes and repeats differ. */
interface Null {
  readonly models: number;
  /** Each in so many processes, of so many repeats. */
  readonly processes: number;
  readonly repeats: number;
  /** Standard deviations from process to process and within one. */
  readonly between: number;
  readonly within: number;
  /** Whether one repeat is slowed down a hundredfold. */
  readonly outlier?: boolean;
  /** Standard deviation of the accuracy, and whether its interval was logged. */
  readonly accuracy: number;
  readonly interval?: boolean;
}

function identical(given: Null, seed: number): Model[] {
  const normal = normalFrom(seed);
  return Array.from({ length: given.models }, (_, at) =>
    Array.from({ length: given.processes }, (_, process) => {
      const clock = 10 * (1 + given.between * normal());
      const repeats = Array.from(
        { length: given.repeats },
        () => clock * (1 + given.within * normal()),
      );
      if (given.outlier) repeats[0] = 100 * clock;
      const sorted = [...repeats].sort((a, b) => a - b);
      const middle = (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
      const right = 0.9 + given.accuracy * normal();
      const reach = 1.96 * given.accuracy;
      const interval = { low: right - reach, high: right + reach, level: 0.95 };
      return model(`${at}-${process}`, {
        ...(given.processes > 1 ? { replicate_group: at } : {}),
        metrics: {
          latency_ms: metric(middle, { repeats }),
          accuracy: metric(right, given.interval ? { interval } : {}),
        },
      });
    }),
  ).flat();
}

/** Keys of the models that the page says another one beats. */
function beaten(models: readonly Model[]): string[] {
  const points = scatterPoints(models, latency, accuracy, replicatesOf(models));
  const front = new Set(paretoFront(points, "min", "max").map(({ key }) => key));
  const open = openStandings(points, front, "min", "max");
  return models.flatMap(({ key }) => (front.has(key) || open.has(key) ? [] : key));
}

/** Whether any change against the first model is called better or worse. */
function claimsChange(models: readonly Model[], given: Null): boolean {
  const noise = { replicates: replicatesOf(models), comparisons: given.models - 1 };
  return models.slice(1).some((one) => {
    const verdict = changeBetween(one, models[0], latency, noise)?.verdict;
    return verdict === "better" || verdict === "worse";
  });
}

function shareOf(given: Null, claims: (models: readonly Model[], given: Null) => boolean): number {
  const sets = Array.from({ length: SETS }, (_, seed) => identical(given, 1 + seed));
  return sets.filter((models) => claims(models, given)).length / SETS;
}

const once = { processes: 1, repeats: 30, between: 0.03, within: 0.01, accuracy: 0.003 };
const NULLS: readonly (readonly [string, Null])[] = [
  ["8 models, one process of 30 repeats", { ...once, models: 8 }],
  ["50 models, one process of 30 repeats", { ...once, models: 50 }],
  ["8 models of equal accuracy", { ...once, models: 8, accuracy: 0 }],
  ["8 models, of 30 repeats one a hundredfold", { ...once, models: 8, outlier: true }],
  ["8 models, 5 repeats", { ...once, models: 8, repeats: 5 }],
  ["50 models measured once", { ...once, models: 50, repeats: 1 }],
  ["50 models, processes differ by 10 %", { ...once, models: 50, between: 0.1 }],
  ["8 models, 3 processes, equal accuracy", { ...once, models: 8, processes: 3, accuracy: 0 }],
  ["8 models, 5 processes with accuracy", { ...once, models: 8, processes: 5 }],
  ["20 models, 3 processes with accuracy", { ...once, models: 20, processes: 3 }],
  ["8 models, accuracy with its interval", { ...once, models: 8, interval: true }],
];

describe("of identical models none is beaten by noise", () => {
  test.each(NULLS)("%s", (name, given) => {
    const share = shareOf(given, (models) => beaten(models).length > 0);
    const changed = shareOf(given, claimsChange);
    const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
    console.info(`${name}: "beaten" in ${percent(share)}, "better" in ${percent(changed)} of sets`);
    expect(share).toBeLessThanOrEqual(0.05);
    expect(changed).toBeLessThanOrEqual(0.05);
  });
});

describe("what is different is told", () => {
  const slower = (factor: number, given: Null, seed: number) => {
    const models = identical({ ...given, accuracy: 0 }, seed);
    const half = models.length / 2;
    return models.map((one, at) => {
      const { value, repeats } = one.metrics["latency_ms"]!;
      const times = at < half ? 1 : factor;
      const slowed = metric(times * value!, { repeats: repeats.map((ms) => times * ms!) });
      return { ...one, metrics: { ...one.metrics, latency_ms: slowed } };
    });
  };

  test.each([
    ["five times slower, in one process with an outlier", 5, { ...once, models: 2, outlier: true }],
    ["2.5 times slower, in one process", 2.5, { ...once, models: 2 }],
    ["1.3 times slower, in three processes", 1.3, { ...once, models: 2, processes: 3 }],
  ])("%s", (name, factor, given) => {
    const found = Array.from({ length: SETS }, (_, seed) => {
      const models = slower(factor, given, 1 + seed);
      return models.slice(models.length / 2).every(({ key }) => beaten(models).includes(key));
    });
    const power = found.filter(Boolean).length / SETS;
    console.info(`${name}: told in ${(100 * power).toFixed(1)} % of sets`);
    expect(power).toBeGreaterThan(0.8);
  });

  test("1.6 times slower in one process is told as unknown noise, not as a tie", () => {
    const models = slower(1.6, { ...once, models: 2 }, 1);
    expect(changeBetween(models[1]!, models[0], latency)?.verdict).toBe("noise unknown");
    expect(beaten(models)).toEqual([]);
  });
});
