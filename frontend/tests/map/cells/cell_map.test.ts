import { describe, expect, test } from "vitest";

import { buildLineage } from "../../../src/model/lineage/lineage";
import { bundlesOf, hiddenBundles, MOST_BUNDLES } from "../../../src/model/map/cells/bundles";
import type { Cell, CellBox } from "../../../src/model/map/cells/cell";
import type { CellMap } from "../../../src/model/map/cells/cell_map";
import { cellMarks } from "../../../src/model/map/cells/marks";
import { keysTo, openedCell } from "../../../src/model/map/cells/opened";
import { colourScale } from "../../../src/model/map/scales";
import type { Model } from "../../../src/model/wire.gen";
import { child, metric, model } from "../../builders";
import { accuracy, cellsOf, FRAME, sweep } from "./builders";

const STATES: [string, () => Model[]][] = [
  ["one model", () => [model("a")]],
  ["a few", () => sweep(12)],
  ["fifty-two", () => sweep(52)],
  ["a thousand", () => sweep(1000)],
  ["twenty thousand", () => sweep(20_000)],
  ["all failed", () => sweep(300).map((one) => ({ ...one, status: "failed", metrics: {} }))],
  [
    "a metric missing for most",
    () => sweep(1000).map((one, at) => (at % 20 ? { ...one, metrics: {} } : one)),
  ],
  [
    "a cycle",
    () => [model("a", { parents: ["b"] }), model("b", { parents: ["a"] }), ...sweep(200)],
  ],
  [
    "a parent of 5,000",
    () => [
      model("a"),
      ...Array.from({ length: 5000 }, (_, at) => child(`m${at}`, "a", "prune", { seed: at })),
    ],
  ],
  [
    "sixty operations",
    () =>
      sweep(3000).map((one, at) =>
        one.operation ? { ...one, operation: { ...one.operation, name: `step ${at % 60}` } } : one,
      ),
  ],
  [
    "ids of 1,000 characters",
    () => sweep(200).map((one) => ({ ...one, id: one.id.repeat(1000).slice(0, 1000) })),
  ],
  [
    "all alike",
    () => [
      model("a"),
      ...Array.from({ length: 400 }, (_, at) => child(`m${at}`, "a", "prune", { amount: 0.5 })),
    ],
  ],
];

const apart = (a: CellBox, b: CellBox) =>
  a.x + a.width <= b.x + 1e-6 ||
  b.x + b.width <= a.x + 1e-6 ||
  a.y + a.height <= b.y + 1e-6 ||
  b.y + b.height <= a.y + 1e-6;

function expectTidy(cells: readonly Cell[], within: CellBox): void {
  for (const [at, { box }] of cells.entries()) {
    expect(box.x).toBeGreaterThanOrEqual(within.x - 1e-6);
    expect(box.x + box.width).toBeLessThanOrEqual(within.x + within.width + 1e-6);
    expect(box.y).toBeGreaterThanOrEqual(within.y - 1e-6);
    expect(box.y + box.height).toBeLessThanOrEqual(within.y + within.height + 1e-6);
    for (const other of cells.slice(at + 1)) expect(apart(box, other.box)).toBe(true);
  }
}

function covered({ cells, width, height }: CellMap): number {
  return cells.reduce((sum, { box }) => sum + box.width * box.height, 0) / (width * height);
}

describe.each(STATES)("the cells of %s", (_, make) => {
  const models = make();
  const map = cellsOf(models);
  const all = { x: 0, y: 0, width: map.width, height: map.height };

  test("hold every model once, side by side, in what there is room for", () => {
    const keys = map.cells.flatMap(({ nodes }) => nodes.map(({ key }) => key));
    expect(keys).toHaveLength(new Set(models.map(({ key }) => key)).size);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(map.cells.map(({ id }) => id)).size).toBe(map.cells.length);
    expectTidy(map.cells, all);
  });

  test("are drawn with at most 2,000 marks, and every model has its place among them", () => {
    const bundles = bundlesOf(buildLineage(models), map);
    expect(bundles.shown.length).toBeLessThanOrEqual(MOST_BUNDLES.main + MOST_BUNDLES.further);
    const looks = { colour: colourScale(models, accuracy) };
    const room = 1650 - bundles.shown.length;
    const marks = cellMarks(map.cells, looks, map.pixel, room);
    const { grounds, bars, dots } = marks;
    expect(grounds.length + bars.length + dots.length).toBeLessThanOrEqual(room);
    for (const { key } of models) {
      const place = marks.placeOf(key)!;
      const { box } = map.cellOf.get(key)!;
      expect(place.y).toBeGreaterThanOrEqual(box.y);
      expect(place.y).toBeLessThanOrEqual(box.y + box.height);
    }
  });

  test("open down to any model, within the map", () => {
    for (const { key } of [models[0]!, models.at(-1)!, models[models.length >> 1]!]) {
      const keys = keysTo(map, key);
      const opened = openedCell(map, keys);
      if (keys.length === 0) {
        expect(map.cellOf.get(key)!.single).toBe(true);
        continue;
      }
      expect(opened!.path).toHaveLength(keys.length);
      expect(opened!.cells.find(({ id }) => id === key)?.single).toBe(true);
      expectTidy([{ ...opened!.path[0]!, box: opened!.box }], all);
      expectTidy(opened!.cells, opened!.box);
    }
  });
});

