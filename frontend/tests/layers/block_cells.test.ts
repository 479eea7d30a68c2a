import { describe, expect, test } from "vitest";

import { cellAfterKey } from "../../src/model/layers/blocks/cell_keys";
import { cellScale, multiplesOf, standsOut, worstBlock } from "../../src/model/layers/blocks/cells";
import { drawnMultiples, writtenBlocks } from "../../src/model/layers/blocks/drawing";
import { blockGrid, suitsGrid } from "../../src/model/layers/blocks/grid";
import {
  cellAt,
  cellPlace,
  gridLayout,
  sizeOf,
  type CellAddress,
} from "../../src/model/layers/blocks/layout";
import { cellSpoken, gridCsv } from "../../src/model/layers/blocks/words";
import { AUTO_EXPANSION } from "../../src/model/layers/expansion";
import { isExpanded, revealing } from "../../src/model/layers/listing";
import { layerNetwork } from "../../src/model/layers/network";
import { cellsOf, rowsOf, SPARSITY, SQNR, treeOf } from "./builders";

const KINDS = ["q", "k", "v", "o", "up", "down", "gate", "norm1", "norm2"];
const BLOCKS = 48;
const NAMES = Array.from({ length: BLOCKS }, (_, block) =>
  KINDS.map((kind) => `layers.${block}.${kind}.weight`),
).flat();
const ROWS = rowsOf("embed.weight", ...NAMES, "head.weight");
const NETWORK = layerNetwork(ROWS);
const GRID = blockGrid(NETWORK);

/** 20 dB and little noise, in block 17 some 7 dB; norms unchanged. */
function values(bad = 17): Record<string, number> {
  return Object.fromEntries(
    NAMES.flatMap((name, at) => {
      if (name.includes("norm")) return [];
      const block = Math.floor(at / KINDS.length);
      return [[name, (block === bad ? 7 : 20) + 0.3 * Math.sin(at * 12.9898)]];
    }),
  );
}

const BASE = cellsOf("base", ROWS);
const BAD = cellsOf("bad", ROWS, values());
for (const [row, name] of ROWS.names.entries()) {
  if (name.includes("norm") && ROWS.tensor[row]) BAD.certainty[row] = "exact";
}
const TREE = treeOf(ROWS, SQNR, [BASE, BAD]);
const MULTIPLES = multiplesOf(TREE, SQNR, GRID);
const ROOM = { width: 640, height: 300 };
const layoutFor = (count: number, room = ROOM) => gridLayout(sizeOf(GRID), count, room, 60);

