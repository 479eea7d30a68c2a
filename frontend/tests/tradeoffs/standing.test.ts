import { expect, test } from "vitest";

import { scatterPoints } from "../../src/model/tradeoffs/scatter";
import { standingText } from "../../src/model/claims/front";
import { noiseCaveat } from "../../src/model/tradeoffs/standing";
import type { Metric, MetricSpec } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";

test("a star whose instances are harmed says so", () => {
  expect(standingText("front")).toBe("on the front");
  expect(standingText("front", "harmed")).toBe(
    "on the front; some instances are harmed: see Behaviors",
  );
  expect(standingText("unknown")).toContain("noise between processes unknown");
  expect(standingText(null)).toBe("");
});

test("an axis says what is not known of its noise", () => {
  const said = (of: MetricSpec, ...values: Metric[]) => {
    const models = values.map((value, at) => model(`m${at}`, { metrics: { [of.name]: value } }));
    return noiseCaveat(of, scatterPoints(models, of, of, new Map()), "onX");
  };
  const twice = metric(8, { repeats: [7.9, 8.1] });
  expect(said(spec("accuracy"), metric(0.9))).toBe("accuracy: measured once, as exact");
  expect(said(spec("accuracy"), metric(0.9), twice)).toBeNull();
  expect(said(spec("latency_ms", { unit: "ms" }), twice)).toBe("latency: one process each");
  const interval = { low: 7, high: 9, level: 0.95 };
  expect(said(spec("latency_ms"), twice, metric(8, { interval }))).toBeNull();
  expect(said(spec("size_bytes"), metric(9))).toBeNull();
  expect(said(spec("accuracy", { mixed: "shares and per cent" }), metric(9))).toBeNull();
});
