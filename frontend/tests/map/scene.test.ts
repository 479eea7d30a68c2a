import { describe, expect, test } from "vitest";

import { describeModel } from "../../src/model/map/describe";
import { ambiguousIds, spokenModel } from "../../src/model/map/spoken";
import { layoutMap, spacingFor } from "../../src/model/map/layout";
import {
  directionOf,
  neighbour,
  nodeAt,
  nodesWithin,
  selectModeOf,
} from "../../src/model/map/navigation";
import { colourScale } from "../../src/model/map/scales";
import {
  betweenPlaces,
  buildScene,
  edgesInto,
  placesOf,
  samePlaces,
} from "../../src/model/map/scene";
import { boundsOf } from "../../src/model/map/tree_view";
import { isInside, isPainted, nodeBoost, repose, steppedZoom } from "../../src/model/map/view";
import { child, metric, model, spec } from "../builders";
import { t5 } from "./builders";
import { ONE_PAIR } from "../../src/model/metrics/known";

const f1 = spec("F1", { goal: "max", unit: "%" });
const layout = layoutMap(t5(), "operation");
const spacing = spacingFor(layout, 900, 600);
const scene = buildScene(layout, placesOf(layout, spacing), {
  colour: colourScale(t5(), f1),
  size: null,
  largest: spacing.radius,
});

describe("the scene", () => {
  test("tells the study at a glance: pruned all pale, one restored branch strong", () => {
    const strength = (key: string) => scene.byKey.get(key)!.strength!;
    expect(Math.max(...["p10", "p30", "p50"].map(strength))).toBeLessThan(0.1);
    expect(Math.min(...["p10-norms", "p30-norms"].map(strength))).toBeGreaterThan(0.95);
    expect(strength("ff50")).toBeLessThan(0.3);
    expect(strength("at50")).toBeGreaterThan(0.9);
  });

  test("has one ribbon per main parent, and marks further and assumed parents", () => {
    expect(scene.edges).toHaveLength(t5().length - 1);
    const models = [
      model("a"),
      model("b"),
      model("c", { parents: ["a", "b"], assumed: ["a"] }),
      model("d", { parents: ["c"], status: "running" }),
    ];
    const made = layoutMap(models, "step");
    const drawn = buildScene(made, placesOf(made, spacing), {
      colour: null,
      size: null,
      largest: 10,
    });
    expect(drawn.edges.map(({ key, assumed }) => [key, assumed])).toEqual([
      ["a c", true],
      ["c d", false],
    ]);
    expect(drawn.further.map(({ key }) => key)).toEqual(["b c"]);
    expect(drawn.nodes[0]).toMatchObject({ strength: null });
    const into = edgesInto(drawn, "d");
    expect([...into.edges, ...into.further].map(({ key }) => key)).toEqual(["a c", "c d", "b c"]);
  });

  test("knows the way to the root", () => {
    const steps = edgesInto(scene, "late").edges.map(({ to }) => to.key);
    expect(steps).toEqual(["p10", "p10-norms", "at50", "late"]);
  });
});

describe("pointing", () => {
  const node = scene.byKey.get("p10")!;
  const radius = () => 8;

  test("finds the node under or near the pointer, else none", () => {
    expect(nodeAt(scene.nodes, node.x + 12, node.y, radius, 6)?.key).toBe("p10");
    expect(nodeAt(scene.nodes, node.x + 15, node.y, radius, 6)).toBeNull();
  });
});

test("a marquee encloses the nodes in it, from whichever corner it is drawn", () => {
  const { x, y } = scene.byKey.get("p10")!;
  const corner = { x: x + 5, y: y + 5 };
  expect(nodesWithin(scene.nodes, corner, { x: x - 5, y: y - 5 })).toEqual(["p10"]);
  expect(nodesWithin(scene.nodes, corner, { x: x + 9, y: y + 9 })).toEqual([]);
});

describe("walking", () => {
  const walk = (from: string, ...keys: string[]) =>
    keys.reduce((at, key) => neighbour(layout, at, directionOf(key)!), from);

  test("goes to parents, children and siblings", () => {
    expect(walk("at50", "ArrowLeft")).toBe("p10-norms");
    expect(walk("at50", "ArrowRight")).toBe("late");
    expect(walk("p10", "ArrowDown")).toBe("p30");
    expect(walk("p10-norms", "ArrowUp")).toBe("p10-decoder");
  });

  test("goes on in the column past the last sibling, and stays at the ends", () => {
    expect(walk("ff50", "ArrowDown")).toBe("ff50");
    expect(walk("p50-norms", "ArrowUp")).toBe("p30-norms");
    expect(walk("base", "ArrowLeft", "ArrowUp")).toBe("base");
    expect(walk("late", "ArrowRight")).toBe("late");
    expect(walk("late", "Home")).toBe("base");
  });

  test("adds to the selection with Shift, Ctrl or the command key", () => {
    const none = { shiftKey: false, ctrlKey: false, metaKey: false };
    expect(selectModeOf(none)).toBe("only");
    expect(selectModeOf({ ...none, metaKey: true })).toBe("toggle");
  });

  test("knows only its keys", () => {
    expect(directionOf("constructor")).toBeNull();
    expect(directionOf("a")).toBeNull();
  });
});

