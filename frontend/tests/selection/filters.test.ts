import { describe, expect, test } from "vitest";

import { passing, sameSubject, type Filter } from "../../src/model/selection/filter";
import { filterText } from "../../src/model/selection/filter_text";
import {
  operationChoices,
  parameterChoices,
  statusChoices,
} from "../../src/model/selection/filter_choices";
import { foundBy } from "../../src/model/selection/model_search";
import { child, metric, model, spec } from "../builders";

const models = [
  model("dense", { run: "base/dense", metrics: { accuracy: metric(0.95) } }),
  { ...child("p5", "dense", "prune", { amount: 0.5 }), metrics: { accuracy: metric(0.9) } },
  { ...child("p9", "dense", "prune", { amount: 0.9 }), status: "failed" as const },
  child("q", "dense", "int8", { scheme: "per-channel" }),
];
const pass = (...filters: Filter[]) => [...(passing(models, filters, new Set(["q"])) ?? ["all"])];

describe("filters", () => {
  test("are none at first", () => {
    expect(pass()).toEqual(["all"]);
  });

  test.each<[Filter, string[]]>([
    [{ kind: "metric", name: "accuracy", low: 0.92, high: null }, ["dense"]],
    [{ kind: "metric", name: "accuracy", low: null, high: null }, ["dense", "p5"]],
    [{ kind: "metric", name: "__proto__", low: null, high: null }, []],
    [{ kind: "amount", name: "amount", low: 0.6, high: 1 }, ["p9"]],
    [{ kind: "parameter", name: "amount", values: ["50\u202f%"], without: [] }, ["p5"]],
    [{ kind: "parameter", name: "scheme", values: [""], without: [] }, ["dense", "p5", "p9"]],
    [{ kind: "operation", values: ["", "int8"], without: [] }, ["dense", "q"]],
    [{ kind: "status", values: ["failed"], without: [] }, ["p9"]],
    [{ kind: "operation", values: [], without: ["int8"] }, ["dense", "p5", "p9"]],
    [{ kind: "operation", values: ["", "int8"], without: ["int8"] }, ["dense"]],
    [{ kind: "parameter", name: "scheme", values: [], without: [""] }, ["q"]],
    [{ kind: "run", text: "BASE/" }, ["dense"]],
    [{ kind: "text", text: "prune 0.5" }, ["p5"]],
    [{ kind: "budgets" }, ["q"]],
  ])("%j", (filter, kept) => {
    expect(pass(filter)).toEqual(kept);
  });

  test("are all to be met", () => {
    expect(
      pass(
        { kind: "operation", values: ["prune"], without: [] },
        { kind: "status", values: ["finished"], without: [] },
      ),
    ).toEqual(["p5"]);
  });

  test("on one subject replace each other", () => {
    const range = (name: string): Filter => ({ kind: "metric", name, low: 0, high: null });
    expect(sameSubject(range("a"), range("a"))).toBe(true);
    expect(sameSubject(range("a"), range("b"))).toBe(false);
    expect(sameSubject(range("a"), { kind: "amount", name: "a", low: 0, high: 1 })).toBe(false);
  });

  test("say what they ask for", () => {
    const specs = [spec("acc", { format: ".1%" })];
    const texts = (filter: Filter) => filterText(filter, specs).replace(/\u202f/g, " ");
    expect(texts({ kind: "metric", name: "acc", low: 0.9, high: null })).toBe("acc ≥ 90 %");
    expect(texts({ kind: "metric", name: "acc", low: 0.9, high: 1 })).toBe("acc 90 % to 100 %");
    expect(texts({ kind: "metric", name: "gone", low: null, high: 2 })).toBe("gone ≤ 2");
    expect(texts({ kind: "amount", name: "amount", low: null, high: 0.5 })).toBe("amount ≤ 50 %");
    expect(texts({ kind: "operation", values: ["", "a"], without: [] })).toBe(
      "operation: none or a",
    );
    expect(texts({ kind: "operation", values: [], without: ["a"] })).toBe("operation: not a");
    expect(texts({ kind: "status", values: ["x"], without: ["a", "b"] })).toBe(
      "status: x, not a or b",
    );
    expect(texts({ kind: "operation", values: ["a", "b", "c", "d"], without: [] })).toBe(
      "operation: 4 of them",
    );
  });
});

describe("choices", () => {
  test("are what the models have, with counts", () => {
    expect(operationChoices(models)).toEqual([
      { value: "", text: "no operation", count: 1 },
      { value: "int8", text: "int8", count: 1 },
      { value: "prune", text: "prune", count: 2 },
    ]);
    expect(statusChoices(models).map(({ value, count }) => [value, count])).toEqual([
      ["failed", 1],
      ["finished", 3],
    ]);
  });

  test("of parameters are those with two or more values; many numbers are a range", () => {
    expect(
      parameterChoices(models).map(({ name, amounts, lacking }) => [name, amounts, lacking]),
    ).toEqual([["amount", null, 2]]);
    const many = Array.from({ length: 9 }, (_, i) => child(`t${i}`, "dense", "tune", { lr: i }));
    expect(parameterChoices(many)[0]?.amounts).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("a search", () => {
  test("takes words, quoted texts, and a minus for what must not occur", () => {
    const found = (search: string) => [...(foundBy(models, search) ?? ["all"])];
    expect(found("-int8")).toEqual(["dense", "p5", "p9"]);
    expect(found("prune -failed")).toEqual(["p5"]);
    expect(found('"amount 0.5"')).toEqual(["p5"]);
    expect(found('"0.5 amount"')).toEqual([]);
    expect(found('-"amount 0.5" prune')).toEqual(["p9"]);
    expect(found('"per-ch')).toEqual(["q"]);
    expect(found("per-channel")).toEqual(["q"]);
    expect(found("- ")).toEqual(["all"]);
    expect(found('""')).toEqual(["all"]);
    expect(found('-""')).toEqual(["all"]);
    expect(found('"-ch"')).toEqual(["q"]);
    expect(found("prune -")).toEqual(["p5", "p9"]);
  });

  test("finds all words anywhere in id, run, operation and parameters", () => {
    const found = (search: string) => [...(foundBy(models, search) ?? ["all"])];
    expect(found("  ")).toEqual(["all"]);
    expect(found("P5")).toEqual(["p5"]);
    expect(found("amount 0.9")).toEqual(["p9"]);
    expect(found("50%")).toEqual(["p5"]);
    expect(found("per-ch int8")).toEqual(["q"]);
    expect(found("base/dense")).toEqual(["dense"]);
    expect(found("nobody")).toEqual([]);
  });
});
