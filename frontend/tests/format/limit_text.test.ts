import { describe, expect, test } from "vitest";

import type { Limit } from "../../src/model/tradeoffs/budget";
import { asTyped, limitWords, readLimit } from "../../src/model/format/limit_text";
import { amountText, readAmount, readParameter } from "../../src/model/format/metric_amount";
import { parameterValue } from "../../src/model/format/operation_words";
import { spec } from "../builders";

const size = spec("size_bytes", { unit: "B", goal: "min" });
const accuracy = spec("accuracy", { format: ".1%", goal: "max" });
const f1 = spec("F1", { format: ".3f", goal: "max", low: 0, high: 1 });
const latency = spec("latency_ms", { unit: "ms", goal: "min" });
const percent = spec("wer", { unit: "%", goal: "min" });
const count = spec("parameters", { goal: "min" });
const plain = (text: string): string => text.replace(/\u202f/g, " ");

describe("an amount", () => {
  test.each([
    [size, "10 kB", 10_000],
    [size, "10KB", 10_000],
    [size, "1.2 MB", 1_200_000],
    [size, "1.2 MiB", 1.2 * 2 ** 20],
    [size, "1.2 mib", null],
    [size, "12k", 12_000],
    [size, "1,332,130", 1_332_130],
    [size, "512 bytes", 512],
    [size, "\u00a01\u202fMB ", 1e6],
    [size, "10 ms", null],
    [size, "50 %", null],
    [accuracy, "99 %", 0.99],
    [accuracy, "99.1%", 0.991],
    [accuracy, "0.991", 0.991],
    [accuracy, "99.1", 0.991],
    [accuracy, "1", 1],
    [f1, "92 %", 0.92],
    [f1, "0.92", 0.92],
    [percent, "7 %", 7],
    [percent, "7", 7],
    [latency, "8", 8],
    [latency, "8 ms", 8],
    [latency, "500 µs", 0.5],
    [latency, "0.01 s", 10],
    [count, "23k", 23_000],
    [count, "1.2 M", 1_200_000],
    [count, "−3e-2", -0.03],
    [count, "", null],
    [count, "many", null],
    [count, "1.2.3", null],
    [count, "1 2", null],
    [count, "e5", null],
    [count, ".", null],
    [count, "1e999", null],
    [count, "__proto__", null],
    [count, "3 constructor", null],
    [latency, "3 constructor", null],
  ])("of %j is read from %j", (metric, text, value) => {
    expect(readAmount(text, metric)).toBe(value);
  });

  test("is written in the unit that is shown, and reads back", () => {
    const texts = [
      [size, 44_000],
      [size, 1_332_130],
      [size, 512],
      [accuracy, 0.991],
      [accuracy, 0.123456789],
      [f1, 0.92],
      [latency, 0.5],
      [count, -23_034],
    ] as const;
    expect(texts.map(([metric, value]) => plain(amountText(value, metric)))).toEqual([
      "44 kB",
      "1.33213 MB",
      "512 B",
      "99.1 %",
      "12.3456789 %",
      "0.92",
      "0.5 ms",
      "−23034",
    ]);
    for (const [metric, value] of texts) {
      expect(readAmount(amountText(value, metric), metric)).toBe(value);
    }
  });
});

describe("a limit", () => {
  const before: Limit = { metric: "m", bound: "at_most", relation: "absolute", value: 1 };
  const read = (text: string, metric = size) => readLimit(text, metric, before);

  test.each([
    ["10 kB", "at_most", "absolute", 10_000],
    ["≤ 10 kB", "at_most", "absolute", 10_000],
    [">= 1 MB", "at_least", "absolute", 1_000_000],
    ["at least 1 MB", "at_least", "absolute", 1_000_000],
    ["< 5", "at_most", "absolute", 5],
    ["50 % of base", "at_most", "base_percent", -50],
    ["50% of the base", "at_most", "base_percent", -50],
    ["0.5 × base", "at_most", "base_percent", -50],
    ["2x base", "at_most", "base_percent", 100],
    ["base", "at_most", "base_plus", 0],
    ["Base − 1 %", "at_most", "base_percent", -1],
    ["base + 2 kB", "at_most", "base_plus", 2000],
  ])("is read from %j", (text, bound, relation, value) => {
    expect(read(text)).toEqual({
      limit: { metric: "size_bytes", bound, relation, value },
      problem: null,
    });
  });

  test("against the base, of a share, may be in points", () => {
    expect(read(">= base - 1 pt", accuracy).limit).toMatchObject({
      bound: "at_least",
      relation: "base_plus",
      value: -0.01,
    });
  });

  test.each([
    "",
    "≤",
    "small",
    "10 parsecs",
    "base of operations",
    "x base",
    "% of base",
    "base -",
  ])("is not %j", (text) => {
    const { limit, problem } = read(text);
    expect(limit).toBeNull();
    expect(problem).toBe(
      `“${text}” is not a limit on size. Write a number (units: B, kB, MB, GB or MiB), “50 % of base” or “base − 5 %”.`,
    );
  });

  test("with a decimal comma is told of the point", () => {
    expect(read("1,5 MB").problem).toContain("Write decimals with a point");
    expect(read("1,500 MB").limit?.value).toBe(1_500_000_000);
  });

  test.each([
    [size, "absolute", 44_000, "44 kB"],
    [size, "base_percent", -50, "50 % of base"],
    [size, "base_percent", 100, "200 % of base"],
    [size, "base_percent", -100, "base − 100 %"],
    [accuracy, "base_percent", -1, "base − 1 %"],
    [accuracy, "base_plus", -0.005, "base − 0.5 pt"],
    [percent, "base_plus", 1, "base + 1 pt"],
    [latency, "base_plus", 0.5, "base + 0.5 ms"],
    [latency, "base_plus", 0, "base"],
  ] as const)("on %j is written as it is read", (metric, relation, value, words) => {
    const limit: Limit = { ...before, metric: metric.name, relation, value };
    expect(plain(limitWords(limit, metric))).toBe(words);
  });
});

test("a parameter is read as it is written", () => {
  const values = [0.5, 0.123456789, 1e-5, -3, 30];
  expect(values.map((value) => readParameter(parameterValue("amount", value)))).toEqual(values);
  expect(values.map((value) => readParameter(parameterValue("lr", value)))).toEqual(values);
  expect(["", "half", "5 ms", "NaN"].map(readParameter)).toEqual([null, null, null, null]);
});

describe("what was typed", () => {
  const read = (text: string) => asTyped(readLimit(text, size, START).limit!, text);

  test("stays, without its sign", () => {
    expect(limitWords(read("≤ 95 % of base"), size)).toBe("95 % of base");
    expect(limitWords(read("at most 1.2 MiB"), size)).toBe("1.2 MiB");
  });

  test("gives way where it no longer means the limit, or is too long for a link", () => {
    expect(plain(limitWords({ ...read("95 % of base"), value: -50 }, size))).toBe("50 % of base");
    expect(plain(limitWords({ ...read("10 kB"), typed: "1 kB" }, size))).toBe("10 kB");
    expect(read(`10${" ".repeat(60)}kB`).typed).toBeUndefined();
  });
});

const START: Limit = {
  metric: "size_bytes",
  bound: "at_most",
  relation: "absolute",
  value: 1,
};
