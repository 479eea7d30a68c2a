import { describe, expect, test } from "vitest";

import {
  bareMetric,
  exactMetric,
  fullMetric,
  metricFormat,
  metricHeading,
  metricLabel,
} from "../../src/model/format/metric_format";
import { digitsAmong, distinguishingDigits } from "../../src/model/metrics/measurement";
import { metric, model, spec } from "../builders";

const plain = (text: string): string => text.replace(/\u202f/g, " ");
const bare = (value: number, given = {}): string =>
  plain(metricFormat(spec("m", given)).bare(value));
const full = (value: number, given = {}): string =>
  plain(metricFormat(spec("m", given)).full(value));

describe("without a format", () => {
  test.each([
    [0, "0"],
    [0.951, "0.951"],
    [0.93, "0.930"],
    [-0.0123456, "−0.0123"],
    [90, "90"],
    [90.26, "90.3"],
    [1234, "1,234"],
    [18155.14, "18.2 k"],
    [25_557_032, "25.6 M"],
    [0.00001234, "1.23e−5"],
  ])("%s has three significant digits: %s", (value, text) => {
    expect(bare(value)).toBe(text);
  });

  test("a physical unit takes no prefix", () => {
    expect(full(18155.14, { unit: "ms" })).toBe("18,155 ms");
    expect(full(8.1, { unit: "ms" })).toBe("8.10 ms");
  });

  test("bytes and counts take SI prefixes", () => {
    expect(full(1_234_567, { unit: "B" })).toBe("1.23 MB");
    expect(full(512, { unit: "B" })).toBe("512 B");
    expect(full(4866, { unit: "bytes" })).toBe("4.87 kB");
    expect(full(-1_332_130, { unit: "B" })).toBe("−1.33 MB");
    expect(full(0, { unit: "B" })).toBe("0 B");
    expect(full(1e30, { unit: "B" })).toBe("1.00e+30 B");
    expect(full(4.1e9, { unit: "MACs" })).toBe("4.10 GMACs");
  });
});

describe("bytes", () => {
  test("carry their prefix in the cell, so the head has no unit", () => {
    const size = spec("size_bytes", { unit: "B" });
    expect(metricHeading(size)).toBe("size");
    expect(plain(bareMetric(metric(99_681), size))).toBe("99.7 kB");
  });

  test("are written as a format asks", () => {
    expect(full(99_681, { unit: "B", format: ",d" })).toBe("99,681 B");
    expect(bare(99_681, { unit: "B", format: ".4s" })).toBe("99.68 kB");
    expect(metricHeading(spec("size_bytes", { unit: "B", format: ",d" }))).toBe("size, B");
  });
});

describe("with a format", () => {
  test("percentages leave their sign to the head of the column", () => {
    const accuracy = spec("accuracy", { format: ".2%" });
    expect(metricFormat(accuracy).unit).toBe("%");
    expect(bareMetric(metric(0.80319), accuracy)).toBe("80.32");
    expect(plain(fullMetric(metric(0.80319), accuracy))).toBe("80.32 %");
    expect(metricHeading(accuracy)).toBe("accuracy, %");
  });

  test("SI prefixes join the unit", () => {
    expect(bare(95_246_447, { format: ".2~s" })).toBe("95 M");
    expect(full(95_246_447, { format: ".2~s", unit: "B" })).toBe("95 MB");
  });

  test("a precision without a type means decimals", () => {
    expect(full(90.5, { format: ".2", unit: "%" })).toBe("90.50 %");
    expect(bare(4.0412, { format: ".2", unit: "%" })).toBe("4.04");
  });

  test.each(["00", "not a format", "..", ".2q", "x", "c", "  "])(
    "%j falls back to three significant digits",
    (format) => expect(bare(12.3456, { format })).toBe("12.3"),
  );
});

