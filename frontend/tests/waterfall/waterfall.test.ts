import { describe, expect, test } from "vitest";

import { costliestWords, sumWords } from "../../src/model/claims/waterfall";
import { buildLineage } from "../../src/model/lineage/lineage";
import { replicatesOf } from "../../src/model/metrics/estimate";
import { alignedRecipes } from "../../src/model/waterfall/alignment";
import { waterfallCaption, waterfallCsv } from "../../src/model/waterfall/files";
import { waterfallLayout } from "../../src/model/waterfall/layout";
import { byText, reachText, waterfallPicture } from "../../src/model/waterfall/picture";
import { measuredSteps, waterfall, type Waterfall } from "../../src/model/waterfall/waterfall";
import type { Model, ParameterValue } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";
import { randomFrom } from "../random";

const ACCURACY = spec("accuracy", { goal: "max", low: 0, high: 1, format: ".1%" });
const SIZE = spec("size", { goal: "min", unit: "B" });

function measured(one: Model, accuracy: number | null, size: number | null = null): Model {
  const metrics: Model["metrics"] = {};
  if (accuracy !== null) metrics["accuracy"] = metric(accuracy);
  if (size !== null) metrics["size"] = metric(size);
  return { ...one, metrics };
}

function step(
  id: string,
  parent: string,
  name: string,
  given: Record<string, ParameterValue>,
  accuracy: number | null,
  size: number | null = null,
): Model {
  return measured(child(id, parent, name, given), accuracy, size);
}

const DENSE = measured(model("dense"), 0.9, 1000);
const PRUNED = step("p50", "dense", "prune", { amount: 0.5 }, 0.88, 500);
const TUNED = step("p50-t", "p50", "fine-tune", { epochs: 3 }, 0.895, 500);
const SMALL = step("p50-t-q", "p50-t", "int8 quantize", {}, 0.87, 125);
const QUANTIZED = step("q", "dense", "int8 quantize", {}, 0.89, 250);
const SPARSE = step("p80", "dense", "prune", { amount: 0.8 }, 0.8, 200);
const ALL = [DENSE, PRUNED, TUNED, SMALL, QUANTIZED, SPARSE];

function of(
  models: readonly Model[],
  from: string,
  to: string,
  specs = [ACCURACY, SIZE],
): Waterfall {
  return waterfall(buildLineage(models), from, to, specs, replicatesOf(models))!;
}

/** Rows, interaction and what is open, together. */
function sumOf({ metrics }: Waterfall, at = 0): number {
  const { cells, interaction, open } = metrics[at]!;
  return cells.reduce((sum, { by }) => sum + (by ?? 0), interaction + open);
}

describe("two recipes aligned", () => {
  const kinds = (from: string, to: string) =>
    alignedRecipes(buildLineage(ALL), from, to)!.steps.map(({ kind, phrase }) => [kind, phrase]);

  test("a model against its ancestor has the steps between them", () => {
    expect(kinds("dense", "p50-t-q")).toEqual([
      ["added", "prune 50\u202f%"],
      ["added", "fine-tune 3 epochs"],
      ["added", "int8 quantize"],
    ]);
    expect(kinds("p50-t", "p50")).toEqual([["removed", "fine-tune 3 epochs"]]);
  });

  test("of two ways from one model shared steps, changed ones, and those of one alone", () => {
    expect(kinds("p80", "p50-t-q")).toEqual([
      ["changed", "prune 80\u202f% → prune 50\u202f%"],
      ["added", "fine-tune 3 epochs"],
      ["added", "int8 quantize"],
    ]);
    expect(kinds("p50-t-q", "q")).toEqual([
      ["removed", "prune 50\u202f%"],
      ["removed", "fine-tune 3 epochs"],
      ["shared", "int8 quantize"],
    ]);
  });

  test("of two roots the start is a step; an unknown model has no recipe", () => {
    const other = [
      ...ALL,
      measured(model("wide"), 0.92),
      step("w", "wide", "int8 quantize", {}, 0.9),
    ];
    const recipes = alignedRecipes(buildLineage(other), "q", "w")!;
    expect(recipes.ancestor).toBeNull();
    expect(recipes.steps.map(({ kind }) => kind)).toEqual(["start", "shared"]);
    expect(alignedRecipes(buildLineage(ALL), "dense", "gone")).toBeNull();
    expect(alignedRecipes(buildLineage(ALL), "dense", "dense")!.steps).toEqual([]);
  });
});

