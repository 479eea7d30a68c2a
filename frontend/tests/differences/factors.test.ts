/** The golden answer is asserted by the backend's tests: this is what it really sends. */
import { describe, expect, test } from "vitest";

import {
  differenceText,
  extentOf,
  factorTable,
  hasNoise,
  keptModels,
  levelText,
  pairRows,
} from "../../src/model/differences/factors";
import { metricFormat } from "../../src/model/format/metric_format";
import type { Differences, Variable } from "../../src/model/wire.gen";
import text from "../../../tests/golden/differences.json?raw";
import { metric, model, spec } from "../builders";

const golden = JSON.parse(text) as Differences;
const f1 = spec("f1", { goal: "max", format: ".1%" });
const byKey = new Map(
  golden.models.map((key, i) => [key, model(key, { metrics: { f1: metric(0.9 - i / 100) } })]),
);

function variable(kind: Variable["kind"]): Variable {
  const found = golden.variables.find((one) => one.kind === kind);
  if (!found) throw new Error(`the golden answer has no ${kind}`);
  return found;
}

const tune = variable("step");
const what = variable("alternatives");
const everything = golden.models.map((_, index) => index);

describe("a table of two variables", () => {
  const table = factorTable(golden, what, tune, everything, byKey, { spec: f1, against: null });

  test("has a cell for each combination, null where no model is", () => {
    expect(table.cells.map((row) => row.map((cell) => cell?.models.length ?? null))).toEqual([
      [1, null],
      [2, 2],
      [2, 2],
      [1, null],
    ]);
  });

  test("gives means, and intervals where there are replicates", () => {
    const replicated = table.cells[1]![0]!;
    expect(replicated.value).toBeCloseTo(0.88);
    expect(replicated.estimate).toMatchObject({ n: 2, source: "replicates" });
    expect(table.cells[0]![0]!.estimate).toBeNull();
    expect(hasNoise(table)).toBe(true);
    expect(Math.min(...extentOf(table))).toBeLessThan(0.8);
  });

  test("is a change against a base where that is asked for", () => {
    const against = model("base", { metrics: { f1: metric(0.9) } });
    const changed = factorTable(golden, what, null, everything, byKey, { spec: f1, against });
    expect(changed.cells[0]![0]!.value).toBeCloseTo(-0.09);
    const lacking = factorTable(golden, what, null, everything, byKey, {
      spec: f1,
      against: model("base"),
    });
    expect(lacking.cells[0]![0]!.value).toBeNull();
  });
});

describe("narrowing to levels", () => {
  test("keeps the models that have one of the kept levels of every narrowed variable", () => {
    const with_ = tune.levels[1]!.text;
    const kept = keptModels(golden, { [tune.id]: [with_] });
    expect(kept).toEqual([1, 3, 5, 7]);
    expect(keptModels(golden, { [tune.id]: [] })).toEqual([]);
    expect(keptModels(golden, { "gone/variable": ["x"] })).toEqual(everything);
  });
});

describe("matched pairs", () => {
  const rows = pairRows(golden, f1);

  test("say what changed, the largest effects first", () => {
    expect(rows.map(({ before, after }) => `${before} → ${after}`)).toContain("without → with");
    const sizes = rows.map(({ mean }) => Math.abs(mean));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  test("call an effect better or worse only beyond noise", () => {
    const known = (effect: object, goal: "max" | "min" | null = "max") =>
      pairRows(
        {
          ...golden,
          pairs: [
            {
              variable: tune.id,
              before: 0,
              after: 1,
              pairs: 3,
              models: [0, 1],
              effects: {
                f1: { pairs: 3, mean: 0.1, spread: 0.1, low: 0.05, high: 0.2, ...effect },
              },
            },
          ],
        },
        { ...f1, goal },
      )[0]?.verdict;
    expect(known({})).toBe("better");
    expect(known({}, "min")).toBe("worse");
    expect(known({}, null)).toBe("");
    expect(known({ low: -0.1 })).toBe("cannot tell");
    expect(known({ low: 0 }), "an interval that touches none").toBe("cannot tell");
    expect(known({ mean: -0.1, low: -0.2, high: 0 })).toBe("cannot tell");
    expect(known({ mean: -0.1, low: -0.2, high: -0.05 })).toBe("worse");
    expect(known({ low: null, high: null })).toBe("");
  });

  test("of a metric that was not logged are none", () => {
    expect(pairRows(golden, spec("constructor"))).toEqual([]);
  });
});

test("a difference reads as a change does", () => {
  const shares = metricFormat(f1).full;
  const read = (amount: number) => differenceText(amount, f1, shares).replace(/\u202f/g, " ");
  expect(read(0.012)).toBe("+1.2 pt");
  expect(read(-0.07)).toBe("−7.0 pt");
  const latency = spec("latency", { unit: "ms" });
  expect(differenceText(-3.1, latency, metricFormat(latency).full)).toBe("−3.10\u202fms");
});

test("a level reads as its parameter does everywhere", () => {
  const amount: Variable = {
    id: "parameter/prune#1/amount",
    name: "amount",
    kind: "parameter",
    parameter: "amount",
    numeric: true,
    levels: [
      { value: null, text: "without", models: 1 },
      { value: 0.5, text: "0.5", models: 1 },
    ],
    of: [0, 1],
    explains: 1,
    joined: [],
  };
  expect([levelText(amount, 0), levelText(amount, 1)]).toEqual(["without", "50\u202f%"]);
  expect(levelText(amount, 7)).toBe("");
});