describe("what fills the canvas", () => {
  test.each([1000, 5000, 20_000])("is %i models, to three fifths at least", (count) => {
    expect(covered(cellsOf(sweep(count)))).toBeGreaterThan(0.6);
    const wide = cellsOf(sweep(count), { width: 1300, height: 620 });
    expect(covered(wide)).toBeGreaterThan(0.6);
  });

  test("is folded more deeply the more room there is", () => {
    const models = sweep(20_000);
    const low = cellsOf(models, { ...FRAME, height: 220 });
    expect(cellsOf(models, { ...FRAME, height: 900 }).cells.length).toBeGreaterThan(
      low.cells.length * 1.5,
    );
  });

  test("takes time that grows little faster than the models", () => {
    const seconds = (count: number) => {
      const models = sweep(count);
      const start = performance.now();
      const map = cellsOf(models);
      bundlesOf(buildLineage(models), map);
      return performance.now() - start;
    };
    seconds(5000);
    expect(seconds(40_000)).toBeLessThan(Math.max(25, seconds(5000)) * 8 * 3);
  });
});

describe("every operation keeps its column", () => {
  test("apart where there is room, else at all places together", () => {
    const models = sweep(1000);
    const names = new Set(models.map(({ operation }) => operation?.name ?? "start"));
    const narrow = cellsOf(models);
    expect(narrow.heads.map(({ name }) => name.replace(/ ⟲.*/, "")).sort()).toEqual(
      [...names].sort(),
    );
    const wide = cellsOf(models, { width: 9000, height: 500 });
    expect(wide.heads.length).toBeGreaterThan(narrow.heads.length);
  });

  test("and shows sixty from afar", () => {
    const map = cellsOf(STATES.find(([name]) => name === "sixty operations")![1]());
    expect(map.heads).toHaveLength(61);
    expect(map.pixel).toBeGreaterThan(1);
  });
});

describe("bundles", () => {
  test("that are not drawn at rest are counted in words", () => {
    const { shown } = bundlesOf(buildLineage(sweep(1000)), cellsOf(sweep(1000)));
    expect(hiddenBundles({ shown, all: shown })).toBe("");
    expect(hiddenBundles({ shown: shown.slice(2), all: shown })).toBe(
      "2 thinner bundles on pointing only",
    );
  });

  test("count the edges between columns, and lead to as much of a cell as came by them", () => {
    const models = sweep(1000);
    const lineage = buildLineage(models);
    const map = cellsOf(models, { width: 9000, height: 420 });
    const { all } = bundlesOf(lineage, map);
    const between = lineage.preorder.filter(
      ({ key, parent }) => parent && map.cellOf.get(parent.key)!.head !== map.cellOf.get(key)!.head,
    );
    const main = all.filter(({ further }) => !further);
    expect(main.reduce((sum, { count }) => sum + count, 0)).toBe(between.length);
    const [widest] = [...main].sort((a, b) => b.count - a.count);
    const thin = main.find(({ count }) => count === 1)!;
    expect(widest!.width).toBeGreaterThan(thin.width);
    expect(all.some(({ further }) => further)).toBe(true);
  });
});

describe("an opened cell", () => {
  const models = sweep(1000);
  const map = cellsOf(models);
  const several = map.cells.find(({ nodes }) => nodes.length > 40)!;

  test("leaves all others where they are", () => {
    const before = JSON.stringify(map.cells.map(({ id, box }) => [id, box]));
    const opened = openedCell(map, [several.nodes[5]!.key])!;
    expect(opened.path).toEqual([several]);
    expect(opened.cells.flatMap(({ nodes }) => nodes)).toHaveLength(several.nodes.length);
    expect(JSON.stringify(map.cells.map(({ id, box }) => [id, box]))).toBe(before);
  });

  test("is none for what is gone, for one model, or where a link is nonsense", () => {
    expect(openedCell(map, [])).toBeNull();
    expect(openedCell(map, ["gone", "__proto__"])).toBeNull();
    expect(openedCell(map, [map.cells.find(({ single }) => single)!.id])).toBeNull();
    const [key] = [several.nodes[0]!.key];
    expect(openedCell(map, [key, "gone"])!.path).toHaveLength(1);
  });

  test("of models that are all alike is split by the metric, then by order", () => {
    const values = (value: (at: number) => number) => [
      model("a"),
      ...Array.from({ length: 400 }, (_, at) => ({
        ...child(`m${at}`, "a", "prune", { amount: 0.5 }),
        metrics: { accuracy: metric(value(at)) },
      })),
    ];
    const byMetric = cellsOf(values((at) => at / 400));
    expect(openedCell(byMetric, ["m7"])!.by).toEqual(["accuracy"]);
    const byOrder = cellsOf(values(() => 0.5));
    expect(openedCell(byOrder, ["m7"])!.by).toEqual(["order of creation"]);
  });
});
