import { describe, expect, test } from "vitest";

import { changeText } from "../../src/model/format/change";
import { buildLineage } from "../../src/model/lineage/lineage";
import { gainIn, stepGains } from "../../src/model/lineage/step_gains";
import { ONE_PAIR } from "../../src/model/metrics/known";
import type { Model } from "../../src/model/wire.gen";
import { child, metric, model, spec } from "../builders";

const accuracy = spec("accuracy", { goal: "max", format: ".0%" });

function scored(one: Model, value: number): Model {
  return { ...one, metrics: { accuracy: metric(value) } };
}

const pruned = [0.9, 0.5, 0.1].map((amount) =>
  scored(child(`p${amount}`, "dense", "prune", { amount, scope: "global" }), 1 - amount),
);
const tuned = [0.9, 0.5, 0.1].map((amount) =>
  scored(child(`p${amount}-ft`, `p${amount}`, "fine-tune", { epochs: 3 }), 0.95),
);
const models = [scored(model("dense"), 0.99), ...pruned, ...tuned];

function tell(selected: readonly Model[], all: readonly Model[] = models) {
  const gains = stepGains(buildLineage(all), selected);
  return gains?.rows.map((row) => {
    const { change } = gainIn(row, accuracy, ONE_PAIR);
    const text = change ? changeText(change, accuracy) : "–";
    return [row.after, row.models.length, text, change?.verdict ?? null].join("; ");
  });
}

describe("what an operation changed", () => {
  test("is told by the step before it, in the order of its amounts", () => {
    expect(tell(tuned)?.map((row) => row.replace(/\u202f/g, " "))).toEqual([
      "prune 10 %, scope global; 1; +5.00 pt; better",
      "prune 50 %, scope global; 1; +45.0 pt; better",
      "prune 90 %, scope global; 1; +85.0 pt; better",
    ]);
  });

  test("is one row of medians, without a verdict, where the step before was the same", () => {
    const twice = [...models, scored(child("again", "p0.5", "fine-tune", { epochs: 1 }), 0.75)];
    expect(tell([...tuned, twice.at(-1)!], twice)?.[1]?.replace(/\u202f/g, " ")).toBe(
      "prune 50 %, scope global; 2; +35.0 pt; ",
    );
  });

  test("shares rows by the first parameters where there are too many", () => {
    const many = Array.from({ length: 30 }, (_, seed) => {
      const [amount, id] = [seed < 15 ? 0.2 : 0.4, `q${seed}`];
      return [
        scored(child(id, "dense", "prune", { amount, seed }), 0.5),
        scored(child(`${id}-ft`, id, "fine-tune"), 0.9),
      ] as const;
    });
    const all = [models[0]!, ...many.flat()];
    const rows = tell(
      many.map(([, last]) => last),
      all,
    );
    expect(rows?.map((row) => row.replace(/\u202f/g, " "))).toEqual([
      "prune 20 %; 15; +40.0 pt; ",
      "prune 40 %; 15; +40.0 pt; ",
    ]);
  });

  test("leaves out what failed, and says nothing of several operations, or of one model", () => {
    const dead: Model = { ...tuned[0]!, status: "failed" };
    const gains = stepGains(buildLineage(models), [dead, ...tuned.slice(1)]);
    expect([gains?.rows.length, gains?.failed]).toEqual([2, 1]);
    expect(tell([tuned[0]!, pruned[0]!])).toBeUndefined();
    expect(tell([tuned[0]!])).toBeUndefined();
    expect(tell([])).toBeUndefined();
  });
});