describe("values that are no number", () => {
  const accuracy = spec("accuracy");

  test.each([
    [undefined, "–", "not logged"],
    [metric(null), "–", "not logged"],
    [metric(null, { nonfinite: "NaN" }), "NaN", "NaN"],
    [metric(null, { nonfinite: "Infinity" }), "∞", "∞"],
    [metric(null, { nonfinite: "-Infinity" }), "−∞", "−∞"],
  ])("%j", (given, text, exact) => {
    expect(bareMetric(given, accuracy)).toBe(text);
    expect(fullMetric(given, accuracy)).toBe(text);
    expect(exactMetric(given, accuracy)).toBe(exact);
  });

  test("zero is not missing", () => expect(bareMetric(metric(0), accuracy)).toBe("0"));
});

describe("the exact value", () => {
  test("has six digits, all whole ones, and the unit", () => {
    const latency = spec("latency", { unit: "ms" });
    expect(plain(exactMetric(metric(8.123456789), latency))).toBe("8.12346 ms");
    expect(plain(exactMetric(metric(8.123456789), latency, 8))).toBe("8.1234568 ms");
    expect(plain(exactMetric(metric(12_345_678.9), latency))).toBe("12,345,679 ms");
    expect(plain(exactMetric(metric(-95_246_447), spec("size", { unit: "B" })))).toBe(
      "−95,246,447 B",
    );
  });

  test("of a share is in per cent, as it is everywhere", () => {
    const accuracy = spec("accuracy", { format: ".1%" });
    expect(plain(exactMetric(metric(0.8031923), accuracy))).toBe("80.3192 %");
  });
});

describe("digits", () => {
  test("are as many as tell different values apart, and float noise is none", () => {
    expect(distinguishingDigits([])).toBe(6);
    expect(distinguishingDigits([0.98, 0.97, 0.98])).toBe(6);
    expect(distinguishingDigits([3.8184351, 3.8184352])).toBe(8);
    expect(distinguishingDigits([0.1 + 0.2, 0.3])).toBe(6);
    expect(distinguishingDigits([1e-300, -1e308])).toBe(6);
    const models = [3.8184351, 3.8184352].map((value) =>
      model(String(value), { metrics: { latency_ms: metric(value) } }),
    );
    expect(digitsAmong(models, "latency_ms")).toBe(8);
    expect(digitsAmong(models, "size_bytes")).toBe(6);
  });
});

describe("no text is too long for a cell", () => {
  test.each([
    [1.5, { format: "030,.10f" }, "1.5000000000"],
    [1e308, { format: "030,.2f" }, "1e+308"],
    [-1e-300, { format: "030,.40f" }, "−1.00e−300"],
    [1e20, { format: ",.2%" }, "1e+22"],
    [1.23456789e12, { format: ",.2%" }, "1.23e+14"],
    [1e308, {}, "1.00e+308"],
    [-1e-300, {}, "−1.00e−300"],
    [1e308, { unit: "ms" }, "1.00e+308"],
    [1e30, { format: ".20s" }, "1.00e+30"],
  ])("%s as %j is %s", (value, given, text) => {
    expect(bare(value, given)).toBe(text);
    expect(bare(value, given).length).toBeLessThanOrEqual(14);
  });

  test("a sentence for a unit is cut beside a number, and whole in the exact value", () => {
    const unit = "images per second per watt of the whole data centre";
    expect(full(3, { unit })).toBe("3 images per seco…");
    expect(plain(exactMetric(metric(3), spec("m", { unit })))).toBe(`3 ${unit}`);
  });

  test("the exact value has the digits that the number has", () => {
    expect(exactMetric(metric(1e308), spec("m"))).toBe("1e+308");
    expect(exactMetric(metric(-1e-300), spec("m"))).toBe("−1e−300");
    expect(exactMetric(metric(4839), spec("m"))).toBe("4,839");
  });
});

describe("the label", () => {
  test("drops a unit that the head repeats", () => {
    expect(metricLabel(spec("latency_ms", { unit: "ms" }))).toBe("latency");
    expect(metricLabel(spec("size_bytes", { unit: "B" }))).toBe("size");
  });

  test("keeps every other name", () => {
    expect(metricLabel(spec("latency_ms"))).toBe("latency_ms");
    expect(metricLabel(spec("ms", { unit: "ms" }))).toBe("ms");
    expect(metricLabel(spec("_bytes", { unit: "B" }))).toBe("_bytes");
  });
});
