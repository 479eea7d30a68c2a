import { describe, expect, test } from "vitest";

import { rowsInSight, scrollToShow } from "../src/model/charts/in_sight";
import { chipsThatFit } from "../src/model/labels/short_ids";
import { repeatsText, sharedMeasurement } from "../src/model/metrics/measurement";
import { automaticColour, automaticSize, chosenMetric } from "../src/model/metrics/metric_choice";
import { metricRows } from "../src/model/table/metric_rows";
import { bestModels } from "../src/model/tradeoffs/best_models";
import { metric, model, spec } from "./builders";

const accuracy = spec("accuracy", { goal: "max", format: ".1%" });
const latency = spec("latency_ms", { goal: "min", unit: "ms" });
const macs = spec("macs", { primary: false });

describe("the metrics of a model", () => {
  const parent = model("parent", { metrics: { accuracy: metric(0.9), latency_ms: metric(8) } });
  const base = model("base", { metrics: { accuracy: metric(0.95) } });
  const shown = model("shown", {
    metrics: {
      macs: metric(100, { step: 5, host: "lab-3" }),
      accuracy: metric(0.92, { step: 5, host: "lab-3" }),
    },
  });

  test("come primary first, with both changes, and what is missing apart", () => {
    const { rows, missing, measured } = metricRows(shown, parent, base, [macs, latency, accuracy]);
    expect(rows.map((row) => row.spec.name)).toEqual(["accuracy", "macs"]);
    expect(rows[0]?.parentChange?.amount).toBeCloseTo(2);
    expect(rows[0]?.baseChange?.amount).toBeCloseTo(-3);
    expect(rows[1]?.parentChange).toBeNull();
    expect(missing).toEqual(["latency_ms"]);
    expect(measured).toBe("step 5, lab-3");
    expect(rows.every(({ note }) => note === "")).toBe(true);
  });

  test("are compared with the best of all, unless they are it", () => {
    const { rows } = metricRows(shown, null, null, [accuracy, macs], ({ name }) =>
      name === "accuracy" ? base : null,
    );
    expect(rows[0]).toMatchObject({ best: "base", bestChange: { verdict: "worse" } });
    expect(rows[1]).toMatchObject({ best: null, bestChange: null });
    const own = metricRows(base, null, null, [accuracy], () => base).rows[0];
    expect(own).toMatchObject({ best: "base", bestChange: null });
  });

  test("have as many digits in the tip as tell them from what they are compared with", () => {
    const close = (value: number) => model(`${value}`, { metrics: { latency_ms: metric(value) } });
    const tip = (value: number) =>
      metricRows(close(3.8184351), close(value), null, [latency]).rows[0]?.tip;
    expect(tip(3.8184352)).toBe("3.8184351\u202fms");
    expect(tip(3.9)).toBe("3.81844\u202fms");
  });

  test("of the base do not change against itself", () => {
    const { rows } = metricRows(base, null, base, [accuracy]);
    expect(rows[0]?.baseChange).toBeNull();
  });

  test("say where each was measured when that differs", () => {
    const mixed = model("mixed", {
      metrics: {
        accuracy: metric(0.9, { step: 5, scalar: "val/accuracy" }),
        latency_ms: metric(8, { host: "phone", run: "phone-run", repeats: [8, 7.5, null] }),
      },
    });
    const { rows, measured } = metricRows(mixed, null, null, [accuracy, latency]);
    expect(measured).toBeNull();
    expect(rows[0]?.note).toBe("step 5, scalar val/accuracy");
    expect(rows[1]?.note.replace(/\u202f/g, " ")).toBe(
      "median of 3, 7.50 to 8 ms, 1 not finite · phone, run phone-run",
    );
  });
});

test("one measurement is not called a median", () => {
  expect(repeatsText(metric(8), latency)).toBeNull();
  expect(repeatsText(undefined, latency)).toBeNull();
  expect(repeatsText(metric(null, { repeats: [null, null] }), latency)).toBe("median of 2");
});

test("nothing is shared where nothing is said", () => {
  expect(sharedMeasurement([])).toBeNull();
  expect(sharedMeasurement([metric(1), metric(2)])).toBeNull();
});

test("the best models follow the goals; ties are counted, gaps skipped", () => {
  const models = [
    model("a", { metrics: { accuracy: metric(0.9), latency_ms: metric(8) } }),
    model("b", { metrics: { accuracy: metric(0.95) } }),
    model("c", { metrics: { accuracy: metric(null, { nonfinite: "NaN" }) } }),
    model("d", { metrics: { accuracy: metric(0.95), latency_ms: metric(9) } }),
  ];
  const ghost = model("ghost", { status: "missing", metrics: { accuracy: metric(1) } });
  const best = bestModels([...models, ghost], [accuracy, latency, macs, spec("sparsity")]);
  expect(best.map((one) => [one.spec.name, one.model.id, one.ties])).toEqual([
    ["accuracy", "b", 1],
    ["latency_ms", "a", 0],
  ]);
});

describe("the metrics of colour and size", () => {
  const size = spec("Model Size", { goal: "min" });
  const specs = [spec("loss", { goal: "min" }), latency, accuracy, size];

  test("are quality and cost by default", () => {
    expect(automaticColour(specs)).toBe("accuracy");
    expect(automaticSize(specs)).toBe("Model Size");
    expect(automaticSize([accuracy, latency])).toBe("latency_ms");
    expect(automaticSize([accuracy])).toBeNull();
    expect(automaticColour([macs])).toBe("macs");
    expect(automaticColour([])).toBeNull();
  });

  test("are those chosen, as long as they exist", () => {
    expect(chosenMetric({ kind: "none" }, specs, automaticColour)).toBeNull();
    expect(chosenMetric({ kind: "metric", name: "loss" }, specs, automaticColour)).toBe("loss");
    expect(chosenMetric({ kind: "metric", name: "x" }, specs, automaticColour)).toBe("accuracy");
  });
});

describe("virtual rows", () => {
  test("are those in sight and some more", () => {
    expect(rowsInSight(1000, 24, 2400, 240, 2)).toEqual({ first: 98, end: 112 });
    expect(rowsInSight(1000, 24, 0, 240, 2)).toEqual({ first: 0, end: 12 });
    expect(rowsInSight(5, 24, 0, 240)).toEqual({ first: 0, end: 5 });
    expect(rowsInSight(0, 24, -10, 0)).toEqual({ first: 0, end: 0 });
    expect(rowsInSight(3, 24, 99999, 240)).toEqual({ first: 3, end: 3 });
  });

  test("scroll no more than needed", () => {
    expect(scrollToShow(3, 24, 0, 240)).toBe(0);
    expect(scrollToShow(10, 24, 0, 240)).toBe(24);
    expect(scrollToShow(0, 24, 500, 240)).toBe(0);
  });
});

describe("chips", () => {
  test("all fit, or leave room for the rest", () => {
    expect(chipsThatFit(["a", "b"], 500)).toBe(2);
    expect(chipsThatFit(["a", "b"], 140)).toBe(2);
    expect(chipsThatFit(["a", "b", "c"], 140)).toBe(1);
    expect(chipsThatFit(["a"], 10)).toBe(0);
    expect(chipsThatFit([], 0)).toBe(0);
  });
});
