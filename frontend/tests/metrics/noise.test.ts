import { describe, expect, test } from "vitest";

import { dependsOnProcess } from "../../src/model/metrics/conditions";
import { replicatesOf } from "../../src/model/metrics/estimate";
import { difference, exactly, knownOf, type Known } from "../../src/model/metrics/known";
import { changeBetween } from "../../src/model/format/change";
import { bestBy, unsureOfBest } from "../../src/model/tradeoffs/best_models";
import type { Metric, MetricSpec } from "../../src/model/wire.gen";
import { changeOf, metric, model, spec } from "../builders";

const latency = spec("latency_ms", { unit: "ms", goal: "min" });
const accuracy = spec("accuracy", { goal: "max" });
const repeated = (...repeats: number[]) =>
  metric([...repeats].sort((a, b) => a - b)[Math.floor(repeats.length / 2)] ?? null, { repeats });

const slow = repeated(10, 10.2, 9.8, 10.1, 9.9);
const near = repeated(10.3, 10.1, 10.5, 10.2, 10.4);
const fast = repeated(8, 8.2, 7.8, 8.1, 7.9);
const fastest = repeated(4, 4.2, 3.8, 4.1, 3.9);

const verdictOf = (one: Metric, other: Metric, of: MetricSpec) => changeOf(one, other, of)?.verdict;

describe("repeats of one process", () => {
  test("say nothing where single ones vary as much, although the means may be told apart", () => {
    // s = 0.158 each, 8 degrees of freedom: t · √(2 s²) = 2.306 · 0.2236 = 0.516.
    expect(verdictOf(near, slow, latency)).toBe("within spread");
    expect(verdictOf({ ...near, value: 10.515 }, slow, latency)).toBe("within spread");
    expect(verdictOf({ ...near, value: 10.518 }, slow, latency)).toBe("noise unknown");
    expect(changeOf(near, slow, latency)?.amount).toBeCloseTo(3);
  });

  test("do not tell how processes differ, short of twice the time", () => {
    expect(verdictOf(fast, slow, latency)).toBe("noise unknown");
    expect(verdictOf(fastest, slow, latency)).toBe("better");
    expect(verdictOf(slow, fastest, latency)).toBe("worse");
  });

  test("lend their spread to what was measured once", () => {
    expect(verdictOf(metric(10.3), slow, latency)).toBe("within spread");
    expect(verdictOf(slow, metric(10.3), latency)).toBe("within spread");
    expect(verdictOf(slow, metric(12), latency)).toBe("noise unknown");
  });

  test("are not hidden by an outlier", () => {
    const calm = Array.from({ length: 29 }, (_, at) => 1 + (at % 5) / 100);
    const [one, five] = [repeated(...calm, 100), repeated(...calm.map((ms) => 5 * ms), 500)];
    expect(verdictOf(five, one, latency)).toBe("worse");
    expect(verdictOf(one, five, latency)).toBe("better");
    expect(verdictOf(repeated(...Array<number>(30).fill(5)), one, latency)).toBe("worse");
  });

  test("of a quality are a sample of it: a machine does not change an accuracy", () => {
    const [low, high] = [repeated(0.7, 0.71, 0.72), repeated(0.8, 0.81, 0.82)];
    expect(verdictOf(high, low, accuracy)).toBe("better");
    expect(verdictOf(repeated(0.71, 0.72, 0.73), low, accuracy)).toBe("within spread");
  });
});

describe("what was measured once", () => {
  test("counts as exact where a program counts it", () => {
    expect(verdictOf(metric(0.91), metric(0.9), accuracy)).toBe("better");
    const size = spec("size_bytes", { goal: "min", unit: "B" });
    expect(verdictOf(metric(90), metric(91), size)).toBe("better");
  });

  test.each(["latency_p95_ms", "peak_memory_bytes", "energy_j", "max_memory_allocated", "VRAM"])(
    "has no verdict in one process: %s",
    (name) => {
      const of = spec(name, { goal: "min" });
      expect(verdictOf(metric(6.16), metric(10), of)).toBe("noise unknown");
      expect(verdictOf(metric(4), metric(10), of)).toBe("better");
    },
  );

  test("has none where it was logged with conditions, nor under other ones", () => {
    const macs = spec("macs", { goal: "min" });
    const on = (threads: string) => ({ host: "lab", conditions: { threads } });
    expect(verdictOf(metric(6, on("2")), metric(10, on("2")), macs)).toBe("noise unknown");
    expect(verdictOf(metric(1, on("2")), metric(10, on("4")), macs)).toBeNull();
    expect(dependsOnProcess(metric(1, { conditions: { dtype: "float16" } }), macs)).toBe(false);
  });
});

