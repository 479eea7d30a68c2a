import { expect, test } from "vitest";

import { defaultBase, passedOverWords } from "../../src/model/lineage/default_base";
import { buildLineage } from "../../src/model/lineage/lineage";
import type { Model } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max" });

function scored(one: Model, value: number | null, created = 0): Model {
  return { ...one, created, metrics: value === null ? {} : { accuracy: metric(value) } };
}

function tell(models: readonly Model[], quality: typeof accuracy | null = accuracy) {
  const found = defaultBase(buildLineage(models), quality);
  return found && [found.model.id, ...found.passedOver.map(({ id }) => id)];
}

const init = scored(model("init"), 0.1);
const trained = scored(child("trained", "init", "train"), 0.95);
const pruned = scored(child("pruned", "trained", "prune"), 0.9);

test("a root at chance is passed over for the first that was trained", () => {
  expect(tell([init, trained, pruned])).toEqual(["trained", "init"]);
});

test("a trained root is the base, the oldest of several, whatever else was made from scratch", () => {
  const [old, young] = [scored(model("old"), 0.94, 1), scored(model("young"), 0.99, 2)];
  expect(tell([init, trained, pruned, young, old])).toEqual(["old"]);
});

test("a root without the number is passed over for one that has it", () => {
  expect(tell([scored(model("bare"), null), scored(child("a", "bare", "train"), 0.5)])).toEqual([
    "a",
    "bare",
  ]);
});

test("without quality or a goal the oldest root is the base", () => {
  const models = [scored(model("b"), null, 2), scored(model("a"), null, 1)];
  expect(tell(models)).toEqual(["a"]);
  expect(tell([init, trained], null)).toEqual(["init"]);
  expect(tell([init, trained], { ...accuracy, goal: null })).toEqual(["init"]);
  expect(tell([])).toBeNull();
});

test("of a loss the lower numbers are the trained ones", () => {
  const loss = { ...accuracy, goal: "min" } as const;
  expect(
    tell([scored(model("init"), 2.3), scored(child("t", "init", "train"), 0.1)], loss),
  ).toEqual(["t", "init"]);
});

test("a root that is only named is no base where a logged one is", () => {
  expect(
    tell([model("lost", { status: "missing" }), scored(child("a", "lost", "p"), 0.5)]),
  ).toEqual(["a"]);
});

test("mixed units say nothing of who was trained", () => {
  const large = scored(child("large", "init", "train"), 91);
  expect(tell([init, large], { ...accuracy, mixed: "shares and per cent" })).toEqual(["init"]);
});

test("who was passed over is said to be at chance only where it has a value", () => {
  const words = (...passed: (number | null)[]) =>
    passedOverWords(
      model("a"),
      passed.map((value, at) => scored(model(`r${at}`), value)),
      accuracy,
    );
  expect(words(0.1)).toBe("The base is a, the first that is not at chance by accuracy: r0 is.");
  expect(words(null, null)).toBe(
    "The base is a, the first with a value of accuracy: r0, r1 have none.",
  );
  expect(words(0.1, null)).toContain("r0 is, r1 has no value.");
});
