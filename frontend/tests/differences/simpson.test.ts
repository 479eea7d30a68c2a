/** A design whose plain means say the contrary of what holds all else equal. */
import { describe, expect, test } from "vitest";

import {
  adjustedWords,
  defaultVariables,
  shareWords,
  variableOption,
} from "../../src/model/differences/adjusted";
import { breakWords, chartForm, chartLines } from "../../src/model/differences/factor_chart";
import { factorTable, isMixed } from "../../src/model/differences/factors";
import { likenessBut } from "../../src/model/differences/likeness";
import type { AdjustedEffect, Differences, Variable } from "../../src/model/wire.gen";
import { metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max", format: ".1%" });

function variable(name: string, values: readonly (number | string)[], of: number[]): Variable {
  const levels = values.map((value) => ({ value, text: String(value), models: 1 }));
  const numeric = values.every((value) => typeof value === "number");
  const about = { id: name, name, kind: "parameter" as const, parameter: name };
  return { ...about, numeric, levels, of, explains: 0.4, joined: [] };
}

// Wide nets were pruned little, thin ones much: 90 % and 80 %, and both gain with the amount.
const amount = variable("amount", [0.3, 0.5, 0.7], [0, 0, 1, 2, 0, 1, 2, 2]);
const width = variable("width", ["wide", "thin"], [0, 0, 0, 0, 1, 1, 1, 1]);
const rate = variable("lr", ["a", "b"], [0, 1, 0, 0, 0, 0, 0, 1]);
const values = [0.9, 0.901, 0.905, 0.909, 0.8, 0.805, 0.809, 0.81];

const effect = (of: string, given: Partial<AdjustedEffect>): AdjustedEffect => ({
  variable: of,
  share: 0,
  before: null,
  after: null,
  plain: null,
  change: null,
  low: null,
  high: null,
  ...given,
});

const found: Differences = {
  models: values.map((_, index) => `m${index}`),
  variables: [rate, amount, width],
  more_variables: 0,
  x: "lr",
  colour: "amount",
  together: 0.9,
  replicates: [],
  pairs: [],
  metrics: {
    accuracy: {
      x: "amount",
      colour: "width",
      models: 8,
      freedom: 3,
      explained: 0.99,
      effects: [
        effect("width", { share: 0.83, before: 0, after: 1, plain: -0.098, change: -0.1 }),
        effect("amount", {
          ...{ share: 0.004, before: 0, after: 2, plain: -0.024 },
          ...{ change: 0.009, low: 0.008, high: 0.01 },
        }),
        effect("lr", {}),
      ],
    },
  },
  first_difference: 1,
};

const byKey = new Map(
  values.map((value, i) => [`m${i}`, model(`m${i}`, { metrics: { accuracy: metric(value) } })]),
);

function tableBy(x: Variable, colour: Variable | null) {
  const compared = { models: found.models, alike: likenessBut(found, x.id) };
  const shown = { spec: accuracy, against: null };
  return factorTable(compared, x, colour, [...values.keys()], byKey, shown);
}

/** Each line as its values, from left to right. */
function linesOf(x: Variable, colour: Variable | null): (number | undefined)[][] {
  return chartLines(tableBy(x, colour)).map(({ stops }) => stops.map((s) => s.points[0]?.value));
}

describe("the default chart", () => {
  test("shows what moves the metric, not what splits the selection", () => {
    expect(defaultVariables(found, accuracy)).toEqual({ x: "amount", colour: "width" });
    expect(defaultVariables(found, spec("other"))).toEqual({ x: "lr", colour: "amount" });
  });

  test("has lines of models that are alike but for x, and they all rise", () => {
    const lines = linesOf(amount, width);
    expect(lines).toEqual([
      [0.9, 0.905, 0.909],
      [0.8, 0.805, 0.809],
    ]);
    expect(breakWords(tableBy(amount, width), accuracy)).toBe("");
  });

  test("has the same lines without its colour, and says that cells are mixed", () => {
    const alone = tableBy(amount, null);
    expect(isMixed(alone)).toBe(true);
    expect(linesOf(amount, null)).toEqual(linesOf(amount, width));
    expect(alone.cells[0]![0]!.points).toHaveLength(3);
  });

  test("joins matched dots along levels that are no numbers", () => {
    expect(chartForm(tableBy(width, null))).toBe("dots");
    expect(linesOf(width, null)).toContainEqual([0.909, 0.809]);
  });
});

describe("the words", () => {
  test("say what holds all else equal, and what plain means would", () => {
    expect(adjustedWords(found, amount, accuracy).replace(/\u202f/g, " ")).toBe(
      "30 % → 70 %: +0.9 pt (95 %: +0.8 to +1.0 pt), all else held; " +
        "plain means, which mix what else differs, say −2.4 pt.",
    );
    expect(adjustedWords(found, width, accuracy)).not.toContain("plain means");
    expect(adjustedWords({ ...found, variables: [amount] }, amount, accuracy)).toBe("");
    const untold = { ...found.metrics["accuracy"]!, effects: [] };
    expect(adjustedWords({ ...found, metrics: { accuracy: untold } }, amount, accuracy)).toBe(
      "amount is not told apart from the other variables.",
    );
    expect(adjustedWords({ ...found, more_variables: 2 }, amount, accuracy)).toContain(
      "2 others held, 2 not",
    );
  });

  test("say of what a share is", () => {
    const plain = (words: string) => words.replace(/\u202f/g, " ");
    expect(plain(shareWords(found, [amount, width], accuracy))).toBe(
      "amount < 1 %, width 83 % of accuracy’s variance, adjusted",
    );
    expect(plain(shareWords(found, [rate, amount], spec("other")))).toBe(
      "90 % of what tells the models apart",
    );
    expect(plain(variableOption(found, width, accuracy))).toBe("width (83 % of accuracy)");
    expect(plain(variableOption(found, width, spec("other")))).toBe("width (40 % of what differs)");
  });
});

describe("likeness", () => {
  test("takes the parameters of the step that is x for its forms", () => {
    const tune: Variable = { ...variable("tune", ["without", "with"], [0, 1, 1]), kind: "step" };
    const epochs = { ...variable("epochs", [0, 1, 3], [0, 1, 2]), nested_in: "tune" };
    const alike = likenessBut(
      { ...found, models: ["a", "b", "c"], variables: [tune, epochs] },
      "tune",
    );
    expect(alike).toEqual({ stratum: [0, 0, 0], form: [0, 1, 2] });
  });

  test("counts variables that are not listed", () => {
    const three = {
      ...found,
      models: ["a", "b", "c"],
      variables: [variable("x", [1, 2], [0, 1, 1])],
    };
    expect(likenessBut({ ...three, more_of: [0, 0, 1] }, "x").stratum).toEqual([0, 0, 1]);
  });
});
