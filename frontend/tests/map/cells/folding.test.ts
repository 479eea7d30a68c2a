import { describe, expect, test } from "vitest";

import { buildLineage } from "../../../src/model/lineage/lineage";
import { explained, foldBy } from "../../../src/model/map/cells/folding";
import { levelsOf } from "../../../src/model/map/cells/levels";
import { variablesOf } from "../../../src/model/map/cells/variables";
import type { ParameterValue } from "../../../src/model/wire.gen";
import { child, model } from "../../builders";

type Parameters = Record<string, ParameterValue>;

/** Models of one step of one root, and what they are worth. */
function fold(steps: readonly Parameters[], values: readonly number[], room = 10) {
  const models = [model("a"), ...steps.map((given, at) => child(`m${at}`, "a", "prune", given))];
  const { nodes } = buildLineage(models);
  const some = steps.map((_, at) => nodes.get(`m${at}`)!);
  const variables = variablesOf(some, () => nodes.get("a")!);
  return foldBy(some, Float64Array.from(values), variables, room);
}

const grid = [0.5, 0.9].flatMap((amount) =>
  [1, 2, 3].flatMap((seed) => ["x", "y"].map((kind) => ({ kind, amount, seed }))),
);

describe("models are folded", () => {
  test("by what explains the metric, then by what explains most of the rest", () => {
    const values = grid.map(({ amount, kind }) => -amount + (kind === "x" ? 0.1 : 0));
    const { groups, by } = fold(grid, values, 4);
    expect(by).toEqual(["amount", "kind"]);
    expect(groups.map(({ title, nodes }) => [title, nodes.length])).toEqual([
      [["50\u202f%", "x"], 3],
      [["50\u202f%", "y"], 3],
      [["90\u202f%", "x"], 3],
      [["90\u202f%", "y"], 3],
    ]);
    expect(fold(grid, values, 3).by, "four groups have no room").toEqual(["amount"]);
  });

  test("not further by what explains nothing more", () => {
    expect(
      fold(
        grid,
        grid.map(({ amount }) => -amount),
      ).by,
    ).toEqual(["amount"]);
  });

  test("without any metric by the parameter that shares them out most evenly", () => {
    const { by } = fold(
      grid,
      grid.map(() => NaN),
      3,
    );
    expect(by).toEqual(["seed"]);
  });

  test("not at all where nothing differs", () => {
    const { groups, by } = fold(
      grid.map(() => ({ amount: 0.5 })),
      grid.map((_, at) => at),
    );
    expect([groups.length, by]).toEqual([1, []]);
  });

  test("by the root and by earlier steps where these decide", () => {
    const models = [model("good"), model("bad")];
    for (const root of ["good", "bad"]) {
      for (const amount of [0.1, 0.9]) {
        const id = `${root}-${amount}`;
        models.push(child(id, root, "prune", { amount }));
        for (const seed of [1, 2, 3]) models.push(child(`${id}-${seed}`, id, "tune", { lr: seed }));
      }
    }
    const { nodes } = buildLineage(models);
    const tuned = [...nodes.values()].filter(({ depth }) => depth === 2);
    const rootOf = (node: (typeof tuned)[number]) => node.parent!.parent!;
    const by = (values: number[]) =>
      foldBy(tuned, Float64Array.from(values), variablesOf(tuned, rootOf), 4).by;
    expect(by(tuned.map((node) => (rootOf(node).key === "good" ? 1 : 0)))).toEqual(["root"]);
    const amount = tuned.map(({ parent }) => -Number(parent!.model.operation!.parameters.amount));
    expect(by(amount)).toEqual(["amount (prune)"]);
  });
});

describe("the share explained", () => {
  test("is 1 for groups without spread, and 0 for what chance explains", () => {
    const of = Int32Array.from([0, 0, 1, 1]);
    expect(explained(of, 2, Float64Array.from([1, 1, 5, 5]))).toBe(1);
    expect(explained(of, 2, Float64Array.from([1, 5, 1, 5]))).toBe(0);
    const alone = Int32Array.from([0, 1, 2, 3]);
    expect(explained(alone, 4, Float64Array.from([1, 2, 3, 4])), "one model each").toBe(0);
  });

  test("leaves out what was not logged", () => {
    const values = Float64Array.from([1, 1, NaN, 5, 5, NaN]);
    expect(explained(Int32Array.from([0, 0, 0, 1, 1, 1]), 2, values)).toBe(1);
  });
});

describe("levels", () => {
  const variable = (values: (ParameterValue | undefined)[], name = "amount") =>
    variablesOf(
      [
        ...buildLineage(
          values.map((value, at) =>
            model(`m${at}`, {
              operation: {
                name: "prune",
                parameters: value === undefined ? {} : { [name]: value },
              },
            }),
          ),
        ).nodes.values(),
      ],
      (node) => node,
    ).find(({ name: own }) => own === name)!;

  test("of more than twelve numbers are quantiles", () => {
    const many = variable(Array.from({ length: 100 }, (_, at) => at / 100));
    const { texts, of, coarse } = levelsOf(many, 20);
    expect([texts.length, coarse]).toEqual([12, true]);
    expect(texts[0]).toBe("0 – 8\u202f%");
    const counts = texts.map((_, level) => of.filter((at) => at === level).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test("of twelve numbers are these, those without apart", () => {
    const few = variable([...Array.from({ length: 11 }, (_, at) => at), undefined], "rank");
    const { texts } = levelsOf(few, 12);
    expect(texts).toHaveLength(12);
    expect(texts.slice(0, 3)).toEqual(["no rank", "rank 0", "rank 1"]);
    expect(levelsOf(few, 3).texts).toEqual(["no rank", "rank 0 – 5", "rank 6 – 10"]);
  });

  test("in words are the frequent ones and the others", () => {
    const words = Array.from({ length: 40 }, (_, at) => (at < 20 ? "common" : `w${at}`));
    const { texts, of } = levelsOf(variable(words, "layers"), 20);
    expect(texts).toHaveLength(12);
    expect(texts.at(-1)).toBe("10 others");
    expect(texts[of[0]!]).toBe("common");
  });
});