describe("replicates", () => {
  const group = (number: number, values: number[], name = "accuracy") =>
    values.map((value, at) =>
      model(`${number}-${at}`, { replicate_group: number, metrics: { [name]: metric(value) } }),
    );
  const noiseOf = (models: ReturnType<typeof group>) => ({
    replicates: replicatesOf(models),
    comparisons: 1,
  });

  test("tell what a verdict needs, and lend it to a model without", () => {
    const base = group(0, [0.9, 0.91, 0.92]);
    const noise = noiseOf(base);
    const other = (value: number) => model("m", { metrics: { accuracy: metric(value) } });
    const verdict = (value: number) =>
      changeBetween(other(value), base[1], accuracy, noise)?.verdict;
    // s = 0.01; error of the median 0.0072, of the single one 0.01; t(3) · 0.0123 = 0.039.
    expect(verdict(0.945)).toBe("within spread");
    expect(verdict(0.955)).toBe("better");
    expect(changeBetween(other(0.945), base[1], accuracy)?.verdict).toBe("better");
  });

  test("make times of several processes comparable", () => {
    const models = [...group(0, [10, 10.1, 9.9], "latency_ms"), ...group(1, [12], "latency_ms")];
    const noise = noiseOf(models.slice(0, 3));
    expect(changeBetween(models[3]!, models[0], latency, noise)?.verdict).toBe("worse");
    expect(changeBetween(models[3]!, models[0], latency)?.verdict).toBe("noise unknown");
  });

  test("need more where more models are compared", () => {
    const models = [...group(0, [10, 10.1, 9.9], "ms"), ...group(1, [10.5, 10.6, 10.4], "ms")];
    const [a, b] = [models[0]!, models[3]!].map((one) =>
      knownOf(one, spec("ms"), replicatesOf(models).get(one.key))!,
    );
    expect(difference(a!, b!)).toBe("smaller");
    expect(difference(a!, b!, 28)).toBe("cannot tell");
  });
});

describe("logged uncertainty", () => {
  const within = (value: number, reach: number) =>
    metric(value, { interval: { low: value - reach, high: value + reach, level: 0.95 } });

  test("of an interval is the error of its value", () => {
    expect(verdictOf(within(0.71, 0.02), within(0.73, 0.02), accuracy)).toBe("within spread");
    expect(verdictOf(within(0.71, 0.02), within(0.75, 0.02), accuracy)).toBe("worse");
    expect(verdictOf(metric(0.73), within(0.71, 0.02), accuracy)).toBe("within spread");
  });

  test.each([
    ["≥", 5, 3, "larger"],
    ["≥", 2, 3, "cannot tell"],
    ["≤", 2, 3, "smaller"],
    ["≤", 5, 3, "cannot tell"],
    ["≥", 3, 3, "cannot tell"],
  ] as const)("of a bound allows one side: %s %d against %d", (bound, value, other, seen) => {
    const bounded: Known = { ...exactly(value), bound };
    expect(difference(bounded, exactly(other))).toBe(seen);
    const turned = { larger: "smaller", smaller: "larger" } as const;
    const back = seen === "cannot tell" ? seen : turned[seen];
    expect(difference(exactly(other), bounded)).toBe(back);
  });

  test("of a bound is said beside the change", () => {
    const macs = spec("macs", { goal: "min" });
    expect(verdictOf(metric(2, { bound: "≥" }), metric(3), macs)).toBe("cannot tell");
    expect(verdictOf(metric(3, { bound: "≥" }), metric(3), macs)).toBe("cannot tell");
    expect(verdictOf(metric(4, { bound: "≥" }), metric(3), macs)).toBe("worse");
  });
});

test("numbers beyond all squares are not told apart", () => {
  const huge = repeated(1e200, -1e200, 1e200, 5e199, 1e199, -1e199);
  expect(verdictOf(huge, metric(1), accuracy)).toBe("within spread");
});

test("mixed units are not compared", () => {
  const mixed = spec("accuracy", { goal: "max", mixed: "shares and per cent" });
  expect(changeOf(metric(91), metric(0.93), mixed)).toBeNull();
  const models = [0.93, 91].map((value, at) =>
    model(`m${at}`, { metrics: { accuracy: metric(value) } }),
  );
  expect(bestBy(models, mixed)).toBeNull();
});

test("a best is one of several where others are not told from it", () => {
  const models = [slow, near, fast, fast, fastest].map((latency_ms, i) =>
    model(`m${i}`, { metrics: { latency_ms } }),
  );
  const bestOf = (some: typeof models) => {
    const best = bestBy(some, latency)!;
    return [best.model.id, best.ties, unsureOfBest(some, best, new Map())];
  };
  expect(bestOf(models)).toEqual(["m4", 0, { within: 0, unknown: 0 }]);
  expect(bestOf(models.slice(0, 4))).toEqual(["m2", 1, { within: 0, unknown: 2 }]);
  expect(bestOf(models.slice(0, 2))).toEqual(["m0", 0, { within: 1, unknown: 0 }]);
});