describe("the waterfall", () => {
  test("gives each step its own gain, in the metric's unit", () => {
    const { metrics } = of(ALL, "dense", "p50-t-q");
    expect(metrics[0]!.cells.map(({ by }) => Number(by!.toFixed(6)))).toEqual([
      -0.02, 0.015, -0.025,
    ]);
    expect(metrics[1]!.cells.map(({ by }) => by)).toEqual([-500, 0, -375]);
    expect(metrics[0]).toMatchObject({ start: 0.9, end: 0.87, interaction: 0, open: 0 });
  });

  test("shows what a shared step did otherwise as interaction", () => {
    const found = of(ALL, "p50-t-q", "q");
    const [accuracy, size] = found.metrics;
    expect(accuracy!.interaction).toBeCloseTo(-0.01 + 0.025, 12);
    expect(accuracy!.cells[2]!.by).toBe(0);
    expect(size!.interaction).toBe(-750 + 375);
    expect(sumOf(found)).toBeCloseTo(0.02, 12);
    expect(sumWords(found)).toContain("a part is interaction");
  });

  test("joins a step that was not measured with the next", () => {
    const models = [DENSE, measured(PRUNED, null, 500), TUNED];
    const found = of(models, "dense", "p50-t");
    expect(found.metrics[0]!.cells.map(({ by, joined }) => [by?.toFixed(3), joined])).toEqual([
      [undefined, 0],
      ["-0.005", 1],
    ]);
    expect(found.metrics[0]!.open).toBe(0);
    expect(waterfallPicture(found).panels[0]!.bars[1]!.text).toBe("–");
    expect(waterfallPicture(found).panels[0]!.bars[2]!.about).toContain("†");
  });

  test("says what belongs to no step where the common ancestor was not measured", () => {
    const found = of([measured(DENSE, null), QUANTIZED, SPARSE], "q", "p80", [ACCURACY]);
    expect(found.metrics[0]!.open).toBeCloseTo(-0.09, 12);
    expect(sumWords(found)).toContain("In accuracy a part belongs to no step");
    expect(waterfallPicture(found).rows.map(({ id }) => id)).toContain("open");
  });

  test("leaves out metrics of one model alone, and of mixed units", () => {
    const mixed = { ...SIZE, mixed: "B, MB" };
    const found = of([DENSE, measured(PRUNED, null, 500)], "dense", "p50", [ACCURACY, mixed]);
    expect(found.metrics).toEqual([]);
    expect(found.left).toEqual(["accuracy", "size"]);
  });

  test("adds up in every metric of any two models of any lineage", () => {
    const draw = randomFrom(11);
    for (let round = 0; round < 300; round++) {
      const models: Model[] = [];
      for (let at = 0; at < 12; at++) {
        const parent = at === 0 || draw() < 0.15 ? null : `m${Math.floor(draw() * at)}`;
        const name = ["prune", "quantize", "tune"][Math.floor(draw() * 3)]!;
        const value = (): number | null =>
          draw() < 0.2 ? null : (draw() - 0.3) * 10 ** (6 * draw());
        const made =
          parent === null
            ? model(`m${at}`)
            : child(`m${at}`, parent, name, { at: Math.floor(draw() * 2) });
        models.push(measured(made, value(), value()));
      }
      for (const [from, to] of [
        ["m11", "m10"],
        ["m0", "m11"],
        ["m11", "m3"],
      ] as const) {
        const found = of(models, from, to);
        const back = of(models, to, from);
        found.metrics.forEach((each, at) => {
          const total = each.end - each.start;
          const scale = Math.max(
            1,
            ...each.cells.map(({ by }) => Math.abs(by ?? 0)),
            Math.abs(total),
          );
          expect(Math.abs(sumOf(found, at) - total) / scale).toBeLessThan(1e-9);
          expect(Math.abs(sumOf(back, at) + total) / scale).toBeLessThan(1e-9);
        });
        const direct = found.steps.every(({ kind }) => kind === "added");
        if (direct)
          for (const { interaction, open } of found.metrics)
            expect([interaction, open]).toEqual([0, 0]);
      }
    }
  });
});