describe("cells of blocks", () => {
  test("a planted block is far outside, strong in colour, and named", () => {
    expect(MULTIPLES).toHaveLength(1);
    const scale = cellScale(MULTIPLES, SQNR)!;
    MULTIPLES[0]!.families[0]!.forEach((cells, kind) => {
      const unchanged = GRID.families[0]!.kinds[kind]!.label.startsWith("norm");
      cells.forEach(({ value, far }, block) => {
        expect(far).toBe(!unchanged && block === 17);
        if (unchanged) expect(value).toBe(Infinity);
        else expect(scale.share(value!) > 0.9).toBe(block === 17);
      });
    });
    const worst = worstBlock(MULTIPLES, GRID.families, SQNR)!;
    expect(worst).toMatchObject({ name: "layers.17", label: "block 17", worst: 7, of: 7 });
    expect(standsOut(worst)).toBe(true);
  });

  test("no block is named where every kind has its own worst, or two are alike", () => {
    const spread = Object.fromEntries(
      NAMES.map((name, at) => {
        const [block, kind] = [Math.floor(at / KINDS.length), at % KINDS.length];
        return [name, block === kind * 3 ? 7 : 20];
      }),
    );
    const of = (given: Record<string, number>) =>
      worstBlock(
        multiplesOf(treeOf(ROWS, SQNR, [BASE, cellsOf("m", ROWS, given)]), SQNR, GRID),
        GRID.families,
        SQNR,
      );
    expect(standsOut(of(spread)!)).toBe(false);
    // The worst of all, but no further than others are from each other.
    const near = Object.entries(values(-1)).map(([name, value]) => [
      name,
      name.startsWith("layers.17.") ? Math.min(...Object.values(values(-1))) - 0.01 : value,
    ]);
    expect(of(Object.fromEntries(near) as Record<string, number>)).toBeNull();
    expect(of(Object.fromEntries(NAMES.map((name) => [name, 20])))).toBeNull();
    expect(of({})).toBeNull();
  });

  test("of a measure of one model the base is a multiple, and nothing is the worst", () => {
    const tree = treeOf(ROWS, SPARSITY, [BASE, BAD]);
    expect(multiplesOf(tree, SPARSITY, GRID)).toHaveLength(2);
    expect(worstBlock(multiplesOf(tree, SPARSITY, GRID), GRID.families, SPARSITY)).toBeNull();
  });

  test("a cell of experts shows the worst; NaN is no number", () => {
    const names = Array.from({ length: 4 }, (_, block) =>
      ["experts.0.w1.weight", "experts.1.w1.weight", "q.weight"].map((at) => `h.${block}.${at}`),
    ).flat();
    const rows = rowsOf(...names);
    const grid = blockGrid(layerNetwork(rows));
    const given = Object.fromEntries(names.map((name, at) => [name, at === 1 ? 3 : NaN]));
    const cells = cellsOf("m", rows, given);
    const tree = treeOf(rows, SQNR, [cellsOf("b", rows), cells]);
    const [multiple] = multiplesOf(tree, SQNR, grid);
    const flat = multiple!.families[0]!.flat();
    expect(flat.filter(({ value }) => value !== null)).toEqual([
      { row: rows.names.indexOf(names[1]!), of: 2, value: 3, far: false },
    ]);
    expect(flat.filter(({ of }) => of === 2)).toHaveLength(4);
  });

  test("the grid is shown by itself where most of the network is in four blocks or more", () => {
    expect(suitsGrid(GRID)).toBe(true);
    expect(suitsGrid({ families: [], outside: [1, 2] })).toBe(false);
    const few = blockGrid(layerNetwork(rowsOf(...NAMES.slice(0, 3 * KINDS.length))));
    expect(few.families).toHaveLength(1);
    expect(suitsGrid(few)).toBe(false);
  });
});

