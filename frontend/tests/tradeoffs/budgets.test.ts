import { describe, expect, test } from "vitest";

import { bestBy, nextBest } from "../../src/model/tradeoffs/best_models";
import { knownLimits, type Limit } from "../../src/model/tradeoffs/budget";
import { missText, nearestMiss } from "../../src/model/tradeoffs/budget_miss";
import { metricToLimit, startingLimit } from "../../src/model/tradeoffs/new_budget";
import type { Model } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { format: ".1%", goal: "max" });
const size = spec("size_bytes", { unit: "B", goal: "min" });
const latency = spec("latency_ms", { unit: "ms", goal: "min" });
const specs = [accuracy, size, latency];

function sized(id: string, bytes: number | null, share: number | null = null): Model {
  const metrics: Model["metrics"] = {};
  if (bytes !== null) metrics["size_bytes"] = metric(bytes);
  if (share !== null) metrics["accuracy"] = metric(share);
  return model(id, { metrics });
}

const limitOn = (name: string, bound: Limit["bound"], value: number): Limit => ({
  metric: name,
  bound,
  relation: "absolute",
  value,
});
const plain = (text: string): string => text.replace(/\u202f/g, " ");

describe("a new budget", () => {
  test("is on the x axis' cost, then on other costs, then on anything", () => {
    const on = (names: string[], x = size) =>
      metricToLimit(
        specs,
        names.map((name) => limitOn(name, "at_most", 1)),
        x,
      )?.name;
    expect(on([])).toBe("size_bytes");
    expect(on([], accuracy)).toBe("size_bytes");
    expect(on(["size_bytes"])).toBe("latency_ms");
    expect(on(["size_bytes", "latency_ms"])).toBe("accuracy");
    expect(on(["size_bytes", "latency_ms", "accuracy"])).toBe("accuracy");
    expect(metricToLimit([], [], null)).toBeNull();
  });

  test("begins at half of the base's cost, in round numbers", () => {
    const models = [99_681, 40_000, 12_861, 49_900].map((bytes, i) => sized(`m${i}`, bytes));
    expect(startingLimit(size, models, models[0]!)).toEqual(
      limitOn("size_bytes", "at_most", 50_000),
    );
  });

  test("begins where some models pass and some do not", () => {
    const alike = [100, 98, 96, 94].map((bytes, i) => sized(`m${i}`, bytes));
    expect(startingLimit(size, alike, alike[1]!).value).toBe(98);
    const larger = [1000, 2000, 3000].map((bytes, i) => sized(`m${i}`, bytes));
    expect(startingLimit(size, larger, sized("tiny", 10)).value).toBe(2000);
    expect(startingLimit(size, larger, null).value).toBe(2000);
    expect(startingLimit(size, [], null).value).toBe(0);
  });

  test("on quality begins at the base's, less strict by rounding", () => {
    const models = [0.99066, 0.9, 0.97, 0.9943].map((share, i) => sized(`m${i}`, null, share));
    expect(startingLimit(accuracy, models, models[0]!)).toEqual(
      limitOn("accuracy", "at_least", 0.99),
    );
  });
});

describe("the nearest miss", () => {
  const models = [
    sized("large", 3e6, 0.99),
    sized("near", 1_332_130, 0.985),
    sized("small", 1.19e6, 0.5),
    sized("unknown", null, 0.99),
  ];
  const near = (...limits: Limit[]) => {
    const known = knownLimits(limits, specs, null);
    const miss = nearestMiss(models, known);
    return miss && `${miss.model.id} ${plain(missText(miss, limits.length > 1))}`;
  };

  test("says how far over or under it is", () => {
    expect(near(limitOn("size_bytes", "at_most", 1e6))).toBe("small 1.19 MB, 19.0 % over");
    expect(near(limitOn("accuracy", "at_least", 0.998))).toBe("large 99.0 %, 0.80 pt under");
  });

  test("of several limits names those that are missed", () => {
    expect(
      near(limitOn("size_bytes", "at_most", 1.2e6), limitOn("accuracy", "at_least", 0.9)),
    ).toBe("near size 1.33 MB, 11.0 % over");
    expect(
      near(limitOn("size_bytes", "at_most", 1.2e6), limitOn("accuracy", "at_least", 0.99)),
    ).toBe("near size 1.33 MB, 11.0 % over; accuracy 98.5 %, 0.50 pt under");
  });

  test("is none where nothing was logged, or the base lacks the metric", () => {
    expect(near(limitOn("latency_ms", "at_most", 1))).toBeNull();
    const against: Limit = { ...limitOn("size_bytes", "at_most", -50), relation: "base_percent" };
    expect(near(against)).toBeNull();
    expect(near(limitOn("size_bytes", "at_most", 0))).toBe("small 1.19 MB, 1.19 MB over");
  });
});

test("after the best come the next, never what failed or was not logged", () => {
  const models = [
    sized("c", 3),
    sized("a", 1),
    sized("b", 2),
    sized("none", null),
    sized("a2", 1),
    model("broken", { status: "failed", metrics: { size_bytes: metric(1) } }),
  ];
  const best = bestBy(models, size)!;
  expect([best.model.id, best.ties]).toEqual(["a", 1]);
  expect(nextBest(models, best, 3).map(({ id }) => id)).toEqual(["a2", "b", "c"]);
  expect(nextBest(models, best, 1).map(({ id }) => id)).toEqual(["a2"]);
  expect(nextBest([best.model], best, 3)).toEqual([]);
});