describe("what the card says", () => {
  const repeated = (one: Model, ...repeats: number[]): Model => ({
    ...one,
    metrics: { accuracy: metric(repeats[1]!, { repeats }) },
  });
  const TOLD = [
    repeated(DENSE, 0.9, 0.901, 0.902),
    repeated(PRUNED, 0.7, 0.701, 0.702),
    repeated(TUNED, 0.7, 0.7011, 0.702),
  ];

  test("names the step that costs most where it is told apart, and no other", () => {
    const found = of(TOLD, "dense", "p50-t", [ACCURACY]);
    expect(costliestWords(found)).toEqual(["prune 50\u202f% costs most accuracy: −20.0\u202fpt"]);
    expect(found.metrics[0]!.cells[0]!.reach).toBeGreaterThan(0);
    expect(found.metrics[0]!.cells[1]!.verdict).toBe("within spread");
    expect(sumWords(found)).toBe("Steps add up to the total");
    const gained = of(TOLD, "p50", "dense", [ACCURACY]);
    expect(gained.metrics[0]!.cells[0]!.verdict).toBe("better");
    expect(costliestWords(gained)).toEqual([]);
  });

  test("numbers have the unit in which they add up", () => {
    expect(byText(-0.012, ACCURACY)).toBe("−1.20\u202fpt");
    expect(byText(-1.2e6, SIZE)).toBe("−1.20\u202fMB");
    expect(byText(0, SIZE)).toBe("±0");
    expect(reachText(0.003, ACCURACY)).toBe("±0.30\u202fpt");
  });

  test("the picture has a bar in every row, inside its panel, each from where the last ended", () => {
    const picture = waterfallPicture(of(ALL, "p50-t-q", "q"));
    for (const { bars } of picture.panels) {
      expect(bars).toHaveLength(picture.rows.length);
      bars.forEach(({ from, to }, at) => {
        expect(Math.min(from, to)).toBeGreaterThanOrEqual(0);
        expect(Math.max(from, to)).toBeLessThanOrEqual(1);
        if (at > 0) expect(from).toBeCloseTo(bars[at - 1]!.to, 9);
      });
    }
  });

  test("panels do not overlap, and go into further lines where there is no room", () => {
    for (const width of [320, 640, 1072]) {
      const values = Array.from({ length: 7 }, () => ["−12.3 pt ±0.25 pt", "83.1 %"]);
      const { labels, lines, height } = waterfallLayout(
        7,
        ["a step", "x".repeat(90)],
        values,
        width,
      );
      expect(lines.flatMap(({ panels }) => panels.map(({ at }) => at))).toEqual([
        0, 1, 2, 3, 4, 5, 6,
      ]);
      for (const { panels, top } of lines) {
        expect(top).toBeLessThan(height);
        panels.forEach(({ x, bars, values: room }, at) => {
          const next = panels[at + 1];
          expect(x).toBeGreaterThanOrEqual(labels);
          if (next) expect(x + bars + room).toBeLessThan(next.x);
          else if (panels.length > 1) expect(x + bars + room).toBeLessThanOrEqual(width + 1);
        });
      }
    }
  });

  test("the file says the same, and its lines add up", () => {
    const found = of(ALL, "p50-t-q", "q");
    const lines = waterfallCsv(found)
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(","));
    expect(lines.map(([kind]) => kind)).toEqual([
      "kind",
      "from",
      "removed",
      "removed",
      "shared",
      "interaction",
      "not measured on the way",
      "total",
      "to",
    ]);
    const sum = lines.slice(2, 7).reduce((all, line) => all + Number(line[2]), 0);
    expect(sum).toBeCloseTo(Number(lines[7]![2]), 9);
    expect(waterfallCaption(found, []).title).toBe("q against p50-t-q, step by step");
  });

  test("predictions and layers are asked for of steps that one recipe alone has", () => {
    expect(
      measuredSteps(of(ALL, "p50-t-q", "q")).map(({ what, before, after }) => [
        what,
        before.id,
        after.id,
      ]),
    ).toEqual([
      ["− prune 50\u202f%", "dense", "p50"],
      ["− fine-tune 3 epochs", "p50", "p50-t"],
    ]);
  });
});
