import { describe, expect, test } from "vitest";

import { limitText } from "../../src/model/format/limit_text";
import { keepsAll, knownLimits, loggedLimits, type Limit } from "../../src/model/tradeoffs/budget";
import { costMetric } from "../../src/model/metrics/metric_choice";
import { openStandings, paretoFront } from "../../src/model/tradeoffs/pareto";
import { frontPath, nearestPlace, scatterPoints } from "../../src/model/tradeoffs/scatter";
import type { Replicates } from "../../src/model/metrics/estimate";
import type { Model } from "../../src/model/wire.gen";
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

describe("models off the front", () => {
  const ms = spec("latency_ms", { goal: "min", unit: "ms" });
  const accuracy = spec("accuracy", { goal: "max" });
  const of = (key: string, latency: number | number[], acc: number) => {
    const repeats = [latency].flat();
    const middle = repeats[Math.floor(repeats.length / 2)] ?? null;
    return model(key, {
      metrics: { latency_ms: metric(middle, { repeats }), accuracy: metric(acc) },
    });
  };
  const standings = (models: readonly Model[], replicates: Replicates = new Map()) => {
    const points = scatterPoints(models, ms, accuracy, replicates);
    const front = new Set(keys(paretoFront(points, "min", "max")));
    return Object.fromEntries(openStandings(points, front, "min", "max"));
  };

  test("are beaten by exact numbers", () => {
    const [size, points] = [spec("size_bytes", { goal: "min", unit: "B" }), [1, 2, 3]];
    const models = points.map((size_bytes, at) =>
      model(`m${at}`, { metrics: { size_bytes: metric(size_bytes), accuracy: metric(0.9) } }),
    );
    const found = scatterPoints(models, size, accuracy, new Map());
    expect(openStandings(found, new Set(["m0"]), "min", "max").size).toBe(0);
  });

  test("within the spread of one process are tied, beyond it unknown, of twice the time beaten", () => {
    const front = of("front", [9.9, 10, 10.1], 0.9);
    const others = [
      of("near", [10, 10.1, 10.2], 0.9),
      of("slower", [13.9, 14, 14.1], 0.9),
      of("slow", [24.9, 25, 25.1], 0.9),
      of("slow and worse", 26, 0.8),
    ];
    expect(standings([front, ...others])).toEqual({ near: "tied", slower: "unknown" });
  });

  test("are told by replicates, of which each is a process", () => {
    const groups = [
      [10, 10.1, 9.9, 10.05],
      [14, 14.1, 13.9, 14.05],
    ].map((values, group) => values.map((value, at) => of(`${group}${at}`, value, 0.9)));
    const replicates = new Map(groups.flatMap((group) => group.map(({ key }) => [key, group])));
    expect(new Set(Object.values(standings(groups.flat())))).toEqual(new Set(["unknown"]));
    const known = standings(groups.flat(), replicates);
    expect(Object.keys(known).filter((key) => key.startsWith("1"))).toEqual([]);
    expect(Object.values(known)).toEqual(["tied", "tied", "tied"]);
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

  test("are not kept by a bound that leaves it open", () => {
    const kept = (bound: "≥" | "≤", by: Partial<Limit>) => {
      const metrics = { accuracy: metric(0.9, { bound }) };
      return keepsAll(model("m", { metrics }), knownLimits([limit(by)], specs, base));
    };
    expect([kept("≥", {}), kept("≤", {})]).toEqual([true, false]);
    const most = { bound: "at_most", value: 0.95 } as const;
    expect([kept("≥", most), kept("≤", most)]).toEqual([false, true]);
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
    expect(points[0]?.onX).toMatchObject({ value: 1, estimate: null });
    expect(points[0]?.onY.estimate).toMatchObject({ value: 2, n: 3, source: "repeats" });
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
