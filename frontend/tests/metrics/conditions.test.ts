import { expect, test } from "vitest";

import { caveatAmong, caveatOf, differingConditions } from "../../src/model/metrics/conditions";
import { measurementTip } from "../../src/model/metrics/measurement";
import { changeOf, metric, model, spec } from "../builders";

const latency = spec("latency_ms", { goal: "min", unit: "ms" });
const memory = spec("peak_memory_bytes", { goal: "min", unit: "B" });
const accuracy = spec("accuracy", { goal: "max" });

const here = { host: "lab-1", conditions: { threads: "2", torch: "2.13.0", dtype: "float32" } };
const withThreads = (threads: string) => ({
  ...here,
  conditions: { ...here.conditions, threads },
});

test("times measured alike can be compared", () => {
  expect(caveatOf(metric(8, here), metric(9, here), latency)).toBeNull();
  expect(changeOf(metric(8, here), metric(9, here), latency)).not.toHaveProperty("caveat");
});

test.each([
  ["another host", { ...here, host: "lab-2" }, "host: lab-1 · lab-2"],
  ["other threads", withThreads("4"), "threads: 2 · 4"],
  [
    "another version",
    { ...here, conditions: { ...here.conditions, torch: "2.9.1" } },
    "torch: 2.13.0 · 2.9.1",
  ],
  [
    "a condition that one lacks",
    { host: "lab-1", conditions: { torch: "2.13.0" } },
    "threads: 2 · not recorded",
  ],
  [
    "none recorded at all",
    { host: "lab-1" },
    "threads: 2 · not recorded\ntorch: 2.13.0 · not recorded",
  ],
])("%s is told", (_, there, lines) => {
  const text = `Measured under different conditions\n${lines}`;
  expect(caveatOf(metric(8, here), metric(9, there), latency)).toBe(text);
  expect(changeOf(metric(8, here), metric(9, there), latency)?.caveat).toBe(text);
});

test("the type of a model's numbers is its own affair", () => {
  const half = { ...here, conditions: { ...here.conditions, dtype: "bfloat16" } };
  expect(caveatOf(metric(8, here), metric(9, half), latency)).toBeNull();
});

test("conditions count for whatever was measured with them", () => {
  expect(caveatOf(metric(8, here), metric(9, withThreads("4")), memory)).toContain("threads");
});

test("times that were logged by hand are bound to their host, other metrics are not", () => {
  const [one, other] = [metric(8, { host: "lab-1" }), metric(9, { host: "phone" })];
  for (const time of [latency, spec("decode latency"), spec("tokens", { unit: "tokens/s" })]) {
    expect(caveatOf(one, other, time)).toContain("host: lab-1 · phone");
  }
  for (const other_metric of [accuracy, memory, spec("loss"), spec("items", { unit: "m" })]) {
    expect(caveatOf(one, other, other_metric)).toBeNull();
  }
});

test("what was not logged is not compared", () => {
  const there = { ...here, host: "lab-2" };
  expect(caveatOf(metric(8, here), undefined, latency)).toBeNull();
  expect(caveatOf(metric(8, here), metric(null, there), latency)).toBeNull();
  expect(differingConditions([], latency).size).toBe(0);
});

test("among many models each value is named once, and not more than four", () => {
  const models = ["1", "2", "2", "4", "8", "16", "32"].map((threads) =>
    model(threads, { metrics: { latency_ms: metric(1, withThreads(threads)) } }),
  );
  expect(caveatAmong(models, latency)).toBe(
    "Measured under different conditions\nthreads: 1 · 2 · 4 · 8 · 2 others",
  );
  expect(caveatAmong(models.slice(1, 3), latency)).toBeNull();
  expect(caveatAmong(models, accuracy)).toBeNull();
});

test("a tooltip tells the conditions and what else to know", () => {
  const noted = metric(8, { ...here, note: "not counted: aten.relu × 1" });
  expect(measurementTip(noted, spec("macs"))).toBe(
    "8\nthreads: 2\ntorch: 2.13.0\ndtype: float32\nnot counted: aten.relu × 1",
  );
  expect(measurementTip(undefined, spec("macs"))).toBe("not logged");
});