describe("the picture of blocks", () => {
  test("48 blocks of 9 kinds and what is outside fit without scrolling", () => {
    const layout = layoutFor(1);
    expect(layout.whole.height).toBeLessThanOrEqual(ROOM.height);
    expect(layout.families[0]!.cell.height).toBeGreaterThanOrEqual(14);
    expect(layout.families[0]!.cell.width).toBeGreaterThan(10);
    for (const count of [2, 3, 8, 12]) {
      const { columns, width, whole } = layoutFor(count);
      expect(columns * width).toBeLessThanOrEqual(whole.width);
    }
  });

  test("every cell is found where it is drawn, in every multiple", () => {
    for (const count of [1, 3, 8]) {
      const layout = layoutFor(count);
      const addresses: CellAddress[] = [];
      for (let multiple = 0; multiple < count; multiple++) {
        GRID.families[0]!.cells.forEach((blocks, kind) =>
          blocks.forEach((_, block) => addresses.push({ multiple, family: 0, kind, block })),
        );
        GRID.outside.forEach((_, outside) => addresses.push({ multiple, family: null, outside }));
      }
      const seen = new Set<string>();
      for (const address of addresses) {
        const { x, y, width, height } = cellPlace(layout, GRID, address);
        const middle = { x: x + width / 2, y: y + height / 2 };
        expect(cellAt(layout, GRID, count, middle)).toEqual(address);
        seen.add(`${x},${y}`);
      }
      expect(seen.size).toBe(addresses.length);
      expect(cellAt(layout, GRID, count, { x: 5, y: 60 })).toBeNull();
      expect(cellAt(layout, GRID, count, { x: 300, y: 1e6 })).toBeNull();
    }
  });

  test("arrow keys reach every cell of two multiples", () => {
    let at: CellAddress = { multiple: 0, family: 0, kind: 0, block: 0 };
    const seen = new Set([JSON.stringify(at)]);
    const step = (key: string): boolean => {
      const next = cellAfterKey(key, at, GRID, 2);
      const moved = next !== null && JSON.stringify(next) !== JSON.stringify(at);
      if (next) at = next;
      seen.add(JSON.stringify(at));
      return moved;
    };
    do {
      while (step("ArrowRight"));
      step("Home");
    } while (step("ArrowDown"));
    expect(seen.size).toBe(2 * (BLOCKS * KINDS.length + GRID.outside.length));
    while (step("ArrowUp"));
    expect(at).toMatchObject({ multiple: 0, family: 0, kind: 0 });
    expect(cellAfterKey("x", at, GRID, 2)).toBeNull();
  });

  test("has at most a path for each colour, and faint ones for what does not pass", () => {
    const scale = cellScale(MULTIPLES, SQNR);
    const draw = (passes: (row: number) => boolean) =>
      drawnMultiples(MULTIPLES, GRID, layoutFor(1), scale, "light", passes)[0]!;
    const all = draw(() => true);
    expect(all.kept.length).toBeLessThanOrEqual(65);
    expect(all.faint).toEqual([]);
    expect(all.unchanged.split("M")).toHaveLength(1 + 2 * BLOCKS);
    expect(all.far.split("M")).toHaveLength(1 + 7);
    // The embedding and the head have no number.
    expect(all.unknown.split("M")).toHaveLength(1 + 2);
    expect(draw(() => false).kept).toEqual([]);
  });

  test("indices that are written do not touch", () => {
    const blocks = Array.from({ length: 48 }, (_, index) => ({ index }));
    expect(writtenBlocks(blocks, 0, 47, 30)).toHaveLength(48);
    expect(writtenBlocks(blocks, 0, 47, 5)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect(writtenBlocks(blocks, 0, 47, 0.01)).toEqual([0]);
  });
});

describe("a cell in words", () => {
  test("says model, kind, block, tensor, number, and that it is far outside", () => {
    const kind = GRID.families[0]!.kinds.findIndex(({ label }) => label === "q");
    const address = { multiple: 0, family: 0, kind, block: 17 };
    const text = cellSpoken(TREE, SQNR, GRID, MULTIPLES, address, (key) => `model ${key}`);
    expect(text).toMatch(
      /^model bad, q · layers\.17, layers\.17\.q\.weight, .*dB, exact, far outside its kind/u,
    );
  });

  test("the file has every tensor once, with block and kind", () => {
    const lines = gridCsv(TREE, GRID, (key) => key)
      .trim()
      .split(/\r?\n/);
    expect(lines).toHaveLength(1 + NETWORK.tensors.length);
    expect(lines[0]).toContain("bad: sqnr");
    expect(lines.some((line) => line.startsWith("layers.17,norm 1,layers.17.norm1.weight"))).toBe(
      true,
    );
    expect(lines.at(-1)).toContain("head.weight");
  });

  test("opening it opens the modules around it in the tree", () => {
    const row = ROWS.names.indexOf("layers.40.q.weight");
    for (const rest of ["none", "auto", "all"] as const) {
      const open = isExpanded(NETWORK, revealing(NETWORK, { ...AUTO_EXPANSION, rest }, row));
      expect(
        ["", "layers", "layers.40", "layers.40.q"].map((name) => open(ROWS.names.indexOf(name))),
      ).toEqual([true, true, true, true]);
    }
  });
});
