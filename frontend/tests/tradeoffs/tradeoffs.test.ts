import { describe, expect, test } from "vitest";

import { limitText } from "../../src/model/format/limit_text";
import { keepsAll, knownLimits, loggedLimits, type Limit } from "../../src/model/tradeoffs/budget";
import { difference, type Estimate } from "../../src/model/metrics/estimate";
import { costMetric } from "../../src/model/metrics/metric_choice";
import { paretoFront, tiedWithFront } from "../../src/model/tradeoffs/pareto";
import { frontPath, nearestPlace, scatterPoints } from "../../src/model/tradeoffs/scatter";
import { metric, model, spec } from "../builders";

const point = (key: string, x: number, y: number) => ({ key, x, y });
const keys = (points: readonly { key: string }[]) => points.map(({ key }) => key);

describe("the Pareto front", () => {
  const points = [
    point("small", 1, 0.5),
    point("worse", 2, 0.4),
    point("middle", 2, 0.8),
    point("twin", 2, 0.8),
    point("large", 9, 0.9),
    point("larger", 10, 0.9),
  ];

  test("keeps exact ties and drops what another is better than on one axis", () => {
    expect(keys(paretoFront(points, "min", "max"))).toEqual(["small", "middle", "twin", "large"]);
  });

  test("knows all four directions", () => {
    expect(keys(paretoFront(points, "max", "max"))).toEqual(["larger"]);
    expect(keys(paretoFront(points, "min", "min"))).toEqual(["small", "worse"]);
    expect(keys(paretoFront(points, "max", "min"))).toEqual(["larger", "worse"]);
  });

  test("is what comparing every pair says", () => {
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) % 12;
    for (let turn = 0; turn < 50; turn++) {
      const cloud = Array.from({ length: 40 }, (_, i) => point(String(i), random(), random()));
      const expected = cloud.filter(
        (a) => !cloud.some((b) => b.x <= a.x && b.y >= a.y && (b.x < a.x || b.y > a.y)),
      );
      expect(new Set(keys(paretoFront(cloud, "min", "max")))).toEqual(new Set(keys(expected)));
    }
  });

  test("is drawn as steps that run on to the edges", () => {
    const plot = { left: 10, top: 0, width: 100, height: 50 };
    const corners = [
      { x: 20, y: 40 },
      { x: 60, y: 15 },
    ];
    expect(frontPath(corners, plot, "min", "max")).toBe("M20,50V40H60V15H110");
    expect(frontPath(corners, plot, "max", "min")).toBe("M20,0V40H60V15H10");
    expect(frontPath([], plot, "min", "max")).toBe("");
  });
});

describe("noise", () => {
  const known = (value: number, error: number, n = 5): Estimate => ({
    value,
    error,
    n,
    low: value - 3 * error,
    high: value + 3 * error,
    source: "repeats",
  });

  test("tells values apart only beyond it", () => {
    expect(difference(1, 1)).toBe("same");
    expect(difference(2, 1)).toBe("larger");
    expect(difference(known(10, 1), known(11, 1))).toBe("cannot tell");
    expect(difference(known(10, 0.01), known(11, 0.01))).toBe("smaller");
    expect(difference(known(10, 0.2), 20)).toBe("smaller");
  });

  test("ties models with the front that it is not told to be better than", () => {
    const points = [
      { key: "front", x: known(10, 1), y: 0.9 },
      { key: "tied", x: known(11, 1), y: 0.9 },
      { key: "beaten", x: known(30, 1), y: 0.9 },
      { key: "worse", x: known(30, 1), y: 0.5 },
    ];
    const tied = tiedWithFront(points, new Set(["front"]), "min", "max");
    expect([...tied]).toEqual(["tied"]);
  });
});

