import { describe, expect, test } from "vitest";

import { factsOf } from "../../../src/model/map/cells/cell";
import { linesIn } from "../../../src/model/map/cells/marks";
import { briefName, fitting, frontOf, spokenCell } from "../../../src/model/map/cells/words";
import { describeCell } from "../../../src/model/map/cells/describe";
import { colourScale } from "../../../src/model/map/scales";
import { accuracy, cellsOf, sweep } from "./builders";

const models = sweep(1000);
const map = cellsOf(models);
const colour = colourScale(models, accuracy);
const cell = map.cells.find(({ nodes }) => nodes.length > 40)!;
const facts = factsOf(cell, colour, new Set([cell.nodes[0]!.key]));
const head = map.heads[cell.head]!;

describe("the front of a cell", () => {
  test("has its levels, count, best and share in the room that there is", () => {
    const wide = frontOf({ title: ["50 %", "global"] }, facts, colour, 0, 400, 2);
    expect(wide.title).toBe("50 % · global");
    expect(wide.count).toBe(String(facts.count));
    expect(wide.facts).toMatch(/^best 0\.\d+ · ★ [\d.]+ %$/);
    const narrow = frontOf({ title: ["50 %", "global"] }, facts, colour, 0, 70, 2);
    expect(narrow.title).toBe("global");
    expect(frontOf(cell, facts, colour, 3, 400, 1).count).toMatch(/3\/\d+$/);
    expect(frontOf(cell, facts, colour, 0, 400, 0)).toEqual({ title: "", count: "", facts: "" });
    expect([20, 40, 80].map(linesIn)).toEqual([0, 1, 2]);
  });

  test("loses what its head says, never its number", () => {
    expect(fitting(["magnitude prune 10 %"], 10)).toBe("prune 10 %");
    expect(fitting(["low rank rank 4"], 3)).toBe("4");
    expect(fitting(["layernorms"], 6)).toBe("layer…");
    expect(fitting(["no magnitude prune"], 10)).toBe("no … prune");
    expect(fitting(["no magnitude prune"], 9)).toBe("no…prune");
    expect(fitting(["no magnitude prune"], 7)).toBe("no …une");
    expect(briefName("student-of-dense-7", 9)).toBe("stud…se-7");
  });
});

test("a cell is told aloud and in its tip, with what is not logged and failed", () => {
  expect(spokenCell(cell, head, facts, colour, 2)).toMatch(
    /^\d+ models by .*accuracy best 0\.\d+, 1 on the Pareto front, 2 selected$/,
  );
  const nodes = cell.nodes.map((node) => ({
    ...node,
    model: { ...node.model, status: "failed" as const, metrics: {} },
  }));
  const lost = { ...cell, nodes };
  const none = factsOf(lost, colour, new Set());
  expect(none).toMatchObject({ best: null, logged: 0, failed: nodes.length });
  expect(spokenCell(lost, head, none, colour, 0)).toContain(`${nodes.length} not logged`);
  const told = describeCell(cell, head, facts, [accuracy]);
  expect(told.metrics[0]!.value).toMatch(/^0\.\d+ – 0\.\d+$/);
  expect(told.parents).toContain("click to open");
});
