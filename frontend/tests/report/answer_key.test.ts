import { expect, test } from "vitest";

import { answerKey } from "../../src/api/answer_key";
import { behaviorsAddress } from "../../src/api/addresses";
import text from "../../../tests/golden/answer_keys.json?raw";

const golden = JSON.parse(text) as { address: string; key: string }[];

test.each(golden)("both sides make the same key of $address", ({ address, key }) => {
  expect(answerKey(address)).toBe(key);
});

test("the order of models and conditions does not count", () => {
  const subject = { base: "b", models: ["x", "y"], dataset: null, measure: null, form: null };
  const slice = { kind: "slice", by: "label", level: 3 } as const;
  const flip = { model: "x", kind: "flip", flip: "negative" } as const;
  const one = behaviorsAddress("instances", subject, { filter: [slice, flip] });
  const other = behaviorsAddress(
    "instances",
    { ...subject, models: ["y", "x"] },
    { filter: [{ kind: "flip", flip: "negative", model: "x" }, slice] },
  );
  expect(one).not.toBe(other);
  expect(answerKey(one)).toBe(answerKey(other));
});