describe("budgets", () => {
  const specs = [
    spec("accuracy", { format: ".1%", goal: "max" }),
    spec("latency_ms", { unit: "ms", goal: "min" }),
  ];
  const base = model("base", { metrics: { accuracy: metric(0.9), latency_ms: metric(10) } });
  const limit = (given: Partial<Limit>): Limit => ({
    metric: "accuracy",
    bound: "at_least",
    relation: "absolute",
    value: 0.85,
    ...given,
  });
  const passes = (given: Partial<Limit>, metrics: Record<string, number>) => {
    const logged = Object.fromEntries(Object.entries(metrics).map(([k, v]) => [k, metric(v)]));
    return keepsAll(model("m", { metrics: logged }), knownLimits([limit(given)], specs, base));
  };

  test("are limits on values, or against the base", () => {
    expect(passes({}, { accuracy: 0.85 })).toBe(true);
    expect(passes({}, { accuracy: 0.84 })).toBe(false);
    const onePercent = { relation: "base_percent", value: -1 } as const;
    expect(passes(onePercent, { accuracy: 0.8911 })).toBe(true);
    expect(passes(onePercent, { accuracy: 0.89 })).toBe(false);
    const slower = { metric: "latency_ms", bound: "at_most", relation: "base_plus" } as const;
    expect(passes({ ...slower, value: 2 }, { latency_ms: 12 })).toBe(true);
    expect(passes({ ...slower, value: 2 }, { latency_ms: 12.1 })).toBe(false);
  });

  test("are not kept by what was not logged, nor without the base's value", () => {
    expect(passes({}, {})).toBe(false);
    const lacking = knownLimits([limit({ relation: "base_plus" })], specs, model("other"));
    expect(keepsAll(base, lacking)).toBe(false);
  });

  test("read as they are logged", () => {
    const texts = knownLimits(
      [
        limit({}),
        limit({ relation: "base_percent", value: -1 }),
        limit({ metric: "latency_ms", bound: "at_most", relation: "base_plus", value: 0.5 }),
        limit({ metric: "nobody" }),
      ],
      specs,
      base,
    ).map((known) => limitText(known).replace(/\u202f/g, " "));
    expect(texts).toEqual(["accuracy ≥ 85 %", "accuracy ≥ base − 1 %", "latency ≤ base + 0.5 ms"]);
    const logged = spec("a", { budget: { bound: "at_most", value: 1, relation: "absolute" } });
    expect(loggedLimits([logged, spec("b")])).toEqual([
      { metric: "a", bound: "at_most", value: 1, relation: "absolute" },
    ]);
  });
});

describe("points", () => {
  test("are models with both values, with what is known of their noise", () => {
    const models = [
      model("a", { metrics: { x: metric(1), y: metric(2, { repeats: [1, 2, 3] }) } }),
      model("b", { metrics: { x: metric(1) } }),
      model("c", { metrics: { x: metric(3), y: metric(null, { nonfinite: "NaN" }) } }),
    ];
    const points = scatterPoints(models, spec("x"), spec("y"), new Map());
    expect(keys(points)).toEqual(["a"]);
    expect(points[0]?.xEstimate).toBeNull();
    expect(points[0]?.yEstimate).toMatchObject({ value: 2, n: 3, source: "repeats" });
  });

  test("are found by the nearest within reach", () => {
    const places = new Map([
      ["a", { x: 0, y: 0 }],
      ["b", { x: 10, y: 0 }],
    ]);
    expect(nearestPlace(places, 6, 0, 12)).toBe("b");
    expect(nearestPlace(places, 30, 0, 12)).toBeNull();
  });

  test("lie by what a model costs where that tells models apart", () => {
    const sizes = (id: string, size: number, compressed: number) =>
      model(id, { metrics: { size: metric(size), compressed_bytes: metric(compressed) } });
    const specs = [spec("size"), spec("compressed_bytes"), spec("accuracy", { goal: "max" })];
    const equal = [sizes("a", 1, 1), sizes("b", 1, 2), sizes("c", 1, 3)];
    expect(costMetric(specs, equal)).toBe("compressed_bytes");
    expect(costMetric(specs, [sizes("a", 1, 1), sizes("b", 2, 2)])).toBe("size");
    expect(costMetric([], [])).toBeNull();
  });
});
