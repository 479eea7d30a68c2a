import { describe, expect, it } from "vitest";

import { planLines } from "../../src/model/commands/plan";
import { measuredModels } from "../../src/model/layers/plan_models";
import { planPicture, tickText } from "../../src/model/layers/plan_picture";
import { cellsCsv, planCsv } from "../../src/model/layers/sensitivity_files";
import { gridStep } from "../../src/model/layers/sensitivity_keys";
import { kindOf, rowOrder, shownCells } from "../../src/model/layers/sensitivity_rows";
import type { Sensitivity } from "../../src/model/wire.gen";
import { model } from "../builders";
import { FOUND } from "./sensitivity_found";

/** Four layers of two kinds; the third breaks by int4, and int8 was not measured of the last. */
const BLOCKS: Sensitivity = {
  ...FOUND,
  layers: [
    "blocks.0.q.weight",
    "blocks.0.up.weight",
    "blocks.1.q.weight",
    "blocks.10.up.weight",
  ].map((name) => ({ ...FOUND.layers[0]!, name })),
  cells: {
    ...FOUND.cells,
    damage: [
      [0.01, 0.1],
      [0.02, 0.5],
      [0.001, null],
      [null, 0.9],
    ],
    bytes: [
      [16, 8],
      [16, 8],
      [64, 8],
      [16, 8],
    ],
    low: [[0.005, null], [], [], []],
    high: [[0.02, null], [], [], []],
    rank_first: [[1, 2], [], [], []],
    rank_last: [[2, 2], [], [], []],
  },
  reasons: [
    { layer: 2, candidate: 1, words: "outputs are not finite", broken: true },
    { layer: 3, candidate: 0, words: '=it "never" ran', broken: false },
  ],
};

describe("rows", () => {
  const cells = shownCells(BLOCKS, false);

  it("stand as in the network, or by kind", () => {
    expect(rowOrder(BLOCKS, cells, null)).toEqual([0, 1, 2, 3]);
    expect(rowOrder(BLOCKS, cells, { by: "kind" })).toEqual([0, 2, 1, 3]);
    expect([0, 1, 2, 3].map((row) => kindOf(BLOCKS, row))).toEqual([
      "blocks.*.q.weight",
      "blocks.*.up.weight",
      "blocks.*.q.weight",
      "blocks.*.up.weight",
    ]);
  });

  it("stand by damage, what breaks first and what has no number last", () => {
    expect(rowOrder(BLOCKS, cells, { by: "damage", candidate: "int4" })).toEqual([2, 3, 1, 0]);
    expect(rowOrder(BLOCKS, cells, { by: "damage", candidate: "int8" })).toEqual([1, 0, 2, 3]);
    expect(rowOrder(BLOCKS, cells, { by: "damage", candidate: null })).toEqual([2, 3, 1, 0]);
  });

  it("show what each kilobyte that is saved costs", () => {
    const shown = shownCells(BLOCKS, true);
    expect(shown[0]![0]).toBeCloseTo((1000 * 0.01) / 48);
    // Nothing is saved.
    expect(shown[2]![0]).toBeNull();
  });
});

it("walks the grid by keys, and not beyond its ends", () => {
  const size = { rows: 30, columns: 3 };
  const after = (key: string, row: number, column: number, ctrlKey = false) => {
    const to = gridStep({ key, ctrlKey }, { row, column }, size);
    return to && [to.row, to.column];
  };
  expect(after("ArrowDown", 0, 1)).toEqual([1, 1]);
  expect(after("ArrowUp", 0, 1)).toEqual([-1, 1]);
  expect(after("ArrowUp", -1, 1)).toEqual([-1, 1]);
  expect(after("ArrowRight", 4, 2)).toEqual([4, 2]);
  expect(after("ArrowLeft", 4, 0)).toEqual([4, -1]);
  expect(after("PageDown", 25, 0)).toEqual([29, 0]);
  expect(after("PageUp", 25, 0)).toEqual([15, 0]);
  expect(after("Home", 4, 2)).toEqual([4, -1]);
  expect(after("Home", 4, 2, true)).toEqual([0, -1]);
  expect(after("End", 4, 0)).toEqual([4, 2]);
  expect(after("End", 4, 0, true)).toEqual([29, 2]);
  expect(after("x", 4, 0)).toBeNull();
});

it("saves all cells and the plan, and no formulas", () => {
  const cells = cellsCsv(BLOCKS).split("\r\n");
  expect(cells[0]).toBe(
    'layer,kind,shape,bytes as it is,candidate,bytes,"damage, nats",low,high,place at best,place at worst,why not',
  );
  expect(cells).toHaveLength(1 + 8 + 1);
  expect(cells[1]).toBe("blocks.0.q.weight,Linear,4x4,64,int8,16,0.01,0.005,0.02,1,2,");
  expect(cells[6]).toContain(",8,inf,,,,,outputs are not finite");
  expect(cells[7]).toContain(`"'=it ""never"" ran"`);
  const plan = planCsv(BLOCKS, [0, -1, 0, 1]).split("\r\n");
  expect(plan.slice(1, 3)).toEqual([
    "blocks.0.q.weight,int8,64,16,0.01",
    "blocks.0.up.weight,,64,64,0",
  ]);
});

const value = (number: number) => ({ value: number, repeats: [], step: null });

describe("models of the map", () => {
  const models = [
    model("dense"),
    model("plan", {
      parents: ["dense"],
      operation: { name: "sensitivity plan", parameters: { bytes: 40, predicted_damage: 0.2 } },
      metrics: { damage: { ...value(0.3), interval: { low: 0.1, high: 0.5, level: 0.95 } } },
    }),
    model("tuned", { parents: ["plan"], metrics: { damage: value(0.1), packed_bytes: value(90) } }),
    model("no-bytes", { parents: ["dense"], metrics: { damage: value(0.1) } }),
    model("stranger", { metrics: { damage: value(0.1), bytes: value(5) } }),
    model("circle", { parents: ["circle"], metrics: { damage: value(0.1), bytes: value(5) } }),
  ];

  it("are those that come from the network and say damage and bytes", () => {
    const found = measuredModels(models, "dense");
    expect(found.map(({ key, bytes, damage, promised }) => [key, bytes, damage, promised])).toEqual(
      [
        ["tuned", 90, 0.1, null],
        ["plan", 40, 0.3, 0.2],
      ],
    );
    expect(found[1]!.interval?.high).toBe(0.5);
  });

  it("stand in one plane with plans", () => {
    const found = measuredModels(models, "dense");
    const { place, bytesAt, line, band } = planPicture(FOUND, found, { width: 300, height: 100 });
    const [large, small] = found.map(place);
    expect(large!.x).toBeGreaterThan(small!.x);
    expect(large!.y).toBeGreaterThan(small!.y);
    expect(bytesAt(large!.x)).toBeCloseTo(90, 0);
    expect(line.match(/[ML]/g)).toHaveLength(3);
    expect(band).toContain("z");
    expect(place({ bytes: 3, damage: 0 })).toBeNull();
    expect([0.1, 0.001, 0.00001].map(tickText)).toEqual(["0.1", "0.001", "1e−5"]);
  });

  it("are named in Python", () => {
    expect(planLines("/logs/it's", models[0]!, models, 42)).toBe(
      [
        "import tensorboard_cnc",
        "",
        'runs = tensorboard_cnc.read("/logs/it\'s")',
        'plan = runs.plan("dense", size=42)',
        "small = plan.apply(net)",
      ].join("\n"),
    );
    expect(planLines(null, models[0]!, models, 42)).toContain('read("DIR")');
  });
});