describe("words", () => {
  const dense = model("dense", { metrics: { F1: metric(90), size: metric(100) } });
  const pruned = {
    ...child("p", "dense", "prune", { amount: 0.5 }),
    metrics: { F1: metric(85), size: metric(50) },
  };
  const size = spec("size", { goal: "min", unit: "B" });
  const { lineage } = layoutMap([dense, pruned], "operation");

  test("give every metric with its change against the main parent", () => {
    const { operation, parents, metrics } = describeModel(
      pruned,
      lineage,
      [f1, size],
      new Set(),
      ONE_PAIR,
    );
    expect([operation, parents]).toEqual(["prune 50\u202f%", "child of dense"]);
    expect(metrics[0]).toMatchObject({ value: "85\u202f%", verdict: "worse" });
    expect(metrics[1]).toMatchObject({ value: "50\u202fB", verdict: "better" });
  });

  test("read well aloud", () => {
    expect(spokenModel(pruned, lineage, f1, new Set())).toBe(
      "p, prune amount 0.5, F1 85\u202f%, child of dense",
    );
  });

  test("say why there is nothing, and the run where an id is not enough", () => {
    const failed = model("x", { status: "failed", reason: "diverged", run: "r1" });
    const twins = [failed, model("x", { key: "other", run: "r2" })];
    const told = describeModel(failed, lineage, [f1], ambiguousIds(twins), ONE_PAIR);
    expect(told).toMatchObject({ run: "r1", status: "failed: diverged" });
    expect(told.metrics[0]).toMatchObject({ value: "not logged", change: "", verdict: "" });
    const ghost = model("gone", { status: "missing", run: null });
    expect(describeModel(ghost, lineage, [f1], new Set(), ONE_PAIR).metrics).toEqual([]);
  });
});

describe("motion", () => {
  const from = new Map([["a", { x: 0, y: 0 }]]);
  const to = new Map([
    ["a", { x: 10, y: 0 }],
    ["b", { x: 50, y: 50 }],
  ]);

  test("starts where things are, new ones at their origin, and ends at the target", () => {
    const start = betweenPlaces(from, to, () => ({ x: 1, y: 2 }), 0);
    expect(Object.fromEntries(start)).toEqual({ a: { x: 0, y: 0 }, b: { x: 1, y: 2 } });
    expect(
      samePlaces(
        betweenPlaces(from, to, () => undefined, 1),
        to,
      ),
    ).toBe(true);
    expect(samePlaces(from, to)).toBe(false);
  });
});

describe("the view", () => {
  const box = { left: 0, top: 0, right: 100, bottom: 50 };

  test("knows what is inside", () => {
    expect(boundsOf(layout, spacing).bottom).toBeLessThanOrEqual(600);
    expect(isInside(box, { x: 0, y: 0, k: 2 }, 200, 100)).toBe(true);
    expect(isInside(box, { x: 1, y: 0, k: 2 }, 200, 100)).toBe(false);
  });

  test("moves a painting so that a point stays where the view has it", () => {
    const painted = { x: 30, y: 10, k: 2 };
    const view = { x: -5, y: 7, k: 3 };
    const pose = repose(painted, view);
    expect((4 * painted.k + painted.x) * pose.k + pose.x).toBeCloseTo(4 * view.k + view.x);
    expect((4 * painted.k + painted.y) * pose.k + pose.y).toBeCloseTo(4 * view.k + view.y);
  });

  test("is painted anew when the painting ends inside the frame or is scaled too much", () => {
    expect(isPainted({ x: 0, y: 0, k: 1 }, 900, 600, 200)).toBe(true);
    expect(isPainted({ x: 199, y: -199, k: 1 }, 900, 600, 200)).toBe(true);
    expect(isPainted({ x: 201, y: 0, k: 1 }, 900, 600, 200)).toBe(false);
    expect(isPainted({ x: 0, y: -201, k: 1 }, 900, 600, 200)).toBe(false);
    expect(isPainted({ x: 0, y: 0, k: 2 }, 900, 600, 200)).toBe(false);
    expect(isPainted({ x: 0, y: 0, k: 0.7 }, 900, 600, 200)).toBe(false);
  });

  test("changes texts in steps, and enlarges nodes only from afar", () => {
    expect(steppedZoom(1.02)).toBe(1);
    expect(steppedZoom(1.2)).toBeCloseTo(1.15);
    expect(nodeBoost(1, 12)).toBe(1);
    expect(nodeBoost(0.1, 12) * 0.1 * 12).toBeGreaterThan(2);
    expect(nodeBoost(0.05, 4) * 0.05 * 4).toBeCloseTo(2);
  });
});
