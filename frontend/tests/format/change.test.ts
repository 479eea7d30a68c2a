import { describe, expect, test } from "vitest";

import { changeText } from "../../src/model/format/change";
import type { MetricSpec } from "../../src/model/wire.gen";
import { changeOf, metric, spec } from "../builders";

const text = (value: number, from: number, of: MetricSpec): string | null => {
  const change = changeOf(metric(value), metric(from), of);
  return change && changeText(change, of).replace(/\u202f/g, " ");
};

const accuracy = spec("accuracy", { goal: "max", format: ".1%" });
const f1 = spec("F1", { goal: "max", unit: "%", format: ".2", low: 0, high: 100 });
const loss = spec("loss", { goal: "min" });
const latency = spec("latency", { goal: "min", unit: "ms" });

test("shares change in points, whether logged as fractions or per cent", () => {
  expect(text(0.881, 0.951, accuracy)).toBe("−7.00 pt");
  expect(text(0.9512, 0.951, accuracy)).toBe("+0.020 pt");
  expect(text(4.04, 90.5, f1)).toBe("−86.5 pt");
  expect(text(0.5, 0.25, spec("sparsity", { low: 0, high: 1 }))).toBe("+25.0 pt");
});

test("a fraction shown in per cent is scaled even when its unit says so too", () => {
  expect(text(0.9, 0.8, spec("a", { unit: "%", format: ".1%" }))).toBe("+10.0 pt");
});

test("everything else changes relatively", () => {
  expect(text(4, 8, latency)).toBe("−50.0 %");
  expect(text(8.01, 8, latency)).toBe("+0.12 %");
  expect(text(96, 8, latency)).toBe("×12");
  expect(text(-4, -8, latency)).toBe("+50.0 %");
});

test("of a negative number it is its size that grows or shrinks", () => {
  expect(text(-11005, -5, spec("reward"))).toBe("×2,201");
  expect(text(-5, -11005, spec("reward"))).toBe("+100 %");
});

test("from zero, and across it, there is only the difference itself", () => {
  expect(text(100, -5, latency)).toBe("+105 ms");
  expect(text(-5, 100, latency)).toBe("−105 ms");
  expect(text(0, -5, latency)).toBe("+100 %");
  expect(text(3, 0, latency)).toBe("+3 ms");
  expect(text(-3, 0, latency)).toBe("−3 ms");
});

test("rounding does not add digits", () => {
  expect(text(1.09999999, 1, latency)).toBe("+10.0 %");
  expect(text(1.00000001, 1, latency)).toBe("≈0 %");
});

test("changes beyond counting have an exponent", () => {
  expect(text(1e300, 1, latency)).toBe("×1.0e+300");
  expect(text(-1e300, 1, latency)).toBe("−1.00e+300 ms");
  expect(text(1e308, -1e308, latency)).toBe("+∞");
  expect(text(1e308, 0, latency)).toBe("+1.00e+308 ms");
  expect(changeOf(metric(1e308), metric(-1e308), loss)?.verdict).toBe("worse");
});

test("float noise is no change", () => {
  expect(text(0.1 + 0.2, 0.3, latency)).toBe("±0");
  expect(changeOf(metric(0.1 + 0.2), metric(0.3), latency)?.verdict).toBe("same");
});

test("no change is said to be none", () => {
  expect(text(8, 8, latency)).toBe("±0");
  expect(text(0, 0, latency)).toBe("±0");
});

describe("the verdict", () => {
  const verdict = (value: number, from: number, of: MetricSpec) =>
    changeOf(metric(value), metric(from), of)?.verdict;

  test("follows the goal", () => {
    expect(verdict(0.9, 0.8, accuracy)).toBe("better");
    expect(verdict(0.7, 0.8, accuracy)).toBe("worse");
    expect(verdict(4, 8, loss)).toBe("better");
    expect(verdict(9, 8, loss)).toBe("worse");
    expect(verdict(8, 8, loss)).toBe("same");
  });

  test("is withheld without a goal", () => {
    expect(verdict(0.9, 0.8, spec("sparsity"))).toBeNull();
  });
});

test("there is no change against or of what was not logged or is not finite", () => {
  const lost = metric(null, { nonfinite: "NaN" });
  expect(changeOf(undefined, metric(1), latency)).toBeNull();
  expect(changeOf(metric(1), undefined, latency)).toBeNull();
  expect(changeOf(lost, metric(1), latency)).toBeNull();
  expect(changeOf(metric(1), lost, latency)).toBeNull();
});
