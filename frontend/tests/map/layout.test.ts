import { describe, expect, test } from "vitest";

import {
  acrossOf,
  layoutMap,
  spacingFor,
  type MapLayout,
  type PlacedModel,
} from "../../src/model/map/layout";
import type { Model } from "../../src/model/wire.gen";
import { child, model } from "../builders";
import { paths, randomModels, t5 } from "./builders";

const ids = (places: readonly PlacedModel[]) => places.map((place) => place.key);
const byRow = (layout: MapLayout) => [...layout.placed].sort((a, b) => a.row - b.row);
const row = (layout: MapLayout, key: string) => layout.byKey.get(key)!.row;

describe("siblings", () => {
  const siblings = (models: Model[]) => layoutMap(models, "operation").byKey.get("a")?.children;

  test("are ordered by numbers, not by their text", () => {
    expect(siblings(paths("a", "a/p:0.5", "a/p:10", "a/p:2"))).toEqual([
      "a/p:0.5",
      "a/p:2",
      "a/p:10",
    ]);
  });

  test("stand together by words before numbers", () => {
    const layout = layoutMap(t5(), "operation");
    const selective = layout.byKey.get("p10-norms")!.children;
    expect(selective).toEqual(["p10-norms-tuned", "at30", "at50", "ff30", "ff40", "ff50"]);
  });

  test("have what is not given first, then numbers, then text; seeds count last", () => {
    const made = (id: string, parameters: Record<string, number | string | null>) =>
      child(id, "a", "p", parameters);
    const models = [
      model("a"),
      made("text", { seed: 0, rank: "full" }),
      made("two", { seed: 0, rank: 2 }),
      made("one-b", { seed: 2, rank: 1 }),
      made("one-a", { seed: 1, rank: 1 }),
      made("none", { seed: 9, rank: null }),
    ];
    expect(siblings(models)).toEqual(["none", "one-a", "one-b", "two", "text"]);
  });

  test("that are alike are ordered as created", () => {
    const models = [model("a"), ...["z", "y", "x"].map((id) => child(id, "a", "p", { n: 1 }))];
    expect(siblings(models)).toEqual(["z", "y", "x"]);
  });
});

describe("rows", () => {
  test("centre a parent on its children", () => {
    const layout = layoutMap(paths("a", "a/p:1", "a/p:2", "a/p:3"), "step");
    expect(row(layout, "a")).toBe(row(layout, "a/p:2"));
  });

  test("never put two models of a column closer than one row", () => {
    for (const mode of ["operation", "step"] as const) {
      const layout = layoutMap(randomModels(400, 7), mode);
      const last = new Map<number, number>();
      for (const place of byRow(layout)) {
        const above = last.get(place.column) ?? -Infinity;
        expect(place.row - above).toBeGreaterThanOrEqual(1 - 1e-9);
        last.set(place.column, place.row);
      }
    }
  });

  test("keep edges that skip columns clear of models in between", () => {
    const layout = layoutMap(randomModels(400, 11), "operation");
    for (const place of layout.placed) {
      const parent = place.parent === null ? undefined : layout.byKey.get(place.parent);
      if (!parent) continue;
      const between = layout.placed.filter(
        (other) => other.column > parent.column && other.column < place.column,
      );
      for (const other of between) expect(Math.abs(other.row - place.row)).toBeGreaterThan(0.99);
    }
  });

  test("keep the order of siblings in every column, so that no edges cross", () => {
    const layout = layoutMap(randomModels(300, 5), "step");
    const reading = ids(layout.placed);
    for (let depth = 0; depth < layout.columns.length; depth++) {
      const column = ids(byRow(layout).filter((place) => place.column === depth));
      expect(column).toEqual(reading.filter((key) => layout.byKey.get(key)!.column === depth));
    }
  });

  test("stack roots and start at zero", () => {
    const layout = layoutMap(paths("a", "b", "a/p"), "operation");
    expect(row(layout, "a")).toBe(0);
    expect(row(layout, "b")).toBeGreaterThan(1);
    expect(layout.lastRow).toBe(row(layout, "b"));
  });
});

describe("the layout", () => {
  test("is the same for the same models", () => {
    const places = (layout: MapLayout) => layout.placed.map((p) => [p.key, p.column, p.row]);
    const models = randomModels(200, 3);
    expect(places(layoutMap(models, "operation"))).toEqual(places(layoutMap(models, "operation")));
  });

  test("keeps columns and the order of rows when a sibling comes", () => {
    const before = layoutMap(t5(), "operation");
    const added = child("p20", "base", "Pruning", { sparsity: 0.2 });
    const after = layoutMap([...t5(), added], "operation");
    expect(ids(after.placed).filter((key) => key !== "p20")).toEqual(ids(before.placed));
    expect(after.byKey.get("base")?.children).toEqual(["p10", "p20", "p30", "p50"]);
    for (const place of before.placed) {
      expect(after.byKey.get(place.key)?.column).toBe(place.column);
    }
  });

  test("has a place for ghosts, failed models, and further parents", () => {
    const ghost = model("gone", { status: "missing", run: null });
    const failed = model("x", { parents: ["gone", "a"], status: "failed" });
    const layout = layoutMap([model("a"), failed, ghost], "operation");
    expect(ids(layout.placed)).toEqual(["a", "gone", "x"]);
    expect(layout.byKey.get("x")).toMatchObject({ parent: "gone", furtherParents: ["a"] });
  });

  test("of nothing is empty", () => {
    expect(layoutMap([], "operation")).toMatchObject({ columns: [], placed: [], lastRow: 0 });
  });
});

describe("spacing", () => {
  test("fills the view where there are few models", () => {
    const layout = layoutMap(t5(), "operation");
    const spacing = spacingFor(layout, 900, 500);
    expect(spacing.column * acrossOf(layout)).toBeCloseTo(900);
    expect(spacing.row * (layout.lastRow + 1)).toBeCloseTo(500);
  });

  test("fills the height where columns are so many that all is shown only from afar", () => {
    const chain = Array.from({ length: 21 }, (_, i) =>
      i === 0 ? model("m0") : child(`m${i}`, `m${i - 1}`, `operation ${i}`),
    );
    const fork = ["a", "b", "c"].map((id) => child(id, "m19", "operation 20"));
    const layout = layoutMap([...chain, ...fork], "operation");
    const spacing = spacingFor(layout, 880, 400);
    expect(spacing.column).toBe(88);
    const zoom = 880 / (20 * 88);
    expect(spacing.row * zoom).toBeCloseTo(56);
    const tall = spacingFor(layout, 880, 160);
    expect(tall.row * (layout.lastRow + 1) * zoom).toBeCloseTo(160);
  });

  test("has limits for one model and for thousands", () => {
    expect(spacingFor(layoutMap(paths("a"), "step"), 900, 600).row).toBeLessThanOrEqual(60);
    const layout = layoutMap(randomModels(2000, 2), "operation");
    const many = spacingFor(layout, 900, 600);
    expect(many.row).toBeGreaterThanOrEqual(7);
    const zoom = 600 / ((layout.lastRow + 1) * many.row);
    expect(many.column * zoom).toBeLessThanOrEqual(210);
    expect(many.column * zoom * acrossOf(layout)).toBeCloseTo(900);
  });
});
