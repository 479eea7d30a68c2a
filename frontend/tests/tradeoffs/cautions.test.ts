import { expect, test } from "vitest";

import { cautionsOf } from "../../src/model/behaviors/front_harm";
import { worthAsking } from "../../src/model/tradeoffs/worth_asking";
import type { HarmedSlices, Model, ModelHarm } from "../../src/model/wire.gen";
import { modelHarm } from "../behaviors/builders";
import { model } from "../builders";

const predicted = (id: string, given: Partial<Model> = {}) =>
  model(id, { logged: { predictions: ["d"], weights: false, activations: false }, ...given });

test("asked of are the foremost with predictions, each once, without the base, and few", () => {
  const base = predicted("base");
  const many = Array.from({ length: 20 }, (_, at) => predicted(`m${at}`));
  const best = [model("bare"), many[3]!, base, many[3]!];
  const asked = worthAsking(base, [...best, ...many]);
  expect(asked).toEqual(["m3", "m0", "m1", "m2", "m4", "m5", "m6", "m7"]);
  expect(worthAsking(model("base"), many)).toEqual([]);
  expect(worthAsking(null, many)).toEqual([]);
});

test("a caution is of those that were asked of and harm a slice or a pair", () => {
  const found = (...models: ModelHarm[]): HarmedSlices => ({
    dataset: "d",
    measure: "correct",
    slices: [],
    tests: 30,
    pairs: [],
    pair_tests: 0,
    models,
    reason: null,
  });
  const models = [
    modelHarm("clean"),
    modelHarm("slice", { harmed: 1 }),
    modelHarm("pair", { pairs_harmed: 1 }),
    modelHarm("untested", { harmed: 1, reason: "Trained again." }),
    modelHarm("gone", { harmed: 1 }),
  ];
  const asked = ["clean", "slice", "pair", "untested"];
  expect([...cautionsOf(found(...models), asked)]).toEqual([
    ["slice", "harmed"],
    ["pair", "harmed"],
  ]);
  expect(cautionsOf(found(), asked).size).toBe(0);
});
